//! JSON, read in place and written without an allocator.

pub(crate) mod base64;
