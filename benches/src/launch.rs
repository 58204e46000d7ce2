//! Starts the processes of contenders with their environment, and ends them with all their
//! children.

use std::collections::BTreeMap;
use std::ffi::{CString, OsStr};
use std::fs::File;
use std::io::{PipeReader, Read as _};
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::time::Instant;

use barelambda_emulator::script::{environment, message};
use cargo_barelambda::error::{Context, Error};
use rustix::process::{Signal, WaitOptions, kill_process_group, waitpid};

use crate::contenders::Ready;
use crate::events::check;
use crate::server::{ContenderRequest, Server};
use crate::spawn::{Process, spawn};

/// The request id of every event, in Lambda's format.
const REQUEST_ID: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

/// A process of a contender, which is killed on drop, and the server that only it uses.
pub struct Running<'a> {
    ready: &'a Ready,
    server: &'a mut Server,
    process: Process,
    /// The standard error of a tool.
    stderr: Option<PipeReader>,
    /// The connection that is waiting for an event.
    waiting: usize,
}

impl<'a> Running<'a> {
    /// Starts the contender, and returns its first GET /next. `before` is the command line of a
    /// tool that starts it in turn.
    pub fn start(
        ready: &'a Ready,
        server: &'a mut Server,
        before: &[&str],
    ) -> Result<(Self, ContenderRequest), Error> {
        server.renew()?;
        let (process, stderr) = execute(ready, server, before)?;
        let mut running = Self { ready, server, process, stderr, waiting: 0 };
        running.server.watch(running.process.id)?;
        let first = running.server.wait_for_next()?;
        running.waiting = first.connection;
        Ok((running, first))
    }

    /// Sends an event, accepts the response, checks it and returns it.
    pub fn invoke(&mut self, event: &Event) -> Result<ContenderRequest, Error> {
        self.server.reply(self.waiting, &event.reply)?;
        let response = self.server.response()?;
        check(response.body(), &event.body, self.ready.expected)?;
        Ok(response)
    }

    /// Runs a warm cycle: sends an event, receives the response and the next GET /next, and then
    /// checks the response. Returns the times just before sending the event, and just after
    /// receiving the request.
    pub fn cycle(&mut self, event: &Event) -> Result<[Instant; 2], Error> {
        let begin = Instant::now();
        self.server.reply(self.waiting, &event.reply)?;
        let response = self.server.response()?;
        let next = self.server.wait_for_next()?;
        self.waiting = next.connection;
        check(response.body(), &event.body, self.ready.expected)?;
        Ok([begin, next.at])
    }

    pub fn id(&self) -> u32 {
        self.process.id.as_raw_nonzero().get().cast_unsigned()
    }

    /// Returns the time just before execve.
    pub fn started(&self) -> Instant {
        self.process.started
    }

    /// Ends the process with SIGTERM, and returns its standard error, to which a tool prints its
    /// result.
    pub fn end(mut self) -> Result<String, Error> {
        kill(&self.process, Signal::TERM);
        let mut words = String::new();
        if let Some(stderr) = &mut self.stderr {
            stderr.read_to_string(&mut words).context("failed to read its standard error")?;
        }
        Ok(words)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        kill(&self.process, Signal::KILL);
        // The child has been killed: an error can't be handled.
        let _ = waitpid(Some(self.process.id), WaitOptions::empty());
    }
}

/// An event with the bytes that are sent.
pub struct Event {
    pub body: Vec<u8>,
    reply: Vec<u8>,
}

impl Event {
    pub fn new(body: Vec<u8>) -> Self {
        let reply = message::next(REQUEST_ID, &body).bytes();
        Self { body, reply }
    }
}

/// Starts the contender with Lambda's environment and its own variables. All streams are /dev/null,
/// except for a tool's standard error.
fn execute(
    ready: &Ready,
    server: &Server,
    before: &[&str],
) -> Result<(Process, Option<PipeReader>), Error> {
    let words = before.iter().map(OsStr::new).chain(ready.command.iter().map(AsRef::as_ref));
    let words: Vec<CString> = words.map(|word| text(word.as_bytes())).collect::<Result<_, _>>()?;
    // The contender's variables replace Lambda's.
    let lambdas = environment(Path::new("/var/task/bootstrap"), server.address()?);
    let variables: BTreeMap<_, _> =
        lambdas.into_iter().chain(ready.environment.iter().cloned()).collect();
    let variables = variables
        .iter()
        .map(|(name, value)| text(&[name.as_bytes(), b"=", value.as_bytes()].concat()));
    let variables: Vec<CString> = variables.collect::<Result<_, _>>()?;
    let null = File::options().read(true).write(true).open("/dev/null").context("/dev/null")?;
    let (reader, writer) = std::io::pipe().context("a pipe")?;
    let stderr = if before.is_empty() { null.as_fd() } else { writer.as_fd() };
    let process =
        spawn(&words, &variables, [null.as_fd(), null.as_fd(), stderr], server.processors());
    let process = process.context(format!(
        "failed to start {}",
        words.first().map_or_else(Default::default, |word| word.to_string_lossy())
    ))?;
    Ok((process, (!before.is_empty()).then_some(reader)))
}

fn text(bytes: &[u8]) -> Result<CString, Error> {
    CString::new(bytes).context("invalid argument or variable")
}

fn kill(process: &Process, signal: Signal) {
    // The only possible error is that the processes have exited.
    let _ = kill_process_group(process.id, signal);
}
