//! Operations on bytes, independent of protocols and the kernel.

pub(crate) mod base64;
pub mod cursor;
pub mod decimal;
#[cfg(feature = "json")]
pub(crate) mod float;
pub mod header_value;
pub mod json_escape;
#[cfg(feature = "error-path")]
pub(crate) mod json_path;
pub(crate) mod search;
#[cfg(any(feature = "capi", feature = "exec-wrapper", feature = "log"))]
pub(crate) mod utf8;
