//! The permitted actions after a fault, and requests that are inspected before they are complete.

use std::time::{Duration, Instant};

use barelambda_emulator::script::message::{self, Next};

use super::{Action, NextRequest, PostRequest, Session, ended_badly, request_line, same};
use crate::server::Connection;
use crate::verdict::{CheckResult, Verdict, ensure, failed};

/// The end of a POST whose head has arrived.
pub enum Ending<'s> {
    Whole(PostRequest<'s>),
    /// The program closed the connection before the end of the body. The bytes are those that
    /// arrived.
    Cut(Vec<u8>),
}

impl Session {
    /// Waits for GET /next or for an exit that reports a failure, after a fault that a runtime may
    /// survive or not.
    pub fn recovery(&self) -> CheckResult<Option<NextRequest<'_>>> {
        match self.next_action()? {
            Action::Next(asked) => Ok(Some(asked)),
            Action::Post(posted) => failed(format!(
                "expected GET /next or the end of the program, received {}",
                posted.summary()
            )),
            Action::Exit(status) => ended_badly(status).map(|()| None),
        }
    }

    /// After a fault, checks that the runtime ends, or recovers and echoes the next event.
    pub fn recovers_or_ends(&self) -> CheckResult {
        match self.recovery()? {
            Some(asked) => {
                let next = message::next("after-the-fault", "{\"after\":\"the fault\"}");
                asked.deliver(&next)?;
                self.echoed_or_ended(&next)
            }
            None => Ok(()),
        }
    }

    /// After the answer to an invocation may have been lost, delivers the invocation again whenever
    /// the runtime asks, until the same answer arrives and the runtime continues. The runtime may
    /// also end with a failure.
    pub fn settles(&self, next: &Next) -> CheckResult {
        for _ in 0..4 {
            match self.next_action()? {
                Action::Exit(status) => return ended_badly(status),
                Action::Next(asked) => asked.deliver(next)?,
                Action::Post(posted) => {
                    ensure!(
                        posted.is_for(next.request_id()) && !posted.is_error(),
                        "received {}",
                        posted.summary()
                    );
                    same(&posted.request.body, next.event())?;
                    posted.accept();
                    return self.recovers_or_ends();
                }
            }
        }
        failed("the runtime received the same invocation four times and didn't answer it")
    }

    /// After a fault, when the runtime has asked and received this event, checks that it answers.
    /// It may also end with a failure, since it may have sent its GET /next before the fault.
    pub fn echoed_or_ended(&self, next: &Next) -> CheckResult {
        match self.next_action()? {
            Action::Exit(status) => ended_badly(status),
            Action::Next(_) => {
                failed(format!("expected the answer to {}, received GET /next", next.request_id()))
            }
            Action::Post(posted) => {
                ensure!(
                    posted.is_for(next.request_id()) && !posted.is_error(),
                    "received {}",
                    posted.summary()
                );
                posted.accept();
                same(&posted.request.body, next.event())
            }
        }
    }

    /// Waits for GET /next on another connection than this one.
    pub fn next_elsewhere(&self, connection: &Connection<'_>) -> CheckResult<NextRequest<'_>> {
        let what = "GET /next on another connection";
        let after = self.wait(what, |state| {
            self.arrival(state, |call| call.connection != connection.number())
        })?;
        match after {
            Action::Next(asked) => Ok(asked),
            Action::Post(posted) => {
                failed(format!("expected {what}, received {}", posted.summary()))
            }
            Action::Exit(status) => {
                failed(format!("expected {what}, and the program ended with {status}"))
            }
        }
    }

    /// Returns the program's next action, if there is one within this time.
    pub fn next_action_within(&self, time: Duration) -> CheckResult<Option<Action<'_>>> {
        let started = Instant::now();
        let idle = || started.elapsed() >= time;
        let result = self.wait("a request", |state| match self.arrival(state, |_| true) {
            Some(after) => Some(Some(after)),
            None => idle().then_some(None),
        });
        match (result, self.process.ended()) {
            (Err(Verdict::Failed(_)), Some(status)) => Ok(Some(Action::Exit(status))),
            (result, _) => result,
        }
    }

    /// Waits until reading has stopped in a POST (see
    /// [`Server::hold_posts_at`](crate::server::Server::hold_posts_at)), and returns its
    /// connection.
    pub fn held(&self) -> CheckResult<Connection<'_>> {
        let held = self.wait("the body of a POST", |state| {
            let whole = state
                .calls
                .iter()
                .find(|call| !call.taken && call.head.method == "POST" && call.whole.is_some());
            let whole = whole.and_then(|call| call.whole.clone());
            state.held().map(Ok).or_else(|| whole.map(Err))
        })?;
        match held {
            Ok(connection) => Ok(self.server.connection(connection)),
            Err(request) => {
                self.refuse_echo(&request)?;
                failed(format!(
                    "expected a larger body, received {} with {} bytes",
                    request_line(&request),
                    request.body.len()
                ))
            }
        }
    }

    /// Waits for a POST in which reading has stopped, or for a complete one that is smaller.
    pub fn held_or_posted(&self) -> CheckResult<Result<Connection<'_>, PostRequest<'_>>> {
        let found = self.wait("a POST", |state| match state.held() {
            Some(connection) => Some(Ok(connection)),
            None => self.arrival(state, |call| call.head.method != "GET").map(Err),
        })?;
        match found {
            Ok(connection) => Ok(Ok(self.server.connection(connection))),
            Err(Action::Post(posted)) => {
                self.refuse_echo(&posted.request)?;
                Ok(Err(posted))
            }
            Err(_) => failed("expected POST, received GET"),
        }
    }

    /// Returns the program's next action, or `None` when it is a POST in which reading has stopped.
    pub fn next_action_or_held(&self) -> CheckResult<Option<Action<'_>>> {
        let result = self.wait("a request or the end of the program", |state| {
            match self.arrival(state, |_| true) {
                Some(after) => Some(Some(after)),
                None => state.held().map(|_| None),
            }
        });
        match (result, self.process.ended()) {
            (Err(Verdict::Failed(_)), Some(status)) => Ok(Some(Action::Exit(status))),
            (result, _) => result,
        }
    }

    /// Waits for the head of a request other than GET, and returns its index among the calls. Its
    /// body may follow.
    pub fn begun(&self) -> CheckResult<usize> {
        let (call, whole) = self.wait("the head of a POST", |state| {
            let call =
                state.calls.iter().position(|call| !call.taken && call.head.method != "GET")?;
            Some((call, state.calls.get(call).and_then(|call| call.whole.clone())))
        })?;
        if let Some(request) = whole {
            self.refuse_echo(&request)?;
        }
        Ok(call)
    }

    /// Waits for the end of a POST whose head has arrived.
    pub fn ending(&self, call: usize) -> CheckResult<Ending<'_>> {
        let ending = self.wait("the end of the answer's body", |state| {
            let call_state = state.calls.get_mut(call)?;
            let ending = match (&call_state.whole, &call_state.cut) {
                (Some(request), _) => {
                    let (connection, request) = (call_state.connection, request.clone());
                    Ending::Whole(PostRequest { session: self, call, connection, request })
                }
                (None, Some(body)) => Ending::Cut(body.clone()),
                (None, None) => return None,
            };
            call_state.taken = true;
            Some(ending)
        })?;
        if let Ending::Whole(posted) = &ending {
            self.refuse_echo(&posted.request)?;
        }
        Ok(ending)
    }
}
