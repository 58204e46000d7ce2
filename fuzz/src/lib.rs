//! The checks of the fuzz targets. They compare JSON with serde_json, heads with httparse,
//! addresses with std, requests with httparse, and bodies, replies, answers of name servers and
//! whole conversations with models.
//! `tests/tests/json/reading.rs` and `tests/tests/protocol/heads.rs` include these files, and run
//! the checks without libFuzzer.

pub mod addresses;
pub mod answers;
pub mod bodies;
pub mod bundles;
pub mod conversation;
pub mod differences;
pub mod events;
pub mod heads;
pub mod reading;
pub mod replies;
pub mod requests;
pub mod source;
pub mod types;
pub mod writing;
