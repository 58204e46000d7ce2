//! Whole conversations with a server that does what the input says: one that keeps to the protocol, whatever happens to the connection,
//! and a wild one.

use std::cell::RefCell;
use std::panic;

use barelambda::runtime::{ROOM, Runtime, Transport};
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

/// The longest event that is taken.
const EVENT_LIMIT: usize = 512;

/// The size of the buffer for answers.
const RESPONSE_LEN: usize = 1024;

/// The most steps of a conversation.
const STEPS: usize = 64;

const HOST: &str = "127.0.0.1:9001";

/// The first byte says which server, and whether GET /next goes out together with each answer.
///
/// # Panics
/// When an invocation is lost, handled or answered twice, or answered otherwise than the handler said; when the runtime waits for what
/// will never come, does not give up, or gives up too early; when what it sends is not HTTP, or not what it should be at this time.
pub fn check(input: &[u8]) {
    let mut source = Source { bytes: input };
    let first = source.byte();
    let pipeline = first & 1 == 0;
    if first & 6 == 6 { Wild::new(source, pipeline).run() } else { Server::new(source, pipeline).run() }
}

/// Takes steps with `side` until there is an error or nothing more to be done; `after` is given what came of each step, and says whether to
/// go on.
fn talk<S: Side>(
    side: &RefCell<S>,
    pipeline: bool,
    mut handler: impl FnMut(Invocation<'_>) -> Response<'_>,
    mut after: impl FnMut(Result<(), Error>) -> bool,
) {
    let endpoint = Endpoint::parse(HOST.as_bytes()).expect("it is an address");
    let (mut receive, mut response) = (vec![0; ROOM + EVENT_LIMIT], [0; RESPONSE_LEN]);
    let mut runtime = Runtime::new(&endpoint, Line(side), &mut receive, &mut response, pipeline).expect("the buffers are large enough");
    for _ in 0..STEPS {
        let result = runtime.step(&mut handler);
        if !after(result) || result.is_err() {
            return;
        }
    }
}

/// What a server does with a connection; as [`Transport`].
trait Side {
    fn connect(&mut self) -> Result<(), Error>;
    fn send(&mut self, bytes: &[u8]) -> Result<(), Error>;
    fn has_input(&mut self) -> bool;
    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error>;
    fn pause(&mut self, ms: u32);
}

/// The way to one.
struct Line<'s, S>(&'s RefCell<S>);

impl<S: Side> Transport for Line<'_, S> {
    fn connect(&mut self, address: &Address) -> Result<(), Error> {
        assert_eq!(format!("{}:{}", address.ip(), address.port), HOST);
        self.0.borrow_mut().connect()
    }

    fn send(&mut self, parts: [&[u8]; 3]) -> Result<(), Error> {
        self.0.borrow_mut().send(&parts.concat())
    }

    fn has_input(&mut self) -> bool {
        self.0.borrow_mut().has_input()
    }

    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        assert!(!buffer.is_empty(), "it receives into nothing");
        self.0.borrow_mut().receive(buffer)
    }

    fn pause(&mut self, ms: u32) {
        self.0.borrow_mut().pause(ms);
    }
}

/// Shows panics on stdout. The runtime logs each failure of a connection on stderr, which is therefore closed.
pub fn show_panics() {
    let others = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        println!("{info}");
        others(info);
    }));
}
