#[cfg(feature = "log")]
mod formatted;
