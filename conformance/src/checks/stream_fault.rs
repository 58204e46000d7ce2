use std::thread::sleep;
use std::time::Duration;

use barelambda_emulator::script::message::{self, with_header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::error::check_body;
use super::stream::written;
use super::{asking, event, id};
use crate::check::source::STREAMING;
use crate::check::{Check, Group};
use crate::harness::Harness;
use crate::session::{Action, Ending, Session, brief, ended_badly};
use crate::verdict::{CheckResult, Verdict, ensure, failed};

const TYPE: &str = "Lambda-Runtime-Function-Error-Type";
const BODY: &str = "Lambda-Runtime-Function-Error-Body";

/// How many bytes of a large stream are read before it breaks.
const READ: usize = 200_000;

macro_rules! fault_check {
    ($name:literal, $requires:literal, $run:expr) => {
        Check {
            name: $name,
            group: Group::StreamFault,
            requires: $requires,
            source: STREAMING,
            run: $run,
        }
    };
}

pub const CHECKS: &[Check] = &[
    fault_check!(
        "stream-error-type",
        "A mid-stream error is reported in the trailer Lambda-Runtime-Function-Error-Type.",
        error_type
    ),
    fault_check!(
        "stream-error-body",
        "A mid-stream error is reported in the trailer Lambda-Runtime-Function-Error-Body, as the base64 of its JSON.",
        error_body
    ),
    fault_check!(
        "stream-error-announced",
        "The trailers of a stream are announced in its Trailer header.",
        announced
    ),
    fault_check!(
        "stream-error-is-no-success",
        "A stream whose handler fails doesn't end as a complete one.",
        |harness| { no_success(harness, "stream-error") }
    ),
    fault_check!(
        "stream-error-adds-nothing",
        "A mid-stream error isn't written into the body.",
        adds_nothing
    ),
    fault_check!(
        "stream-error-posts-nothing",
        "Once a stream has begun, its error isn't posted to /error.",
        posts_nothing
    ),
    fault_check!(
        "stream-error-then-on",
        "After a mid-stream error the runtime continues with the next invocation.",
        then_on
    ),
    fault_check!(
        "stream-panic-is-no-success",
        "A stream whose handler panics breaks off or ends with trailers; it doesn't end as a complete one.",
        |harness| no_success(harness, "stream-panic")
    ),
    fault_check!(
        "stream-panic-then-on-or-out",
        "After a mid-stream panic the runtime continues, or ends with a status other than 0.",
        panic_then
    ),
    fault_check!(
        "stream-error-before-its-first-byte",
        "A stream that fails before its first byte is an error: at /error, in trailers, or as a broken connection.",
        before_its_first_byte
    ),
    fault_check!(
        "stream-loss",
        "When the connection breaks mid-stream, the runtime continues or ends: it doesn't hang.",
        |harness| { breaks(harness, &[]) }
    ),
    fault_check!(
        "stream-refused-with-403",
        "When the server refuses a stream with 403 and closes the connection mid-stream, the runtime continues or ends.",
        |harness| {
            breaks(
                harness,
                &message::error(403, "InvalidStateTransition", "State transition is not allowed"),
            )
        }
    ),
    fault_check!(
        "stream-refused-with-413",
        "When the server refuses a stream with 413 and closes the connection mid-stream, the runtime continues or ends.",
        |harness| { breaks(harness, &message::error(413, "RequestEntityTooLarge", "too large")) }
    ),
    fault_check!(
        "stream-reply-lost",
        "When the reply to a complete stream is lost and the invocation is repeated, the runtime streams again or reports an error: it doesn't hang.",
        reply_lost
    ),
    fault_check!(
        "stream-410",
        "After 410 a stream isn't sent again, and the runtime doesn't stall.",
        gone
    ),
];

/// Asks for a stream with this event, and waits for its end.
fn ending<'s>(session: &'s Session, what: &str) -> CheckResult<Ending<'s>> {
    session.next()?.deliver(&asking(1, what))?;
    let call = session.begun()?;
    let ending = session.ending(call)?;
    if let Ending::Whole(posted) = &ending {
        ensure!(posted.request.target.ends_with("/response"), "received {}", posted.summary());
    }
    Ok(ending)
}

/// Waits for a stream that fails, and returns the request with its trailers.
fn trailers(
    harness: &Harness,
) -> CheckResult<std::sync::Arc<barelambda_emulator::script::Request>> {
    let session = harness.start()?;
    match ending(&session, "stream-error")? {
        Ending::Whole(posted) => Ok(posted.request.clone()),
        Ending::Cut(body) => failed(format!(
            "expected trailers, and the program closed the connection after {}",
            brief(&body)
        )),
    }
}

fn error_type(harness: &Harness) -> CheckResult {
    let request = trailers(harness)?;
    let value = request.trailer(TYPE).unwrap_or_default();
    ensure!(!value.is_empty(), "the trailers are {:?}", request.trailers);
    Ok(())
}

fn error_body(harness: &Harness) -> CheckResult {
    let request = trailers(harness)?;
    let Some(value) = request.trailer(BODY) else {
        return failed(format!("the trailers are {:?}", request.trailers));
    };
    match STANDARD.decode(value) {
        Ok(body) => check_body(&body, "asked for an error"),
        Err(error) => failed(format!("{BODY} is not base64 ({error}): {value}")),
    }
}

fn announced(harness: &Harness) -> CheckResult {
    let request = trailers(harness)?;
    ensure!(!request.trailers.is_empty(), "there are no trailers");
    let announced = request.header("Trailer").unwrap_or_default();
    let is = |name: &str| announced.split(',').any(|given| given.trim().eq_ignore_ascii_case(name));
    ensure!(
        request.trailers.iter().all(|(name, _)| is(name)),
        "Trailer is {announced:?}, and the trailers are {:?}",
        request.trailers
    );
    Ok(())
}

fn no_success(harness: &Harness, what: &str) -> CheckResult {
    let session = harness.start()?;
    match ending(&session, what)? {
        Ending::Whole(posted) => {
            ensure!(
                posted.request.trailer(TYPE).is_some(),
                "the stream {} ended without trailers",
                brief(&posted.request.body)
            );
        }
        Ending::Cut(_) => session.recovers_or_ends()?,
    }
    Ok(())
}

fn adds_nothing(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let body = match ending(&session, "stream-error")? {
        Ending::Whole(posted) => posted.request.body.clone(),
        Ending::Cut(body) => body,
    };
    ensure!(written(&body) == b"one\n", "the stream is {}, expected \"one\\n\"", brief(&body));
    Ok(())
}

fn posts_nothing(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    if let Ending::Whole(posted) = ending(&session, "stream-error")? {
        posted.accept();
    }
    match session.next_action()? {
        Action::Post(posted) => failed(format!("received {} after the stream", posted.summary())),
        _ => Ok(()),
    }
}

fn then_on(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    match ending(&session, "stream-error")? {
        Ending::Whole(posted) => {
            posted.accept();
            session.echo(&event(2))
        }
        Ending::Cut(_) => session.recovers_or_ends(),
    }
}

fn panic_then(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    if let Ending::Whole(posted) = ending(&session, "stream-panic")? {
        posted.accept();
    }
    session.recovers_or_ends()
}

fn before_its_first_byte(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.next()?.deliver(&asking(1, "stream-error-first"))?;
    let call = session.begun()?;
    match session.ending(call)? {
        Ending::Cut(_) => session.recovers_or_ends(),
        Ending::Whole(posted) => {
            let request = &posted.request;
            if posted.is_error() {
                check_body(&request.body, "asked for an error")?;
            } else {
                ensure!(
                    request.trailer(TYPE).is_some(),
                    "received {} without trailers",
                    posted.summary()
                );
                ensure!(written(&request.body).is_empty(), "received {}", posted.summary());
            }
            posted.accept();
            session.recovers_or_ends()
        }
    }
}

/// Breaks a large stream off, after a reply or without one.
fn breaks(harness: &Harness, reply: &[u8]) -> CheckResult {
    let session = harness.start()?;
    session.server().hold_posts_at(Some(READ));
    session.next()?.deliver(&asking(1, "stream-large"))?;
    let connection = session.held()?;
    if reply.is_empty() {
        connection.reset();
    } else {
        // The program may have disconnected already.
        let _ = connection.send(&with_header(reply, "Connection", "close"));
        connection.half_close();
        sleep(Duration::from_millis(200));
        connection.close();
    }
    session.server().hold_posts_at(None);
    over(&session)
}

/// After a stream that broke off, the runtime may repeat it twice, and must continue or end.
fn over(session: &Session) -> CheckResult {
    for _ in 0..3 {
        match session.next_action()? {
            Action::Exit(status) => return ended_badly(status),
            Action::Next(asked) => {
                asked.deliver(&event(2))?;
                return session.echoed_or_ended(&event(2));
            }
            Action::Post(posted) => {
                ensure!(posted.is_for(&id(1)), "received {}", posted.summary());
                posted.reply(&message::error(
                    403,
                    "InvalidStateTransition",
                    "State transition is not allowed",
                ))?;
            }
        }
    }
    failed("received three more POSTs for the same invocation")
}

fn reply_lost(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let Ending::Whole(posted) = ending(&session, "stream")? else {
        return failed("the program broke the stream off");
    };
    posted.connection().reset();
    for _ in 0..3 {
        match session.next_action()? {
            Action::Exit(status) => return ended_badly(status),
            Action::Next(asked) => asked.deliver(&asking(1, "stream"))?,
            Action::Post(posted) => {
                let again = written(&posted.request.body) == b"one\ntwo\nthree\n";
                ensure!(
                    posted.is_for(&id(1)) && (again || posted.is_error()),
                    "received {}",
                    posted.summary()
                );
                posted.accept();
                return session.recovers_or_ends();
            }
        }
    }
    Err(Verdict::Failed(
        "the same invocation was delivered three times and not answered".to_owned(),
    ))
}

fn gone(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let Ending::Whole(posted) = ending(&session, "stream")? else {
        return failed("the program broke the stream off");
    };
    posted.reply(&message::error(410, "InvokeTimeout", "Invoke timeout"))?;
    match session.next_action()? {
        Action::Post(posted) => failed(format!("received {} after 410", posted.summary())),
        Action::Exit(status) => ended_badly(status),
        Action::Next(asked) => {
            asked.deliver(&event(2))?;
            session.echoed_or_ended(&event(2))
        }
    }
}
