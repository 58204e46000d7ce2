use std::ffi::OsString;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::Outcome;

/// Called with each line that the function's processes write to stdout and stderr, without its line
/// feed, in order of arrival.
pub type LogSink = Arc<dyn Fn(&[u8]) + Send + Sync>;

/// Called with the outcome of every invocation, through the Invoke API or
/// [`crate::Emulator::invoke`].
pub type OutcomeSink = Arc<dyn Fn(&Outcome) + Send + Sync>;

/// The function that the emulator runs, and how it runs it.
///
/// [`Options::new`] sets the default of each field.
#[derive(Clone)]
pub struct Options {
    /// The function's program: a path, or a bare name that is looked up in `PATH`.
    pub program: PathBuf,
    /// The program's arguments. Default: none, as on Lambda.
    pub args: Vec<OsString>,
    /// A command and its arguments that run the program, such as `qemu-aarch64-static`. Default:
    /// none.
    pub runner: Option<Vec<OsString>>,
    /// The value of `_HANDLER`. Default: `bootstrap`.
    pub handler: String,
    /// The value of `AWS_LAMBDA_FUNCTION_NAME`, also part of the ARN. Default: `function`.
    pub function_name: String,
    /// Variables that are added to Lambda's own and may replace them. Only `PATH` and `HOME` are
    /// inherited from the caller's environment. Default: none.
    pub environment: Vec<(OsString, OsString)>,
    /// The value of `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`, in MB. It isn't enforced. Default: 128.
    pub memory_size: u32,
    /// The time limit of the initialisation, and then of each invocation, after which the process
    /// is killed. Default: 30 s rather than Lambda's 3 s, since programs run here under debuggers,
    /// tracers and emulated processors.
    pub timeout: Duration,
    /// How many invocations run at once, each in a separate process. Further ones wait in order.
    /// Zero counts as one. Default: 1.
    pub concurrency: usize,
    /// The address of the Invoke API. Default: a free port of `127.0.0.1`.
    pub listen: SocketAddr,
    /// The address of the function's URL. Default: none.
    pub url: Option<SocketAddr>,
    /// Where the event of a request to the function's URL has its cookies. Default:
    /// [`Cookies::Both`].
    pub cookies: Cookies,
    /// The framing of an event's body. Default: [`EventFraming::Auto`].
    pub event_framing: EventFraming,
    /// Whether events carry `Lambda-Runtime-Invocation-Id`. Default: yes.
    pub invocation_ids: bool,
    /// Whether the Invoke API accepts payloads that aren't JSON, which Lambda refuses. Default:
    /// no.
    pub raw_payloads: bool,
    /// Whether peak memory and faults are read from `/proc` at each answer, which costs some tens
    /// of microseconds. Default: yes.
    pub measure: bool,
    /// Called with each line of the function's log, and with a line for each invalid answer to a
    /// request to the function's URL. Default: none. [`Outcome::log`] has the text in any case.
    pub log_sink: Option<LogSink>,
    /// Called with the outcome of each invocation. Default: none.
    pub outcome_sink: Option<OutcomeSink>,
}

impl Options {
    /// Returns the default options for a program.
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
            cookies: Cookies::Both,
            event_framing: EventFraming::Auto,
            invocation_ids: true,
            raw_payloads: false,
            measure: true,
            log_sink: None,
            outcome_sink: None,
        }
    }

    /// Adds a variable to [`Options::environment`].
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

/// Where the event of a request has its cookies. Function URLs were seen to send both, and behind
/// CloudFront the header alone; HTTP APIs send the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cookies {
    /// In the list `cookies` and in `headers.cookie`.
    #[default]
    Both,
    /// In the list `cookies` alone.
    List,
    /// In `headers.cookie` alone.
    Header,
}

/// The framing of an event in the reply to GET /next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EventFraming {
    /// The framing of Lambda's server: `Content-Length` below [`crate::CHUNKED_FROM`] bytes, and
    /// one chunk from there on.
    #[default]
    Auto,
    /// `Content-Length` for every size.
    ContentLength,
    /// `Transfer-Encoding: chunked` with the whole event as one chunk, for every size.
    Chunked,
}

/// The properties of one invocation besides the payload.
///
/// A field that is `None` has Lambda's value. An empty string leaves the header out of the event.
/// Control characters become spaces, which doesn't change valid JSON.
#[derive(Clone, Debug, Default)]
pub struct InvokeOptions {
    /// The request id. Default: a new random UUID.
    pub request_id: Option<String>,
    /// The invocation id, sent when [`Options::invocation_ids`] is on. Default: a new random UUID.
    pub invocation_id: Option<String>,
    /// The function's name, alias or ARN as the caller wrote it, from which the ARN is made.
    /// Default: [`Options::function_name`].
    pub function: Option<String>,
    /// The trace header. Default: a new unsampled one.
    pub trace_id: Option<String>,
    /// The client context as JSON, not base64. Default: absent.
    pub client_context: Option<String>,
    /// The Cognito identity as JSON. Default: absent.
    pub cognito_identity: Option<String>,
    /// The tenant id. Default: absent.
    pub tenant_id: Option<String>,
}
