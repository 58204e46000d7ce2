//! What types say of values that they do not take.

use core::fmt;

use serde::de::{self, Expected, Unexpected};

use crate::error::Error;

/// Errors that types report. They have no place: the deserializer adds that of the value.
///
/// What the types say is not formatted, as that would link `core::fmt`: each error is a constant.
impl de::Error for Error {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::JSON_UNFIT
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::JSON_UNFIT
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::JSON_UNFIT
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self::JSON_LENGTH
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self::JSON_UNKNOWN_VARIANT
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::JSON_UNKNOWN_FIELD
    }

    fn missing_field(_: &'static str) -> Self {
        Self::JSON_MISSING_FIELD
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self::JSON_DUPLICATE_FIELD
    }
}
