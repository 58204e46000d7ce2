//! Starts the program that the environment names.

use super::error::ProgramError;
use super::settings::{CONTENT_TYPE, HANDLER, Mode, path, variable};
use crate::bytes::header_value::is_sendable;
use crate::log::Format;
use crate::runtime_api::invocation::InvocationHead;
use crate::sys::exec_args::ExecArgs;
use crate::sys::executable;
use crate::sys::process::Child;

/// The size in bytes of the buffer for the arguments and environment addresses of a program that is
/// started during the initialisation: 2,000 variables, and 16 KiB of path and arguments.
pub const ARGS_BUFFER: usize = 32 * 1024;

/// The arguments or the environment don't fit (E2BIG).
const TOO_LONG: u32 = 7;

/// The variable that marks the environment of a program with the address of the Runtime API.
const MARK: &[u8] = b"BARELAMBDA_EXEC_OF";
const RUNTIME_API: &[u8] = b"AWS_LAMBDA_RUNTIME_API";

/// Returns whether a program that this bootstrap has started, for the same Runtime API, executes
/// the bootstrap again. It would request invocations too, and start itself without end.
pub fn is_nested() -> bool {
    let mark = variable(MARK);
    !mark.is_empty() && mark == variable(RUNTIME_API)
}

/// The settings that the environment selects.
#[derive(Copy, Clone)]
pub struct Settings {
    pub mode: Mode,
    pub streams: bool,
    pub format: Format,
}

/// The variables of an invocation, and the header fields that they come from.
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
    /// Reads the settings, and checks that the program can be executed.
    ///
    /// # Errors
    /// Returns [`ProgramError::Setting`] for an invalid value, and [`ProgramError::CannotExecute`].
    pub fn from_environment() -> Result<Self, ProgramError<'static>> {
        if variable(HANDLER).is_empty() {
            return Err(ProgramError::Setting(HANDLER, b""));
        }
        let content_type = variable(CONTENT_TYPE);
        if !content_type.is_empty() && !is_sendable(content_type) {
            return Err(ProgramError::Setting(CONTENT_TYPE, content_type));
        }
        let mode = if choice(b"BARELAMBDA_MODE", b"process", b"lines")? {
            Mode::Lines
        } else {
            Mode::Process
        };
        let streams = choice(b"BARELAMBDA_RESPONSE", b"buffered", b"stream")?;
        if streams && mode == Mode::Lines {
            return Err(ProgramError::Setting(
                b"BARELAMBDA_RESPONSE with BARELAMBDA_MODE=lines",
                b"stream",
            ));
        }
        executable::check(&path()).map_err(ProgramError::CannotExecute)?;
        Ok(Self { mode, streams, format: Format::from_environment() })
    }
}

/// Starts the program, for an invocation if there is one. `buffer` is for its arguments and its
/// environment.
///
/// # Errors
/// Returns [`ProgramError::CannotExecute`].
pub fn start(
    invocation: Option<&InvocationHead<'_>>,
    buffer: &mut [u8],
) -> Result<Child, ProgramError<'static>> {
    let mut args = ExecArgs::new(buffer);
    push_all(invocation, &mut args);
    let result = if args.fit() { Child::start(&args) } else { Err(TOO_LONG) };
    result.map_err(ProgramError::CannotExecute)
}

/// Pushes the arguments, then the environment.
fn push_all(invocation: Option<&InvocationHead<'_>>, args: &mut ExecArgs<'_>) {
    args.push(&path());
    for argument in variable(b"BARELAMBDA_ARGS").split(|byte| *byte == b' ') {
        if !argument.is_empty() {
            args.push(&[argument]);
        }
    }
    args.end();
    for (name, field) in &VARIABLES {
        if let Some(value) = invocation.and_then(|invocation| invocation.find(field)) {
            args.push(&[name, value]);
        }
    }
    args.push(&[MARK, b"=", variable(RUNTIME_API)]);
    args.push_environment(|text| {
        !VARIABLES.iter().any(|(name, _)| text.starts_with(name))
            && !text.strip_prefix(MARK).is_some_and(|rest| rest.starts_with(b"="))
    });
}

/// Returns whether a variable has the value `second`. The default is `first`.
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
