//! Any program as the handler, run as a supervised child: the binary `exec`, or `entry!(init = Program::from_environment)`.
//!
//! # What runs
//! | variable | |
//! |---|---|
//! | `_HANDLER` | the program, which is not this one, relative to `LAMBDA_TASK_ROOT` unless it begins with `/`: the function's setting "handler". A script needs its `#!` line |
//! | `BARELAMBDA_ARGS` | its arguments, with blanks between them; there are no quotation marks |
//! | `BARELAMBDA_MODE` | `process`, the default: a process for each invocation; `lines`: one process, which answers a line with a line |
//! | `BARELAMBDA_RESPONSE` | `buffered`, the default: the answer is sent when it is whole; `stream`: it is sent as it comes (not with `lines`) |
//! | `BARELAMBDA_CONTENT_TYPE` | the content type of answers; `application/json` otherwise, and `application/octet-stream` for streams |
//!
//! A program that cannot be executed, or a value that is not in this table, is an error of the initialisation.
//!
//! # A process for each invocation
//! The event is on stdin, and stdin ends behind it. What the program writes to stdout is the answer if its exit status is 0. It need not read
//! all of its event. The environment is that of the function, and besides `_X_AMZN_TRACE_ID` and the context:
//! `BARELAMBDA_REQUEST_ID`, `BARELAMBDA_INVOCATION_ID`, `BARELAMBDA_DEADLINE_MS`, `BARELAMBDA_FUNCTION_ARN`, `BARELAMBDA_TENANT_ID`,
//! `BARELAMBDA_CLIENT_CONTEXT` and `BARELAMBDA_COGNITO_IDENTITY`; what Lambda did not send is not set.
//!
//! The answer is what has been written when the process ends, even if others still have its stdout open. Then all that is left of its
//! process group is killed. A process that has left the group (`setsid`) lives on, frozen and thawed with the function; nobody reads what it
//! writes to its former stdout and stderr.
//!
//! # A line for a line
//! With `BARELAMBDA_MODE=lines` the program is started once, during the initialisation. For each invocation it gets the event as one line
//! (line breaks, which are only blanks in JSON, become spaces), and answers with one line, without what belongs to others: a
//! program that buffers its output has to flush it. The context is not passed. A line `!TYPE MESSAGE` is an error: JSON never begins with `!`.
//!
//! A program that ends, that does not answer in time, whose line is too long, or that writes more than was asked for, is ended
//! with its group, and started anew for the next invocation: at most once for each. An end between two invocations is logged, as a
//! warning of the next one.
//!
//! # Errors
//! | type | |
//! |---|---|
//! | `Function.ExitStatus` | the program ended with a status other than 0, or, with `lines`, without an answer; the message has the status, and the last lines of stderr |
//! | `Function.Signal` | it was ended by a signal, which the message names, with the last lines of stderr |
//! | `Function.Timeout` | it was stopped shortly before the deadline; the message has the last line of stderr |
//! | `Function.ResponseSizeTooLarge` | it wrote more than 6,291,556 bytes, and was killed |
//! | `Function.CannotExecute` | it could not be executed |
//! | `Function.NoAnswer` | with `lines`: it closed stdout without an answer, and lived on |
//! | `Function.UnaskedLine` | with `lines`: it wrote more than one line, or one before it had been given all of an event |
//! | TYPE | it said so: with `lines`, or by a `!TYPE MESSAGE` on stdout and a status other than 0 |
//!
//! With `stream`, what went out before is not taken back: the error follows it, in the trailers.
//!
//! # The deadline
//! A tenth of the invocation's time before its deadline, at most a second, the process group gets SIGTERM, and half of that later SIGKILL. A
//! deadline that is not there, or has passed before, is none. While a stream waits for a slow reader, nobody looks at the clock.
//!
//! # The log
//! stderr is the log: each line in the format that `AWS_LAMBDA_LOG_FORMAT` names, with the level INFO and the request id; in JSON, a line
//! that is an object already stays as it is. Longer lines than 2,048 bytes are split. With `lines`, what is written between two invocations
//! has the request id of the next one.

mod error;
mod launch;
mod program;
mod settings;
mod stderr_log;
mod stdout;
mod supervise;

pub use program::Program;
