//! The header fields of an invocation.

use serde_json::{Value, json};

use crate::defects::{defect, odd};
use crate::http::Reply;

#[derive(Clone, Default)]
pub struct Invocation {
    pub request_id: String,
    pub invocation_id: Option<String>,
    headers: Vec<(&'static str, Option<String>)>,
}

const NAMES: [&str; 7] = [
    "Lambda-Runtime-Deadline-Ms",
    "Lambda-Runtime-Invoked-Function-Arn",
    "Lambda-Runtime-Trace-Id",
    "Lambda-Runtime-Client-Context",
    "Lambda-Runtime-Cognito-Identity",
    "Lambda-Runtime-Aws-Tenant-Id",
    "Lambda-Runtime-Invocation-Id",
];

impl Invocation {
    /// Returns `None` without a request id.
    pub fn of(reply: &Reply, last: &Self) -> Option<Self> {
        let value = |name: &str| reply.header(name).map(str::to_owned);
        let mut request_id = value("Lambda-Runtime-Aws-Request-Id").unwrap_or_default();
        if request_id.is_empty() && !defect("answers-nobody") {
            return None;
        }
        if defect("answers-the-first-id") && !last.request_id.is_empty() {
            request_id.clone_from(&last.request_id);
        }
        let mut headers: Vec<_> = NAMES.map(|name| (name, value(name))).into();
        if defect("context-of-before") {
            for ((_, value), (_, old)) in headers.iter_mut().zip(&last.headers) {
                *value = value.take().or_else(|| old.clone());
            }
        }
        let mut invocation_id = value("Lambda-Runtime-Invocation-Id");
        if defect("first-invocation-id") && last.invocation_id.is_some() {
            invocation_id.clone_from(&last.invocation_id);
        }
        if defect("makes-up-an-invocation-id") {
            invocation_id = invocation_id.or_else(|| Some("made-up".to_owned()));
        }
        Some(Self { request_id, invocation_id, headers })
    }

    /// Returns whether it is the same attempt.
    pub fn is(&self, other: &Self) -> bool {
        self.request_id == other.request_id && self.invocation_id == other.invocation_id
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(given, _)| *given == name)
            .and_then(|(_, value)| value.as_deref())
    }

    /// Returns the JSON that "conformance:context" asks for.
    pub fn context(&self) -> Value {
        let text = |name, wrong| self.header(name).map(|value| odd(wrong, value));
        let parsed = |name, wrong| {
            text(name, wrong).and_then(|value| serde_json::from_str::<Value>(&value).ok())
        };
        let deadline: Option<u64> =
            self.header("Lambda-Runtime-Deadline-Ms").and_then(|value| value.parse().ok());
        json!({
            "requestId": odd("context-request-id", &self.request_id),
            "deadlineMs": deadline.map(|deadline| if defect("deadline-in-seconds") { deadline / 1000 } else { deadline }),
            "invokedFunctionArn": text("Lambda-Runtime-Invoked-Function-Arn", "context-arn"),
            "traceId": text("Lambda-Runtime-Trace-Id", "context-trace"),
            "clientContext": parsed("Lambda-Runtime-Client-Context", "context-client"),
            "identity": parsed("Lambda-Runtime-Cognito-Identity", "context-identity"),
            "tenantId": text("Lambda-Runtime-Aws-Tenant-Id", "context-tenant"),
        })
    }
}
