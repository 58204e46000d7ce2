//! The settings of the program in the environment.

use crate::sys::env;

pub const HANDLER: &[u8] = b"_HANDLER";
pub const CONTENT_TYPE: &[u8] = b"BARELAMBDA_CONTENT_TYPE";

#[derive(Copy, Clone, PartialEq, Eq)]
pub enum Mode {
    Process,
    Lines,
}

/// Returns the content type of responses, or `default` if it isn't set.
pub fn content_type(default: &'static [u8]) -> &'static [u8] {
    match variable(CONTENT_TYPE) {
        b"" => default,
        content_type => content_type,
    }
}

/// Returns the path of the program, in parts.
pub fn path() -> [&'static [u8]; 3] {
    let (root, handler) = (variable(b"LAMBDA_TASK_ROOT"), variable(HANDLER));
    if root.is_empty() || matches!(handler, [b'/', ..]) {
        [b"", b"", handler]
    } else {
        [root, b"/", handler]
    }
}

/// Returns the value of a variable, or an empty slice if it isn't set.
pub fn variable(name: &[u8]) -> &'static [u8] {
    env::var(name).unwrap_or_default()
}
