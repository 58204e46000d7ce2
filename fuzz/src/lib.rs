//! The checks of the fuzz targets. They compare JSON with serde_json, heads with httparse,
//! addresses with std, and bodies and whole conversations with models.
//! `tests/tests/json/reading.rs` and `tests/tests/protocol/heads.rs` include these files, and run
//! the checks without libFuzzer.

pub mod addresses;
pub mod bodies;
pub mod conversation;
pub mod differences;
pub mod heads;
pub mod reading;
pub mod source;
pub mod types;
pub mod writing;
