//! Processes of contenders: their environment, their start, and their end with all that they have started.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use barelambda_emulator::script::{environment, message};
use cargo_barelambda::failure::{During, Failure};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::contenders::Ready;
use crate::events::check;
use crate::server::{Request, Server};

/// The request id of every event: on Lambda it has this form.
const REQUEST_ID: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

/// A process of a contender, which is ended with this, and the server that it alone is connected to.
pub struct Running<'a> {
    ready: &'a Ready,
    server: &'a mut Server,
    process: Child,
    /// Just before it was started.
    pub started: Instant,
    /// The connection that waits for an event.
    waiting: usize,
}

impl<'a> Running<'a> {
    /// Starts the contender, and waits for its first GET /next, which it gives. `before` are a tool and its arguments, which start it in turn.
    pub fn start(ready: &'a Ready, server: &'a mut Server, before: &[&str]) -> Result<(Self, Request), Failure> {
        server.renew()?;
        let mut command = command(ready, server, before)?;
        let started = Instant::now();
        let process = command.spawn().during(format!("{:?} cannot be started", command.get_program()))?;
        let mut running = Self { ready, server, process, started, waiting: 0 };
        running.server.watch(running.process.id())?;
        let first = running.server.wait_for_next()?;
        running.waiting = first.connection;
        Ok((running, first))
    }

    /// Sends an event, and gives the answer, which is the right one, and has been accepted.
    pub fn answer(&mut self, event: &Event) -> Result<Request, Failure> {
        self.server.reply(self.waiting, &event.reply)?;
        let answer = self.server.answer()?;
        check(answer.body(), &event.body, self.ready.answer)?;
        Ok(answer)
    }

    /// One warm cycle: sends an event, takes the answer, which is checked in the end, and waits for the next GET /next. It gives the moment
    /// when the event began to be sent, and the one when that request had come.
    pub fn cycle(&mut self, event: &Event) -> Result<[Instant; 2], Failure> {
        let begin = Instant::now();
        self.server.reply(self.waiting, &event.reply)?;
        let answer = self.server.answer()?;
        let next = self.server.wait_for_next()?;
        self.waiting = next.connection;
        check(answer.body(), &event.body, self.ready.answer)?;
        Ok([begin, next.at])
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Ends the process by SIGTERM, and gives what it says on stderr: for a tool that says it in the end.
    pub fn last_words(mut self) -> Result<String, Failure> {
        end(&self.process, Signal::TERM);
        let mut words = String::new();
        if let Some(mut stderr) = self.process.stderr.take() {
            std::io::Read::read_to_string(&mut stderr, &mut words).during("its words on stderr")?;
        }
        Ok(words)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        end(&self.process, Signal::KILL);
        // It is a child that has been killed: there is nothing else that could be done.
        let _ = self.process.wait();
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

/// Its environment is Lambda's, and what it needs besides; it has nothing to read, and what it writes is not kept.
fn command(ready: &Ready, server: &Server, before: &[&str]) -> Result<Command, Failure> {
    use std::os::unix::process::CommandExt as _;
    let mut words = before.iter().map(|word| std::ffi::OsStr::new(*word)).chain(ready.command.iter().map(AsRef::as_ref));
    let program = words.next().ok_or_else(|| Failure::new("a contender without a program"))?;
    let mut command = Command::new(program);
    command.args(words).env_clear().process_group(0);
    command.envs(environment(Path::new("/var/task/bootstrap"), server.address()?)).envs(ready.environment.iter().cloned());
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command.stderr(if before.is_empty() { Stdio::null() } else { Stdio::piped() });
    Ok(command)
}

fn end(process: &Child, signal: Signal) {
    let group = Pid::from_raw(process.id().cast_signed()).expect("a process id is positive");
    // The one error there can be is that nobody is left.
    let _ = kill_process_group(group, signal);
}
