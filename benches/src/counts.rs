//! Measures what barely varies: sizes, system calls (strace), user-space instructions (callgrind),
//! faults and memory (/proc).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use cargo_barelambda::error::{Context, Error};
use cargo_barelambda::package;

use crate::contenders::Ready;
use crate::events;
use crate::figures::Figure;
use crate::launch::{Event, Running};
use crate::record::Measured;
use crate::server::Server;

/// The number of invocations that are counted together.
const INVOCATIONS: usize = 20;

/// Long enough for a program that has sent a request to block on the reply, even in valgrind.
const REST: Duration = Duration::from_millis(100);

type Figures = BTreeMap<Figure, Measured>;

/// Returns the size of the deployed files, and of their zip.
pub fn sizes(ready: &Ready) -> Figures {
    let zip =
        package::zipped(ready.bootstrap.as_deref(), &ready.included).map(|zip| zip.len() as u64);
    [(Figure::Size, unpacked_size(ready)), (Figure::Zip, zip)]
        .map(|(figure, value)| (figure, measured(value.map(|value| value as f64))))
        .into()
}

/// Returns the size of the deployed files.
pub fn unpacked_size(ready: &Ready) -> Result<u64, Error> {
    ready.bootstrap.iter().chain(&ready.included).map(|path| size(path)).sum()
}

/// Returns peak memory and minor faults after the first response, of each of `starts` processes
/// without their children.
pub fn memory(ready: &Ready, server: &mut Server, starts: usize) -> Figures {
    let samples: Result<Vec<(f64, f64)>, Error> =
        (0..starts).map(|_| memory_of_one(ready, server)).collect();
    let (peaks, faults) = match samples {
        Ok(samples) => {
            let (peaks, faults): (Vec<f64>, Vec<f64>) = samples.into_iter().unzip();
            (Measured::Samples(peaks), Measured::Samples(faults))
        }
        Err(error) => (Measured::Missing(error.to_string()), Measured::Missing(error.to_string())),
    };
    [(Figure::PeakMemory, peaks), (Figure::MinorFaults, faults)].into()
}

/// Returns the system calls of all processes and threads of the contender.
pub fn system_calls(ready: &Ready, server: &mut Server, scratch: &Path) -> Figures {
    let file = scratch.join("trace");
    let mut to_next = None;
    let each = difference(server, |server, count| {
        let calls = traced(ready, server, &file, count)?;
        if let Some(index) = calls.iter().position(|call| call.contains("/runtime/invocation/next"))
        {
            to_next = Some(index as f64 + 1.0);
        }
        Ok(calls.len() as f64)
    });
    let to_next = to_next.ok_or_else(|| {
        Error::new(
            each.as_ref().err().map_or("strace shows no GET /next".to_owned(), ToString::to_string),
        )
    });
    [(Figure::SyscallsToNext, measured(to_next)), (Figure::SyscallsPerInvocation, measured(each))]
        .into()
}

/// Returns the user-space instructions of all processes and threads of the contender.
/// `interpreters` includes interpreters, for which callgrind needs up to a minute.
pub fn instructions(ready: &Ready, server: &mut Server, interpreters: bool) -> Figures {
    let because = |why| Err(Error::new(why));
    let (to_next, each) = if ready.interpreted && !interpreters {
        let why = "an interpreter: --quick doesn't count its instructions";
        (because(why), because(why))
    } else {
        let each = ready.uncounted.map_or_else(
            || difference(server, |server, count| collected(ready, server, count)),
            because,
        );
        (collected(ready, server, 0), each)
    };
    [
        (Figure::InstructionsToNext, measured(to_next)),
        (Figure::InstructionsPerInvocation, measured(each)),
    ]
    .into()
}

/// Returns the count of one invocation, the mean of several after the first one, so that one-time
/// work doesn't count.
fn difference(
    server: &mut Server,
    mut count: impl FnMut(&mut Server, usize) -> Result<f64, Error>,
) -> Result<f64, Error> {
    let [first, all] = [count(server, 1)?, count(server, 1 + INVOCATIONS)?];
    Ok((all - first) / INVOCATIONS as f64)
}

fn memory_of_one(ready: &Ready, server: &mut Server) -> Result<(f64, f64), Error> {
    let (mut running, _) = Running::start(ready, server, &[])?;
    running.invoke(&small())?;
    let (peak, faults) = barelambda_emulator::measured(running.id());
    let value = |value: Option<u64>, what| {
        value
            .map(|value| value as f64)
            .ok_or_else(|| Error::new(format!("/proc has no {what} for it")))
    };
    Ok((value(peak, "VmHWM")?, value(faults, "minor faults")?))
}

/// Returns the system calls, one for each line, until the contender waits for an event after
/// `count` invocations.
fn traced(
    ready: &Ready,
    server: &mut Server,
    file: &Path,
    count: usize,
) -> Result<Vec<String>, Error> {
    let path =
        file.to_str().ok_or_else(|| Error::new(format!("{} is not UTF-8", file.display())))?;
    run(
        ready,
        server,
        &["strace", "-f", "-qq", "-s", "200", "-e", "signal=none", "-o", path, "--"],
        count,
    )?;
    let text = fs::read(file).context("failed to read strace's output")?;
    let text = String::from_utf8_lossy(&text);
    // An interrupted call has two lines; an exit isn't a call.
    let is_call =
        |line: &&str| !line.contains("<... ") && !line.contains("+++") && !line.contains("---");
    Ok(text.lines().filter(is_call).map(str::to_owned).collect())
}

/// Returns callgrind's sum until the contender waits for an event after `count` invocations.
fn collected(ready: &Ready, server: &mut Server, count: usize) -> Result<f64, Error> {
    let words = run(
        ready,
        server,
        &["valgrind", "--tool=callgrind", "--trace-children=yes", "--callgrind-out-file=/dev/null"],
        count,
    )?;
    sum(&words).ok_or_else(|| Error::new(format!("callgrind printed no sum: {}", words.trim())))
}

/// Adds what callgrind prints at the exit of each process.
fn sum(words: &str) -> Option<f64> {
    let numbers = words.lines().filter_map(|line| line.split_once("Collected : "));
    numbers
        .map(|(_, number)| number.trim().parse::<f64>().ok())
        .reduce(|one, other| Some(one? + other?))?
}

/// Starts the contender with a tool, sends `count` events, ends it when it waits for the next one,
/// and returns what the tool prints.
fn run(ready: &Ready, server: &mut Server, tool: &[&str], count: usize) -> Result<String, Error> {
    let installed = |name: &str| {
        std::env::var_os("PATH").is_some_and(|path| {
            std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
        })
    };
    if !installed(tool[0]) {
        return Err(Error::new(format!("{} is not installed", tool[0])));
    }
    let (mut running, _) = Running::start(ready, server, tool)?;
    let event = small();
    for _ in 0..count {
        running.cycle(&event)?;
    }
    thread::sleep(REST);
    running.end()
}

fn small() -> Event {
    Event::new(events::event(59))
}

fn size(path: &Path) -> Result<u64, Error> {
    let metadata = path.metadata().context(path.display())?;
    if !metadata.is_dir() {
        return Ok(metadata.len());
    }
    let children: Result<Vec<PathBuf>, _> = fs::read_dir(path)
        .context(path.display())?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect();
    children.context(path.display())?.iter().map(|child| size(child)).sum()
}

/// Returns a figure that doesn't vary, or why it is missing.
pub fn measured(value: Result<f64, Error>) -> Measured {
    match value {
        Ok(value) => Measured::exact(value),
        Err(error) => Measured::Missing(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_processes_count() {
        let one = "==7== Callgrind, a call-graph generating cache profiler\n==7== \n==7== Events    : Ir\n==7== Collected : 262\n";
        assert_eq!(sum(one), Some(262.0));
        assert_eq!(
            sum(&format!("{one}curl: (56)\n==9== Collected : 14822919\n")),
            Some(14_823_181.0)
        );
        assert_eq!(sum(&format!("{one}==9== Collected : many\n")), None);
        assert_eq!(sum("valgrind: bootstrap: command not found\n"), None);
    }
}
