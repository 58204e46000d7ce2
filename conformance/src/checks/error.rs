use serde_json::Value;

use barelambda_emulator::script::Request;

use super::{asking, event, id};
use crate::check::source::{API, CUSTOM, LIFECYCLE};
use crate::check::{Check, Group};
use crate::harness::Harness;
use crate::session::{Action, PostRequest, Session, brief, ended_badly};
use crate::verdict::{CheckResult, ensure, failed};

pub const CHECKS: &[Check] = &[
    Check {
        name: "error-path",
        group: Group::Error,
        requires: "A handler's error is posted to /runtime/invocation/ID/error, and not to /response.",
        source: API,
        run: path,
    },
    Check {
        name: "error-body",
        group: Group::Error,
        requires: "The body of an error is JSON with errorMessage and errorType, which the caller receives.",
        source: API,
        run: body,
    },
    Check {
        name: "error-type-header",
        group: Group::Error,
        requires: "If Lambda-Runtime-Function-Error-Type is sent with an error, it occurs once and names a type.",
        source: API,
        run: type_header,
    },
    Check {
        name: "error-once",
        group: Group::Error,
        requires: "A failed invocation is answered only by its error: the runtime posts nothing else for it.",
        source: API,
        run: once,
    },
    Check {
        name: "error-then-next",
        group: Group::Error,
        requires: "After an error the runtime continues with the next invocation, in the same process.",
        source: CUSTOM,
        run: then_next,
    },
    Check {
        name: "error-and-answers-in-turn",
        group: Group::Error,
        requires: "Alternating errors and answers each go to their own invocation.",
        source: API,
        run: in_turn,
    },
    Check {
        name: "panic-is-no-answer",
        group: Group::Error,
        requires: "A handler that panics is reported at /error, or ends the process; no response is posted.",
        source: LIFECYCLE,
        run: panic_is_no_answer,
    },
    Check {
        name: "panic-exit-status",
        group: Group::Error,
        requires: "An unreported panic ends the process with a status other than 0, or a signal.",
        source: LIFECYCLE,
        run: panic_exit_status,
    },
    Check {
        name: "panic-report",
        group: Group::Error,
        requires: "The report of a panic is JSON with its message.",
        source: API,
        run: panic_report,
    },
    Check {
        name: "panic-then-on-or-out",
        group: Group::Error,
        requires: "After a reported panic the runtime continues with the next invocation or ends: it doesn't hang.",
        source: LIFECYCLE,
        run: panic_then_on_or_out,
    },
    Check {
        name: "exit-ends-the-process",
        group: Group::Error,
        requires: "A handler that exits ends the process at once, with its status and without an answer.",
        source: LIFECYCLE,
        run: exit_ends_the_process,
    },
];

/// Checks that the body is Lambda's error object, with these words in its message.
pub fn check_body(body: &[u8], words: &str) -> CheckResult {
    let Ok(Value::Object(error)) = serde_json::from_slice::<Value>(body) else {
        return failed(format!("the error isn't a JSON object: {}", brief(body)));
    };
    let text = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
    ensure!(
        text("errorMessage").contains(words),
        "errorMessage does not contain {words:?}: {}",
        brief(body)
    );
    ensure!(!text("errorType").is_empty(), "errorType is missing: {}", brief(body));
    Ok(())
}

/// The header is optional, and its value may be any text.
pub fn check_type_header(request: &Request) -> CheckResult {
    let name = "Lambda-Runtime-Function-Error-Type";
    let values: Vec<_> = request
        .headers
        .iter()
        .filter(|(given, _)| given.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
        .collect();
    let good =
        |value: &str| !value.is_empty() && value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    ensure!(
        values.len() <= 1 && values.iter().all(|value| good(value)),
        "{name} occurs {} times: {values:?}",
        values.len()
    );
    Ok(())
}

/// Waits for the report of the handler's error.
fn reported(session: &Session) -> CheckResult<PostRequest<'_>> {
    session.next()?.deliver(&asking(1, "error"))?;
    session.error(&id(1))
}

fn path(harness: &Harness) -> CheckResult {
    reported(&*harness.start()?).map(drop)
}

fn body(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    check_body(&reported(&session)?.request.body, "asked for an error")
}

fn type_header(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    check_type_header(&reported(&session)?.request)
}

fn once(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    reported(&session)?.accept();
    session.echo(&event(2))?;
    let asked = session.next()?;
    asked.deliver(&event(3))?;
    session.echoed(&id(3), event(3).event())
}

fn then_next(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    reported(&session)?.accept();
    session.echo(&event(2))
}

fn in_turn(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    for number in 0..12 {
        if number % 3 == 2 {
            session.echo(&event(number))?;
        } else {
            session.next()?.deliver(&asking(number, "error"))?;
            let posted = session.error(&id(number))?;
            check_body(&posted.request.body, "asked for an error")?;
            posted.accept();
        }
    }
    Ok(())
}

/// Returns the report of a handler that was asked to panic, or `None` for the end of the process.
fn panicked(session: &Session) -> CheckResult<Option<PostRequest<'_>>> {
    session.next()?.deliver(&asking(1, "panic"))?;
    loop {
        match session.next_action()? {
            // A GET /next with the answer or before it isn't an answer.
            Action::Next(_) => {}
            Action::Post(posted) => {
                ensure!(
                    posted.is_error() && posted.is_for(&id(1)),
                    "received {} after the panic",
                    posted.summary()
                );
                return Ok(Some(posted));
            }
            Action::Exit(status) => {
                ended_badly(status)?;
                return Ok(None);
            }
        }
    }
}

fn panic_is_no_answer(harness: &Harness) -> CheckResult {
    panicked(&*harness.start()?).map(drop)
}

fn panic_exit_status(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let Some(posted) = panicked(&session)? else { return Ok(()) };
    posted.accept();
    session.recovery().map(drop)
}

fn panic_report(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    match panicked(&session)? {
        Some(posted) => check_body(&posted.request.body, "asked for a panic"),
        None => Ok(()),
    }
}

fn panic_then_on_or_out(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    if let Some(posted) = panicked(&session)? {
        posted.accept();
        session.recovers_or_ends()?;
    }
    Ok(())
}

fn exit_ends_the_process(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.next()?.deliver(&asking(1, "exit"))?;
    let status = session.end()?;
    ensure!(
        status.code() == Some(3),
        "the program ended with {status}, expected the handler's status 3"
    );
    Ok(())
}
