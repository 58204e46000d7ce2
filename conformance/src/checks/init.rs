use serde_json::Value;

use barelambda_emulator::script::message;

use super::error::{check_body, check_type_header};
use crate::check::source::{API, LIFECYCLE};
use crate::check::{Check, Group};
use crate::harness::{Environment, Harness};
use crate::session::{Action, ended_badly, ignores_init};
use crate::verdict::{CheckResult, Verdict, ensure, failed};

pub const CHECKS: &[Check] = &[
    Check {
        name: "init-error-is-reported",
        group: Group::Init,
        requires: "When the initialisation fails, the runtime posts the error to /runtime/init/error before any GET /next.",
        source: API,
        run: is_reported,
    },
    Check {
        name: "init-error-body",
        group: Group::Init,
        requires: "The body of an initialisation error is JSON with errorMessage and errorType.",
        source: API,
        run: body,
    },
    Check {
        name: "init-error-type-header",
        group: Group::Init,
        requires: "If Lambda-Runtime-Function-Error-Type is sent with an initialisation error, it occurs once and names a type.",
        source: API,
        run: type_header,
    },
    Check {
        name: "init-error-then-exit",
        group: Group::Init,
        requires: "After an initialisation error the process exits with a status other than 0, and doesn't ask for an invocation.",
        source: LIFECYCLE,
        run: then_exit,
    },
    Check {
        name: "init-panic",
        group: Group::Init,
        requires: "An initialisation that panics is reported, or ends the process with a status other than 0; GET /next doesn't follow.",
        source: LIFECYCLE,
        run: panics,
    },
    Check {
        name: "init-error-refused",
        group: Group::Init,
        requires: "When the server refuses the report of a failed initialisation with 400, 403 or 500, the process doesn't repeat it and exits.",
        source: API,
        run: refused,
    },
    Check {
        name: "init-error-lost",
        group: Group::Init,
        requires: "When the connection breaks during the report of a failed initialisation, the process still exits within seconds.",
        source: LIFECYCLE,
        run: lost,
    },
];

fn is_reported(harness: &Harness) -> CheckResult {
    let session = harness.start_in(Environment::Init("error"))?;
    match session.init_error() {
        Err(Verdict::NotApplicable(seen)) if session.counts().0 == 0 => failed(seen),
        result => result.map(drop),
    }
}

fn body(harness: &Harness) -> CheckResult {
    let session = harness.start_in(Environment::Init("error"))?;
    let posted = session.init_error()?;
    check_body(&posted.request.body, "asked for an error")
}

fn type_header(harness: &Harness) -> CheckResult {
    let session = harness.start_in(Environment::Init("error"))?;
    check_type_header(&session.init_error()?.request)
}

fn then_exit(harness: &Harness) -> CheckResult {
    let session = harness.start_in(Environment::Init("error"))?;
    match session.next_action()? {
        Action::Exit(status) => return ended_badly(status),
        Action::Next(_) => return Err(ignores_init()),
        Action::Post(posted) => posted.accept(),
    }
    ended_badly(session.end()?)
}

fn panics(harness: &Harness) -> CheckResult {
    let session = harness.start_in(Environment::Init("panic"))?;
    let posted = match session.next_action()? {
        Action::Next(_) => {
            // The program fails only if it does use the variable.
            let other = harness.start_in(Environment::Init("error"))?;
            let looks = !matches!(other.next_action()?, Action::Next(_));
            return if looks {
                failed("received GET /next after an initialisation that panicked")
            } else {
                Err(ignores_init())
            };
        }
        Action::Exit(status) => return ended_badly(status),
        Action::Post(posted) => posted,
    };
    let report: Value = serde_json::from_slice(&posted.request.body).unwrap_or_default();
    ensure!(
        posted.request.target.ends_with("/init/error") && report.is_object(),
        "received {}",
        posted.summary()
    );
    posted.accept();
    session.end().map(drop)
}

fn refused(harness: &Harness) -> CheckResult {
    for status in [400, 403, 500] {
        for reply in
            [message::error(status, "Refused", "refused by the check"), message::bodiless(status)]
        {
            let session = harness.start_in(Environment::Init("error"))?;
            session.init_error()?.reply(&reply)?;
            ended_badly(session.end()?)?;
        }
    }
    Ok(())
}

fn lost(harness: &Harness) -> CheckResult {
    let session = harness.start_in(Environment::Init("error"))?;
    session.init_error()?.connection().reset();
    // The runtime may report the error again, or give up.
    for _ in 0..10 {
        match session.next_action()? {
            Action::Post(posted) => posted.connection().reset(),
            Action::Next(_) => return failed("received GET /next after a failed initialisation"),
            Action::Exit(status) => return ended_badly(status),
        }
    }
    failed("received the report more than ten times")
}
