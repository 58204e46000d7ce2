//! What a check is.

use crate::harness::Harness;
use crate::verdict::CheckResult;

/// One thing that Lambda requires of a runtime, and how to see whether it is so.
#[derive(Clone, Copy)]
pub struct Check {
    /// Stable, in kebab case.
    pub name: &'static str,
    /// What it belongs to.
    pub group: Group,
    /// One sentence.
    pub requires: &'static str,
    /// Where that is written, or was seen.
    pub source: &'static str,
    /// Runs the scenario, and says what went wrong.
    pub run: fn(&Harness) -> CheckResult,
}

/// What checks are about, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// The first request.
    Start,
    /// An initialisation that fails.
    Init,
    /// Replies to GET /next, in every framing.
    Event,
    /// `Lambda-Runtime-Invocation-Id`.
    InvocationId,
    /// What a handler is told of its invocation.
    Context,
    /// POST /response.
    Answer,
    /// Errors, panics and exits of the handler.
    Error,
    /// Answers that Lambda refuses, and its other statuses.
    Status,
    /// Connections that close, break or stall.
    Connection,
    /// Streamed answers.
    Stream,
    /// Streamed answers that fail.
    StreamFault,
}

impl Group {
    /// Its heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Init => "initialisation errors",
            Self::Event => "next and the event",
            Self::InvocationId => "invocation id",
            Self::Context => "context",
            Self::Answer => "answers",
            Self::Error => "errors, panics and exits",
            Self::Status => "statuses",
            Self::Connection => "connections",
            Self::Stream => "streaming",
            Self::StreamFault => "streaming faults",
        }
    }
}

/// Where requirements come from.
pub mod source {
    pub const API: &str = "AWS Lambda Developer Guide, \"Using the Lambda runtime API for custom runtimes\"";
    pub const CUSTOM: &str = "AWS Lambda Developer Guide, \"Building a custom runtime for AWS Lambda\"";
    pub const STREAMING: &str = "AWS Lambda Developer Guide, \"Response streaming for Lambda functions\"";
    pub const LIFECYCLE: &str = "AWS Lambda Developer Guide, \"Understanding the Lambda execution environment lifecycle\"";
    pub const RIE: &str = "observed on the Runtime Interface Emulator";
}
