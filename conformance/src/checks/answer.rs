use std::time::{Duration, Instant};

use super::{asking, event, id};
use crate::check::source::{API, CUSTOM};
use crate::check::{Check, Group};
use crate::harness::Harness;
use crate::session::Action;
use crate::verdict::{CheckResult, Verdict, ensure};

pub const CHECKS: &[Check] = &[
    Check {
        name: "answer-by-post",
        group: Group::Answer,
        requires: "The answer is a POST to /2018-06-01/runtime/invocation/ID/response.",
        source: API,
        run: by_post,
    },
    Check {
        name: "answer-framing",
        group: Group::Answer,
        requires: "The body of an answer is framed by a correct Content-Length or by chunks, and only requests follow it.",
        source: "RFC 9112, section 6",
        run: framing,
    },
    Check {
        name: "answer-to-its-own-request",
        group: Group::Answer,
        requires: "Each answer names the request id of its own event.",
        source: API,
        run: to_its_own_request,
    },
    Check {
        name: "answer-id-as-it-came",
        group: Group::Answer,
        requires: "The request id is opaque: it is in the path unchanged.",
        source: API,
        run: id_as_it_came,
    },
    Check {
        name: "answer-once",
        group: Group::Answer,
        requires: "An invocation whose answer was accepted isn't answered again; the server would refuse it with 403.",
        source: "observed on the Runtime Interface Emulator",
        run: once,
    },
    Check {
        name: "answer-before-next",
        group: Group::Answer,
        requires: "The runtime sends GET /next with the answer or after it, and not while the handler runs.",
        source: CUSTOM,
        run: before_next,
    },
    Check {
        name: "answer-then-next",
        group: Group::Answer,
        requires: "After an accepted answer the same process asks for the next invocation.",
        source: CUSTOM,
        run: then_next,
    },
    Check {
        name: "answer-without-delay",
        group: Group::Answer,
        requires: "An answer is sent when it is ready: it doesn't wait for another reply or for the next invocation.",
        source: CUSTOM,
        run: without_delay,
    },
];

fn by_post(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.next()?.deliver(&event(1))?;
    session.response(&id(1)).map(drop)
}

fn framing(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    for number in 0..4 {
        session.echo(&event(number))?;
    }
    session.next().map(drop)
}

fn to_its_own_request(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    for number in [7, 3, 7000, 12, 3] {
        session.echo(&event(number))?;
    }
    Ok(())
}

fn id_as_it_came(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    for id in ["8476A536-E9F4-11E8-9739-2DFE598C3FCD", "1", "a_b.c~d", &"0".repeat(64)] {
        session.echo(&barelambda_emulator::script::message::next(id, "{}"))?;
    }
    Ok(())
}

fn once(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.next()?.deliver(&event(1))?;
    session.response(&id(1))?.accept();
    let asked = session.next()?;
    session.quiet(Duration::from_millis(1500))?;
    asked.deliver(&event(2))?;
    session.echoed(&id(2), event(2).event())?;
    session.next()?;
    session.quiet(Duration::from_millis(300))
}

fn before_next(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let asked = session.next()?;
    // A delay of this thread may only lengthen the time.
    let given = Instant::now();
    asked.deliver(&asking(1, "slow"))?;
    let first = session.next_action()?;
    if let Action::Post(posted) = &first
        && given.elapsed() < Duration::from_millis(700)
    {
        ensure!(!posted.is_error(), "received {}", posted.summary());
        return Err(Verdict::NotApplicable("the handler echoes the slow event at once".to_owned()));
    }
    let Action::Post(posted) = first else {
        return crate::verdict::failed(format!(
            "received GET /next {:?} after the event, before the answer",
            given.elapsed()
        ));
    };
    posted.accept();
    ensure!(posted.is_for(&id(1)) && !posted.is_error(), "received {}", posted.summary());
    session.echo(&event(2))
}

fn then_next(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.echo(&event(1))?;
    session.echo(&event(2))
}

fn without_delay(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    // The first answer may include compiling or loading.
    session.echo(&event(0))?;
    let mut shortest = Duration::MAX;
    for number in 1..6 {
        session.next()?.deliver(&event(number))?;
        let given = Instant::now();
        session.response(&id(number))?.accept();
        shortest = shortest.min(given.elapsed());
    }
    ensure!(shortest < Duration::from_millis(500), "the fastest of five answers took {shortest:?}");
    Ok(())
}
