//! Why a JSON text cannot be read, without the place.

use core::fmt;

use serde::de::{self, Expected, Unexpected};

use crate::bytes::json_path::ForPath;
use crate::error::{Error, kinds};

/// The type of the errors that JSON causes, read or written.
pub(super) const INVALID_JSON: &str = "Function.InvalidJson";

kinds! {
    /// What can be wrong with a text, or with a value in it.
    pub enum ErrorKind = INVALID_JSON;

    /// A JSON text ends where more must come. The number of this error and of those below is the place of the byte, counted from 1.
    End JSON_END "EOF while parsing at byte";
    /// A value, a comma, a colon, a bracket or the name of a field should be here.
    Syntax JSON_SYNTAX "expected value at byte";
    /// A string has a control character as it is (RFC 8259, section 7).
    ControlCharacter JSON_CONTROL_CHARACTER "control character in a string at byte";
    /// A string has a backslash that begins no escape of JSON, or an escaped half of a surrogate pair.
    Escape JSON_ESCAPE "invalid escape at byte";
    /// A string is not UTF-8; the number is the place behind it.
    Utf8 JSON_UTF8 "invalid UTF-8 before byte";
    /// A number that does not follow RFC 8259, section 6.
    Number JSON_NUMBER "invalid number at byte";
    /// A number that its type does not hold: beyond 64 bits, negative, or with a fraction or an exponent. One that is beyond a smaller type
    /// is [`JSON_UNFIT`](Error::JSON_UNFIT).
    Range JSON_RANGE "number out of range at byte";
    /// Something behind the value.
    Trailing JSON_TRAILING "trailing characters at byte";
    /// Arrays and objects beyond [`DEPTH_LIMIT`](crate::json::DEPTH_LIMIT).
    Depth JSON_DEPTH "recursion limit exceeded at byte";

    /// Another value where the type has a string.
    NoString JSON_NO_STRING "expected a string at byte";
    /// Another value where the type has a number.
    NoNumber JSON_NO_NUMBER "expected a number at byte";
    /// Another value where the type has a bool.
    NoBool JSON_NO_BOOL "expected a boolean at byte";
    /// Another value where the type has a unit.
    NoNull JSON_NO_NULL "expected null at byte";
    /// Another value where the type has a sequence.
    NoArray JSON_NO_ARRAY "expected an array at byte";
    /// Another value where the type has a struct or a map.
    NoObject JSON_NO_OBJECT "expected an object at byte";
    /// Another value where the type has an enum.
    NoVariant JSON_NO_VARIANT "expected an enum at byte";
    /// A value that the type refuses. The number of this error and of those below is the place behind the value.
    Unfit JSON_UNFIT "invalid value before byte";
    /// A field that the type needs; the object ends before the place.
    MissingField JSON_MISSING_FIELD "missing field before byte";
    /// A field that the type does not have, and does not ignore.
    UnknownField JSON_UNKNOWN_FIELD "unknown field before byte";
    /// A field that comes twice.
    DuplicateField JSON_DUPLICATE_FIELD "duplicate field before byte";
    /// A variant that the enum does not have.
    UnknownVariant JSON_UNKNOWN_VARIANT "unknown variant before byte";
    /// More or fewer elements than the type takes.
    Length JSON_LENGTH "invalid length before byte";

    /// A string that is not base64 (RFC 4648, section 4).
    Base64 JSON_BASE64 "invalid base64 at byte";
    /// A string that would have to be decoded in place where nothing can be changed any more: in a [`RawJson`](crate::json::RawJson).
    Unchangeable JSON_UNCHANGEABLE "string not decodable in place at byte";
    /// A body, where the type is read without it; [`Event::http`](crate::Event::http) gives both.
    LeftOut JSON_LEFT_OUT "body that only Event::http reads at byte";
}

/// Why a value could not be read. The [`Deserializer`](super::Deserializer) knows the place: [`Deserializer::error`](super::Deserializer::error)
/// makes an [`Error`] of both.
///
/// One byte, so that a `Result` of it stays in registers. What a type says is not formatted, as that would link `core::fmt`: each error is
/// a constant.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct DeError {
    kind: ErrorKind,
    /// Of the field that is missing.
    pub(super) name: ForPath<&'static str>,
}

impl DeError {
    pub(super) const fn new(kind: ErrorKind) -> Self {
        Self { kind, name: ForPath::new("") }
    }

    pub(super) fn into_error(self) -> Error {
        self.kind.error()
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
