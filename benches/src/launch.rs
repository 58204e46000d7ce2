//! Processes of contenders: their environment, their start, and their end with all that they have started.

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
use crate::server::{Request, Server};
use crate::spawn::{Process, spawn};

/// The request id of every event: on Lambda it has this form.
const REQUEST_ID: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

/// A process of a contender, which is ended with this, and the server that it alone is connected to.
pub struct Running<'a> {
    ready: &'a Ready,
    server: &'a mut Server,
    process: Process,
    /// Of a tool.
    stderr: Option<PipeReader>,
    /// The connection that waits for an event.
    waiting: usize,
}

impl<'a> Running<'a> {
    /// Starts the contender, and waits for its first GET /next, which it gives. `before` are a tool and its arguments, which start it in turn.
    pub fn start(ready: &'a Ready, server: &'a mut Server, before: &[&str]) -> Result<(Self, Request), Error> {
        server.renew()?;
        let (process, stderr) = execute(ready, server, before)?;
        let mut running = Self { ready, server, process, stderr, waiting: 0 };
        running.server.watch(running.process.id)?;
        let first = running.server.wait_for_next()?;
        running.waiting = first.connection;
        Ok((running, first))
    }

    /// Sends an event, and gives the answer, which is the right one, and has been accepted.
    pub fn answer(&mut self, event: &Event) -> Result<Request, Error> {
        self.server.reply(self.waiting, &event.reply)?;
        let answer = self.server.answer()?;
        check(answer.body(), &event.body, self.ready.answer)?;
        Ok(answer)
    }

    /// One warm cycle: sends an event, takes the answer, which is checked in the end, and waits for the next GET /next. It gives the moment
    /// when the event began to be sent, and the one when that request had come.
    pub fn cycle(&mut self, event: &Event) -> Result<[Instant; 2], Error> {
        let begin = Instant::now();
        self.server.reply(self.waiting, &event.reply)?;
        let answer = self.server.answer()?;
        let next = self.server.wait_for_next()?;
        self.waiting = next.connection;
        check(answer.body(), &event.body, self.ready.answer)?;
        Ok([begin, next.at])
    }

    pub fn id(&self) -> u32 {
        self.process.id.as_raw_nonzero().get().cast_unsigned()
    }

    /// Just before execve.
    pub fn started(&self) -> Instant {
        self.process.started
    }

    /// Ends the process by SIGTERM, and gives what it says on stderr: for a tool that says it in the end.
    pub fn last_words(mut self) -> Result<String, Error> {
        end(&self.process, Signal::TERM);
        let mut words = String::new();
        if let Some(stderr) = &mut self.stderr {
            stderr.read_to_string(&mut words).context("its words on stderr")?;
        }
        Ok(words)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        end(&self.process, Signal::KILL);
        // It is a child that has been killed: there is nothing else that could be done.
        let _ = waitpid(Some(self.process.id), WaitOptions::empty());
    }
}

/// An event, as it is sent.
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

/// Its environment is Lambda's, and what it needs besides; it has nothing to read, and what it writes is not kept, but for a tool's stderr.
fn execute(ready: &Ready, server: &Server, before: &[&str]) -> Result<(Process, Option<PipeReader>), Error> {
    let words = before.iter().map(OsStr::new).chain(ready.command.iter().map(AsRef::as_ref));
    let words: Vec<CString> = words.map(|word| text(word.as_bytes())).collect::<Result<_, _>>()?;
    // What the contender has of a variable replaces Lambda's.
    let lambdas = environment(Path::new("/var/task/bootstrap"), server.address()?);
    let variables: BTreeMap<_, _> = lambdas.into_iter().chain(ready.environment.iter().cloned()).collect();
    let variables = variables.iter().map(|(name, value)| text(&[name.as_bytes(), b"=", value.as_bytes()].concat()));
    let variables: Vec<CString> = variables.collect::<Result<_, _>>()?;
    let null = File::options().read(true).write(true).open("/dev/null").context("/dev/null")?;
    let (reader, writer) = std::io::pipe().context("a pipe")?;
    let stderr = if before.is_empty() { null.as_fd() } else { writer.as_fd() };
    let process = spawn(&words, &variables, [null.as_fd(), null.as_fd(), stderr], server.processors());
    let process =
        process.context(format!("{} cannot be started", words.first().map_or_else(Default::default, |word| word.to_string_lossy())))?;
    Ok((process, (!before.is_empty()).then_some(reader)))
}

fn text(bytes: &[u8]) -> Result<CString, Error> {
    CString::new(bytes).context("a program's words and variables")
}

fn end(process: &Process, signal: Signal) {
    // The one error there can be is that nobody is left.
    let _ = kill_process_group(process.id, signal);
}
