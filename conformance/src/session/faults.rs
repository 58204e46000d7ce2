//! What may follow a fault, and requests that are looked at before they are whole.

use std::time::{Duration, Instant};

use barelambda_emulator::script::message::{self, Next};

use super::{Action, NextRequest, PostRequest, Session, ended_badly, request_line, same};
use crate::server::Connection;
use crate::verdict::{CheckResult, Verdict, ensure, failed};

/// How a POST ended whose head had come.
pub enum Ending<'s> {
    Whole(PostRequest<'s>),
    /// The program closed the connection in the middle of the body: what had come of it.
    Cut(Vec<u8>),
}

impl Session {
    /// After a fault that a runtime may survive or not: waits for GET /next, or for an end that shows that something was wrong.
    pub fn recovery(&self) -> CheckResult<Option<NextRequest<'_>>> {
        match self.next_action()? {
            Action::Next(asked) => Ok(Some(asked)),
            Action::Post(posted) => failed(format!("{} came where GET /next or the end of the program was expected", posted.summary())),
            Action::Exit(status) => ended_badly(status).map(|()| None),
        }
    }

    /// After such a fault: a runtime that goes on must go on well.
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

    /// After the answer to an invocation may have been lost: the invocation is given again when the runtime asks, until it is answered as
    /// it was before; then the runtime goes on. It may also end badly.
    pub fn settles(&self, next: &Next) -> CheckResult {
        for _ in 0..4 {
            match self.next_action()? {
                Action::Exit(status) => return ended_badly(status),
                Action::Next(asked) => asked.deliver(next)?,
                Action::Post(posted) => {
                    ensure!(posted.is_for(next.request_id()) && !posted.is_error(), "{} came", posted.summary());
                    same(&posted.request.body, next.event())?;
                    posted.accept();
                    return self.recovers_or_ends();
                }
            }
        }
        failed("the runtime was given the same invocation four times, and did not answer it")
    }

    /// After a fault, when the runtime has asked and was given this: it answers, or ends badly after all, as it may when its GET /next
    /// was on its way before the fault.
    pub fn echoed_or_ended(&self, next: &Next) -> CheckResult {
        match self.next_action()? {
            Action::Exit(status) => ended_badly(status),
            Action::Next(_) => failed(format!("GET /next came where the answer to {} was expected", next.request_id())),
            Action::Post(posted) => {
                ensure!(posted.is_for(next.request_id()) && !posted.is_error(), "{} came", posted.summary());
                posted.accept();
                same(&posted.request.body, next.event())
            }
        }
    }

    /// Waits for GET /next on another connection than this one.
    pub fn next_elsewhere(&self, connection: &Connection<'_>) -> CheckResult<NextRequest<'_>> {
        let what = "GET /next on another connection";
        let after = self.wait(what, |state| self.arrival(state, |call| call.connection != connection.number()))?;
        match after {
            Action::Next(asked) => Ok(asked),
            Action::Post(posted) => failed(format!("{} came where {what} was expected", posted.summary())),
            Action::Exit(status) => failed(format!("the program ended with {status} where {what} was expected")),
        }
    }

    /// What the program does next, if it does anything within this time.
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

    /// Waits until reading has stopped in a POST, as the server was told to, and gives its connection.
    pub fn held(&self) -> CheckResult<Connection<'_>> {
        let held = self.wait("the body of a POST", |state| {
            let whole = state.calls.iter().find(|call| !call.taken && call.head.method == "POST" && call.whole.is_some());
            let whole = whole.and_then(|call| call.whole.clone());
            state.held().map(Ok).or_else(|| whole.map(Err))
        })?;
        match held {
            Ok(connection) => Ok(self.server.connection(connection)),
            Err(request) => {
                self.refuse_echo(&request)?;
                failed(format!(
                    "{} came, with a body of {} bytes, where a larger one was expected",
                    request_line(&request),
                    request.body.len()
                ))
            }
        }
    }

    /// A POST that is held in its middle, or one that is whole since it is small.
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
            Err(_) => failed("GET came where POST was expected"),
        }
    }

    /// What the program does next, or nothing when that is a POST that is held in its middle.
    pub fn next_action_or_held(&self) -> CheckResult<Option<Action<'_>>> {
        let result = self.wait("a request, or the end of the program,", |state| match self.arrival(state, |_| true) {
            Some(after) => Some(Some(after)),
            None => state.held().map(|_| None),
        });
        match (result, self.process.ended()) {
            (Err(Verdict::Failed(_)), Some(status)) => Ok(Some(Action::Exit(status))),
            (result, _) => result,
        }
    }

    /// Waits until the head of a request has come that is not a GET, and gives its place among the calls. Its body may follow.
    pub fn begun(&self) -> CheckResult<usize> {
        let (call, whole) = self.wait("the head of a POST", |state| {
            let call = state.calls.iter().position(|call| !call.taken && call.head.method != "GET")?;
            Some((call, state.calls.get(call).and_then(|call| call.whole.clone())))
        })?;
        if let Some(request) = whole {
            self.refuse_echo(&request)?;
        }
        Ok(call)
    }

    /// Waits for the end of a POST that has begun.
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
