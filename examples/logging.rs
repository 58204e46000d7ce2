//! Logs through the crate `log`, and emits metrics:
//! `cargo bare invoke logging --file examples/events/logging.json`
//!
//! The same as JSON, and more of it:
//! `cargo bare invoke logging --file examples/events/logging.json --env AWS_LAMBDA_LOG_FORMAT=JSON
//! --env AWS_LAMBDA_LOG_LEVEL=TRACE`
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
use barelambda::metrics::{Metric, Metrics, Unit};
use barelambda::{Error, Invocation, Response};

barelambda::entry!(init = setup, response = 256);

type Function = fn(Invocation) -> Response;

fn setup() -> Result<Function, Error> {
    log::info!(
        "starting as {}",
        barelambda::env("AWS_LAMBDA_FUNCTION_NAME").unwrap_or("a function without a name")
    );
    Ok(handle)
}

fn handle(invocation: Invocation) -> Response {
    let Invocation { context, event, responder } = invocation;
    let payload = event.payload();
    log::trace!("called as {}", context.function_arn().unwrap_or("a function without an ARN"));
    log::debug!("{} s are left", context.remaining().as_secs());
    match str::from_utf8(payload) {
        Ok("") => log::error!("the event is empty"),
        Ok(text) => log::info!("the event is {text}"),
        Err(error) => log::warn!("the event is not text: {error}"),
    }
    Metrics {
        namespace: "barelambda/examples",
        dimensions: &[("example", "logging")],
        metrics: &[
            Metric::new("Invocations", Unit::Count, 1),
            Metric::new("EventSize", Unit::Bytes, payload.len()),
        ],
        properties: &[("requestId", context.request_id())],
    }
    .emit()?;
    responder.bytes(b"\"logged\"")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_initialiser_does_not_fail() {
        assert!(super::setup().is_ok());
    }
}
