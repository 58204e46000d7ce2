//! Servers that stall, close and reset at random places: no call outlasts its invocation.

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use barelambda_tests::calls::probe::{Probe, Settings, identity};
use barelambda_tests::calls::reply;
use barelambda_tests::calls::server::{Server, Wire};
use barelambda_tests::tls::server;

use crate::random::Random;

/// The variable that selects other stalls.
const SEED: &str = "BARELAMBDA_STALLS_SEED";

/// How many functions call at once.
const FUNCTIONS: usize = 10;

/// Ends a request at random: stalls, drips, closes or resets it in a random place, or replies after
/// a random pause.
fn misbehave(mut wire: Wire, random: &Mutex<Random>) -> io::Result<()> {
    let below = |limit| random.lock().expect("no thread panics with it").below(limit);
    // Before or in the handshake.
    match below(10) {
        0 => return wire.stall(),
        1 => {
            wire.receive_raw(&mut vec![0; 1 + below(600)])?;
            return wire.stall();
        }
        _ => {}
    }
    while wire.request()?.is_some() {
        let body = vec![b'x'; below(20_000)];
        let bytes = match below(3) {
            0 => reply::with_headers(200, "", &body),
            1 => reply::with_headers(if below(2) == 0 { 503 } else { 429 }, "", b"{}"),
            _ => reply::chunked(&[&body, b"end"]),
        };
        let part = &bytes[..below(bytes.len())];
        match below(8) {
            0 => return wire.quiet(),
            1 => {
                wire.send(part)?;
                return wire.quiet();
            }
            2 => {
                wire.send(part)?;
                return wire.close();
            }
            3 => {
                wire.send(part)?;
                return wire.reset();
            }
            4 => {
                for byte in &bytes {
                    wire.send(&[*byte])?;
                    std::thread::sleep(ms(1 + below(20)));
                }
            }
            5 => {
                std::thread::sleep(ms(below(2000)));
                wire.send(&bytes)?;
            }
            6 => {
                wire.send_part(&bytes, below(bytes.len()))?;
                return wire.stall();
            }
            _ => wire.send(&bytes)?,
        }
    }
    Ok(())
}

/// Makes calls to such a server until so many of them had no reply, from several functions at once.
///
/// # Panics
/// An invocation is killed before its call has ended.
fn stall(count: usize) {
    let seed = std::env::var(SEED).ok().and_then(|text| text.parse().ok()).unwrap_or(18);
    println!("{SEED}={seed}");
    let seen = Seen::default();
    std::thread::scope(|scope| {
        scope.spawn(|| seen.watch(count));
        for number in 0..FUNCTIONS {
            let seen = &seen;
            scope.spawn(move || {
                let random = Mutex::new(Random(seed + number as u64));
                let server =
                    Server::tls(server::config(identity()), move |wire| misbehave(wire, &random));
                let mut random = Random((seed + number as u64) << 20);
                while !seen.is_enough(count) {
                    // A deadline for each function of these calls.
                    let time = ms(500 + random.below(1000));
                    let settings = Settings::new().trusting(identity()).to(&server).timeout(time);
                    let probe = settings.start();
                    (0..10).for_each(|_| seen.call(&probe, time));
                }
            });
        }
    });
    let Seen { with_reply, without, starved, wrong, .. } = seen;
    println!("{without:?} calls without a reply, {with_reply:?} with one");
    println!("{starved:?} others, in processes that weren't run in time");
    let wrong = wrong.into_inner().expect("no thread panics with it");
    assert!(wrong.is_empty(), "{wrong:?}");
}

fn ms(count: usize) -> Duration {
    Duration::from_millis(count as u64)
}

/// How calls ended.
#[derive(Default)]
struct Seen {
    with_reply: AtomicUsize,
    without: AtomicUsize,
    /// Killed, because the machine was too busy to run the program or the emulator in time.
    starved: AtomicUsize,
    /// Killed, because the call didn't end, or failed with an error that isn't the library's.
    wrong: Mutex<Vec<String>>,
    /// When a thread was woken up too late.
    delays: Mutex<Vec<Instant>>,
}

impl Seen {
    fn is_enough(&self, count: usize) -> bool {
        self.without.load(Ordering::Relaxed) >= count
            || !self.wrong.lock().expect("no thread panics with it").is_empty()
    }

    /// Sleeps, and records when it's woken up too late.
    fn watch(&self, count: usize) {
        const NAP: Duration = Duration::from_millis(5);
        // A call and its response are some of these wake-ups, in 200 ms.
        const DELAY: Duration = Duration::from_millis(20);
        while !self.is_enough(count) {
            let begin = Instant::now();
            std::thread::sleep(NAP);
            let delay = begin.elapsed().saturating_sub(NAP);
            if delay > DELAY {
                let mut delays = self.delays.lock().expect("no thread panics with it");
                delays.push(Instant::now());
            }
        }
    }

    fn call(&self, probe: &Probe, time: Duration) {
        let begin = Instant::now();
        let outcome = probe.outcome(&["call", "dynamodb", "ListTables", "{}"]);
        let Some(error) = outcome.function_error else {
            self.with_reply.fetch_add(1, Ordering::Relaxed);
            return;
        };
        if error.error_type.starts_with("Aws.") {
            self.without.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let has_ended = outcome.log.lines().any(has_ended_early);
        let is_late = |when: &Instant| *when > begin;
        let delays = self.delays.lock().expect("no thread panics with it");
        if error.found_by_lambda && (has_ended || delays.iter().any(is_late)) {
            self.starved.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let (duration, log) = (outcome.report.duration, &outcome.log);
        let words = format!("{error:?} after {duration:?} of {time:?}: {log}");
        self.wrong.lock().expect("no thread panics with it").push(words);
    }
}

/// Returns whether a line of the program says that a call has ended early enough, or would have if
/// the program had had a processor whenever it could run.
fn has_ended_early(line: &str) -> bool {
    let Some((_, rest)) = line.split_once("the call ended ") else { return false };
    let numbers = rest.split(' ').filter_map(|word| word.parse::<u64>().ok());
    let [early, _, waited] = numbers.collect::<Vec<_>>()[..] else { return false };
    early > 0 && early + waited >= 150
}

#[test]
fn forty_calls_without_a_reply_end_before_the_deadline() {
    stall(40);
}

#[test]
#[ignore = "long; run `bash .ci/long`"]
fn a_thousand_calls_without_a_reply_end_before_the_deadline() {
    stall(1000);
}
