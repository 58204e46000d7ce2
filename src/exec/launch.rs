//! What the environment says of the program.

use super::error::ProgramError;
use crate::bytes::header_value::is_sendable;
use crate::handler::Context;
use crate::log::Format;
use crate::sys::env;
use crate::sys::exec_args::Vectors;
use crate::sys::process::{self, Child};

/// The bytes that the arguments and the addresses of the environment take, for a program that is started during the initialisation: room for
/// 2,000 variables, and 16 KiB of path and arguments.
pub const LAUNCH: usize = 32 * 1024;

const HANDLER: &[u8] = b"_HANDLER";
const CONTENT_TYPE: &[u8] = b"BARELAMBDA_CONTENT_TYPE";

/// The environment or the arguments do not fit (E2BIG).
const TOO_LONG: u32 = 7;

/// What there is to choose.
#[derive(Copy, Clone)]
pub struct Settings {
    pub mode: Mode,
    pub streams: bool,
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
    /// A value that a variable cannot have; [`ProgramError::CannotExecute`].
    pub fn from_environment() -> Result<Self, ProgramError<'static>> {
        if variable(HANDLER).is_empty() {
            return Err(ProgramError::Setting(HANDLER, b""));
        }
        let content_type = variable(CONTENT_TYPE);
        if !content_type.is_empty() && !is_sendable(content_type) {
            return Err(ProgramError::Setting(CONTENT_TYPE, content_type));
        }
        let mode = if choice(b"BARELAMBDA_MODE", b"process", b"lines")? { Mode::Lines } else { Mode::Process };
        let streams = choice(b"BARELAMBDA_RESPONSE", b"buffered", b"stream")?;
        if streams && mode == Mode::Lines {
            return Err(ProgramError::Setting(b"BARELAMBDA_RESPONSE with BARELAMBDA_MODE=lines", b"stream"));
        }
        process::check(&path()).map_err(ProgramError::CannotExecute)?;
        Ok(Self { mode, streams, format: Format::from_environment() })
    }
}

/// Starts the program, for an invocation if there is a context. `buffer` is for its arguments and its environment.
///
/// # Errors
/// [`ProgramError::CannotExecute`].
pub fn start(context: Option<&Context<'_>>, buffer: &mut [u8]) -> Result<Child, ProgramError<'static>> {
    let mut vectors = Vectors::new(buffer);
    push_all(context, &mut vectors);
    let result = if vectors.fit() { Child::start(&vectors) } else { Err(TOO_LONG) };
    result.map_err(ProgramError::CannotExecute)
}

/// The content type of answers, which is `default` if it is not set.
pub fn content_type(default: &'static [u8]) -> &'static [u8] {
    match variable(CONTENT_TYPE) {
        b"" => default,
        content_type => content_type,
    }
}

/// The path of the program, in parts.
pub fn path() -> [&'static [u8]; 3] {
    let (root, handler) = (variable(b"LAMBDA_TASK_ROOT"), variable(HANDLER));
    if root.is_empty() || matches!(handler, [b'/', ..]) { [b"", b"", handler] } else { [root, b"/", handler] }
}

/// The arguments, and the environment.
fn push_all(context: Option<&Context<'_>>, vectors: &mut Vectors<'_>) {
    vectors.push(&path());
    for argument in variable(b"BARELAMBDA_ARGS").split(|byte| *byte == b' ') {
        if !argument.is_empty() {
            vectors.push(&[argument]);
        }
    }
    vectors.end();
    for (name, field) in &VARIABLES {
        if let Some(value) = context.and_then(|context| context.invocation.find(field)) {
            vectors.push(&[name, value]);
        }
    }
    vectors.push_environment(|text| !VARIABLES.iter().any(|(name, _)| text.starts_with(name)));
}

/// The value of a variable; nothing if it is not set.
fn variable(name: &[u8]) -> &'static [u8] {
    env::var(name).unwrap_or_default()
}

/// Whether a variable has the second of two values, of which the first is the default.
fn choice(name: &'static [u8], first: &[u8], second: &[u8]) -> Result<bool, ProgramError<'static>> {
    let value = variable(name);
    if value == second {
        Ok(true)
    } else if value.is_empty() || value == first {
        Ok(false)
    } else {
        Err(ProgramError::Setting(name, value))
    }
}
