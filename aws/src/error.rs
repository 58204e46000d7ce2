//! The errors of calls.

use barelambda::{Error, FunctionError};

/// Defines constants of [`Error`].
macro_rules! errors {
    ($($(#[$doc:meta])+ $name:ident = $type:literal, $message:literal;)*) => {$(
        $(#[$doc])+
        pub const $name: Error = {
            const WHAT: &FunctionError = &FunctionError::new($type, $message);
            Error::of(WHAT)
        };
    )*};
}

errors! {
    /// The call had no reply in time. A call ends before the invocation's deadline.
    TIMEOUT = "Aws.Timeout", "the call had no reply in time";
}
