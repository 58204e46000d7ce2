//! A check of the suite, and the groups that checks belong to.

use crate::harness::Harness;
use crate::verdict::CheckResult;

/// A requirement of Lambda on a runtime, and the scenario that tests it.
#[derive(Clone, Copy)]
pub struct Check {
    /// A stable name in kebab case.
    pub name: &'static str,
    /// The group in the table.
    pub group: Group,
    /// The requirement in one sentence.
    pub requires: &'static str,
    /// The document that states the requirement, or where it was observed.
    pub source: &'static str,
    /// Runs the scenario.
    pub run: fn(&Harness) -> CheckResult,
}

/// The subject of a check. The order is that of the table.
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
    /// The context that a handler receives.
    Context,
    /// POST /response.
    Answer,
    /// Errors, panics and exits of the handler.
    Error,
    /// Statuses of Lambda's replies, such as a refused answer.
    Status,
    /// Connections that close, break or stall.
    Connection,
    /// Streamed answers.
    Stream,
    /// Streamed answers that fail.
    StreamFault,
}

impl Group {
    /// Returns the heading of the group.
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

/// The sources of requirements.
pub mod source {
    pub const API: &str =
        "AWS Lambda Developer Guide, \"Using the Lambda runtime API for custom runtimes\"";
    pub const CUSTOM: &str =
        "AWS Lambda Developer Guide, \"Building a custom runtime for AWS Lambda\"";
    pub const STREAMING: &str =
        "AWS Lambda Developer Guide, \"Response streaming for Lambda functions\"";
    pub const LIFECYCLE: &str =
        "AWS Lambda Developer Guide, \"Understanding the Lambda execution environment lifecycle\"";
    pub const RIE: &str = "observed on the Runtime Interface Emulator";
}
