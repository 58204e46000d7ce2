//! Runs any program as the handler, in a supervised child process: the binary `exec`, or
//! `entry!(init = Program::from_environment)`.
//!
//! # Settings
//! | variable | value |
//! |---|---|
//! | `_HANDLER` | the program, relative to `LAMBDA_TASK_ROOT` unless it begins with `/`. Lambda sets it to the function's handler. It can't be this bootstrap itself, by any path or link, nor execute it. A script needs its `#!` line |
//! | `BARELAMBDA_ARGS` | its arguments, separated by spaces; there is no quoting |
//! | `BARELAMBDA_MODE` | `process` (default): one process per invocation. `lines`: one process that responds to each line with a line |
//! | `BARELAMBDA_RESPONSE` | `buffered` (default): the response is sent when it is complete. `stream`: it is sent as it is written; not with `lines` |
//! | `BARELAMBDA_CONTENT_TYPE` | the content type of responses; `application/json` by default, `application/octet-stream` for streams |
//!
//! A program that can't be executed, or a value that isn't in this table, fails the initialisation.
//!
//! # A process for each invocation
//! The event is on stdin, which then ends. The program doesn't have to read all of it. What it
//! writes to stdout is the response, if it exits with status 0. The environment is that of the
//! function, with `_X_AMZN_TRACE_ID`, `BARELAMBDA_REQUEST_ID`, `BARELAMBDA_INVOCATION_ID`,
//! `BARELAMBDA_DEADLINE_MS`, `BARELAMBDA_FUNCTION_ARN`, `BARELAMBDA_TENANT_ID`,
//! `BARELAMBDA_CLIENT_CONTEXT` and `BARELAMBDA_COGNITO_IDENTITY`. A value that Lambda didn't send
//! isn't set.
//!
//! The response is complete when the process exits, even if other processes have its stdout open.
//! The rest of its process group is then killed. A process that has left the group (`setsid`)
//! continues to run, frozen and thawed with the function. What it writes to its former stdout and
//! stderr is lost.
//!
//! # A line for a line
//! With `BARELAMBDA_MODE=lines` the program is started once, during the initialisation. It receives
//! each event as one line, with line breaks replaced by spaces, and responds with one line. A
//! program that buffers its output has to flush each line. The context isn't passed. A line
//! `!TYPE MESSAGE` is an error, since JSON never begins with `!`.
//!
//! If the program exits, doesn't respond in time, writes too long a line, or writes more than was
//! asked for, it is killed with its group, and the next invocation starts it again. Each invocation
//! starts it at most once. If it ends between two invocations, the next one logs a warning.
//!
//! # Errors
//! | type | cause |
//! |---|---|
//! | `Function.ExitStatus` | the program exited with a status other than 0, or, with `lines`, without a response. The message has the status and the last lines of stderr |
//! | `Function.Signal` | a signal ended it. The message names the signal and has the last lines of stderr |
//! | `Function.Timeout` | it was stopped shortly before the deadline. The message has the last line of stderr |
//! | `Function.ResponseSizeTooLarge` | it wrote more than 6,291,556 bytes and was killed |
//! | `Function.CannotExecute` | it couldn't be executed |
//! | `Function.NoAnswer` | with `lines`: it closed stdout without a response and continued to run |
//! | `Function.UnaskedLine` | with `lines`: it wrote more than one line, or a line before it had received the whole event |
//! | `Function.InvalidSetting` | a variable of the settings has an invalid value |
//! | TYPE | it wrote `!TYPE MESSAGE` to stdout and exited with a status other than 0; with `lines`, the line is enough |
//!
//! With `stream`, an error after the first byte goes into the trailers.
//!
//! # The deadline
//! A tenth of the invocation's time before its deadline, but at most one second, the process group
//! receives SIGTERM, and half of that time later SIGKILL. A missing deadline, or one that has
//! passed at the start, is ignored. While a stream waits for a slow reader, the deadline isn't
//! checked.
//!
//! # The log
//! stderr is the log. Each line has the format of `AWS_LAMBDA_LOG_FORMAT`, with the level INFO and
//! the request id. In JSON, a line that is an object is passed through unchanged. Lines longer than
//! 2,048 bytes are split. With `lines`, what is written between two invocations has the request id
//! of the next one.

mod error;
mod launch;
mod program;
mod settings;
mod stderr_log;
mod stdout;
mod supervise;

pub use program::Program;
