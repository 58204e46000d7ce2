use std::ffi::OsString;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::Outcome;

/// Takes one line of what the function's processes write to stdout and stderr, without its line feed, in order of arrival.
pub type LogSink = Arc<dyn Fn(&[u8]) + Send + Sync>;

/// Is shown every invocation that has ended, those of the Invoke API and of [`crate::Emulator::invoke`] alike.
pub type OutcomeSink = Arc<dyn Fn(&Outcome) + Send + Sync>;

/// Which function the emulator runs, and how.
///
/// [`Options::new`] gives the defaults that each field names; change the fields that should differ.
#[derive(Clone)]
pub struct Options {
    /// The function's program: a path, or a bare name that is looked up in `PATH`.
    pub program: PathBuf,
    /// The program's arguments. Default: none, as on Lambda.
    pub args: Vec<OsString>,
    /// A command and its arguments put in front of the program, such as `qemu-aarch64-static`. Default: none.
    pub runner: Option<Vec<OsString>>,
    /// The value of `_HANDLER`. Default: `bootstrap`.
    pub handler: String,
    /// The value of `AWS_LAMBDA_FUNCTION_NAME`, also part of the ARN. Default: `function`.
    pub function_name: String,
    /// Variables put on top of Lambda's own, which they may replace. Of the caller's environment only `PATH` and `HOME` are
    /// inherited. Default: none.
    pub environment: Vec<(OsString, OsString)>,
    /// The value of `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`, in MB. It is told to the function, not enforced. Default: 128.
    pub memory_size: u32,
    /// How long the initialisation, and then each invocation, may take before the process is killed. Default: 30 s rather than
    /// Lambda's 3 s, since programs run here under debuggers, tracers and emulated processors.
    pub timeout: Duration,
    /// How many invocations run at once, each in a process of its own; more wait in order. Zero counts as one. Default: 1.
    pub concurrency: usize,
    /// Where the Invoke API listens. Default: a free port of `127.0.0.1`.
    pub listen: SocketAddr,
    /// Where the function's URL is served. Default: nowhere.
    pub url: Option<SocketAddr>,
    /// How the body of an event is framed. Default: [`EventFraming::Auto`].
    pub event_framing: EventFraming,
    /// Whether events carry `Lambda-Runtime-Invocation-Id`. Default: yes.
    pub invocation_ids: bool,
    /// Whether peak memory and faults are read from `/proc` at each answer, some tens of microseconds. Default: yes.
    pub measure: bool,
    /// Takes the function's log line by line, and between its lines what is wrong with an answer to the function's URL. Default: none; [`Outcome::log`] has the text in any case.
    pub log_sink: Option<LogSink>,
    /// Is shown each invocation that has ended. Default: none.
    pub outcome_sink: Option<OutcomeSink>,
}

impl Options {
    /// The defaults, for one program.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            runner: None,
            handler: "bootstrap".to_owned(),
            function_name: "function".to_owned(),
            environment: Vec::new(),
            memory_size: 128,
            timeout: Duration::from_secs(30),
            concurrency: 1,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            url: None,
            event_framing: EventFraming::Auto,
            invocation_ids: true,
            measure: true,
            log_sink: None,
            outcome_sink: None,
        }
    }

    /// Adds one variable to [`Options::environment`].
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Options")
            .field("program", &self.program)
            .field("args", &self.args)
            .field("runner", &self.runner)
            .field("function_name", &self.function_name)
            .field("timeout", &self.timeout)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}

/// How the event of a GET /next is framed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EventFraming {
    /// As Lambda's server does: `Content-Length` below [`crate::CHUNKED_FROM`] bytes, from there on one chunk.
    #[default]
    Auto,
    /// `Content-Length`, whatever the size.
    ContentLength,
    /// `Transfer-Encoding: chunked`, one chunk of the whole event, whatever the size.
    Chunked,
}

/// What a caller says of one invocation besides the payload.
///
/// A field that is `None` gets what Lambda would send; an empty string leaves the header out of the event.
/// Control characters are turned into spaces, which changes nothing in valid JSON.
#[derive(Clone, Debug, Default)]
pub struct InvokeOptions {
    /// The request id. Default: a new random UUID.
    pub request_id: Option<String>,
    /// The invocation id, sent when [`Options::invocation_ids`] is on. Default: a new random UUID.
    pub invocation_id: Option<String>,
    /// The function's name, alias or ARN as the caller wrote it, from which the ARN is made. Default: [`Options::function_name`].
    pub function: Option<String>,
    /// The trace header. Default: a new unsampled one.
    pub trace_id: Option<String>,
    /// The client context, JSON as it is (not base64). Default: left out.
    pub client_context: Option<String>,
    /// The Cognito identity, JSON. Default: left out.
    pub cognito_identity: Option<String>,
    /// The tenant id. Default: left out.
    pub tenant_id: Option<String>,
}
