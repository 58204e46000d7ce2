//! The results of functions: `enum barelambda_result`.

use core::ffi::c_int;

use runtime::entry::c_support;
use runtime::{Error, FunctionError};

/// An error of a function: the code for the caller in C, and the error for the caller of the Lambda
/// function.
#[derive(Copy, Clone)]
pub struct Refusal {
    pub code: c_int,
    pub error: Error,
}

pub const OK: c_int = 0;
pub const RUN_TWICE: c_int = 10;
pub const CANNOT_GO_ON: c_int = 11;

macro_rules! refusals {
    ($($name:ident = $code:literal, $type:literal, $message:literal;)*) => {
        impl Refusal {$(
            pub const $name: Self = {
                const ERROR: &FunctionError = &FunctionError::new($type, $message);
                Self { code: $code, error: c_support::error(ERROR) }
            };
        )*}
    };
}

refusals! {
    NULL = 1, "Function.InvalidArgument", "a null pointer has a length above 0";
    LENGTH = 1, "Function.InvalidArgument", "a length is beyond PTRDIFF_MAX";
    RESPONDER = 1, "Function.InvalidArgument", "the responder is of another invocation";
    HEAD = 1, "Function.InvalidArgument", "the HTTP head is null";
    BODY_KIND = 1, "Function.InvalidArgument", "the kind of the body is unknown";
    BODY_TEXT = 1, "Function.InvalidArgument", "a body of text is not UTF-8";
    MULTI_VALUE = 1, "Function.InvalidArgument", "a stream has no multi-value headers";
    OVERLAP = 1, "Function.InvalidArgument", "a slice overlaps the response buffer";
    ANSWERED_TWICE = 2, "Function.AnsweredTwice", "the handler answered twice";
    NOT_ANSWERED = 3, "Function.NotAnswered", "the handler returned without an answer";
    NOT_ENDED = 3, "Function.NotAnswered", "the handler returned without ending its stream";
    NOT_STREAMING = 7, "Function.NotStreaming", "no stream has begun";
    NOTHING_TO_ANSWER = 9, "Function.NothingToAnswer", "an initialiser has nothing to answer";
}

impl Refusal {
    pub const RESPONSE_TOO_LARGE: Self = Self { code: 4, error: Error::RESPONSE_TOO_LARGE };
    pub const CONTENT_TYPE: Self = Self { code: 5, error: Error::CONTENT_TYPE };

    /// Returns the refusal of an HTTP response.
    pub fn http(error: Error) -> Self {
        if error == Error::RESPONSE_TOO_LARGE {
            Self::RESPONSE_TOO_LARGE
        } else {
            Self { code: 6, error }
        }
    }

    /// Returns the refusal of a broken stream.
    pub const fn stream(error: Error) -> Self {
        Self { code: 8, error }
    }
}
