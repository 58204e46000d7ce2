//! The conversion of fields to the types of Rust.

use serde::de::Error as _;

use super::encoded::Base64Text;
use crate::bytes::name::is_same_name;
use crate::bytes::number::decimal;
use crate::json::{DeError, Fields, RawJson};

/// Returns the value of the first field `name`, which is case-insensitive, or null.
#[inline(never)]
pub(super) fn find<'a>(mut all: Fields<'a>, name: &str) -> RawJson<'a> {
    all.find(|(other, _)| is_same_name(other.as_bytes(), name.as_bytes()))
        .map(|(_, value)| value)
        .unwrap_or_default()
}

/// The type of a required field.
pub(super) trait FromField<'a>: Sized {
    /// Converts `raw`, which isn't null.
    fn from_field(raw: RawJson<'a>) -> Result<Self, DeError>;

    /// Converts the required field `name`, which is null if it is missing.
    fn required(raw: RawJson<'a>, name: &'static str) -> Result<Self, DeError> {
        if raw.is_null() { Err(DeError::missing_field(name)) } else { Self::from_field(raw) }
    }
}

impl<'a> FromField<'a> for &'a str {
    fn from_field(raw: RawJson<'a>) -> Result<Self, DeError> {
        raw.as_str().ok_or(DeError::UNFIT)
    }
}

/// Raw JSON, or a type that reads it later.
impl<'a, T: From<RawJson<'a>>> FromField<'a> for T {
    fn from_field(raw: RawJson<'a>) -> Result<Self, DeError> {
        Ok(Self::from(raw))
    }
}

/// The type of a field that is read on demand.
pub(super) trait Look<'a> {
    /// Converts `value`, which is null if the field is missing.
    fn look(value: RawJson<'a>) -> Self;
}

impl<'a> Look<'a> for Option<&'a str> {
    fn look(value: RawJson<'a>) -> Self {
        value.as_text()
    }
}

impl<'a> Look<'a> for &'a str {
    fn look(value: RawJson<'a>) -> Self {
        value.as_text().unwrap_or_default()
    }
}

impl<'a> Look<'a> for Option<Base64Text<'a>> {
    fn look(value: RawJson<'a>) -> Self {
        value.as_str().map(Base64Text::new)
    }
}

/// A number, also in quotation marks.
impl Look<'_> for Option<u64> {
    fn look(value: RawJson<'_>) -> Self {
        decimal(value.as_text()?.as_bytes())
    }
}

impl Look<'_> for u64 {
    fn look(value: RawJson<'_>) -> Self {
        Option::look(value).unwrap_or_default()
    }
}

/// `true`, also in quotation marks.
impl Look<'_> for bool {
    fn look(value: RawJson<'_>) -> Self {
        value.as_text() == Some("true")
    }
}

impl<'a, T: From<RawJson<'a>>> Look<'a> for T {
    fn look(value: RawJson<'a>) -> Self {
        Self::from(value)
    }
}
