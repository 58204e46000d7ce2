//! The conversation with one process, in the steps of a scenario: the expected requests, and the
//! replies to them.
//!
//! Every wait has a time limit, and one that fails says what arrived instead. A program may use any
//! number of connections, and may ask for the next invocation together with an answer or after it:
//! nothing here depends on that.

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

/// How long to read what a program sent before it ended.
const EXIT_GRACE: Duration = Duration::from_millis(200);

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

/// An action of the program.
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
            Action::Post(posted) => {
                failed(format!("expected GET /next, received {}", posted.summary()))
            }
            Action::Exit(status) => {
                failed(format!("expected GET /next, and the program ended with {status}"))
            }
        }
    }

    /// Waits for a complete POST with any answer, and leaves a GET /next to a later step. If the
    /// event asks for something else than its echo, an echo ends the scenario: the check isn't
    /// applicable.
    pub fn post(&self) -> CheckResult<PostRequest<'_>> {
        let posted = self.post_or_echo()?;
        self.refuse_echo(&posted.request)?;
        Ok(posted)
    }

    /// Waits for a complete POST with any answer, including an echo of an event that asks for
    /// something else.
    pub fn post_or_echo(&self) -> CheckResult<PostRequest<'_>> {
        match self.wait("a POST with the answer", |state| {
            self.arrival(state, |call| call.head.method != "GET")
        })? {
            Action::Post(posted) => Ok(posted),
            _ => failed("expected POST, received GET"),
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

    /// Waits for POST /init/error. A GET /next instead means that the program ignores
    /// CONFORMANCE_INIT.
    pub fn init_error(&self) -> CheckResult<PostRequest<'_>> {
        match self.next_action()? {
            Action::Post(posted)
                if posted.request.target == INIT_ERROR && posted.request.method == "POST" =>
            {
                Ok(posted)
            }
            Action::Post(posted) => {
                failed(format!("expected POST {INIT_ERROR}, received {}", posted.summary()))
            }
            Action::Next(_) => Err(ignores_init()),
            Action::Exit(status) => {
                ended_badly(status)?;
                Err(Verdict::NotApplicable(format!(
                    "the failed initialisation was not reported: the program ended with {status}"
                )))
            }
        }
    }

    /// Waits for the program's next action.
    pub fn next_action(&self) -> CheckResult<Action<'_>> {
        let result =
            self.wait("a request or the end of the program", |state| self.arrival(state, |_| true));
        let spoke_http = self.server.state().malformed.is_empty();
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

    /// Waits for the end of the program, and returns its status. A request before it is a failure.
    pub fn end(&self) -> CheckResult<ExitStatus> {
        match self.next_action()? {
            Action::Exit(status) => Ok(status),
            Action::Next(_) => failed("expected the end of the program, received GET /next"),
            Action::Post(posted) => {
                failed(format!("expected the end of the program, received {}", posted.summary()))
            }
        }
    }

    /// Runs one invocation: accepts the answer, and returns its body.
    pub fn invoke(&self, next: &Next) -> CheckResult<Vec<u8>> {
        self.next()?.deliver(next)?;
        let posted = self.response(next.request_id())?;
        posted.accept();
        Ok(posted.request.body.clone())
    }

    /// Runs one invocation, and checks that the answer is the event.
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

    /// Checks that no request and no connection arrives within this time, and that the program
    /// doesn't end.
    pub fn quiet(&self, time: Duration) -> CheckResult {
        let (calls, connections) = self.counts();
        thread::sleep(time);
        let state = self.server.state();
        ensure!(
            state.calls.len() == calls,
            "received {} unexpectedly within {time:?}",
            state.calls.get(calls).map_or_else(String::new, |call| request_line(&call.head))
        );
        ensure!(
            state.connections() == connections,
            "{} connections were made within {time:?}",
            state.connections() - connections
        );
        ensure!(self.process.ended().is_none(), "the program ended within {time:?}");
        Ok(())
    }

    /// Returns the number of requests and of connections so far.
    pub fn counts(&self) -> (usize, usize) {
        let state = self.server.state();
        (state.calls.len(), state.connections())
    }

    /// Waits until `look` returns a value. Fails with `what` at the time limit, or when the program
    /// ends.
    pub fn wait<T>(
        &self,
        what: &str,
        mut look: impl FnMut(&mut State) -> Option<T>,
    ) -> CheckResult<T> {
        let deadline = Instant::now() + self.patience;
        let mut ended: Option<(Instant, ExitStatus)> = None;
        let mut state = self.server.state();
        loop {
            if let Some(found) = look(&mut state) {
                return Ok(found);
            }
            if let Some(broken) = state.malformed.first() {
                return failed(format!("the program sent invalid HTTP/1.1: {broken}"));
            }
            ended = ended.or_else(|| Some((Instant::now(), self.process.ended()?)));
            match ended {
                Some((since, status)) if since.elapsed() > EXIT_GRACE => {
                    return failed(format!(
                        "{what} didn't arrive: the program ended with {status}{}",
                        instead(&state)
                    ));
                }
                None if Instant::now() >= deadline => {
                    return failed(format!(
                        "{what} didn't arrive within {:?}{}",
                        self.patience,
                        instead(&state)
                    ));
                }
                _ => state = self.server.wait(state),
            }
        }
    }

    fn posted(&self, target: &str) -> CheckResult<PostRequest<'_>> {
        let posted = self.post()?;
        let request = &posted.request;
        ensure!(
            request.target == target && request.method == "POST",
            "expected POST {target}, received {}",
            posted.summary()
        );
        Ok(posted)
    }

    /// Returns the first complete request that hasn't been handled, except GET /next on a
    /// connection that the program has given up.
    ///
    /// A thread per connection records the requests, so that the order of two connections isn't
    /// certain. A request over a connection that the server has closed was sent before the program
    /// continued over another one, and comes first.
    fn arrival(&self, state: &mut State, wanted: impl Fn(&Call) -> bool) -> Option<Action<'_>> {
        if state.has_unrecorded() {
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
                return Some(Action::Post(PostRequest {
                    session: self,
                    call: index,
                    connection,
                    request,
                }));
            }
            if lost.is_none() {
                return Some(Action::Next(NextRequest { session: self, connection, request }));
            }
        }
    }

    /// Returns "not applicable" for the echo of an event that asks for something else: the handler
    /// doesn't do it.
    fn refuse_echo(&self, request: &Request) -> CheckResult {
        let given = self.sent_events();
        let echoed = given
            .iter()
            .find(|given| request.target == format!("{INVOCATION}{}/response", given.request_id));
        match echoed {
            Some(given) if asks_for_more(&given.event) && given.event == request.body => {
                Err(Verdict::NotApplicable(format!(
                    "the handler echoes the event {}",
                    String::from_utf8_lossy(&given.event)
                )))
            }
            _ => Ok(()),
        }
    }

    fn sent_events(&self) -> MutexGuard<'_, Vec<SentEvent>> {
        self.sent_events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Checks that the exit status reports a failure.
pub fn ended_badly(status: ExitStatus) -> CheckResult {
    ensure!(!status.success(), "the program ended with status 0 after a failure");
    Ok(())
}

/// Checks that an answer is its event.
pub fn same(body: &[u8], event: &[u8]) -> CheckResult {
    let place = body
        .iter()
        .zip(event)
        .position(|(one, other)| one != other)
        .unwrap_or(body.len().min(event.len()));
    ensure!(
        body == event,
        "the answer has {} bytes and the event {}, and they differ from byte {place}: {} instead of {}",
        body.len(),
        event.len(),
        brief(&body[place..]),
        brief(&event[place..])
    );
    Ok(())
}

/// Returns the beginning of a body for a message.
pub fn brief(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(120)]).into_owned();
    if bytes.len() > 120 {
        format!("{text:?}… ({} bytes)", bytes.len())
    } else {
        format!("{text:?}")
    }
}

/// The verdict on a program that asks for GET /next although its initialisation was to fail.
pub fn ignores_init() -> Verdict {
    Verdict::NotApplicable("the program sends GET /next: it ignores CONFORMANCE_INIT".to_owned())
}

/// Returns whether an event asks for something else than its echo.
fn asks_for_more(event: &[u8]) -> bool {
    event.starts_with(b"\"conformance:") && event != b"\"conformance:slow\""
}

fn request_line(request: &Request) -> String {
    format!("{} {}", request.method, request.target)
}

/// Describes the requests that arrived and weren't expected.
fn instead(state: &State) -> String {
    let came: Vec<String> = state
        .calls
        .iter()
        .filter(|call| !call.taken)
        .map(|call| request_line(&call.head))
        .collect();
    match came.len() {
        0 => String::new(),
        1..5 => format!("; received {}", came.join(", ")),
        count => format!("; received {}, and {} more", came[..3].join(", "), count - 3),
    }
}
