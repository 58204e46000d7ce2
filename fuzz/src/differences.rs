//! The differences from serde_json that are meant.

use barelambda::Error;

/// How much may be in each other; it is as much as serde_json takes where it counts at all.
const DEPTH: usize = barelambda::json::DEPTH_LIMIT as usize;

/// Whether it is meant that one of two refuses `text`, each with its error, and the other one reads it. These are all the differences:
///
/// What serde_json reads, and barelambda refuses:
/// 1. Escaped halves of surrogate pairs, in what is ignored and in bytes: everything is checked.
/// 2. Strings that are not UTF-8, in what is ignored and in bytes.
/// 3. Control characters in bytes.
/// 4. More than 127 arrays and objects in each other, in what is ignored or read later: serde_json bounds only what it reads.
/// 5. A struct, or a variant of an enum that is like one, from an array: it is an object.
/// 6. Numbers and bools as keys of a map: a name is a string.
/// 7. Bytes from an array of numbers: they are those of a string.
///
/// What serde_json refuses, and barelambda reads:
/// 8. -0 where an integer is wanted that may be negative: it is a number without fraction and exponent.
pub fn is_listed(text: &[u8], ours: Result<(), Error>, theirs: Result<(), &serde_json::Error>) -> bool {
    match (ours, theirs) {
        (Err(error), Ok(())) => {
            let place = error.number().unwrap_or_default() as usize;
            let (before, from) = text.split_at_checked(place.saturating_sub(1)).unwrap_or_default();
            let is = |kind: Error| error.message() == kind.message();
            is(Error::JSON_ESCAPE) && is_half_of_a_pair(from)
                || is(Error::JSON_UTF8) && str::from_utf8(before).is_err()
                || is(Error::JSON_CONTROL_CHARACTER) && from.first().is_some_and(|byte| *byte < b' ')
                || is(Error::JSON_DEPTH) && open_brackets(before) > DEPTH
                || is(Error::JSON_NO_OBJECT) && from.starts_with(b"[")
                || is(Error::JSON_NO_NUMBER) && is_name(from, |inside| str::from_utf8(inside).is_ok_and(|name| name.parse::<u16>().is_ok()))
                || is(Error::JSON_NO_BOOL) && is_name(from, |inside| matches!(inside, b"true" | b"false"))
                || is(Error::JSON_NO_STRING) && from.starts_with(b"[")
        }
        (Ok(()), Err(error)) => {
            let before = prefix(text, error).trim_ascii_end();
            error.to_string().starts_with("invalid type: floating point `-0.0`, expected i") && before.ends_with(b"-0")
        }
        _ => false,
    }
}

/// Whether `text` begins with an escaped code unit of UTF-16 that is no character. That it has no other half is known.
fn is_half_of_a_pair(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"\\u").and_then(|rest| rest.get(..4));
    let unit = digits.and_then(|digits| u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok());
    unit.is_some_and(|unit| (0xd800..0xe000).contains(&unit))
}

/// Whether `text` begins with the name of a field whose inside is as `is_it` says.
fn is_name(text: &[u8], is_it: impl Fn(&[u8]) -> bool) -> bool {
    let Some(inside) = text.strip_prefix(b"\"") else { return false };
    let Some(end) = inside.iter().position(|&byte| byte == b'"') else { return false };
    is_it(&inside[..end]) && inside[end + 1..].trim_ascii_start().starts_with(b":")
}

/// How many brackets are open at the end of `text`.
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

/// What serde_json had read of `text` when it met the error.
fn prefix<'a>(text: &'a [u8], error: &serde_json::Error) -> &'a [u8] {
    let line: usize = text.split_inclusive(|&byte| byte == b'\n').take(error.line() - 1).map(<[u8]>::len).sum();
    text.get(..line + error.column()).unwrap_or_default()
}
