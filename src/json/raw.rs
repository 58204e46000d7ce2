//! Values that are captured and read later.

use core::fmt::{self, Write};
use core::mem::take;

use serde::de::{self, Deserialize, Visitor};
use serde::ser::{self, Serialize, Serializer};

use super::de::Deserializer;
use super::string::{CLOSE, OPEN, checked};
use crate::bytes::cursor::Cursor;
use crate::bytes::json_escape::{LONGEST, escape};
use crate::bytes::search::find_byte;
use crate::error::Error;

/// What a string that can't be read is displayed as.
const UNREADABLE_TEXT: &str = "\u{fffd}";

/// The name that makes the deserializer capture a value.
pub(super) const RAW: &str = "$barelambda::json::RawJson";
/// As [`RAW`], but a string that can't be read isn't an error.
pub(super) const LENIENT: &str = "$barelambda::json::RawJson?";

/// A value of a JSON text that has been checked, and can be read later, any number of times.
///
/// ```
/// use barelambda::json::{self, RawJson};
///
/// #[derive(serde::Deserialize)]
/// struct Message<'a> {
///     kind: &'a str,
///     #[serde(borrow)]
///     content: RawJson<'a>,
/// }
///
/// let mut text = *br#"{"content":{"a":1,"b":"\u2713"},"kind":"map"}"#;
/// let message: Message = json::from_slice(&mut text)?;
/// for (name, value) in message.content.fields() {
///     match name {
///         "a" => assert_eq!(value.read(), Ok(1)),
///         _ => assert_eq!(value.as_str(), Some("✓")),
///     }
/// }
/// # assert_eq!(message.kind, "map");
/// # Ok::<(), barelambda::Error>(())
/// ```
///
/// Strings that are read from it borrow from the text itself. [`Base64`](super::Base64) is an error
/// in it. The positions in errors are counted from the beginning of the value.
#[derive(Copy, Clone)]
pub struct RawJson<'a> {
    text: &'a [u8],
}

impl<'a> RawJson<'a> {
    /// Reads the value.
    ///
    /// # Errors
    /// Returns those of [`from_slice`](super::from_slice), and [`Error::JSON_UNCHANGEABLE`].
    pub fn read<T: Deserialize<'a>>(self) -> Result<T, Error> {
        let mut deserializer = Deserializer::captured(self.text);
        let value = T::deserialize(&mut deserializer);
        deserializer.finish(value)
    }

    /// Captures a value. If `is_lenient`, a string in it that isn't UTF-8 or has an invalid escape
    /// isn't an error, but can't be read afterwards.
    #[cfg(feature = "events")]
    pub(crate) fn capture<'de: 'a, D: de::Deserializer<'de>>(
        deserializer: D,
        is_lenient: bool,
    ) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(if is_lenient { LENIENT } else { RAW }, Capture)
    }

    /// Returns the value of the first field `name` of an object. It is null if there isn't one, or
    /// if the value isn't an object.
    ///
    /// ```
    /// use barelambda::json::{self, RawJson};
    ///
    /// let mut text = *br#"{"iam":{"cognitoIdentity":{"amr":["authenticated"]}}}"#;
    /// let authorizer: RawJson = json::from_slice(&mut text)?;
    /// let methods = authorizer.get("iam").get("cognitoIdentity").get("amr");
    /// assert_eq!(methods.elements().next().and_then(RawJson::as_str), Some("authenticated"));
    /// assert!(authorizer.get("jwt").get("claims").is_null());
    /// # Ok::<(), barelambda::Error>(())
    /// ```
    pub fn get(self, name: &str) -> Self {
        self.fields().find(|(other, _)| name == *other).map(|(_, value)| value).unwrap_or_default()
    }

    /// Returns the names and values of an object's fields, in their order. The iterator is empty if
    /// the value isn't an object.
    pub fn fields(self) -> Fields<'a> {
        Fields { contents: Contents::of(self, b'{'), after: b"" }
    }

    /// Returns the elements of an array, in their order. The iterator is empty if the value isn't
    /// an array.
    pub fn elements(self) -> Elements<'a> {
        Elements(Contents::of(self, b'['))
    }

    /// Returns the value of a string, or `None` if the value isn't a string.
    pub fn as_str(self) -> Option<&'a str> {
        match self.text {
            [b'"', inside @ .., b'"'] => checked(inside),
            [OPEN, inside @ ..] => checked(inside.split(|byte| *byte == CLOSE).next()?),
            _ => None,
        }
    }

    /// Returns the value of a string, or the text of a number or a boolean, as in `7` and `true`.
    /// Returns `None` for null, arrays and objects.
    pub fn as_text(self) -> Option<&'a str> {
        match self.text {
            [b'[' | b'{' | b'n', ..] => None,
            [b'"' | OPEN, ..] => self.as_str(),
            scalar => checked(scalar),
        }
    }

    /// Returns the text as it was captured. For a number, that is the number itself.
    pub(crate) const fn text(self) -> &'a [u8] {
        self.text
    }

    /// Returns whether the value is null.
    pub fn is_null(self) -> bool {
        self.text == b"null"
    }
}

/// Returns null.
impl Default for RawJson<'_> {
    fn default() -> Self {
        Self { text: b"null" }
    }
}

/// The fields of an object, from [`RawJson::fields`].
pub struct Fields<'a> {
    contents: Contents<'a>,
    /// The fields after those of `contents`.
    after: &'a [u8],
}

impl<'a> Iterator for Fields<'a> {
    type Item = (&'a str, RawJson<'a>);

    #[inline(never)]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let (Some(name), Some(value)) = (self.contents.next(), self.contents.next()) {
                return Some((name.as_str().unwrap_or_default(), value));
            }
            if self.after.is_empty() {
                return None;
            }
            self.contents = Contents(take(&mut self.after));
        }
    }
}

/// The fields of an object, without one that was read in place.
#[derive(Copy, Clone, Default)]
pub(crate) struct Pieces<'a> {
    before: &'a [u8],
    after: &'a [u8],
}

impl<'a> Pieces<'a> {
    /// Creates it from the texts before and after the value of the field.
    pub(super) const fn new(before: &'a [u8], after: &'a [u8]) -> Self {
        Self { before, after }
    }

    /// Returns the names and values of the fields, in their order.
    #[inline(always)]
    pub(crate) const fn fields(self) -> Fields<'a> {
        Fields { contents: Contents(self.before), after: self.after }
    }
}

/// The elements of an array, from [`RawJson::elements`].
pub struct Elements<'a>(Contents<'a>);

impl<'a> Iterator for Elements<'a> {
    type Item = RawJson<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

/// The rest of an object or array, with its closing bracket.
struct Contents<'a>(&'a [u8]);

impl<'a> Contents<'a> {
    fn of(value: RawJson<'a>, open: u8) -> Self {
        match value.text {
            [bracket, contents @ ..] if *bracket == open => Self(contents),
            _ => Self(b""),
        }
    }

    /// Returns the next value, or the name of the next field.
    #[inline(never)]
    fn next(&mut self) -> Option<RawJson<'a>> {
        let separators = self.0.iter().take_while(|byte| is_separator(**byte)).count();
        let (_, values) = self.0.split_at_checked(separators)?;
        let (text, rest) = values.split_at_checked(length(values)?)?;
        self.0 = rest;
        Some(RawJson { text })
    }
}

/// Returns the length of the value at the start of `text`, or `None` if there is none. The text has
/// been checked, and goes on after the value.
pub(super) fn length(text: &[u8]) -> Option<usize> {
    let mut open = 0usize;
    let mut at = 0;
    loop {
        match *text.get(at)? {
            b'[' | b'{' => open += 1,
            open @ (b'"' | OPEN) => {
                // One search in the code for both kinds of strings.
                let mut left = if open == OPEN { 2 } else { 1 };
                while left > 0 {
                    at = find_byte(text, at + 1, if open == OPEN { CLOSE } else { b'"' });
                    left -= 1;
                }
            }
            b']' | b'}' if open > 0 => open -= 1,
            byte if open == 0 && (is_separator(byte) || byte == b']' || byte == b'}') => {
                return (at > 0).then_some(at);
            }
            _ if open == 0 => {
                at += 1;
                continue;
            }
            _ => {}
        }
        at += 1;
        if open == 0 {
            return Some(at);
        }
    }
}

const fn is_separator(byte: u8) -> bool {
    byte <= b' ' || byte == b',' || byte == b':'
}

/// Formats the value as valid JSON. A string that can't be read is one of U+FFFD.
impl fmt::Display for RawJson<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.text;
        while let Some(open) = rest.iter().position(|&byte| byte == OPEN) {
            let (plain, marked) = rest.split_at_checked(open).unwrap_or_default();
            let marked = marked.get(1..).unwrap_or_default();
            let close = marked.iter().position(|&byte| byte == CLOSE).unwrap_or(marked.len());
            write_lossy(f, plain)?;
            f.write_char('"')?;
            let inside = checked(marked.get(..close).unwrap_or_default());
            for character in inside.unwrap_or(UNREADABLE_TEXT).chars() {
                let mut buffer = [0; LONGEST];
                let mut escaped = Cursor::new(&mut buffer);
                escape(&mut escaped, character.encode_utf8(&mut [0; 4]));
                write_lossy(f, escaped.into_written())?;
            }
            f.write_char('"')?;
            let after = marked.get(close + 1..).unwrap_or_default();
            let end =
                after.iter().position(|&byte| byte == CLOSE).map_or(after.len(), |end| end + 1);
            rest = after.get(end..).unwrap_or_default();
        }
        write_lossy(f, rest)
    }
}

/// Writes `bytes`, with U+FFFD in place of what isn't UTF-8.
fn write_lossy(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    for chunk in bytes.utf8_chunks() {
        f.write_str(chunk.valid())?;
        if !chunk.invalid().is_empty() {
            f.write_char(char::REPLACEMENT_CHARACTER)?;
        }
    }
    Ok(())
}

impl fmt::Debug for RawJson<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Serializes the value as it was read. A string that can't be read is null. Numbers beyond 64
/// bits, or with a fraction or an exponent, become the nearest float.
impl Serialize for RawJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.text {
            [b'{', ..] => serializer.collect_map(self.fields()),
            [b'[', ..] => serializer.collect_seq(self.elements()),
            [b'"' | OPEN, ..] => self.as_str().serialize(serializer),
            b"true" => serializer.serialize_bool(true),
            b"false" => serializer.serialize_bool(false),
            b"null" => serializer.serialize_unit(),
            _ => match (self.read(), self.read()) {
                (Ok(number), _) => serializer.serialize_u64(number),
                (_, Ok(number)) => serializer.serialize_i64(number),
                _ => serializer
                    .serialize_f64(self.read().map_err(|_| ser::Error::custom("invalid number"))?),
            },
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for RawJson<'a> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(RAW, Capture)
    }
}

struct Capture;

impl<'de> Visitor<'de> for Capture {
    type Value = RawJson<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of barelambda's JSON")
    }

    fn visit_borrowed_bytes<E: de::Error>(self, text: &'de [u8]) -> Result<RawJson<'de>, E> {
        Ok(RawJson { text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::from_slice;
    use std::string::ToString;
    use std::vec::Vec;

    #[test]
    fn every_kind_of_value_is_captured() {
        let mut text = *br#" { "a\"]" :[ 1,[ ] , {"b":"}\\"} ] ,"":-1.5e+3, "\u00e9":null , "c" : "\"" ,"d":"[,:" } "#;
        let object: RawJson = from_slice(&mut text).expect("it is JSON");
        let fields: Vec<_> = object
            .fields()
            .map(|(name, value)| (name, value.to_string(), value.as_str()))
            .collect();
        let expected = [
            ("a\"]", r#"[ 1,[ ] , {"b":"}\\"} ]"#, None),
            ("", "-1.5e+3", None),
            ("é", "null", None),
            ("c", r#""\"""#, Some("\"")),
            ("d", r#""[,:""#, Some("[,:")),
        ];
        assert_eq!(fields, expected.map(|(name, text, value)| (name, text.to_string(), value)));
        let (_, array) = object.fields().next().expect("there is a field");
        assert_eq!(
            array.elements().map(|element| element.to_string()).collect::<Vec<_>>(),
            ["1", "[ ]", r#"{"b":"}\\"}"#]
        );
        assert_eq!(
            (object.elements().count(), array.fields().count(), object.as_str()),
            (0, 0, None)
        );
    }

    #[test]
    fn iterators_over_unchecked_text_end() {
        let bytes = *b"{}[]\":, 1\xfe\xff";
        for mut number in 0..bytes.len().pow(if cfg!(miri) { 2 } else { 5 }) {
            let text: Vec<u8> =
                (0..5).map(|_| (bytes[number % bytes.len()], number /= bytes.len()).0).collect();
            for open in [b'{', b'['] {
                let text = [&[open], &text[..]].concat();
                let raw = RawJson { text: &text };
                assert!(raw.fields().count() + raw.elements().count() <= text.len(), "{text:?}");
            }
        }
    }
}
