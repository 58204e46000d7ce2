use std::thread::sleep;
use std::time::Duration;

use barelambda_emulator::script::message::{self, next, with_header};

use super::{asking, event, id};
use crate::check::{Check, Group};
use crate::harness::Harness;
use crate::session::{Action, ended_badly, same};
use crate::verdict::{CheckResult, Verdict, ensure, failed};

const CLOSE: &str = "RFC 9112, section 9.6";
const FAILURES: &str = "RFC 9112, section 9.5";

/// How long the server doesn't read, refuses connections, or doesn't listen.
const STALL: Duration = Duration::from_millis(1500);
const REFUSING: Duration = Duration::from_secs(3);
const GONE: Duration = Duration::from_millis(1000);

pub const CHECKS: &[Check] = &[
    Check {
        name: "close-with-the-event",
        group: Group::Connection,
        requires: "When an event has `Connection: close`, its answer goes over another connection.",
        source: CLOSE,
        run: with_the_event,
    },
    Check {
        name: "close-with-the-202",
        group: Group::Connection,
        requires: "When the 202 to an answer has `Connection: close`, GET /next goes over another connection.",
        source: CLOSE,
        run: with_the_202,
    },
    Check {
        name: "close-with-the-202-to-an-error",
        group: Group::Connection,
        requires: "When the 202 to an error has `Connection: close`, GET /next goes over another connection.",
        source: CLOSE,
        run: with_the_202_to_an_error,
    },
    Check {
        name: "close-with-the-202-to-a-stream",
        group: Group::Connection,
        requires: "When the 202 to a streamed answer has `Connection: close`, GET /next goes over another connection.",
        source: CLOSE,
        run: with_the_202_to_a_stream,
    },
    Check {
        name: "close-among-options",
        group: Group::Connection,
        requires: "`close` in Connection is case-insensitive, and may be one of several options.",
        source: "RFC 9110, section 7.6.1",
        run: among_options,
    },
    Check {
        name: "close-every-time",
        group: Group::Connection,
        requires: "The server may close the connection after every reply; each invocation is still answered.",
        source: CLOSE,
        run: every_time,
    },
    Check {
        name: "close-unannounced",
        group: Group::Connection,
        requires: "When the server closes a connection on which GET /next waits, the runtime asks on another one, or ends with a status other than 0.",
        source: FAILURES,
        run: unannounced,
    },
    Check {
        name: "half-close-after-the-event",
        group: Group::Connection,
        requires: "A server that sends nothing more after the event, not even a reply to the answer, doesn't stall the runtime.",
        source: FAILURES,
        run: half_close,
    },
    Check {
        name: "server-reads-late",
        group: Group::Connection,
        requires: "The server may read an answer late: all of it arrives in the end.",
        source: "RFC 9293, section 3.8.6",
        run: reads_late,
    },
    Check {
        name: "server-replies-late",
        group: Group::Connection,
        requires: "The server may reply to an answer late: the runtime waits, and doesn't send it again.",
        source: FAILURES,
        run: replies_late,
    },
    Check {
        name: "server-gone-while-idle",
        group: Group::Connection,
        requires: "When the server stops and starts again, the runtime asks again or ends with a status other than 0: it doesn't hang.",
        source: FAILURES,
        run: gone_while_idle,
    },
    Check {
        name: "server-gone-before-the-202",
        group: Group::Connection,
        requires: "When the server stops before it has replied to an answer, the runtime doesn't hang, and answers if the invocation is repeated.",
        source: FAILURES,
        run: gone_before_the_202,
    },
    Check {
        name: "server-gone-is-no-busy-loop",
        group: Group::Connection,
        requires: "A runtime whose connections are refused waits between its attempts, or ends.",
        source: FAILURES,
        run: gone_is_no_busy_loop,
    },
];

fn with_the_event(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let asked = session.next()?;
    asked.deliver_and_close(&event(1))?;
    let posted = session.response(&id(1))?;
    ensure!(
        posted.connection().number() != asked.connection().number(),
        "the answer arrived over the connection that the server was closing"
    );
    posted.accept();
    same(&posted.request.body, event(1).event())?;
    session.echo(&event(2))
}

fn with_the_202(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.next()?.deliver(&event(1))?;
    session.response(&id(1))?.close_with(&message::accepted())?;
    session.echo(&event(2))
}

fn with_the_202_to_an_error(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.next()?.deliver(&asking(1, "error"))?;
    session.error(&id(1))?.close_with(&message::accepted())?;
    session.echo(&event(2))
}

fn with_the_202_to_a_stream(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.next()?.deliver(&asking(1, "stream-http"))?;
    session.response(&id(1))?.close_with(&message::accepted())?;
    session.echo(&event(2))
}

fn among_options(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    for (number, options) in
        ["Close", "CLOSE", "x-option, close", "close , x-option"].into_iter().enumerate()
    {
        session.next()?.deliver(&event(number))?;
        let posted = session.response(&id(number))?;
        // The connection stays half-open, so that only the option says that nothing more follows on
        // it.
        posted.reply(&with_header(&message::accepted(), "Connection", options))?;
        let connection = posted.connection();
        let asked = session.next_elsewhere(&connection)?;
        connection.close();
        asked.deliver(&event(number + 10))?;
        session.echoed(&id(number + 10), event(number + 10).event())?;
    }
    Ok(())
}

fn every_time(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    for number in 0..10 {
        session.next()?.deliver_and_close(&event(number))?;
        let posted = session.response(&id(number))?;
        posted.close_with(&message::accepted())?;
        same(&posted.request.body, event(number).event())?;
    }
    session.next().map(drop)
}

fn unannounced(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.echo(&event(1))?;
    session.next()?.connection().close();
    session.recovers_or_ends()
}

fn half_close(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let asked = session.next()?;
    asked.deliver(&event(1))?;
    asked.connection().half_close();
    for _ in 0..6 {
        match session.next_action()? {
            Action::Exit(status) => return ended_badly(status),
            Action::Next(asked) => {
                asked.deliver(&event(2))?;
                return session.echoed_or_ended(&event(2));
            }
            Action::Post(posted) => {
                ensure!(posted.is_for(&id(1)), "received {}", posted.summary());
                same(&posted.request.body, event(1).event())?;
                posted.accept();
            }
        }
    }
    failed("received the answer six times")
}

fn reads_late(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let large = next(&id(1), format!("\"{}\"", "late ".repeat(1_250_000)));
    session.server().hold_posts_at(Some(100_000));
    session.next()?.deliver(&large)?;
    session.held()?;
    sleep(STALL);
    session.server().hold_posts_at(None);
    session.echoed(&id(1), large.event())?;
    session.echo(&event(2))
}

fn replies_late(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.next()?.deliver(&event(1))?;
    let posted = session.response(&id(1))?;
    // A GET /next may follow on the connection at once.
    posted.await_pipelined();
    session.quiet(STALL)?;
    posted.accept();
    session.echo(&event(2))
}

fn gone_while_idle(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.echo(&event(1))?;
    session.next()?;
    session.server().vanish();
    sleep(GONE);
    session.server().come_back();
    session.recovers_or_ends()
}

fn gone_before_the_202(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.next()?.deliver(&event(1))?;
    session.response(&id(1))?;
    session.server().vanish();
    sleep(GONE);
    session.server().come_back();
    session.settles(&event(1))
}

fn gone_is_no_busy_loop(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.next()?;
    let time = || {
        session
            .process()
            .processor_time()
            .map_err(|error| Verdict::Unable(format!("reading processor time: {error}")))
    };
    let (before, runnable_before) = (time()?, session.process().runnable_time());
    session.server().vanish();
    sleep(REFUSING);
    // A process that has ended and been reaped has no processor time.
    if let Some(status) = session.process().ended() {
        return ended_badly(status);
    }
    let took = time()?.saturating_sub(before);
    ensure!(
        took < REFUSING / 12,
        "the program used {took:?} of processor time while connections were refused for {REFUSING:?}"
    );
    // On a busy machine, even a busy loop may get less.
    let ready = session.process().runnable_time().saturating_sub(runnable_before);
    ensure!(
        ready < REFUSING / 2,
        "the program used or awaited a processor for {ready:?} while connections were refused for {REFUSING:?}"
    );
    Ok(())
}
