use barelambda_emulator::script::message::next;

use super::{EVENT, event, id};
use crate::check::source::LIFECYCLE;
use crate::check::{Check, Group};
use crate::harness::Harness;
use crate::verdict::{CheckResult, Verdict, ensure};

/// The number of invocations that one process must handle.
const MANY: usize = 1000;

/// How many more descriptors a process may have afterwards: a connection pool may grow a little.
const MORE_FILES: usize = 6;

pub const CHECKS: &[Check] = &[
    Check {
        name: "endurance-1000-invocations",
        group: Group::Answer,
        requires: "One process answers all invocations of its environment.",
        source: LIFECYCLE,
        run: thousand,
    },
    Check {
        name: "endurance-open-files",
        group: Group::Answer,
        requires: "Invocations leak no file descriptors, even when the server closes the connection after each answer.",
        source: LIFECYCLE,
        run: open_files,
    },
];

fn thousand(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    for number in 0..MANY {
        session.echo(&if number % 2 == 0 {
            event(number)
        } else {
            next(&id(number), EVENT).chunked(&[])
        })?;
    }
    Ok(())
}

fn open_files(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let count = || {
        session
            .process()
            .open_files()
            .map_err(|error| Verdict::Unable(format!("counting descriptors: {error}")))
    };
    let mut before = 0;
    for number in 0..120 {
        if number == 20 {
            before = count()?;
        }
        session.next()?.deliver(&event(number))?;
        let posted = session.response(&id(number))?;
        if number % 4 == 0 {
            posted.close_with(&barelambda_emulator::script::message::accepted())?;
        } else {
            posted.accept();
        }
    }
    session.next()?;
    let after = count()?;
    ensure!(
        after <= before + MORE_FILES,
        "{before} descriptors were open after 20 invocations, and {after} after 120"
    );
    Ok(())
}
