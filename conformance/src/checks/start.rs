use std::time::Duration;

use super::event;
use crate::check::source::{API, CUSTOM, LIFECYCLE, RIE};
use crate::check::{Check, Group};
use crate::harness::{Environment, Harness};
use crate::session::Action;
use crate::verdict::{CheckResult, ensure};

/// Longer than the usual time limits of HTTP clients.
const IDLE: Duration = Duration::from_millis(6500);

pub const CHECKS: &[Check] = &[
    Check {
        name: "start-asks-next",
        group: Group::Start,
        requires: "Once initialised, the runtime sends GET /2018-06-01/runtime/invocation/next to the address in AWS_LAMBDA_RUNTIME_API.",
        source: API,
        run: asks_next,
    },
    Check {
        name: "start-nothing-before-next",
        group: Group::Start,
        requires: "A runtime whose initialisation succeeds posts nothing to the Runtime API before its first GET /next.",
        source: RIE,
        run: nothing_before_next,
    },
    Check {
        name: "start-host-header",
        group: Group::Start,
        requires: "An HTTP/1.1 request has exactly one Host header, which isn't empty; without it the server answers 400.",
        source: "RFC 9112, section 3.2",
        run: host_header,
    },
    Check {
        name: "start-next-has-no-body",
        group: Group::Start,
        requires: "GET /next has no body, since the content of a GET has no meaning and a server may refuse it.",
        source: "RFC 9110, section 9.3.1",
        run: next_has_no_body,
    },
    Check {
        name: "start-waits-without-limit",
        group: Group::Start,
        requires: "GET /next may stay unanswered until the next invocation: the runtime neither times out nor asks again.",
        source: API,
        run: waits_without_limit,
    },
    Check {
        name: "start-idle-between-invocations",
        group: Group::Start,
        requires: "The wait between two invocations has no limit either: the environment may be idle, or frozen, for hours.",
        source: LIFECYCLE,
        run: idle_between_invocations,
    },
    Check {
        name: "start-minimal-environment",
        group: Group::Start,
        requires: "A runtime runs without _HANDLER, LAMBDA_TASK_ROOT and AWS_REGION, which not every host of the Runtime API sets.",
        source: RIE,
        run: minimal_environment,
    },
    Check {
        name: "start-http-1-1",
        group: Group::Start,
        requires: "Requests are HTTP/1.1: a request line of method, path and version, and header fields whose names are tokens.",
        source: CUSTOM,
        run: http_1_1,
    },
];

fn asks_next(harness: &Harness) -> CheckResult {
    harness.start()?.next().map(drop)
}

fn nothing_before_next(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    match session.next_action()? {
        Action::Next(asked) => {
            asked.deliver(&event(1))?;
            session.echoed(event(1).request_id(), event(1).event())
        }
        Action::Post(posted) => {
            crate::verdict::failed(format!("received {} before GET /next", posted.summary()))
        }
        Action::Exit(status) => {
            crate::verdict::failed(format!("the program ended with {status} before GET /next"))
        }
    }
}

fn http_1_1(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    for number in 0..3 {
        session.echo(&event(number))?;
    }
    Ok(())
}

fn host_header(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let asked = session.next()?;
    let check = |request: &barelambda_emulator::script::Request| {
        let hosts: Vec<_> =
            request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("host")).collect();
        ensure!(
            hosts.len() == 1 && !hosts[0].1.is_empty(),
            "{} has the Host headers {hosts:?}, expected one",
            request.method
        );
        Ok(())
    };
    check(&asked.request)?;
    asked.deliver(&event(1))?;
    check(&session.response(event(1).request_id())?.request)
}

fn next_has_no_body(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let asked = session.next()?;
    ensure!(
        asked.request.body.is_empty(),
        "GET /next has a body of {} bytes",
        asked.request.body.len()
    );
    Ok(())
}

fn waits_without_limit(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let asked = session.next()?;
    session.quiet(IDLE)?;
    asked.deliver(&event(1))?;
    session.echoed(event(1).request_id(), event(1).event())
}

fn idle_between_invocations(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.echo(&event(1))?;
    let asked = session.next()?;
    session.quiet(IDLE)?;
    asked.deliver(&event(2))?;
    session.echoed(event(2).request_id(), event(2).event())?;
    session.next().map(drop)
}

fn minimal_environment(harness: &Harness) -> CheckResult {
    let session = harness.start_in(Environment::Minimal)?;
    session.echo(&event(1))
}
