//! The states of one process from the view of the Runtime API, without input or output.
//!
//! ```text
//!            GET /next            event assigned      POST …/response or …/error      its body is whole
//! Started ──────────────▶ Ready ──────────────▶ Running ──────────────▶ Answering ──────────────▶ Answered
//!    │                      ▲                     │ ▲                                                │
//!    │ POST /init/error     │                     └─┘ GET /next: the same event again     GET /next  │
//!    ▼                      └────────────────────────────────────────────────────────────────────────┘
//! InitFailed
//! ```
//! After a body that is cut off, or an unknown response mode, the process stays in `Answering`, as
//! on Lambda: it can only exit.

use std::fmt;
use std::process::ExitStatus;
use std::time::Instant;

use hyper::body::Bytes;
use hyper::{HeaderMap, StatusCode};

use crate::FunctionError;
use crate::delivery::Caller;

/// The state of one process.
#[derive(Debug, Default)]
pub(crate) struct Machine {
    state: State,
    /// The current invocation, or else the last one.
    event: Option<Event>,
    /// Whether a GET /next has been answered with the event.
    delivered: bool,
    /// The caller that receives the answer while the function writes it. `None` once the answer
    /// has begun, or when the caller waits for the whole.
    caller: Option<Caller>,
    answer: Option<FunctionAnswer>,
    cut_off: Option<Instant>,
    first_next: Option<Instant>,
    init_error: Option<FunctionAnswer>,
    exit: Option<ExitStatus>,
    /// Whether its connections have ended.
    drained: bool,
    /// How many POSTs are being read.
    posts: usize,
}

/// The states of the diagram above.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum State {
    #[default]
    Started,
    InitFailed,
    Ready,
    Running,
    Answering,
    Answered,
}

/// An event, which every GET /next of its invocation receives.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub request_id: String,
    /// Empty when the event carries none.
    pub invocation_id: String,
    pub headers: HeaderMap,
    pub payload: Bytes,
}

/// The answer of a process to its event, or its report of a failed initialisation.
#[derive(Clone, Debug)]
pub(crate) struct FunctionAnswer {
    pub payload: Bytes,
    pub error: Option<FunctionError>,
    pub at: Instant,
    pub measured: Measured,
}

/// Figures of a process from `/proc`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Measured {
    pub peak_memory_kib: Option<u64>,
    pub faults: Option<u64>,
}

/// A request that the Runtime API refuses.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub status: StatusCode,
    pub error_type: &'static str,
    pub message: String,
}

impl Machine {
    pub fn state(&self) -> State {
        self.state
    }

    /// Handles GET /next.
    pub fn next(&mut self) -> Result<(), Refusal> {
        match self.state {
            State::Started | State::Ready | State::Answered => {
                self.first_next.get_or_insert_with(Instant::now);
                self.state = State::Ready;
                Ok(())
            }
            State::Running => Ok(()),
            State::InitFailed | State::Answering => Err(self.forbidden("Ready")),
        }
    }

    /// Returns the event for a waiting GET /next, if there is one.
    pub fn deliver(&mut self) -> Option<Event> {
        if self.state != State::Running || self.exit.is_some() {
            return None;
        }
        self.delivered = true;
        self.event.clone()
    }

    /// Assigns the next event to a waiting process. Only for the state `Ready`.
    pub fn assign(&mut self, event: Event, caller: Option<Caller>) {
        debug_assert_eq!(self.state, State::Ready);
        self.event = Some(event);
        self.delivered = false;
        self.caller = caller;
        self.answer = None;
        self.cut_off = None;
        self.state = State::Running;
    }

    /// Handles the head of POST …/response (`to` is "InvocationResponse") or …/error
    /// ("InvocationErrorResponse"). The ids are checked before the state. Returns the caller that
    /// receives the answer while the function writes it, if there is one.
    pub fn begin_answer(
        &mut self,
        to: &str,
        request_id: &str,
        invocation_id: Option<&str>,
    ) -> Result<Option<Caller>, Refusal> {
        let Some(event) = self.event.as_ref().filter(|event| event.request_id == request_id) else {
            return Err(Refusal::new(
                StatusCode::BAD_REQUEST,
                "InvalidRequestID",
                "Invalid request ID",
            ));
        };
        if !event.invocation_id.is_empty()
            && invocation_id.is_some_and(|id| id != event.invocation_id)
        {
            return Err(Refusal::new(StatusCode::GONE, "InvokeTimeout", "Invoke timeout"));
        }
        if self.state != State::Running {
            return Err(self.forbidden(to));
        }
        self.state = State::Answering;
        Ok(self.caller.take())
    }

    /// Notes that the body of the answer is complete, or too large.
    pub fn answered(&mut self, answer: FunctionAnswer) {
        debug_assert_eq!(self.state, State::Answering);
        self.answer = Some(answer);
        self.state = State::Answered;
    }

    /// Notes that the connection broke during a streamed answer.
    pub fn cut_off(&mut self, at: Instant) {
        debug_assert_eq!(self.state, State::Answering);
        self.cut_off = Some(at);
    }

    /// Handles the head of POST /init/error.
    pub fn begin_init_error(&mut self) -> Result<(), Refusal> {
        if self.state != State::Started {
            return Err(self.forbidden("InitError"));
        }
        self.state = State::InitFailed;
        Ok(())
    }

    pub fn init_failed(&mut self, error: FunctionAnswer) {
        self.init_error = Some(error);
    }

    pub fn exited(&mut self, status: ExitStatus) {
        self.exit = Some(status);
    }

    /// Notes that the connections of an ended process have ended.
    pub fn drained(&mut self) {
        self.drained = true;
    }

    /// Notes the beginning of a POST.
    pub fn begin_post(&mut self) {
        self.posts += 1;
    }

    /// Notes that a POST has been read and handled.
    pub fn end_post(&mut self) {
        self.posts -= 1;
    }

    /// Returns the answer to the last event.
    pub fn answer(&self) -> Option<&FunctionAnswer> {
        self.answer.as_ref()
    }

    /// Returns when the answer to the last event was cut off, if it was.
    pub fn was_cut_off(&self) -> Option<Instant> {
        self.cut_off
    }

    pub fn init_error(&self) -> Option<&FunctionAnswer> {
        self.init_error.as_ref()
    }

    pub fn exit(&self) -> Option<ExitStatus> {
        self.exit
    }

    /// Returns how the process ended, once everything that it sent has been handled.
    pub fn gone(&self) -> Option<ExitStatus> {
        self.exit.filter(|_| self.drained && self.posts == 0)
    }

    pub fn first_next(&self) -> Option<Instant> {
        self.first_next
    }

    pub fn was_delivered(&self) -> bool {
        self.delivered
    }

    fn forbidden(&self, to: &str) -> Refusal {
        let message = format!(
            "Transition from {} to {to} failed for runtime. Error: State transition is not allowed",
            self.state
        );
        Refusal::new(StatusCode::FORBIDDEN, "InvalidStateTransition", message)
    }
}

impl Refusal {
    pub fn new(status: StatusCode, error_type: &'static str, message: impl Into<String>) -> Self {
        Self { status, error_type, message: message.into() }
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            State::Started => "Started",
            State::InitFailed => "InitError",
            State::Ready => "Ready",
            State::Running => "Running",
            State::Answering => "InvocationResponse",
            State::Answered => "ResponseSent",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_invocation_passes_through_the_states() {
        let mut machine = Machine::default();
        assert!(machine.deliver().is_none());
        machine.next().unwrap();
        assert_eq!(machine.state(), State::Ready);
        assert!(machine.first_next().is_some());
        machine.assign(event("a"), None);
        assert!(!machine.was_delivered());
        assert_eq!(machine.deliver().unwrap().request_id, "a");
        assert!(machine.was_delivered());
        machine.begin_answer("InvocationResponse", "a", Some("inv-a")).unwrap();
        machine.answered(answer());
        assert!(machine.answer().is_some());
        machine.next().unwrap();
        assert_eq!(machine.state(), State::Ready);
    }

    #[test]
    fn an_answer_before_the_first_next_has_no_valid_id() {
        let refusal = Machine::default().begin_answer("InvocationResponse", "a", None).unwrap_err();
        assert_eq!(
            (refusal.status, refusal.error_type),
            (StatusCode::BAD_REQUEST, "InvalidRequestID")
        );
    }

    #[test]
    fn the_ids_are_checked_before_the_state() {
        let mut machine = running();
        machine.begin_answer("InvocationResponse", "a", Some("inv-a")).unwrap();
        machine.answered(answer());
        let refused = |machine: &mut Machine, id: &str, invocation: Option<&str>| {
            machine.begin_answer("InvocationResponse", id, invocation).unwrap_err().status
        };
        assert_eq!(refused(&mut machine, "b", None), StatusCode::BAD_REQUEST);
        assert_eq!(refused(&mut machine, "a", Some("other")), StatusCode::GONE);
        assert_eq!(refused(&mut machine, "a", Some("inv-a")), StatusCode::FORBIDDEN);
        machine.next().unwrap();
        assert_eq!(refused(&mut machine, "a", None), StatusCode::FORBIDDEN);
    }

    #[test]
    fn a_wrong_invocation_id_leaves_the_invocation_running() {
        let mut machine = running();
        assert!(machine.begin_answer("InvocationResponse", "a", Some("other")).is_err());
        assert_eq!(machine.state(), State::Running);
        machine.begin_answer("InvocationResponse", "a", None).unwrap();
    }

    #[test]
    fn next_returns_the_running_event_again() {
        let mut machine = running();
        assert!(machine.deliver().is_some());
        machine.next().unwrap();
        assert_eq!(machine.deliver().unwrap().request_id, "a");
    }

    #[test]
    fn an_unfinished_answer_is_stuck() {
        let mut machine = running();
        machine.begin_answer("InvocationResponse", "a", None).unwrap();
        let refusal = machine.next().unwrap_err();
        assert_eq!(refusal.status, StatusCode::FORBIDDEN);
        assert_eq!(
            refusal.message,
            "Transition from InvocationResponse to Ready failed for runtime. Error: State transition is not allowed"
        );
        assert!(machine.begin_answer("InvocationErrorResponse", "a", None).is_err());
    }

    #[test]
    fn an_init_error_is_only_for_the_beginning() {
        let mut machine = Machine::default();
        machine.begin_init_error().unwrap();
        assert!(machine.begin_init_error().is_err());
        assert!(machine.next().is_err());
        let mut machine = Machine::default();
        machine.next().unwrap();
        assert_eq!(machine.begin_init_error().unwrap_err().status, StatusCode::FORBIDDEN);
    }

    fn running() -> Machine {
        let mut machine = Machine::default();
        machine.next().unwrap();
        machine.assign(event("a"), None);
        machine
    }

    fn event(id: &str) -> Event {
        Event {
            request_id: id.to_owned(),
            invocation_id: format!("inv-{id}"),
            headers: HeaderMap::new(),
            payload: Bytes::new(),
        }
    }

    fn answer() -> FunctionAnswer {
        FunctionAnswer {
            payload: Bytes::new(),
            error: None,
            at: Instant::now(),
            measured: Measured::default(),
        }
    }
}
