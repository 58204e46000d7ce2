use barelambda_emulator::script::Request;

use super::{asking, event, id};
use crate::check::{Check, Group};
use crate::harness::Harness;
use crate::session::same;
use crate::verdict::{CheckResult, ensure};

const SOURCE: &str = "observed on the Runtime Interface Emulator in its managed-instances mode";

pub const CHECKS: &[Check] = &[
    Check {
        name: "invocation-id-on-answers",
        group: Group::InvocationId,
        requires: "The Lambda-Runtime-Invocation-Id of an event is sent back unchanged with the answer.",
        source: SOURCE,
        run: on_answers,
    },
    Check {
        name: "invocation-id-on-errors",
        group: Group::InvocationId,
        requires: "The Lambda-Runtime-Invocation-Id of an event is sent back unchanged with an error.",
        source: SOURCE,
        run: on_errors,
    },
    Check {
        name: "invocation-id-on-streams",
        group: Group::InvocationId,
        requires: "The Lambda-Runtime-Invocation-Id of an event is sent back unchanged with a streamed answer.",
        source: SOURCE,
        run: on_streams,
    },
    Check {
        name: "invocation-id-absent",
        group: Group::InvocationId,
        requires: "An event without Lambda-Runtime-Invocation-Id is answered without it.",
        source: SOURCE,
        run: absent,
    },
    Check {
        name: "invocation-id-changes",
        group: Group::InvocationId,
        requires: "Each answer has the invocation id of its own event, or none if the event has none.",
        source: SOURCE,
        run: changes,
    },
    Check {
        name: "invocation-id-of-a-new-attempt",
        group: Group::InvocationId,
        requires: "A repeated request id with another invocation id is a new attempt, and its answer has the new invocation id.",
        source: SOURCE,
        run: new_attempt,
    },
];

fn expect(request: &Request, wanted: Option<&str>) -> CheckResult {
    let name = "Lambda-Runtime-Invocation-Id";
    let values: Vec<&str> = request
        .headers
        .iter()
        .filter(|(given, _)| given.eq_ignore_ascii_case(name))
        .map(|(_, value)| &**value)
        .collect();
    ensure!(
        values == wanted.into_iter().collect::<Vec<_>>(),
        "{} has the values {values:?} of {name}, expected {wanted:?}",
        request.target
    );
    Ok(())
}

fn on_answers(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.next()?.deliver(&event(1).invocation_id("0aB-9"))?;
    expect(&session.response(&id(1))?.request, Some("0aB-9"))
}

fn on_errors(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.next()?.deliver(&asking(1, "error").invocation_id("0aB-9"))?;
    expect(&session.error(&id(1))?.request, Some("0aB-9"))
}

fn on_streams(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.next()?.deliver(&asking(1, "stream").invocation_id("0aB-9"))?;
    expect(&session.response(&id(1))?.request, Some("0aB-9"))
}

fn absent(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.next()?.deliver(&event(1))?;
    expect(&session.response(&id(1))?.request, None)
}

fn changes(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    for (number, wanted) in
        [Some("i-0"), Some("i-1"), None, Some("i-3"), None].into_iter().enumerate()
    {
        session.next()?.deliver(&event(number).invocation_id(wanted.unwrap_or_default()))?;
        let posted = session.response(&id(number))?;
        posted.accept();
        expect(&posted.request, wanted)?;
    }
    Ok(())
}

fn new_attempt(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    for wanted in ["i-1", "i-2", "i-3"] {
        session.next()?.deliver(&event(1).invocation_id(wanted))?;
        let posted = session.response(&id(1))?;
        posted.accept();
        expect(&posted.request, Some(wanted))?;
        same(&posted.request.body, event(1).event())?;
    }
    Ok(())
}
