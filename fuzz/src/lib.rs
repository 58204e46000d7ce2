//! JSON, held against serde_json: what the fuzz targets check, and with less speed `tests/tests/json_reading.rs`, which includes these
//! files.

pub mod differences;
pub mod reading;
pub mod types;
pub mod writing;
