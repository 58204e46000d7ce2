//! A server without any manners: what it sends is the input. Whatever it is, the runtime sends well-formed requests, gives up, and does
//! not panic.

use std::cell::RefCell;

use barelambda::Error;
use barelambda::runtime_api::exchange::ATTEMPTS;

use super::request::{Request, parse_all};
use super::{Act, Line, Side, Source, answer, talk};

pub struct Wild<'a> {
    source: Source<'a>,
    is_open: bool,
    /// Connections in a row without a single event that was handled or an answer that was sent anew.
    fruitless: u32,
    pipeline: bool,
}

impl<'a> Wild<'a> {
    pub fn new(source: Source<'a>) -> Self {
        Self { source, is_open: false, fruitless: 0, pipeline: false }
    }

    pub fn run(mut self, pipeline: bool) {
        self.pipeline = pipeline;
        let wild = RefCell::new(self);
        let mut error = None;
        talk(
            Line(&wild),
            pipeline,
            |event, responder| {
                wild.borrow_mut().fruitless = 0;
                let act = event.payload().first().map_or(Act::Echo, |byte| Act::of(*byte));
                answer(act, event, responder)
            },
            |result| {
                wild.borrow_mut().fruitless = 0;
                error = result.err();
                true
            },
        );
        assert!(error.is_some(), "it goes on without a server");
    }
}

impl Side for Wild<'_> {
    fn connect(&mut self) -> Result<(), Error> {
        self.fruitless += 1;
        assert!(self.fruitless <= 2 * u32::from(ATTEMPTS), "it never gives up");
        self.is_open = self.source.byte() < 240;
        if self.is_open { Ok(()) } else { Err(Error::CONNECT) }
    }

    fn send(&mut self, parts: [&[u8]; 3]) -> Result<(), Error> {
        assert!(self.is_open, "it sends without a connection");
        match &parse_all(&parts.concat())[..] {
            [Request::Next] => {}
            [Request::Answer { .. }] => assert!(!self.pipeline),
            [Request::Answer { .. }, Request::Next] => assert!(self.pipeline),
            others => panic!("{others:?}"),
        }
        if self.source.byte() < 240 { Ok(()) } else { Err(Error::CONNECTION_BROKEN) }
    }

    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        assert!(self.is_open && !buffer.is_empty(), "it receives without a connection, or into nothing");
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
