use std::thread::sleep;
use std::time::Duration;

use barelambda_emulator::script::message::{self, with_header};

use super::{asking, event, id};
use crate::check::source::RIE;
use crate::check::{Check, Group};
use crate::harness::Harness;
use crate::session::{Action, NextRequest, Session, ended_badly};
use crate::verdict::{CheckResult, ensure, failed};

/// How many bytes of a large answer are read before it is refused.
const READ: usize = 64 << 10;

pub const CHECKS: &[Check] = &[
    Check {
        name: "large-413-posts-no-error",
        group: Group::Status,
        requires: "After 413 the invocation is over: a POST /error for it would be refused with 403.",
        source: RIE,
        run: posts_no_error,
    },
    Check {
        name: "large-413-is-not-sent-again",
        group: Group::Status,
        requires: "An answer that was refused with 413 isn't sent again, since its size is the same.",
        source: RIE,
        run: is_not_sent_again,
    },
    Check {
        name: "large-413-then-on",
        group: Group::Status,
        requires: "After 413 the runtime continues with the next invocation, or ends with a status other than 0.",
        source: RIE,
        run: then_on,
    },
    Check {
        name: "large-413-in-the-middle",
        group: Group::Status,
        requires: "The server may refuse an answer with 413 and close before it has read all of it.",
        source: "RFC 9112, section 9.5",
        run: in_the_middle,
    },
];

fn refusal() -> Vec<u8> {
    message::error(
        413,
        "RequestEntityTooLarge",
        "Exceeded maximum allowed payload size (6291556 bytes).",
    )
}

/// Refuses a large answer. Returns `false` when the runtime itself reports that it is too large.
fn refused(session: &Session) -> CheckResult<bool> {
    session.next()?.deliver(&asking(1, "large"))?;
    let posted = session.post()?;
    ensure!(posted.is_for(&id(1)), "received {}", posted.summary());
    if posted.is_error() {
        posted.accept();
        return Ok(false);
    }
    posted.reply(&refusal())?;
    Ok(true)
}

fn posts_no_error(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    if !refused(&session)? {
        return session.recovers_or_ends();
    }
    match session.next_action()? {
        Action::Post(posted) if posted.is_error() => {
            failed(format!("received {} after 413", posted.summary()))
        }
        Action::Post(_) => Ok(()),
        Action::Exit(status) => ended_badly(status),
        Action::Next(asked) => next_alone(&session, &asked),
    }
}

/// After 413, checks that the next POST is the answer to the next event. The runtime may have sent
/// its GET /next before.
fn next_alone(session: &Session, asked: &NextRequest<'_>) -> CheckResult {
    asked.deliver(&event(2))?;
    session.echoed_or_ended(&event(2))
}

fn is_not_sent_again(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    if !refused(&session)? {
        return session.recovers_or_ends();
    }
    match session.next_action()? {
        Action::Post(posted) if !posted.is_error() => {
            failed(format!("received {} again after 413", posted.request.target))
        }
        Action::Post(_) => Ok(()),
        Action::Exit(status) => ended_badly(status),
        Action::Next(asked) => next_alone(&session, &asked),
    }
}

fn then_on(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    refused(&session)?;
    for _ in 0..3 {
        match session.next_action()? {
            Action::Exit(status) => return ended_badly(status),
            Action::Next(asked) => return next_alone(&session, &asked),
            // Another check tests this.
            Action::Post(posted) => posted.reply(&message::error(
                403,
                "InvalidStateTransition",
                "State transition is not allowed",
            ))?,
        }
    }
    failed("received three more POSTs and no GET /next")
}

fn in_the_middle(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.server().hold_posts_at(Some(READ));
    session.next()?.deliver(&asking(1, "large"))?;
    for _ in 0..3 {
        let connection = match session.held_or_posted()? {
            Ok(connection) => connection,
            Err(posted) => {
                // The runtime's own error, which is small.
                ensure!(
                    posted.is_error() && posted.is_for(&id(1)),
                    "received {}",
                    posted.summary()
                );
                posted.accept();
                return session.recovers_or_ends();
            }
        };
        let _ = connection.send(&with_header(&refusal(), "Connection", "close"));
        connection.half_close();
        sleep(Duration::from_millis(300));
        connection.close();
        match session.next_action_or_held()? {
            Some(Action::Exit(status)) => return ended_badly(status),
            Some(Action::Next(asked)) => return next_alone(&session, &asked),
            Some(Action::Post(posted)) => posted.accept(),
            // The refusal may have been lost in the reset: one repetition isn't a loop.
            None => {}
        }
    }
    failed("received the answer again and again")
}
