//! The conversation with one process, as checks tell it: what is expected of the program next, and what it is sent.
//!
//! Every wait is bounded, and one that fails says what came instead. A program may use as many connections as it likes, and ask for the
//! next invocation together with an answer or after it: nothing here depends on that.

mod faults;
mod requests;

use std::process::ExitStatus;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use barelambda_emulator::script::Request;
use barelambda_emulator::script::message::Next;

use crate::process::Process;
use crate::server::{Call, Server, State};
use crate::verdict::{CheckResult, Verdict, ensure, failed};

pub use faults::Ending;
pub use requests::{NextRequest, PostRequest};

const NEXT: &str = "/2018-06-01/runtime/invocation/next";
const INVOCATION: &str = "/2018-06-01/runtime/invocation/";
const INIT_ERROR: &str = "/2018-06-01/runtime/init/error";

/// How long what a program sent before its end may still take to be read.
const AFTERWARDS: Duration = Duration::from_millis(200);

/// A process and its server.
pub struct Session {
    server: Server,
    process: Process,
    patience: Duration,
    sent_events: Mutex<Vec<SentEvent>>,
}

/// An event that was sent to the program.
struct SentEvent {
    request_id: String,
    event: Vec<u8>,
}

/// What a program does next.
pub enum Action<'s> {
    Next(NextRequest<'s>),
    Post(PostRequest<'s>),
    Exit(ExitStatus),
}

impl Session {
    pub fn new(server: Server, process: Process, patience: Duration) -> Self {
        Self { server, process, patience, sent_events: Mutex::new(Vec::new()) }
    }

    pub fn server(&self) -> &Server {
        &self.server
    }

    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Waits for GET /next.
    pub fn next(&self) -> CheckResult<NextRequest<'_>> {
        match self.wait("GET /next", |state| self.arrival(state, |_| true))? {
            Action::Next(asked) => Ok(asked),
            Action::Post(posted) => failed(format!("{} came where GET /next was expected", posted.summary())),
            Action::Exit(status) => failed(format!("the program ended with {status} where GET /next was expected")),
        }
    }

    /// Waits for a whole POST, whatever it answers; a GET /next that has come stays where it is. The echo of an event that asks
    /// for something else ends the scenario: the check is not applicable.
    pub fn post(&self) -> CheckResult<PostRequest<'_>> {
        let posted = self.post_or_echo()?;
        self.refuse_echo(&posted.request)?;
        Ok(posted)
    }

    /// Waits for a whole POST: any answer will do, an echo of what asks for something else as well.
    pub fn post_or_echo(&self) -> CheckResult<PostRequest<'_>> {
        match self.wait("a POST with the answer", |state| self.arrival(state, |call| call.head.method != "GET"))? {
            Action::Post(posted) => Ok(posted),
            _ => failed("GET came where POST was expected"),
        }
    }

    /// Waits for POST /response for this invocation.
    pub fn response(&self, id: &str) -> CheckResult<PostRequest<'_>> {
        self.posted(&format!("{INVOCATION}{id}/response"))
    }

    /// Waits for POST /error for this invocation.
    pub fn error(&self, id: &str) -> CheckResult<PostRequest<'_>> {
        self.posted(&format!("{INVOCATION}{id}/error"))
    }

    /// Waits for POST /init/error; a GET /next instead means that the program does not look at CONFORMANCE_INIT.
    pub fn init_error(&self) -> CheckResult<PostRequest<'_>> {
        match self.next_action()? {
            Action::Post(posted) if posted.request.target == INIT_ERROR && posted.request.method == "POST" => Ok(posted),
            Action::Post(posted) => failed(format!("{} came where POST {INIT_ERROR} was expected", posted.summary())),
            Action::Next(_) => Err(ignores_init()),
            Action::Exit(status) => {
                ended_badly(status)?;
                Err(Verdict::NotApplicable(format!("the failed initialisation was not reported: the program ended with {status}")))
            }
        }
    }

    /// Waits for whatever the program does next.
    pub fn next_action(&self) -> CheckResult<Action<'_>> {
        let result = self.wait("a request, or the end of the program,", |state| self.arrival(state, |_| true));
        let spoke_http = self.server.state().broken.is_empty();
        let ended = self.process.ended().filter(|_| spoke_http);
        match (result, ended) {
            (Err(Verdict::Failed(_)), Some(status)) => Ok(Action::Exit(status)),
            (Ok(Action::Post(posted)), _) => {
                self.refuse_echo(&posted.request)?;
                Ok(Action::Post(posted))
            }
            (result, _) => result,
        }
    }

    /// Waits for the end of the program, and gives its status; a request before it is a failure.
    pub fn end(&self) -> CheckResult<ExitStatus> {
        match self.next_action()? {
            Action::Exit(status) => Ok(status),
            Action::Next(_) => failed("GET /next came where the end of the program was expected"),
            Action::Post(posted) => failed(format!("{} came where the end of the program was expected", posted.summary())),
        }
    }

    /// One whole invocation: gives the answer's body, after it has been accepted.
    pub fn invoke(&self, next: &Next) -> CheckResult<Vec<u8>> {
        self.next()?.deliver(next)?;
        let posted = self.response(next.request_id())?;
        posted.accept();
        Ok(posted.request.body.clone())
    }

    /// One whole invocation whose event must come back as it is.
    pub fn echo(&self, next: &Next) -> CheckResult {
        self.next()?.deliver(next)?;
        self.echoed(next.request_id(), next.event())
    }

    /// Waits for the echo of an event that has been sent, and accepts it.
    pub fn echoed(&self, id: &str, event: &[u8]) -> CheckResult {
        let posted = self.response(id)?;
        posted.accept();
        same(&posted.request.body, event)
    }

    /// Nothing new may come for this long, and the program may not end.
    pub fn quiet(&self, time: Duration) -> CheckResult {
        let (calls, connections) = self.counts();
        thread::sleep(time);
        let state = self.server.state();
        ensure!(
            state.calls.len() == calls,
            "{} came unasked, within {time:?}",
            state.calls.get(calls).map_or_else(String::new, |call| request_line(&call.head))
        );
        ensure!(state.connections() == connections, "{} connections were made, within {time:?}", state.connections() - connections);
        ensure!(self.process.ended().is_none(), "the program did not wait for {time:?}");
        Ok(())
    }

    /// How many requests and connections there have been.
    pub fn counts(&self) -> (usize, usize) {
        let state = self.server.state();
        (state.calls.len(), state.connections())
    }

    /// Waits until `look` finds something, and fails with `what` when it does not in time, or when the program ends before.
    pub fn wait<T>(&self, what: &str, mut look: impl FnMut(&mut State) -> Option<T>) -> CheckResult<T> {
        let deadline = Instant::now() + self.patience;
        let mut ended: Option<(Instant, ExitStatus)> = None;
        let mut state = self.server.state();
        loop {
            if let Some(found) = look(&mut state) {
                return Ok(found);
            }
            if let Some(broken) = state.broken.first() {
                return failed(format!("the program sent what is not HTTP/1.1: {broken}"));
            }
            ended = ended.or_else(|| Some((Instant::now(), self.process.ended()?)));
            match ended {
                Some((since, status)) if since.elapsed() > AFTERWARDS => {
                    return failed(format!("{what} did not come: the program ended with {status}{}", instead(&state)));
                }
                None if Instant::now() >= deadline => {
                    return failed(format!("{what} did not come within {:?}{}", self.patience, instead(&state)));
                }
                _ => state = self.server.wait(state),
            }
        }
    }

    fn posted(&self, target: &str) -> CheckResult<PostRequest<'_>> {
        let posted = self.post()?;
        let request = &posted.request;
        ensure!(request.target == target && request.method == "POST", "{} came where POST {target} was expected", posted.summary());
        Ok(posted)
    }

    /// The first whole request that nobody has taken; those that the program itself has given up count no more.
    ///
    /// A thread per connection notes what comes, so that the notes of two connections are in no certain order. What came over one that
    /// the server has closed was sent before the program went on over another, and comes first.
    fn arrival(&self, state: &mut State, wanted: impl Fn(&Call) -> bool) -> Option<Action<'_>> {
        if state.is_behind() {
            return None;
        }
        let waiting = |call: &Call| !call.taken && call.whole.is_some() && wanted(call);
        loop {
            let lost = state.calls.iter().position(|call| waiting(call) && !state.is_open(call));
            let index = lost.or_else(|| state.calls.iter().position(waiting))?;
            let call = state.calls.get_mut(index)?;
            call.taken = true;
            let (connection, request) = (call.connection, call.whole.clone()?);
            if request.method != "GET" || request.target != NEXT {
                return Some(Action::Post(PostRequest { session: self, call: index, connection, request }));
            }
            if lost.is_none() {
                return Some(Action::Next(NextRequest { session: self, connection, request }));
            }
        }
    }

    /// The echo of an event that asks for something else says that the handler does not do it.
    fn refuse_echo(&self, request: &Request) -> CheckResult {
        let given = self.sent_events();
        let echoed = given.iter().find(|given| request.target == format!("{INVOCATION}{}/response", given.request_id));
        match echoed {
            Some(given) if is_asked_for(&given.event) && given.event == request.body => {
                Err(Verdict::NotApplicable(format!("the handler echoes the event {}", String::from_utf8_lossy(&given.event))))
            }
            _ => Ok(()),
        }
    }

    fn sent_events(&self) -> MutexGuard<'_, Vec<SentEvent>> {
        self.sent_events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An end after a fault must show that something was wrong.
pub fn ended_badly(status: ExitStatus) -> CheckResult {
    ensure!(!status.success(), "the program ended with status 0, as if nothing had been wrong");
    Ok(())
}

/// An answer must be its event.
pub fn same(body: &[u8], event: &[u8]) -> CheckResult {
    let place = body.iter().zip(event).position(|(one, other)| one != other).unwrap_or(body.len().min(event.len()));
    ensure!(
        body == event,
        "the answer has {} bytes and the event {}, and they differ from byte {place} on: {} in place of {}",
        body.len(),
        event.len(),
        brief(&body[place..]),
        brief(&event[place..])
    );
    Ok(())
}

/// The beginning of a body, for a message.
pub fn brief(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(120)]).into_owned();
    if bytes.len() > 120 { format!("{text:?}… ({} bytes)", bytes.len()) } else { format!("{text:?}") }
}

/// A program that asks /next although its initialisation was to fail.
pub fn ignores_init() -> Verdict {
    Verdict::NotApplicable("the program asks GET /next: it does not look at CONFORMANCE_INIT".to_owned())
}

/// Whether an event asks for something else than its echo.
fn is_asked_for(event: &[u8]) -> bool {
    event.starts_with(b"\"conformance:") && event != b"\"conformance:slow\""
}

fn request_line(request: &Request) -> String {
    format!("{} {}", request.method, request.target)
}

/// What has come and was not waited for.
fn instead(state: &State) -> String {
    let came: Vec<String> = state.calls.iter().filter(|call| !call.taken).map(|call| request_line(&call.head)).collect();
    match came.len() {
        0 => String::new(),
        1..5 => format!("; what came is {}", came.join(", ")),
        count => format!("; what came is {}, and {} more", came[..3].join(", "), count - 3),
    }
}
