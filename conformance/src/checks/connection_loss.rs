use std::time::{Duration, Instant};

use barelambda_emulator::script::message::{self, Next, next};

use super::{asking, event, id};
use crate::check::{Check, Group};
use crate::harness::Harness;
use crate::server::Connection;
use crate::session::{Action, Session, ended_badly, same};
use crate::verdict::{CheckResult, ensure, failed};

const FAILURES: &str = "RFC 9112, sections 8 and 9.5";

/// How often a runtime may ask within [`RESETTING`], while each of its connections is reset.
const ASKS: usize = 40;
const RESETTING: Duration = Duration::from_millis(1500);

macro_rules! loss_check {
    ($name:literal, $requires:literal, $run:expr) => {
        Check {
            name: $name,
            group: Group::Connection,
            requires: $requires,
            source: FAILURES,
            run: $run,
        }
    };
}

pub const CHECKS: &[Check] = &[
    loss_check!(
        "loss-before-the-event",
        "A connection that breaks while GET /next waits is replaced, or ends the process.",
        |harness| { in_the_event(harness, |_| 0) }
    ),
    loss_check!(
        "loss-in-the-head",
        "A connection that breaks in the head of an event is replaced, or ends the process: the runtime answers nothing.",
        |harness| { in_the_event(harness, |_| 40) }
    ),
    loss_check!(
        "loss-in-the-event",
        "A connection that breaks in an event delivers no invocation: a partial event isn't handled.",
        |harness| { in_the_event(harness, |length| length - 3) }
    ),
    loss_check!(
        "loss-in-a-chunk",
        "A connection that breaks before the last chunk of an event delivers no invocation.",
        in_a_chunk
    ),
    loss_check!(
        "loss-after-the-event",
        "When the connection breaks after the event, the invocation is answered, at the latest when it is repeated.",
        |harness| {
            ends(
                |connection| connection.reset(),
                harness,
                |session, end| {
                    let asked = session.next()?;
                    asked.deliver(&event(1))?;
                    end(&asked.connection());
                    session.settles(&event(1))
                },
            )
        }
    ),
    loss_check!(
        "loss-in-the-head-of-an-answer",
        "When the connection breaks in the head of an answer, a repeated invocation is answered.",
        |harness| { in_the_answer(harness, 10, &event(1)) }
    ),
    loss_check!(
        "loss-in-an-answer",
        "When the connection breaks in the body of an answer, a repeated invocation is answered.",
        |harness| {
            in_the_answer(
                harness,
                100_000,
                &next(&id(1), format!("\"{}\"", "0123456789".repeat(500_000))),
            )
        }
    ),
    loss_check!(
        "loss-before-the-202",
        "When the reply to an answer is lost, a repeated invocation is answered again.",
        |harness| { of_the_202(harness, b"") }
    ),
    loss_check!(
        "loss-in-the-202",
        "When the reply to an answer breaks in its head, its status is unknown, and a repeated invocation is answered.",
        |harness| { of_the_202(harness, b"HTTP/1.1 202 Acc") }
    ),
    loss_check!(
        "loss-in-the-body-of-the-202",
        "An invocation is answered once the head of the 202 has arrived, even if the rest is lost.",
        in_the_body_of_the_202
    ),
    loss_check!(
        "loss-then-another-invocation",
        "When another invocation follows a lost reply, it receives its own answer, and not the old one.",
        then_another
    ),
    loss_check!(
        "loss-then-a-new-attempt",
        "When the same request id with another invocation id follows a lost reply, its answer has the new invocation id.",
        then_a_new_attempt
    ),
    loss_check!(
        "loss-of-the-reply-to-an-error",
        "When the reply to an error is lost, the runtime doesn't hang, and reports the error if the invocation is repeated.",
        of_an_error
    ),
    loss_check!(
        "loss-again-and-again",
        "A runtime whose every connection is reset waits between its attempts, or ends.",
        again_and_again
    ),
    loss_check!(
        "same-id-after-a-202",
        "A request id that is repeated after its answer was accepted is a new attempt, and is handled and answered.",
        same_id
    ),
];

/// Runs a scenario twice, in two processes: the connection is closed by a reset, and in the usual
/// way.
fn ends(
    reset: fn(&Connection<'_>),
    harness: &Harness,
    scenario: impl Fn(&Session, fn(&Connection<'_>)) -> CheckResult,
) -> CheckResult {
    scenario(&*harness.start()?, reset)?;
    scenario(&*harness.start()?, |connection| connection.close())
}

fn in_the_event(harness: &Harness, cut: fn(usize) -> usize) -> CheckResult {
    ends(
        |connection| connection.reset(),
        harness,
        |session, end| {
            session.echo(&event(1))?;
            let asked = session.next()?;
            let bytes = event(2).bytes();
            asked.reply(&bytes[..cut(bytes.len())])?;
            end(&asked.connection());
            session.recovers_or_ends()
        },
    )
}

fn in_a_chunk(harness: &Harness) -> CheckResult {
    ends(
        |connection| connection.reset(),
        harness,
        |session, end| {
            let asked = session.next()?;
            let bytes = next(&id(1), "[1,2,3]").chunked(&[4]).bytes();
            asked.reply(&bytes[..bytes.len() - 5])?;
            end(&asked.connection());
            session.recovers_or_ends()
        },
    )
}

fn in_the_answer(harness: &Harness, read: usize, next: &Next) -> CheckResult {
    let session = harness.start()?;
    session.server().hold_posts_at(Some(read));
    session.next()?.deliver(next)?;
    session.held()?.reset();
    session.server().hold_posts_at(None);
    session.settles(next)
}

fn of_the_202(harness: &Harness, part: &[u8]) -> CheckResult {
    ends(
        |connection| connection.reset(),
        harness,
        |session, end| {
            session.next()?.deliver(&event(1).invocation_id("i-1"))?;
            let posted = session.response(&id(1))?;
            posted.reply(part)?;
            end(&posted.connection());
            session.settles(&event(1).invocation_id("i-1"))
        },
    )
}

fn in_the_body_of_the_202(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.next()?.deliver(&event(1))?;
    let posted = session.response(&id(1))?;
    let accepted = message::accepted();
    // A runtime may disconnect once it has read the status.
    let _ = posted.connection().send_pieces(&accepted[..accepted.len() - 5], 64);
    posted.connection().close();
    session.recovers_or_ends()
}

fn then_another(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.next()?.deliver(&event(1))?;
    session.response(&id(1))?.connection().reset();
    for _ in 0..4 {
        match session.next_action()? {
            Action::Exit(status) => return ended_badly(status),
            Action::Next(asked) => {
                asked.deliver(&event(2))?;
                return session.echoed_or_ended(&event(2));
            }
            Action::Post(posted) => {
                ensure!(posted.is_for(&id(1)), "received {}", posted.summary());
                posted.accept();
            }
        }
    }
    failed("received the answer again and again")
}

fn then_a_new_attempt(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.next()?.deliver(&event(1).invocation_id("i-1"))?;
    session.response(&id(1))?.connection().reset();
    for _ in 0..4 {
        match session.next_action()? {
            Action::Exit(status) => return ended_badly(status),
            Action::Next(asked) => {
                asked.deliver(&event(1).invocation_id("i-2"))?;
                let posted = session.response(&id(1))?;
                posted.accept();
                let sent = posted.request.header("Lambda-Runtime-Invocation-Id");
                ensure!(
                    sent == Some("i-2"),
                    "the answer to the new attempt has the invocation id {sent:?}"
                );
                return same(&posted.request.body, event(1).event());
            }
            Action::Post(posted) => posted.accept(),
        }
    }
    failed("received the answer again and again")
}

fn of_an_error(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.next()?.deliver(&asking(1, "error"))?;
    session.error(&id(1))?.connection().reset();
    for _ in 0..4 {
        match session.next_action()? {
            Action::Exit(status) => return ended_badly(status),
            Action::Next(asked) => asked.deliver(&asking(1, "error"))?,
            Action::Post(posted) => {
                ensure!(
                    posted.is_error() && posted.is_for(&id(1)),
                    "received {}",
                    posted.summary()
                );
                posted.accept();
                return session.recovers_or_ends();
            }
        }
    }
    failed("the same invocation was delivered four times and not answered")
}

fn again_and_again(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let started = Instant::now();
    let mut asks = 0;
    while started.elapsed() < RESETTING {
        match session.next_action_within(RESETTING)? {
            None => break,
            Some(Action::Exit(status)) => return ended_badly(status),
            Some(Action::Post(posted)) => return failed(format!("received {}", posted.summary())),
            Some(Action::Next(asked)) => asked.connection().reset(),
        }
        asks += 1;
        ensure!(
            asks <= ASKS,
            "received GET /next {asks} times in {:?}, with a reset each time",
            started.elapsed()
        );
    }
    Ok(())
}

fn same_id(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    for number in 0..4 {
        session.echo(&next(&id(1), format!("{{\"attempt\":{}}}", number / 2)))?;
    }
    Ok(())
}
