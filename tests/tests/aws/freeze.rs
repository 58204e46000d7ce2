//! Lambda freezes a process between invocations, for longer than servers keep idle connections.

use std::io;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use barelambda_tests::calls::probe::{Settings, identity};
use barelambda_tests::calls::reply;
use barelambda_tests::calls::server::{Server, Wire};
use barelambda_tests::tls::server;
use barelambda_tests::waiting::{LIMIT, eventually};
use rustix::process::{Pid, Signal, kill_process};

/// How long the server keeps an idle connection.
const IDLE: Duration = Duration::from_millis(100);

/// How the server closes an idle connection.
type End = fn(Wire) -> io::Result<()>;

/// Serves requests, and ends a connection that is idle for [`IDLE`] after one. Then sends a
/// message.
fn serve(mut wire: Wire, end: End, ended: &Mutex<Sender<()>>) -> io::Result<()> {
    while wire.request()?.is_some() {
        wire.send(&reply::json(200, "{}"))?;
        if wire.is_idle_for(IDLE) {
            end(wire)?;
            ended.lock().expect("no thread panics with it").send(()).map_err(io::Error::other)?;
            return Ok(());
        }
    }
    Ok(())
}

fn the_next_call_works(end: End) {
    for is_tls in [true, false] {
        let (sender, ended) = channel();
        let sender = Mutex::new(sender);
        let act = move |wire: Wire| serve(wire, end, &sender);
        let server = match is_tls {
            true => Server::tls(server::config(identity()), act),
            false => Server::plain(act),
        };
        frozen_between_calls(&server, &ended);
    }
}

fn frozen_between_calls(server: &Server, ended: &Receiver<()>) {
    let probe = Settings::new().trusting(identity()).to(server).start();
    let url = server.url();
    for words in [&["call", "dynamodb", "ListTables", "{}"][..], &["fetch", &url]] {
        let mut pids = Vec::new();
        for _ in 0..3 {
            let outcome = probe.outcome(words);
            assert_eq!(outcome.function_error, None, "{words:?}: {}", outcome.log);
            assert_eq!(server.take_requests().len(), 1, "{words:?}");
            let pid = outcome.pid.expect("the program runs");
            pids.push(pid);
            let pid = Pid::from_raw(pid.cast_signed()).expect("a process id is positive");
            kill_process(pid, Signal::STOP).expect("the program runs");
            eventually("the process stops", || (state(pid) == 'T').then_some(()));
            ended.recv_timeout(LIMIT).expect("the server closes the connection");
            kill_process(pid, Signal::CONT).expect("the program runs");
        }
        assert!(pids.iter().all(|pid| *pid == pids[0]), "it is the same process");
    }
}

/// Returns the state of a process, as in `/proc/PID/stat`.
fn state(pid: Pid) -> char {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()))
        .expect("the process is there");
    let (_, after) = stat.rsplit_once(") ").expect("the name is in parentheses");
    after.chars().next().expect("the state follows the name")
}

#[test]
fn a_connection_that_was_closed_meanwhile_is_replaced() {
    the_next_call_works(Wire::close);
}

#[test]
fn one_that_was_closed_without_a_close_notify_is_replaced() {
    the_next_call_works(Wire::cut);
}

#[test]
fn one_that_was_reset_is_replaced() {
    the_next_call_works(Wire::reset);
}

/// A KeyUpdate is there to be read, and the end follows it.
#[test]
fn one_that_was_closed_after_a_message_is_replaced() {
    let (sender, ended) = channel();
    let sender = Mutex::new(sender);
    let end: End = |mut wire| {
        wire.renew_keys();
        wire.send(b"")?;
        wire.close()
    };
    let server = Server::tls(server::config(identity()), move |wire| serve(wire, end, &sender));
    frozen_between_calls(&server, &ended);
}

/// It belongs to no request, and must not become the next one's reply.
#[test]
fn one_with_a_reply_that_was_not_asked_for_is_replaced() {
    the_next_call_works(|mut wire| {
        wire.send(&reply::json(500, "{}"))?;
        // The connection stays open.
        std::mem::forget(wire);
        Ok(())
    });
}
