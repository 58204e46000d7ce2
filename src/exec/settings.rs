//! What the environment says of the program.

use core::ffi::CStr;

use super::failure::Failure;
use crate::buffer::Cursor;
use crate::context::Context;
use crate::field::is_sendable;
use crate::log::Format;
use crate::sys::env;
use crate::sys::process::{self, Child};
use crate::sys::vectors::Vectors;

/// The bytes that the arguments and the addresses of the environment take, for a program that is started during the initialisation: room for
/// 2,000 variables, and 16 KiB of path and arguments.
pub const LAUNCH: usize = 32 * 1024;

/// The longest path, with the zero behind it (PATH_MAX).
const PATH: usize = 4096;

/// The environment or the arguments do not fit (E2BIG).
const TOO_LONG: u32 = 7;

#[derive(Copy, Clone)]
pub struct Settings {
    /// `LAMBDA_TASK_ROOT`, or nothing.
    root: &'static [u8],
    /// `_HANDLER`.
    handler: &'static [u8],
    arguments: &'static [u8],
    pub mode: Mode,
    pub streams: bool,
    /// Empty if it is not set.
    content_type: &'static [u8],
    pub format: Format,
}

#[derive(Copy, Clone, PartialEq, Eq)]
pub enum Mode {
    Process,
    Lines,
}

/// The variables of an invocation, and the fields of the head of its event that they come from.
static VARIABLES: [(&[u8], &str); 8] = [
    (b"_X_AMZN_TRACE_ID=", "lambda-runtime-trace-id"),
    (b"BARELAMBDA_REQUEST_ID=", "lambda-runtime-aws-request-id"),
    (b"BARELAMBDA_INVOCATION_ID=", "lambda-runtime-invocation-id"),
    (b"BARELAMBDA_DEADLINE_MS=", "lambda-runtime-deadline-ms"),
    (b"BARELAMBDA_FUNCTION_ARN=", "lambda-runtime-invoked-function-arn"),
    (b"BARELAMBDA_TENANT_ID=", "lambda-runtime-aws-tenant-id"),
    (b"BARELAMBDA_CLIENT_CONTEXT=", "lambda-runtime-client-context"),
    (b"BARELAMBDA_COGNITO_IDENTITY=", "lambda-runtime-cognito-identity"),
];

impl Settings {
    /// The settings, if the program could be executed.
    ///
    /// # Errors
    /// A value that a variable cannot have; [`Failure::CannotExecute`].
    pub fn from_environment() -> Result<Self, Failure<'static>> {
        let handler = variable(b"_HANDLER");
        if handler.is_empty() {
            return Err(Failure::Setting(b"_HANDLER", handler));
        }
        let content_type = variable(b"BARELAMBDA_CONTENT_TYPE");
        if !content_type.is_empty() && !is_sendable(content_type) {
            return Err(Failure::Setting(b"BARELAMBDA_CONTENT_TYPE", content_type));
        }
        let settings = Self {
            root: variable(b"LAMBDA_TASK_ROOT"),
            handler,
            arguments: variable(b"BARELAMBDA_ARGS"),
            mode: if choice(b"BARELAMBDA_MODE", b"process", b"lines")? { Mode::Lines } else { Mode::Process },
            streams: choice(b"BARELAMBDA_RESPONSE", b"buffered", b"stream")?,
            content_type,
            format: Format::from_environment(),
        };
        if settings.streams && settings.mode == Mode::Lines {
            return Err(Failure::Setting(b"BARELAMBDA_RESPONSE with BARELAMBDA_MODE=lines", b"stream"));
        }
        // No more room than this: each page of it would have to be touched before the first GET /next.
        let mut buffer = [0; PATH];
        let mut path = Cursor::new(&mut buffer);
        for part in settings.path() {
            path.push(part);
        }
        path.push(b"\0");
        let is_full = path.is_full();
        let path = CStr::from_bytes_until_nul(&buffer).unwrap_or_default();
        let checked = if is_full { Err(TOO_LONG) } else { process::check(path) };
        checked.map(|()| settings).map_err(|errno| Failure::CannotExecute(settings.path(), errno))
    }

    /// Starts the program, for an invocation if there is a context. `buffer` is for its arguments and its environment.
    ///
    /// # Errors
    /// [`Failure::CannotExecute`].
    pub fn start(&self, context: Option<&Context<'_>>, buffer: &mut [u8]) -> Result<Child, Failure<'static>> {
        let child = self.vectors(context, buffer).and_then(|vectors| Child::start(&vectors));
        child.map_err(|errno| Failure::CannotExecute(self.path(), errno))
    }

    /// The content type of answers, if it is not `default`.
    pub fn content_type(&self, default: &'static str) -> &'static str {
        if self.content_type.is_empty() { default } else { str::from_utf8(self.content_type).unwrap_or(default) }
    }

    /// The path of the program, in parts.
    pub const fn path(&self) -> [&'static [u8]; 3] {
        if self.root.is_empty() || matches!(self.handler, [b'/', ..]) { [self.handler, b"", b""] } else { [self.root, b"/", self.handler] }
    }

    fn vectors<'b>(&self, context: Option<&Context<'_>>, buffer: &'b mut [u8]) -> Result<Vectors<'b>, u32> {
        let mut vectors = Vectors::new(buffer);
        vectors.push(&self.path());
        for argument in self.arguments.split(|byte| *byte == b' ') {
            if !argument.is_empty() {
                vectors.push(&[argument]);
            }
        }
        vectors.end_arguments();
        for (name, field) in &VARIABLES {
            if let Some(value) = context.and_then(|context| context.invocation.find(field)) {
                vectors.push(&[name, value]);
            }
        }
        let is_ours = |text: &[u8]| VARIABLES.iter().any(|(name, _)| text.starts_with(name));
        if vectors.end_environment(is_ours) { Ok(vectors) } else { Err(TOO_LONG) }
    }
}

/// The value of a variable; nothing if it is not set.
fn variable(name: &[u8]) -> &'static [u8] {
    env::var(name).unwrap_or_default()
}

/// Whether a variable has the second of two values, of which the first is the default.
fn choice(name: &'static [u8], first: &[u8], second: &[u8]) -> Result<bool, Failure<'static>> {
    let value = variable(name);
    if value == second {
        Ok(true)
    } else if value.is_empty() || value == first {
        Ok(false)
    } else {
        Err(Failure::Setting(name, value))
    }
}
