use serde_json::Value;

use barelambda_emulator::script::message;

use super::error::{check_body, check_type_header};
use crate::check::source::{API, LIFECYCLE};
use crate::check::{Check, Group, Outcome, Verdict, ensure, failed};
use crate::session::{After, ended_badly, ignores_init};
use crate::stage::{Environment, Stage};

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
        requires: "If Lambda-Runtime-Function-Error-Type is sent with an initialisation error, it is there once and names a type.",
        source: API,
        run: type_header,
    },
    Check {
        name: "init-error-then-exit",
        group: Group::Init,
        requires: "After an initialisation error the process ends by itself, with a status other than 0, and asks for no invocation.",
        source: LIFECYCLE,
        run: then_exit,
    },
    Check {
        name: "init-panic",
        group: Group::Init,
        requires: "An initialisation that panics is reported, or ends the process with a status other than 0; it never goes on to GET /next.",
        source: LIFECYCLE,
        run: panics,
    },
    Check {
        name: "init-error-refused",
        group: Group::Init,
        requires: "When the server refuses the report of a failed initialisation, with 400, 403 or 500, the process still ends: it does not repeat it.",
        source: API,
        run: refused,
    },
    Check {
        name: "init-error-lost",
        group: Group::Init,
        requires: "When the connection breaks under the report of a failed initialisation, the process still ends within seconds.",
        source: LIFECYCLE,
        run: lost,
    },
];

fn is_reported(stage: &Stage) -> Outcome {
    let session = stage.start_in(Environment::Init("error"))?;
    match session.init_error() {
        Err(Verdict::NotApplicable(seen)) if session.counts().0 == 0 => failed(seen),
        result => result.map(drop),
    }
}

fn body(stage: &Stage) -> Outcome {
    let session = stage.start_in(Environment::Init("error"))?;
    let posted = session.init_error()?;
    check_body(&posted.request.body, "asked for an error")
}

fn type_header(stage: &Stage) -> Outcome {
    let session = stage.start_in(Environment::Init("error"))?;
    check_type_header(&session.init_error()?.request)
}

fn then_exit(stage: &Stage) -> Outcome {
    let session = stage.start_in(Environment::Init("error"))?;
    match session.after()? {
        After::Ended(status) => return ended_badly(status),
        After::Asked(_) => return Err(ignores_init()),
        After::Posted(posted) => posted.accept(),
    }
    ended_badly(session.end()?)
}

fn panics(stage: &Stage) -> Outcome {
    let session = stage.start_in(Environment::Init("panic"))?;
    let posted = match session.after()? {
        After::Asked(_) => {
            // It is at fault only if it does look at the variable.
            let other = stage.start_in(Environment::Init("error"))?;
            let looks = !matches!(other.after()?, After::Asked(_));
            return if looks { failed("GET /next came after an initialisation that panicked") } else { Err(ignores_init()) };
        }
        After::Ended(status) => return ended_badly(status),
        After::Posted(posted) => posted,
    };
    let report: Value = serde_json::from_slice(&posted.request.body).unwrap_or_default();
    ensure!(posted.request.target.ends_with("/init/error") && report.is_object(), "{} came", posted.shown());
    posted.accept();
    session.end().map(drop)
}

fn refused(stage: &Stage) -> Outcome {
    for status in [400, 403, 500] {
        for reply in [message::error(status, "Refused", "refused by the check"), message::bodiless(status)] {
            let session = stage.start_in(Environment::Init("error"))?;
            session.init_error()?.reply(&reply)?;
            ended_badly(session.end()?)?;
        }
    }
    Ok(())
}

fn lost(stage: &Stage) -> Outcome {
    let session = stage.start_in(Environment::Init("error"))?;
    session.init_error()?.wire().reset();
    // To report it once more is as good as to give up.
    for _ in 0..10 {
        match session.after()? {
            After::Posted(posted) => posted.wire().reset(),
            After::Asked(_) => return failed("GET /next came after a failed initialisation"),
            After::Ended(status) => return ended_badly(status),
        }
    }
    failed("the report came more than ten times")
}
