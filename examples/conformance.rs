//! Does whatever the conformance suite's events ask for, and echoes everything else: `cargo bare invoke conformance
//! '"conformance:context"'`
//!
//! `cargo bare conformance` runs the suite, whose README has the list of events. With CONFORMANCE_INIT=error or =panic the
//! initialisation fails.
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
use core::time::Duration;

use barelambda::{Context, Error, Event, FunctionError, Responded, Responder};

barelambda::entry!(init = start);

static ASKED_FOR: FunctionError = FunctionError::new("Function.AskedFor", "the event asked for an error");
static BAD_START: FunctionError = FunctionError::new("Function.BadStart", "CONFORMANCE_INIT asked for an error");

/// One byte more than Lambda takes.
const TOO_LARGE: usize = barelambda::PAYLOAD_LIMIT + 1;

type Function = for<'a> fn(Event<'a>, Responder<'a>) -> Result<Responded<'a>, Error>;

fn start() -> Result<Function, Error> {
    match barelambda::env("CONFORMANCE_INIT") {
        Some("error") => Err(Error::from(&BAD_START)),
        Some("panic") => panic!("CONFORMANCE_INIT asked for a panic"),
        _ => Ok(conformance),
    }
}

fn conformance<'a>(event: Event<'a>, responder: Responder<'a>) -> Result<Responded<'a>, Error> {
    // The name behind "conformance: and before the quotation mark; of any other event, no name.
    let name = event.payload().strip_prefix(b"\"conformance:").and_then(|name| name.strip_suffix(b"\""));
    match name.unwrap_or_default() {
        b"error" => Err(Error::from(&ASKED_FOR)),
        b"panic" => panic!("the event asked for a panic"),
        b"exit" => barelambda::exit(3),
        b"large" => {
            let mut response = responder.writer();
            response.write(b"\"")?;
            for _ in 0..TOO_LARGE - 2 {
                response.write(b"x")?;
            }
            response.write(b"\"")?;
            response.finish()
        }
        b"slow" => {
            barelambda::sleep(Duration::from_secs(1));
            responder.bytes(event.into_payload())
        }
        b"context" => describe(event.context(), responder),
        b"stream" => {
            let mut stream = responder.stream();
            stream.write(b"one\n")?;
            stream.flush()?;
            for line in ["two\n", "three\n"] {
                barelambda::sleep(Duration::from_millis(200));
                stream.write(line.as_bytes())?;
                stream.flush()?;
            }
            stream.finish()
        }
        b"stream-http" => {
            let mut stream = responder.http_stream(201, &[("content-type", "text/plain"), ("x-conformance", "yes")], &["a=b"])?;
            stream.write(b"one\n")?;
            stream.write(b"two\n")?;
            stream.finish()
        }
        b"stream-empty" => responder.stream().finish(),
        b"stream-large" => {
            let mut stream = responder.stream();
            for _ in 0..20 * 1024 {
                stream.write(&[b'x'; 1024])?;
            }
            stream.finish()
        }
        b"stream-error" => {
            let mut stream = responder.stream();
            stream.write(b"one\n")?;
            stream.flush()?;
            Err(Error::from(&ASKED_FOR))
        }
        b"stream-panic" => {
            let mut stream = responder.stream();
            stream.write(b"one\n")?;
            stream.flush()?;
            panic!("the event asked for a panic")
        }
        b"stream-error-first" => {
            let _stream = responder.stream();
            Err(Error::from(&ASKED_FOR))
        }
        _ => responder.bytes(event.into_payload()),
    }
}

/// What the context has. Client context and identity are JSON already.
fn describe<'a>(context: &Context<'_>, responder: Responder<'a>) -> Result<Responded<'a>, Error> {
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
