//! The intended differences from serde_json.

use barelambda::Error;

/// The limit of nesting, which equals serde_json's where serde_json has one.
const DEPTH: usize = barelambda::json::DEPTH_LIMIT as usize;

/// Returns whether it is intended that only one of the two accepts `text`. These are all the
/// differences:
///
/// What serde_json accepts, and barelambda rejects:
/// 1. Unpaired surrogate escapes, in ignored values and in bytes. barelambda checks every value.
/// 2. Strings that aren't UTF-8, in ignored values and in bytes.
/// 3. Control characters in bytes.
/// 4. More than 127 nested arrays and objects, in values that are ignored or read later. serde_json
///    limits only values that it reads.
/// 5. A struct, or a struct variant of an enum, from an array instead of an object.
/// 6. Numbers and bools as keys of a map, instead of strings.
/// 7. Bytes from an array of numbers, instead of a string.
///
/// What serde_json rejects, and barelambda accepts:
/// 8. -0 as a signed integer, since it is a number without fraction and exponent.
pub fn is_listed(
    text: &[u8],
    ours: Result<(), Error>,
    theirs: Result<(), &serde_json::Error>,
) -> bool {
    match (ours, theirs) {
        (Err(error), Ok(())) => {
            let place = error.number().unwrap_or_default() as usize;
            let (before, from) = text.split_at_checked(place.saturating_sub(1)).unwrap_or_default();
            let is = |kind: Error| error.message() == kind.message();
            is(Error::JSON_ESCAPE) && is_surrogate(from)
                || is(Error::JSON_UTF8) && str::from_utf8(before).is_err()
                || is(Error::JSON_CONTROL_CHARACTER)
                    && from.first().is_some_and(|byte| *byte < b' ')
                || is(Error::JSON_DEPTH) && open_brackets(before) > DEPTH
                || is(Error::JSON_NO_OBJECT) && from.starts_with(b"[")
                || is(Error::JSON_NO_NUMBER)
                    && is_name(from, |inside| {
                        str::from_utf8(inside).is_ok_and(|name| name.parse::<u16>().is_ok())
                    })
                || is(Error::JSON_NO_BOOL)
                    && is_name(from, |inside| matches!(inside, b"true" | b"false"))
                || is(Error::JSON_NO_STRING) && from.starts_with(b"[")
        }
        (Ok(()), Err(error)) => {
            let before = prefix(text, error).trim_ascii_end();
            error.to_string().starts_with("invalid type: floating point `-0.0`, expected i")
                && before.ends_with(b"-0")
        }
        _ => false,
    }
}

/// Returns whether `text` begins with an escaped surrogate. The caller knows that it is unpaired.
fn is_surrogate(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"\\u").and_then(|rest| rest.get(..4));
    let unit = digits.and_then(|digits| u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok());
    unit.is_some_and(|unit| (0xd800..0xe000).contains(&unit))
}

/// Returns whether `text` begins with the name of a field that satisfies `is_it`.
fn is_name(text: &[u8], is_it: impl Fn(&[u8]) -> bool) -> bool {
    let Some(inside) = text.strip_prefix(b"\"") else { return false };
    let Some(end) = inside.iter().position(|&byte| byte == b'"') else { return false };
    is_it(&inside[..end]) && inside[end + 1..].trim_ascii_start().starts_with(b":")
}

/// Returns the number of open brackets at the end of `text`.
fn open_brackets(text: &[u8]) -> usize {
    let (mut open, mut is_in_string, mut is_escaped) = (0usize, false, false);
    for byte in text {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_in_string => is_escaped = true,
            b'"' => is_in_string = !is_in_string,
            _ if is_in_string => {}
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
    }
    open
}

/// Returns the part of `text` that serde_json had read when the error occurred.
fn prefix<'a>(text: &'a [u8], error: &serde_json::Error) -> &'a [u8] {
    let line: usize =
        text.split_inclusive(|&byte| byte == b'\n').take(error.line() - 1).map(<[u8]>::len).sum();
    text.get(..line + error.column()).unwrap_or_default()
}
