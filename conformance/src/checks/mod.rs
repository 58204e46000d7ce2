//! The checks, one file for each group.

mod answer;
mod connection;
mod connection_loss;
mod context;
mod endurance;
mod error;
mod event;
mod event_bytes;
mod event_head;
mod init;
mod invocation_id;
mod large;
mod start;
mod status;
mod stream;
mod stream_fault;
mod stream_http;

use std::sync::OnceLock;

use barelambda_emulator::script::message::{Next, next};

use crate::check::Check;

/// Returns every check, in the order of the table.
pub fn checks() -> &'static [Check] {
    static CHECKS: OnceLock<Vec<Check>> = OnceLock::new();
    CHECKS.get_or_init(|| {
        [
            start::CHECKS,
            init::CHECKS,
            event::CHECKS,
            event_head::CHECKS,
            event_bytes::CHECKS,
            invocation_id::CHECKS,
            context::CHECKS,
            answer::CHECKS,
            endurance::CHECKS,
            error::CHECKS,
            large::CHECKS,
            status::CHECKS,
            connection::CHECKS,
            connection_loss::CHECKS,
            stream::CHECKS,
            stream_http::CHECKS,
            stream_fault::CHECKS,
        ]
        .concat()
    })
}

/// An ordinary event.
const EVENT: &str = r#"{"key":"value","list":[1,2.50,null]}"#;

/// Returns a request id in Lambda's format, different for every number.
fn id(number: usize) -> String {
    format!("8476a536-e9f4-11e8-9739-{number:012x}")
}

/// Returns an ordinary invocation, different for every number.
fn event(number: usize) -> Next {
    next(&id(number), format!("{{\"number\":{number}}}"))
}

/// Returns an invocation with the event `"conformance:WHAT"` of the contract.
fn asking(number: usize, what: &str) -> Next {
    next(&id(number), format!("\"conformance:{what}\""))
}
