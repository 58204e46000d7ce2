mod de;
#[cfg(feature = "error-path")]
mod path;
mod raw;
mod reader;
mod records;
mod ser;
mod string;
