//! Operations on bytes, independent of protocols and the kernel.

pub mod base64;
pub mod cursor;
pub mod date;
pub(crate) mod float;
pub mod header_value;
pub mod json_escape;
pub(crate) mod json_path;
pub mod name;
pub mod number;
pub mod search;
pub(crate) mod utf8;
