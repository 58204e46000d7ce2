use std::time::{SystemTime, UNIX_EPOCH};

use barelambda_emulator::script::message::Next;
use serde_json::{Value, json};

use super::{asking, event, id};
use crate::check::source::API;
use crate::check::{Check, Group};
use crate::harness::Harness;
use crate::session::brief;
use crate::verdict::{CheckResult, Verdict, ensure, failed};

pub const CHECKS: &[Check] = &[
    Check {
        name: "context-request-id",
        group: Group::Context,
        requires: "The handler receives the id of its request.",
        source: API,
        run: |harness| tells(harness, "requestId", |next| (next, json!(id(1)))),
    },
    Check {
        name: "context-deadline",
        group: Group::Context,
        requires: "The handler receives its deadline, in milliseconds since 1970.",
        source: API,
        run: |harness| {
            tells(harness, "deadlineMs", |next| {
                (next.header(DEADLINE, "1893456000123"), json!(1_893_456_000_123_u64))
            })
        },
    },
    Check {
        name: "context-arn",
        group: Group::Context,
        requires: "The handler receives the ARN that was invoked, with its version or alias.",
        source: API,
        run: |harness| {
            let arn = "arn:aws:lambda:eu-central-1:123456789012:function:name:alias";
            tells(harness, "invokedFunctionArn", |next| {
                (next.header("Lambda-Runtime-Invoked-Function-Arn", arn), json!(arn))
            })
        },
    },
    Check {
        name: "context-trace-id",
        group: Group::Context,
        requires: "The handler receives the X-Ray tracing header of its invocation.",
        source: API,
        run: |harness| {
            let trace =
                "Root=1-63441c4a-abcdef012345678912345678;Parent=0123456789abcdef;Sampled=1";
            tells(harness, "traceId", |next| {
                (next.header("Lambda-Runtime-Trace-Id", trace), json!(trace))
            })
        },
    },
    Check {
        name: "context-client-context",
        group: Group::Context,
        requires: "The handler receives the client context, which is JSON.",
        source: API,
        run: |harness| {
            let context = client_context("a \"title\" 1");
            tells(harness, "clientContext", |next| {
                (
                    next.header("Lambda-Runtime-Client-Context", &context.to_string()),
                    context.clone(),
                )
            })
        },
    },
    Check {
        name: "context-identity",
        group: Group::Context,
        requires: "The handler receives the Cognito identity, which is JSON.",
        source: API,
        run: |harness| {
            let identity = identity("us-east-1:1");
            tells(harness, "identity", |next| {
                (
                    next.header("Lambda-Runtime-Cognito-Identity", &identity.to_string()),
                    identity.clone(),
                )
            })
        },
    },
    Check {
        name: "context-tenant-id",
        group: Group::Context,
        requires: "The handler receives the id of the tenant for whom it is invoked.",
        source: "AWS Lambda Developer Guide, \"Tenant isolation\"",
        run: |harness| {
            tells(harness, "tenantId", |next| {
                (next.header("Lambda-Runtime-Aws-Tenant-Id", "blue-7"), json!("blue-7"))
            })
        },
    },
    Check {
        name: "context-is-its-own",
        group: Group::Context,
        requires: "The context of one invocation isn't passed to the next one, whose header fields are absent.",
        source: API,
        run: is_its_own,
    },
    Check {
        name: "context-deadline-in-the-past",
        group: Group::Context,
        requires: "An invocation with a past deadline is answered, or fails: Lambda itself enforces the deadline.",
        source: API,
        run: deadline_in_the_past,
    },
    Check {
        name: "context-deadline-far-ahead",
        group: Group::Context,
        requires: "A deadline may be years after the current time.",
        source: API,
        run: deadline_far_ahead,
    },
];

const DEADLINE: &str = "Lambda-Runtime-Deadline-Ms";

/// Returns a client context in the format of AWS's mobile SDKs.
pub fn client_context(title: &str) -> Value {
    let client = json!({
        "installation_id": "8f4a", "app_title": title, "app_version_name": "1.0", "app_version_code": "1", "app_package_name": "example"
    });
    json!({"client": client, "custom": {"key": "value"}, "env": {"locale": "en_US"}})
}

/// Returns an identity in Cognito's format.
pub fn identity(id: &str) -> Value {
    json!({"cognitoIdentityId": id, "cognitoIdentityPoolId": "us-east-1:2"})
}

/// Asks a handler for its context, and compares one member with what was sent.
fn tells(harness: &Harness, member: &str, sent: impl Fn(Next) -> (Next, Value)) -> CheckResult {
    let session = harness.start()?;
    let (next, wanted) = sent(asking(1, "context"));
    let context = context(&session.invoke(&next)?)?;
    let told = context.get(member).cloned().unwrap_or_default();
    if told.is_null() {
        return Err(Verdict::NotApplicable(format!("the handler's context has no {member}")));
    }
    ensure!(told == wanted, "{member} is {told}, expected {wanted}");
    Ok(())
}

fn context(body: &[u8]) -> CheckResult<Value> {
    match serde_json::from_slice(body) {
        Ok(value @ Value::Object(_)) => Ok(value),
        _ => failed(format!("the context isn't a JSON object: {}", brief(body))),
    }
}

fn is_its_own(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let full = asking(1, "context")
        .header("Lambda-Runtime-Client-Context", &client_context("of the first").to_string())
        .header("Lambda-Runtime-Cognito-Identity", &identity("of the first").to_string())
        .header("Lambda-Runtime-Aws-Tenant-Id", "of the first");
    context(&session.invoke(&full)?)?;
    let context = context(&session.invoke(&asking(2, "context"))?)?;
    ensure!(
        !context.to_string().contains("of the first"),
        "the context of the second one is {context}"
    );
    ensure!(context["requestId"] == json!(id(2)), "the context of the second one is {context}");
    Ok(())
}

fn deadline_in_the_past(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    for (number, deadline) in
        ["0".to_owned(), "1".to_owned(), (now - 60_000).to_string(), now.to_string()]
            .into_iter()
            .enumerate()
    {
        session.next()?.deliver(&event(number).header(DEADLINE, &deadline))?;
        let posted = session.post()?;
        ensure!(posted.is_for(&id(number)), "received {}", posted.summary());
        ensure!(
            posted.is_error() || posted.request.body == event(number).event(),
            "received {}",
            posted.summary()
        );
        posted.accept();
    }
    session.echo(&event(9))
}

fn deadline_far_ahead(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    for (number, deadline) in
        ["4294967296000", "9999999999999", "253402300799999", "9007199254740991"]
            .into_iter()
            .enumerate()
    {
        session.echo(&event(number).header(DEADLINE, deadline))?;
    }
    Ok(())
}
