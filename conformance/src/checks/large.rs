use std::thread::sleep;
use std::time::Duration;

use barelambda_emulator::script::message::{self, with_header};

use super::{asking, event, id};
use crate::check::source::RIE;
use crate::check::{Check, Group};
use crate::harness::Harness;
use crate::session::{Action, NextRequest, Session, ended_badly};
use crate::verdict::{CheckResult, ensure, failed};

/// How much of a large answer is read before it is refused, in bytes.
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
        requires: "An answer that was refused with 413 is not sent again: it would be as large.",
        source: RIE,
        run: is_not_sent_again,
    },
    Check {
        name: "large-413-then-on",
        group: Group::Status,
        requires: "After 413 the runtime goes on with the next invocation, or ends with a status other than 0.",
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
    message::error(413, "RequestEntityTooLarge", "Exceeded maximum allowed payload size (6291556 bytes).")
}

/// Has a large answer refused. `false` when the runtime itself reports that it is too large, and so is never refused.
fn refused(session: &Session) -> CheckResult<bool> {
    session.next()?.deliver(&asking(1, "large"))?;
    let posted = session.post()?;
    ensure!(posted.is_for(&id(1)), "{} came", posted.summary());
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
        Action::Post(posted) if posted.is_error() => failed(format!("after 413, {} came", posted.summary())),
        Action::Post(_) => Ok(()),
        Action::Exit(status) => ended_badly(status),
        Action::Next(asked) => next_alone(&session, &asked),
    }
}

/// After 413 GET /next is there, perhaps from before: the next POST is the answer to the next event.
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
        Action::Post(posted) if !posted.is_error() => failed(format!("after 413, {} came again", posted.request.target)),
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
            // Another check is about this.
            Action::Post(posted) => posted.reply(&message::error(403, "InvalidStateTransition", "State transition is not allowed"))?,
        }
    }
    failed("three more POSTs came, and no GET /next")
}

fn in_the_middle(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.server().hold_posts_at(Some(READ));
    session.next()?.deliver(&asking(1, "large"))?;
    for _ in 0..3 {
        let connection = match session.held_or_posted()? {
            Ok(connection) => connection,
            Err(posted) => {
                // Its own error, which is small.
                ensure!(posted.is_error() && posted.is_for(&id(1)), "{} came", posted.summary());
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
            // The refusal may have been lost in the reset: once more is no loop.
            None => {}
        }
    }
    failed("the answer was sent again and again")
}
