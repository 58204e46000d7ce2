//! Requests that wait for their replies.

use std::sync::Arc;
use std::time::Instant;

use barelambda_emulator::script::Request;
use barelambda_emulator::script::message::{self, Next};

use super::{EXIT_GRACE, INVOCATION, NEXT, SentEvent, Session, brief, request_line};
use crate::server::{Call, Connection};
use crate::verdict::{CheckResult, failed};

/// A GET /next that waits for its reply.
pub struct NextRequest<'s> {
    pub(super) session: &'s Session,
    pub(super) connection: usize,
    pub request: Arc<Request>,
}

/// A POST that waits for its reply.
pub struct PostRequest<'s> {
    pub(super) session: &'s Session,
    /// Its index among all calls.
    pub call: usize,
    pub(super) connection: usize,
    pub request: Arc<Request>,
}

impl<'s> NextRequest<'s> {
    /// Replies with an invocation.
    pub fn deliver(&self, next: &Next) -> CheckResult {
        self.record(next);
        self.reply(&next.bytes())
    }

    /// Records that the caller sends this invocation itself, byte by byte, over the returned
    /// connection.
    pub fn record(&self, next: &Next) -> Connection<'s> {
        self.session.sent_events().push(SentEvent {
            request_id: next.request_id().to_owned(),
            event: next.event().to_vec(),
        });
        self.connection()
    }

    /// Replies with these bytes.
    pub fn reply(&self, bytes: &[u8]) -> CheckResult {
        self.connection().send(bytes).or_else(failed)
    }

    /// Replies with an invocation and `Connection: close`, and closes the connection.
    pub fn deliver_and_close(&self, next: &Next) -> CheckResult {
        let sent =
            self.record(next).send(&message::with_header(&next.bytes(), "Connection", "close"));
        self.connection().close_gently();
        sent.or_else(failed)
    }

    pub fn connection(&self) -> Connection<'s> {
        self.session.server.connection(self.connection)
    }
}

impl<'s> PostRequest<'s> {
    /// Replies with 202. A program may have closed the connection without waiting for it.
    pub fn accept(&self) {
        let _ = self.connection().send(&message::accepted());
    }

    /// Replies with these bytes.
    pub fn reply(&self, bytes: &[u8]) -> CheckResult {
        self.connection().send(bytes).or_else(failed)
    }

    /// Replies with these bytes and `Connection: close`, and closes the connection.
    pub fn close_with(&self, bytes: &[u8]) -> CheckResult {
        let sent = self.connection().send(&message::with_header(bytes, "Connection", "close"));
        self.connection().close_gently();
        sent.or_else(failed)
    }

    pub fn connection(&self) -> Connection<'s> {
        self.session.server.connection(self.connection)
    }

    /// Returns the GET /next that follows on the same connection, if the program sends it before
    /// the reply.
    pub fn pipelined(&self) -> Option<NextRequest<'s>> {
        let deadline = Instant::now() + EXIT_GRACE;
        let mut state = self.session.server.state();
        loop {
            let here = |call: &&mut Call| {
                call.connection == self.connection && !call.taken && call.whole.is_some()
            };
            if let Some(call) =
                state.calls.iter_mut().find(here).filter(|call| call.head.target == NEXT)
            {
                call.taken = true;
                let request = call.whole.clone().unwrap_or_else(|| call.head.clone());
                return Some(NextRequest {
                    session: self.session,
                    connection: self.connection,
                    request,
                });
            }
            if Instant::now() >= deadline {
                return None;
            }
            state = self.session.server.wait(state);
        }
    }

    /// Waits for a GET /next on the same connection, if the program sends it before the reply, and
    /// leaves it to a later step.
    pub fn await_pipelined(&self) {
        if let Some(asked) = self.pipelined() {
            let mut state = self.session.server.state();
            let back = state.calls.iter_mut().rev().find(|call| {
                call.whole.as_ref().is_some_and(|whole| Arc::ptr_eq(whole, &asked.request))
            });
            if let Some(call) = back {
                call.taken = false;
            }
        }
    }

    /// Returns whether it reports an error.
    pub fn is_error(&self) -> bool {
        self.request.target.ends_with("/error")
    }

    /// Returns whether it answers this invocation.
    pub fn is_for(&self, id: &str) -> bool {
        self.request
            .target
            .strip_prefix(INVOCATION)
            .and_then(|rest| rest.strip_prefix(id))
            .is_some_and(|rest| rest.starts_with('/'))
    }

    /// Returns the request line and the beginning of the body.
    pub fn summary(&self) -> String {
        format!("{} with the body {}", request_line(&self.request), brief(&self.request.body))
    }
}
