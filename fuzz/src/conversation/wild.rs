//! A server that sends the input. For any input, the runtime sends well-formed requests, gives up,
//! and doesn't panic.

use std::cell::RefCell;

use barelambda::Error;
use barelambda::runtime_api::exchange::ATTEMPTS;

use super::invocation::Act;
use super::request::{Front, Request, parse};
use super::{Side, Source, talk};

pub struct Wild<'a> {
    source: Source<'a>,
    pipeline: bool,
    is_open: bool,
    /// The sent bytes of this connection that aren't a whole request yet.
    sent: Vec<u8>,
    /// The number of consecutive connections without a handled event or a completed step.
    fruitless: u32,
}

impl<'a> Wild<'a> {
    pub fn new(source: Source<'a>, pipeline: bool) -> Self {
        Self { source, pipeline, is_open: false, sent: Vec::new(), fruitless: 0 }
    }

    pub fn run(self) {
        let pipeline = self.pipeline;
        let wild = RefCell::new(self);
        let mut last = Ok(());
        talk(
            &wild,
            pipeline,
            |invocation| {
                wild.borrow_mut().fruitless = 0;
                let act =
                    invocation.event.payload().first().map_or(Act::Echo, |byte| Act::of(*byte));
                act.handle(invocation)
            },
            |result| {
                wild.borrow_mut().fruitless = 0;
                last = result;
                true
            },
        );
        assert!(
            last.is_err() || !wild.borrow().source.bytes.is_empty(),
            "the runtime doesn't stop without a server"
        );
    }
}

impl Side for Wild<'_> {
    fn connect(&mut self) -> Result<(), Error> {
        self.fruitless += 1;
        assert!(self.fruitless <= 2 * u32::from(ATTEMPTS), "the runtime doesn't give up");
        self.is_open = self.source.byte() < 240;
        self.sent.clear();
        if self.is_open { Ok(()) } else { Err(Error::CONNECT) }
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), Error> {
        assert!(self.is_open, "the runtime sends without a connection");
        self.sent.extend_from_slice(bytes);
        let mut follows_answer = false;
        while !self.sent.is_empty() {
            match parse(&self.sent) {
                Front::Whole(Request::Next, len) => {
                    assert!(self.pipeline || !follows_answer, "GET /next is too early");
                    self.sent.drain(..len);
                }
                Front::Whole(Request::Answer { .. }, len) => {
                    follows_answer = true;
                    self.sent.drain(..len);
                }
                Front::Stream(..) => break,
                Front::Part => panic!("an incomplete request: {}", self.sent.escape_ascii()),
            }
        }
        if self.source.byte() < 240 { Ok(()) } else { Err(Error::CONNECTION_BROKEN) }
    }

    fn has_input(&mut self) -> bool {
        self.source.byte() >= 224
    }

    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        assert!(self.is_open, "the runtime receives without a connection");
        let size = match self.source.byte() {
            255 => {
                self.is_open = false;
                return Err(Error::CONNECTION_BROKEN);
            }
            size => usize::from(size) * 2,
        };
        let bytes = self.source.take(size.min(buffer.len()));
        self.is_open = !bytes.is_empty();
        buffer[..bytes.len()].copy_from_slice(bytes);
        Ok(bytes.len())
    }

    fn pause(&mut self, _: u32) {}
}
