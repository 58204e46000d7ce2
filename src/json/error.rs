//! The reasons why a JSON text can't be read, without the position.

use core::fmt;

use serde::de::{self, Expected, Unexpected};

use crate::bytes::json_path::ForPath;
use crate::error::{Error, kinds};

/// The error type of everything that goes wrong with JSON.
pub(super) const INVALID_JSON: &str = "Function.InvalidJson";

kinds! {
    /// The reasons why a text, or a value in it, can't be read.
    pub enum ErrorKind = INVALID_JSON;

    /// The JSON text ends early. The number of this error, and of those up to `JSON_NO_VARIANT`, is
    /// the position of the byte, counted from 1.
    End JSON_END "EOF while parsing at byte";
    /// A value, a comma, a colon, a bracket or the name of a field is missing.
    Syntax JSON_SYNTAX "expected value at byte";
    /// A string contains an unescaped control character (RFC 8259, section 7).
    ControlCharacter JSON_CONTROL_CHARACTER "control character in a string at byte";
    /// A string contains an unknown escape or an unpaired surrogate.
    Escape JSON_ESCAPE "invalid escape at byte";
    /// A string isn't UTF-8. The number is the position of the byte after it.
    Utf8 JSON_UTF8 "invalid UTF-8 before byte";
    /// A number doesn't follow RFC 8259, section 6.
    Number JSON_NUMBER "invalid number at byte";
    /// A number is out of range for its type: beyond 64 bits, negative, or with a fraction or an
    /// exponent. A number beyond a smaller type is [`JSON_UNFIT`](Error::JSON_UNFIT).
    Range JSON_RANGE "number out of range at byte";
    /// The text goes on after the value.
    Trailing JSON_TRAILING "trailing characters at byte";
    /// Arrays and objects are nested more than [`DEPTH_LIMIT`](crate::json::DEPTH_LIMIT) deep.
    Depth JSON_DEPTH "recursion limit exceeded at byte";

    /// The type needs a string, and the value is something else.
    NoString JSON_NO_STRING "expected a string at byte";
    /// The type needs a number, and the value is something else.
    NoNumber JSON_NO_NUMBER "expected a number at byte";
    /// The type needs a boolean, and the value is something else.
    NoBool JSON_NO_BOOL "expected a boolean at byte";
    /// The type needs null, and the value is something else.
    NoNull JSON_NO_NULL "expected null at byte";
    /// The type needs an array, and the value is something else.
    NoArray JSON_NO_ARRAY "expected an array at byte";
    /// The type is a struct or a map, and the value isn't an object.
    NoObject JSON_NO_OBJECT "expected an object at byte";
    /// The type is an enum, and the value is neither a string nor an object with one field.
    NoVariant JSON_NO_VARIANT "expected an enum at byte";
    /// The type rejects the value. The number of this error, and of those up to `JSON_LENGTH`, is
    /// the position of the byte after the value.
    Unfit JSON_UNFIT "invalid value before byte";
    /// A required field is missing. The object ends before the position.
    MissingField JSON_MISSING_FIELD "missing field before byte";
    /// A field is unknown to a type that denies unknown fields.
    UnknownField JSON_UNKNOWN_FIELD "unknown field before byte";
    /// A field occurs twice.
    DuplicateField JSON_DUPLICATE_FIELD "duplicate field before byte";
    /// The enum has no such variant.
    UnknownVariant JSON_UNKNOWN_VARIANT "unknown variant before byte";
    /// The array has more or fewer elements than the type.
    Length JSON_LENGTH "invalid length before byte";

    /// A string isn't base64 (RFC 4648, section 4). The number is the position of the string.
    Base64 JSON_BASE64 "invalid base64 at byte";
    /// A string in a [`RawJson`](crate::json::RawJson) would have to be decoded in place, but can't
    /// be changed any more. The number is the position of the byte after it.
    Unchangeable JSON_UNCHANGEABLE "string not decodable in place before byte";
}

/// The reason why a value couldn't be read. [`Deserializer::error`](super::Deserializer::error)
/// adds the position and returns an [`Error`].
///
/// Without the feature `error-path` this is one byte, so that a `Result` of it stays in registers.
/// The message of a type's own error is dropped, because formatting it would link `core::fmt`.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct DeError {
    pub(super) kind: ErrorKind,
    /// The name of the missing field.
    pub(super) name: ForPath<&'static str>,
}

impl DeError {
    /// A value that its type rejects.
    pub(crate) const UNFIT: Self = Self::new(ErrorKind::Unfit);

    pub(super) const fn new(kind: ErrorKind) -> Self {
        Self { kind, name: ForPath::new("") }
    }

    pub(super) fn into_error(self) -> Error {
        self.kind.error()
    }

    /// Converts it to the error of another deserializer.
    pub(crate) fn into_other<E: de::Error>(self) -> E {
        if self.kind == ErrorKind::MissingField {
            E::missing_field(self.name.get())
        } else {
            E::custom(self)
        }
    }
}

impl fmt::Display for DeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.into_error(), f)
    }
}

impl core::error::Error for DeError {}

impl de::Error for DeError {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::new(ErrorKind::Unfit)
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::new(ErrorKind::Unfit)
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::new(ErrorKind::Unfit)
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self::new(ErrorKind::Length)
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self::new(ErrorKind::UnknownVariant)
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::new(ErrorKind::UnknownField)
    }

    fn missing_field(name: &'static str) -> Self {
        Self { name: ForPath::new(name), ..Self::new(ErrorKind::MissingField) }
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self::new(ErrorKind::DuplicateField)
    }
}
