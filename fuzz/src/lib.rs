//! What the fuzz targets check: JSON held against serde_json, heads against httparse, addresses against std, bodies and whole conversations
//! against models. With less speed `tests/tests/json_reading.rs` and its neighbours check the same; they include these files.

pub mod addresses;
pub mod bodies;
pub mod conversation;
pub mod differences;
pub mod heads;
pub mod reading;
pub mod source;
pub mod types;
pub mod writing;
