//! A server that follows the protocol over faulty connections, which are refused, close, break at
//! any byte, and deliver garbage. It tracks what the runtime knows, and therefore what the runtime
//! may do.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::mem;

use barelambda::Error;
use barelambda::runtime_api::exchange::ATTEMPTS;

use super::invocation::{Act, Invocation, State};
use super::reply::{Coming, Kind, Text};
use super::request::{Front, Request, parse};
use super::{EVENT_LIMIT, Source, talk};

mod knowledge;
mod side;

pub struct Server<'a> {
    source: Source<'a>,
    pipeline: bool,
    invocations: Vec<Invocation>,
    /// The last event that the runtime received completely.
    delivered: Option<usize>,
    /// The number of handler calls in this step.
    handled: u32,
    /// Whether the runtime may stop now.
    may_stop: bool,
    /// Whether the runtime must stop now.
    must_stop: bool,
    /// The minimum and the maximum of consecutive failures that the runtime may have counted.
    failures: (u8, u8),
    /// The number of connections since the last success.
    connects: u32,
    paused: bool,
    /// The number of faults.
    faults: u32,
    line: Connection,
}

/// A connection.
#[derive(Default)]
struct Connection {
    is_open: bool,
    /// The bytes that the runtime has sent, without whole requests.
    sent: Vec<u8>,
    /// The bytes of them that have arrived.
    inbox: Vec<u8>,
    /// Whether a stream is being sent.
    in_stream: bool,
    /// Whether the server has noticed the stream.
    has_stream: bool,
    /// The bytes for the runtime.
    outbox: Vec<u8>,
    /// The number of them that the runtime has received.
    given: usize,
    coming: VecDeque<Coming>,
    /// The end after those bytes: the server has closed the connection, or it's broken, with the
    /// error.
    end: Option<Result<usize, Error>>,
    /// Whether GET /next was sent and its reply is incomplete.
    is_asked: bool,
    /// Whether unsolicited bytes were sent.
    has_junk: bool,
    /// Whether the runtime knows that a send failed.
    send_failed: bool,
    /// Whether the reply that the runtime still reads after that was sent.
    is_spent: bool,
    /// Whether the runtime knows that the server closes the connection.
    is_told: bool,
}

impl<'a> Server<'a> {
    pub fn new(source: Source<'a>, pipeline: bool) -> Self {
        Self {
            source,
            pipeline,
            invocations: Vec::new(),
            delivered: None,
            handled: 0,
            may_stop: false,
            must_stop: false,
            failures: (0, 0),
            connects: 0,
            paused: false,
            faults: 1,
            line: Connection::default(),
        }
    }

    pub fn run(self) {
        let pipeline = self.pipeline;
        let server = RefCell::new(self);
        talk(
            &server,
            pipeline,
            |invocation| {
                let act = server.borrow_mut().handle(&invocation);
                act.handle(invocation)
            },
            |result| server.borrow_mut().step_ended(result),
        );
    }

    /// Checks a call of the handler, and returns its action.
    fn handle(&mut self, given: &barelambda::Invocation<'_>) -> Act {
        assert!(!self.must_stop, "the runtime doesn't stop");
        self.handled += 1;
        let ids = (given.context.request_id(), given.context.invocation_id().unwrap_or_default());
        let index = self.find(ids.0, ids.1);
        assert_eq!(Some(index), self.delivered, "the handler has another event than the last one");
        let invocation = &mut self.invocations[index];
        assert!(!mem::replace(&mut invocation.is_handled, true), "handled twice: {ids:?}");
        assert_eq!(given.event.payload(), invocation.event);
        invocation.act
    }

    fn step_ended(&mut self, result: Result<(), Error>) -> bool {
        match result {
            Ok(()) => {
                let is_open = |invocation: &Invocation| {
                    invocation.state == State::Open
                        && (invocation.is_handled || invocation.answers > 0)
                };
                assert!(!self.invocations.iter().any(is_open), "an invocation has no response");
                assert!(
                    self.handled == 1
                        || self.handled == 0
                            && self.invocations.iter().any(|invocation| invocation.is_too_long)
                );
                self.handled = 0;
            }
            Err(error) => {
                assert!(
                    self.may_stop || self.failures.1 >= ATTEMPTS,
                    "the runtime gives up: {error}, after {:?} failures",
                    self.failures
                )
            }
        }
        !self.source.bytes.is_empty()
    }

    fn find(&self, id: &str, invocation_id: &str) -> usize {
        let is_it = |invocation: &Invocation| {
            invocation.id == id && invocation.invocation_id == invocation_id
        };
        self.invocations
            .iter()
            .rposition(is_it)
            .unwrap_or_else(|| panic!("no invocation {id} {invocation_id}"))
    }

    /// Counts a failure, which the runtime certainly counts, too, if `is_certain`.
    fn failed(&mut self, is_certain: bool) {
        self.faults += 1;
        self.failures.0 += u8::from(is_certain);
        self.failures.1 += 1;
    }

    /// Resets the count of failures, which the runtime certainly does, too, if `is_certain`.
    fn went_well(&mut self, is_certain: bool) {
        self.connects = 0;
        self.failures.0 = 0;
        if is_certain {
            self.failures.1 = 0;
        }
    }

    /// Replies to the requests that have arrived.
    fn reply_to_all(&mut self) {
        while self.line.end.is_none() && !self.line.inbox.is_empty() {
            match parse(&self.line.inbox) {
                Front::Whole(request, len) => {
                    self.line.inbox.drain(..len);
                    self.line.has_stream = false;
                    if request == Request::Next {
                        self.reply_to_next()
                    } else {
                        self.reply_to_answer(&request)
                    }
                }
                Front::Stream(id, invocation_id) => {
                    // The server may reply before the end, and then closes the connection.
                    if !mem::replace(&mut self.line.has_stream, true) && self.source.byte() >= 232 {
                        let index = self.find(&id, &invocation_id);
                        self.reply_to(index);
                        self.end(Ok(0));
                    }
                    return;
                }
                Front::Part => return,
            }
        }
    }

    fn reply_to_next(&mut self) {
        let last = self.invocations.len().checked_sub(1);
        let index = match last.map(|last| self.invocations[last].state) {
            Some(State::Open) if self.source.byte() < 244 => last,
            Some(State::Open) => {
                // The invocation has timed out.
                self.invocations[last.unwrap_or_default()].state = State::Gone;
                None
            }
            Some(State::Refused) if self.source.byte().is_multiple_of(2) => last,
            _ => None,
        };
        let status = self.source.byte();
        if status >= 248 {
            let status = [204, 302, 403, 404, 410, 500, 503, 599][usize::from(status - 248)];
            return self.push(Kind::Fatal, status, "", b"{}");
        }
        let index = index.unwrap_or_else(|| self.invoke());
        let Invocation { id, invocation_id, event, .. } = &self.invocations[index];
        let invocation_id = if invocation_id.is_empty() {
            String::new()
        } else {
            format!("LAMBDA-runtime-invocation-id: {invocation_id}\r\n")
        };
        let fields = format!("Lambda-Runtime-Aws-Request-Id: {id}\r\n{invocation_id}");
        self.push(Kind::Event(index), 200, &fields, &event.clone());
    }

    /// Adds an invocation.
    fn invoke(&mut self) -> usize {
        let index = self.invocations.len();
        let [ids, size, act] = self.source.array();
        // A retry has the same request id. Without an invocation id, it can only follow after the
        // runtime has completed the first attempt.
        let last = self.invocations.last();
        let id = last
            .filter(|_| ids & 3 == 3)
            .map_or_else(|| format!("r-{index}"), |last| last.id.clone());
        let needs_own = last.is_some_and(|last| {
            last.id == id && !(last.is_settled && last.state != State::Refused)
        });
        let id = if ids >= 250 { "a b".to_owned() } else { id };
        let invocation_id =
            if ids & 4 == 0 || needs_own { format!("i-{index}") } else { String::new() };
        let len =
            if size < 240 { usize::from(size) } else { self.source.short() % (EVENT_LIMIT + 200) };
        let event: Vec<u8> = (0..len).map(|at| ((at * 7 + index * 13) % 251) as u8).collect();
        self.invocations.push(Invocation {
            id,
            invocation_id,
            is_too_long: event.len() > EVENT_LIMIT,
            event,
            act: Act::of(act),
            state: State::Open,
            is_settled: false,
            is_handled: false,
            answers: 0,
            streams: 0,
            faults: self.faults,
        });
        index
    }

    fn reply_to_answer(&mut self, request: &Request) {
        let Request::Answer { id, invocation_id, .. } = request else { return };
        let index = self.find(id, invocation_id);
        let faults = self.faults;
        let invocation = &mut self.invocations[index];
        invocation.answers += 1;
        invocation.check_answer(request, faults);
        self.reply_to(index);
    }

    /// Replies to a response to this invocation.
    fn reply_to(&mut self, index: usize) {
        let decision = self.source.byte();
        let invocation = &mut self.invocations[index];
        assert!(!invocation.is_settled, "a response to a completed invocation: {invocation:?}");
        let (kind, status, state) = match (invocation.state, decision) {
            (State::Accepted, _) => panic!("two responses: {invocation:?}"),
            (State::Gone, _) => (Kind::Settled(index), 410, State::Gone),
            (_, 0..200) => {
                (Kind::Settled(index), [202, 200, 299][usize::from(decision) / 90], State::Accepted)
            }
            (_, 200..220) => {
                (Kind::Settled(index), if decision & 1 == 0 { 410 } else { 413 }, State::Gone)
            }
            (_, 220..240) => (
                Kind::Refused(index),
                [400, 403, 302, 499][usize::from(decision % 4)],
                State::Refused,
            ),
            (_, 240..) => (Kind::Fatal, [500, 503, 599][usize::from(decision % 3)], State::Gone),
        };
        invocation.state = state;
        self.push(kind, status, "", b"{\"status\":\"OK\"}\n");
    }

    /// Sends a reply, with a fault that the input selects.
    fn push(&mut self, kind: Kind, status: u16, fields: &str, body: &[u8]) {
        if self.line.end.is_some() {
            return;
        }
        let mut text = Text::new(&mut self.source, status, fields, body);
        let start = self.line.outbox.len();
        let is_certain = !self.line.has_junk && !self.line.is_spent;
        let mut coming = Coming {
            kind,
            head_end: start + text.head_len,
            end: start + text.bytes.len(),
            breaks: false,
            closes: text.closes,
            is_certain,
            has_head: false,
            is_whole: false,
        };
        self.line.is_spent |= self.line.send_failed;
        let fault = self.source.byte();
        match fault {
            0..224 if !text.closes => {}
            0..232 => self.end(Ok(0)),
            232..244 => {
                let cut = self.source.short() % text.bytes.len();
                text.bytes.truncate(cut);
                self.end(if fault & 1 == 0 { Ok(0) } else { Err(Error::CONNECTION_BROKEN) });
            }
            244..248 => {
                text.bytes.insert(0, 0);
                coming = Coming {
                    kind: Kind::Garbage,
                    head_end: start + 1,
                    end: start + 1,
                    closes: false,
                    ..coming
                };
                self.end(Ok(0));
            }
            248..252 if text.is_chunked => {
                text.bytes.truncate(text.head_len);
                text.bytes.extend_from_slice(b"\0\r\n");
                coming = Coming { end: coming.head_end + 1, breaks: true, ..coming };
                self.end(Ok(0));
            }
            _ => {
                text.bytes.extend_from_slice(b"\0junk");
                self.line.has_junk = true;
                self.faults += 1;
            }
        }
        self.line.outbox.extend_from_slice(&text.bytes);
        self.line.coming.push_back(coming);
        if self.line.has_junk && fault >= 248 {
            let end = self.line.outbox.len();
            let head_end = end - b"junk".len();
            let is_certain = false;
            self.line.coming.push_back(Coming {
                kind: Kind::Garbage,
                head_end,
                end: head_end,
                breaks: false,
                closes: false,
                is_certain,
                has_head: false,
                is_whole: false,
            });
        }
    }

    fn end(&mut self, how: Result<usize, Error>) {
        self.faults += 1;
        self.line.end.get_or_insert(how);
    }

    /// Updates what the runtime knows.
    fn note_what_came(&mut self) {
        let given = self.line.given;
        for at in 0..self.line.coming.len() {
            let coming = &mut self.line.coming[at];
            let (kind, is_certain, breaks, closes) =
                (coming.kind, coming.is_certain, coming.breaks, coming.closes);
            let has_head = given >= coming.head_end && !mem::replace(&mut coming.has_head, true);
            let is_whole = given >= coming.end && !mem::replace(&mut coming.is_whole, true);
            if has_head {
                self.note_head(kind, is_certain);
            }
            self.line.is_told |= has_head && is_certain && closes;
            if is_whole && let Kind::Event(index) = kind {
                self.note_event(index, is_certain, breaks);
            }
        }
    }
}
