//! Does what the conformance suite's events ask for, and echoes other events:
//! `cargo bare invoke conformance '"conformance:context"'`
//!
//! `cargo bare conformance` runs the suite, whose README has the list of events. With
//! CONFORMANCE_INIT=error or =panic the initialisation fails.
#![cfg_attr(all(target_env = "musl", not(feature = "std"), not(test)), no_std, no_main)]
use core::time::Duration;

use barelambda::{Context, Error, FunctionError, Invocation, Responder, Response};

barelambda::entry!(init = start);

static ASKED_FOR: FunctionError =
    FunctionError::new("Function.AskedFor", "the event asked for an error");
static BAD_START: FunctionError =
    FunctionError::new("Function.BadStart", "CONFORMANCE_INIT asked for an error");

/// One byte more than Lambda accepts.
const TOO_LARGE: usize = barelambda::PAYLOAD_LIMIT + 1;

type Function = fn(Invocation) -> Response;

fn start() -> Result<Function, Error> {
    match barelambda::env("CONFORMANCE_INIT") {
        Some("error") => Err(Error::from(&BAD_START)),
        Some("panic") => panic!("CONFORMANCE_INIT asked for a panic"),
        _ => Ok(conformance),
    }
}

fn conformance(invocation: Invocation) -> Response {
    // What follows `"conformance:`, up to the closing quotation mark. Other events have no name.
    let name = invocation
        .event
        .payload()
        .strip_prefix(b"\"conformance:")
        .and_then(|name| name.strip_suffix(b"\""));
    let name = name.unwrap_or_default();
    match name {
        b"error" => Err(Error::from(&ASKED_FOR)),
        b"panic" => panic!("the event asked for a panic"),
        b"exit" => barelambda::exit(3),
        b"large" => {
            let mut response = invocation.responder.writer();
            response.write(b"\"")?;
            for _ in 0..TOO_LARGE - 2 {
                response.write(b"x")?;
            }
            response.write(b"\"")?;
            response.finish()
        }
        b"slow" => {
            barelambda::sleep(Duration::from_secs(1));
            invocation.responder.bytes(invocation.event.into_payload())
        }
        b"context" => describe(&invocation.context, invocation.responder),
        b"stream-http" => {
            let mut stream = invocation.responder.http_stream(
                201,
                &[("content-type", "text/plain"), ("x-conformance", "yes")],
                &["a=b"],
            )?;
            stream.write(b"one\n")?;
            stream.write(b"two\n")?;
            stream.finish()
        }
        _ => match name.strip_prefix(b"stream") {
            Some(how) => stream(how, invocation.responder),
            None => invocation.responder.bytes(invocation.event.into_payload()),
        },
    }
}

/// Streams a response. `how` is the text after `stream` in the event.
fn stream<'a>(how: &[u8], responder: Responder<'a>) -> Response<'a> {
    let mut stream = responder.stream();
    match how {
        b"" => {
            stream.write(b"one\n")?;
            stream.flush()?;
            for line in ["two\n", "three\n"] {
                barelambda::sleep(Duration::from_millis(200));
                stream.write(line.as_bytes())?;
                stream.flush()?;
            }
            stream.finish()
        }
        b"-empty" => stream.finish(),
        b"-large" => {
            for _ in 0..20 * 1024 {
                stream.write(&[b'x'; 1024])?;
            }
            stream.finish()
        }
        b"-error" => {
            stream.write(b"one\n")?;
            stream.flush()?;
            Err(Error::from(&ASKED_FOR))
        }
        b"-panic" => {
            stream.write(b"one\n")?;
            stream.flush()?;
            panic!("the event asked for a panic")
        }
        // "-error-first": nothing has been sent.
        _ => Err(Error::from(&ASKED_FOR)),
    }
}

/// Responds with the context. The client context and the identity are JSON already.
fn describe<'a>(context: &Context<'_>, responder: Responder<'a>) -> Response<'a> {
    let mut response = responder.writer();
    response.write(b"{\"requestId\":")?;
    response.json(context.request_id())?;
    response.write(b",\"deadlineMs\":")?;
    response.json(&context.deadline_ms())?;
    response.write(b",\"invokedFunctionArn\":")?;
    response.json(&context.function_arn())?;
    response.write(b",\"traceId\":")?;
    response.json(&context.trace_id())?;
    response.write(b",\"clientContext\":")?;
    response.write(context.client_context().unwrap_or("null").as_bytes())?;
    response.write(b",\"identity\":")?;
    response.write(context.cognito_identity().unwrap_or("null").as_bytes())?;
    response.write(b",\"tenantId\":")?;
    response.json(&context.tenant_id())?;
    response.write(b"}")?;
    response.finish()
}
