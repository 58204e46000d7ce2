//! Whole conversations with a server that the input controls: one that follows the protocol despite
//! broken connections, and one that sends arbitrary bytes.

use std::cell::RefCell;
use std::panic;

use barelambda::runtime::{Buffers, Heads, ROOM, Runtime, Transport};
use barelambda::runtime_api::endpoint::{Address, Endpoint};
use barelambda::{Error, Invocation, Response};

use super::source::Source;

mod invocation;
mod reply;
mod request;
mod server;
mod wild;

use server::Server;
use wild::Wild;

/// The limit of an event, in bytes.
const EVENT_LIMIT: usize = 512;

/// The size of the response buffer.
const RESPONSE_LEN: usize = 1024;

/// The limit of steps in a conversation.
const STEPS: usize = 64;

const HOST: &str = "127.0.0.1:9001";

/// Runs a conversation. The first byte selects the server, and whether the runtime pipelines.
///
/// # Panics
/// An invocation is lost, is handled twice, or has two responses or a wrong one. Or the runtime
/// waits forever, doesn't give up, or gives up too early. Or it sends a request that isn't valid
/// HTTP, or isn't allowed in its state.
pub fn check(input: &[u8]) {
    let mut source = Source { bytes: input };
    let first = source.byte();
    let pipeline = first & 1 == 0;
    if first & 6 == 6 {
        Wild::new(source, pipeline).run()
    } else {
        Server::new(source, pipeline).run()
    }
}

/// Runs steps with `side` until an error, or until `after` returns false for the result of a step.
fn talk<S: Side>(
    side: &RefCell<S>,
    pipeline: bool,
    mut handler: impl FnMut(Invocation<'_>) -> Response<'_>,
    mut after: impl FnMut(Result<(), Error>) -> bool,
) {
    let endpoint = Endpoint::parse(HOST.as_bytes()).expect("the address is valid");
    let (mut receive, mut response) = (vec![0; ROOM + EVENT_LIMIT], [0; RESPONSE_LEN]);
    let heads = &mut Heads::new();
    let buffers = Buffers { heads, receive: &mut receive, response: &mut response };
    let mut runtime = Runtime::new(&endpoint, Line(side), buffers, pipeline)
        .expect("the buffers are large enough");
    for _ in 0..STEPS {
        let result = runtime.step(&mut handler);
        if !after(result) || result.is_err() {
            return;
        }
    }
}

/// The server's side of a connection, with the methods of [`Transport`].
trait Side {
    fn connect(&mut self) -> Result<(), Error>;
    fn send(&mut self, bytes: &[u8]) -> Result<(), Error>;
    fn has_input(&mut self) -> bool;
    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error>;
    fn pause(&mut self, ms: u32);
}

/// The transport to a [`Side`].
struct Line<'s, S>(&'s RefCell<S>);

impl<S: Side> Transport for Line<'_, S> {
    fn connect(&mut self, address: &Address) -> Result<(), Error> {
        assert_eq!(format!("{}:{}", address.ip(), address.port()), HOST);
        self.0.borrow_mut().connect()
    }

    fn send(&mut self, parts: [&[u8]; 3]) -> Result<(), Error> {
        self.0.borrow_mut().send(&parts.concat())
    }

    fn has_input(&mut self) -> bool {
        self.0.borrow_mut().has_input()
    }

    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        assert!(!buffer.is_empty(), "the receive buffer is empty");
        self.0.borrow_mut().receive(buffer)
    }

    fn pause(&mut self, ms: u32) {
        self.0.borrow_mut().pause(ms);
    }
}

/// Prints panics on stdout, since stderr is closed: the runtime logs each failure of a connection
/// there.
pub fn show_panics() {
    let others = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        println!("{info}");
        others(info);
    }));
}
