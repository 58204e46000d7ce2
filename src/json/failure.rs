//! What is wrong with a text, without its place.

use core::fmt;

use serde::de::{self, Expected, Unexpected};

use crate::error::{Error, FunctionError};

/// Why a value could not be read. The [`Deserializer`](super::Deserializer) knows the place: [`Deserializer::error`](super::Deserializer::error)
/// makes an [`Error`] of both.
///
/// One pointer, so that a `Result` of it stays in registers. What a type says is not formatted, as that would link `core::fmt`: each error is
/// a constant.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    what: &'static FunctionError,
    /// Of the field that is missing.
    #[cfg(feature = "error-path")]
    pub(super) name: &'static str,
}

impl Failure {
    pub(super) const fn new(error: Error) -> Self {
        Self {
            what: error.what(),
            #[cfg(feature = "error-path")]
            name: "",
        }
    }

    pub(super) fn error(self) -> Error {
        Error::from(self.what)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error(), f)
    }
}

impl core::error::Error for Failure {}

impl de::Error for Failure {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::new(Error::JSON_UNFIT)
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::new(Error::JSON_UNFIT)
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::new(Error::JSON_UNFIT)
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self::new(Error::JSON_LENGTH)
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self::new(Error::JSON_UNKNOWN_VARIANT)
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::new(Error::JSON_UNKNOWN_FIELD)
    }

    #[cfg_attr(not(feature = "error-path"), expect(unused_variables, reason = "the name is part of the path"))]
    fn missing_field(name: &'static str) -> Self {
        Self {
            #[cfg(feature = "error-path")]
            name,
            ..Self::new(Error::JSON_MISSING_FIELD)
        }
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self::new(Error::JSON_DUPLICATE_FIELD)
    }
}
