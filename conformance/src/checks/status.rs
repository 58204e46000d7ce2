use std::time::{Duration, Instant};

use barelambda_emulator::script::message;

use super::{asking, event, id};
use crate::check::source::{API, RIE};
use crate::check::{Check, Group};
use crate::harness::Harness;
use crate::session::{Action, ended_badly};
use crate::verdict::{CheckResult, ensure, failed};

/// How long GET /next is refused.
const REFUSING: Duration = Duration::from_millis(2500);

/// How often a runtime may ask in that time.
const ASKS: usize = 60;

macro_rules! status_check {
    ($name:literal, $requires:literal, $source:expr, $run:expr) => {
        Check { name: $name, group: Group::Status, requires: $requires, source: $source, run: $run }
    };
}

pub const CHECKS: &[Check] = &[
    status_check!(
        "status-202-without-a-body",
        "The 202 to an answer may have an empty body.",
        "RFC 9110, section 8.6",
        |harness| { accepted(harness, &message::bodiless(202)) }
    ),
    status_check!(
        "status-202-in-chunks",
        "The 202 to an answer may be chunked, with extensions and trailers.",
        "RFC 9112, section 7.1",
        |harness| {
            accepted(
                harness,
                b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\n{\"s\r\n5\r\n\":1}\n\r\n0\r\nX-T: 1\r\n\r\n",
            )
        }
    ),
    status_check!(
        "status-202-with-a-long-body",
        "The 202 to an answer may have a body of any length.",
        "RFC 9112, section 6.2",
        |harness| {
            accepted(
                harness,
                &message::answer(202, &format!("{{\"status\":\"{}\"}}", "OK".repeat(20_000))),
            )
        }
    ),
    status_check!(
        "status-200-on-answers",
        "An answer that was accepted with another 2xx than 202 isn't sent repeatedly.",
        RIE,
        |harness| { settled(harness, 200, false) }
    ),
    status_check!(
        "status-400-on-answers",
        "An answer that was refused with 400 isn't sent repeatedly, and doesn't stall the runtime.",
        API,
        |harness| { settled(harness, 400, false) }
    ),
    status_check!(
        "status-403-on-answers",
        "An answer that was refused with 403 isn't sent repeatedly, and doesn't stall the runtime.",
        API,
        |harness| { settled(harness, 403, false) }
    ),
    status_check!(
        "status-410-on-answers",
        "After 410, which means that the invocation has timed out, the runtime doesn't repeat its answer and doesn't stall.",
        RIE,
        |harness| settled(harness, 410, false)
    ),
    status_check!(
        "status-413-on-answers",
        "An answer that was refused with 413 isn't sent repeatedly, and doesn't stall the runtime.",
        API,
        |harness| { settled(harness, 413, false) }
    ),
    status_check!(
        "status-500-on-answers",
        "After 500, which means that the environment is broken, the runtime ends promptly or continues; it doesn't repeat the answer.",
        API,
        |harness| settled(harness, 500, false)
    ),
    status_check!(
        "status-400-on-errors",
        "An error that was refused with 400 isn't sent repeatedly, and doesn't stall the runtime.",
        API,
        |harness| { settled(harness, 400, true) }
    ),
    status_check!(
        "status-403-on-errors",
        "An error that was refused with 403 isn't sent repeatedly, and doesn't stall the runtime.",
        API,
        |harness| { settled(harness, 403, true) }
    ),
    status_check!(
        "status-410-on-errors",
        "An error that was refused with 410 isn't sent repeatedly, and doesn't stall the runtime.",
        RIE,
        |harness| { settled(harness, 410, true) }
    ),
    status_check!(
        "status-413-on-errors",
        "An error that was refused with 413 isn't sent repeatedly, and doesn't stall the runtime.",
        API,
        |harness| { settled(harness, 413, true) }
    ),
    status_check!(
        "status-500-on-errors",
        "After 500 to an error the runtime ends promptly or continues; it doesn't repeat the error.",
        API,
        |harness| { settled(harness, 500, true) }
    ),
    status_check!(
        "status-403-on-next",
        "After 403 to GET /next the runtime ends with a status other than 0, or asks again without a busy loop.",
        API,
        |harness| next_refused(harness, 403, false)
    ),
    status_check!(
        "status-404-on-next",
        "After 404 to GET /next the runtime ends with a status other than 0, or asks again without a busy loop.",
        RIE,
        |harness| { next_refused(harness, 404, false) }
    ),
    status_check!(
        "status-500-on-next",
        "After 500 to GET /next the environment is broken: the runtime ends promptly.",
        API,
        |harness| { next_refused(harness, 500, true) }
    ),
    status_check!(
        "status-503-on-next",
        "After another 5xx to GET /next the runtime ends with a status other than 0, or asks again without a busy loop.",
        "RFC 9110, section 15.6",
        |harness| next_refused(harness, 503, false)
    ),
];

/// Checks that the runtime understands this well-formed 202.
fn accepted(harness: &Harness, reply: &[u8]) -> CheckResult {
    let session = harness.start()?;
    session.next()?.deliver(&event(1))?;
    session.response(&id(1))?.reply(reply)?;
    session.echo(&event(2))?;
    session.next()?.deliver(&asking(3, "error"))?;
    let posted = session.post_or_echo()?;
    posted.reply(reply)?;
    session.echo(&event(4))
}

/// Refuses an answer with this status, with a body and without one. The runtime must continue, or
/// end with a failure.
fn settled(harness: &Harness, status: u16, error: bool) -> CheckResult {
    for reply in
        [message::error(status, "Refused", "refused by the check"), message::bodiless(status)]
    {
        let session = harness.start()?;
        session.next()?.deliver(&if error { asking(1, "error") } else { event(1) })?;
        let posted = if error { session.error(&id(1))? } else { session.response(&id(1))? };
        posted.reply(&reply)?;
        let mut again = 0;
        loop {
            match session.next_action()? {
                Action::Exit(status) => break ended_badly(status)?,
                Action::Next(asked) => {
                    asked.deliver(&event(2))?;
                    session.echoed_or_ended(&event(2))?;
                    break;
                }
                Action::Post(posted) => {
                    again += 1;
                    ensure!(posted.is_for(&id(1)), "received {}", posted.summary());
                    ensure!(
                        again < 3,
                        "received {again} more POSTs for the same invocation after {status}, the last one to {}",
                        posted.request.target
                    );
                    posted.reply(&reply)?;
                }
            }
        }
    }
    Ok(())
}

/// Refuses GET /next, with a body and without one.
fn next_refused(harness: &Harness, status: u16, must_end: bool) -> CheckResult {
    for reply in
        [message::error(status, "Refused", "refused by the check"), message::bodiless(status)]
    {
        let session = harness.start()?;
        let mut asks = 0;
        let mut since = None;
        loop {
            let asked = match session.next_action()? {
                Action::Exit(status) => break ended_badly(status)?,
                Action::Post(posted) => {
                    return failed(format!(
                        "received {} after a refused GET /next",
                        posted.summary()
                    ));
                }
                Action::Next(asked) => asked,
            };
            asks += 1;
            let since: Instant = *since.get_or_insert_with(Instant::now);
            ensure!(
                asks <= ASKS,
                "received GET /next {asks} times in {:?}, with a reply of {status} each time",
                since.elapsed()
            );
            if since.elapsed() > REFUSING {
                ensure!(
                    !must_end,
                    "received GET /next {:?} after the first reply of {status}",
                    since.elapsed()
                );
                asked.deliver(&event(2))?;
                session.echoed_or_ended(&event(2))?;
                break;
            }
            asked.reply(&reply)?;
        }
    }
    Ok(())
}
