//! Whole conversations with a server that does what the input says: one that keeps to the protocol, whatever happens to the connection,
//! and a wild one.

use std::cell::RefCell;
use std::panic;

use barelambda::runtime::{ROOM, Runtime, Transport};
use barelambda::runtime_api::endpoint::{Address, Endpoint};
use barelambda::{Error, Event, FunctionError, Responded, Responder};

use super::source::Source;

mod invocation;
mod reply;
mod request;
mod server;
mod wild;

use invocation::Act;
use server::Server;
use wild::Wild;

/// The longest event that is taken.
const EVENT_LIMIT: usize = 512;

/// The size of the buffer for answers.
const RESPONSE_LEN: usize = 1024;

/// The most steps of a conversation.
const STEPS: usize = 64;

const HOST: &str = "127.0.0.1:9001";

/// What a handler may give.
static FAILED: FunctionError = FunctionError::new("Function.Failed", "a \"quoted\" message");

/// The first byte says which server, and whether GET /next goes out together with each answer.
///
/// # Panics
/// When an invocation is lost, handled or answered twice, or answered otherwise than the handler said; when the runtime waits for what
/// will never come, does not give up, or gives up too early; when what it sends is not HTTP, or not what it should be at this time.
pub fn check(input: &[u8]) {
    let mut source = Source { bytes: input };
    let first = source.byte();
    let pipeline = first & 1 == 0;
    if first & 6 == 6 {
        Wild::new(source).run(pipeline);
    } else {
        Server::new(source, pipeline).run();
    }
}

/// Takes steps with `transport` until there is an error, or `goes_on`, which is given what came of each step, says so.
fn talk<T: Transport>(
    transport: T,
    pipeline: bool,
    mut handler: impl for<'a> FnMut(Event<'a>, Responder<'a>) -> Result<Responded<'a>, Error>,
    mut goes_on: impl FnMut(Result<(), Error>) -> bool,
) {
    let endpoint = Endpoint::parse(HOST.as_bytes()).expect("it is an address");
    let (mut receive, mut response) = (vec![0; ROOM + EVENT_LIMIT], [0; RESPONSE_LEN]);
    let mut runtime = Runtime::new(&endpoint, transport, &mut receive, &mut response, pipeline).expect("the buffers are large enough");
    for _ in 0..STEPS {
        let result = runtime.step(&mut handler);
        if !goes_on(result) || result.is_err() {
            return;
        }
    }
}

/// Answers an event in one of the ways.
fn answer<'a>(act: Act, event: Event<'a>, responder: Responder<'a>) -> Result<Responded<'a>, Error> {
    match act {
        Act::Echo => responder.bytes(event.into_payload()),
        Act::Shout => {
            // What is changed in place is what is sent, also when it is sent again.
            let payload = event.into_payload();
            payload.make_ascii_uppercase();
            responder.content_type("text/plain")?.bytes(payload)
        }
        Act::Write => {
            let mut writer = responder.writer();
            writer.write(event.payload())?;
            writer.write(b"!")?;
            writer.finish()
        }
        Act::Fail => Ok(responder.fail("Function.Unfit", format_args!("{} bytes", event.payload().len()))),
        Act::Error => Err(Error::from(&FAILED)),
    }
}

/// A connection to one of the servers.
struct Line<'s, S>(&'s RefCell<S>);

/// What a server does with a connection; as [`Transport`].
trait Side {
    fn connect(&mut self) -> Result<(), Error>;
    fn send(&mut self, parts: [&[u8]; 3]) -> Result<(), Error>;
    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error>;
    fn pause(&mut self, ms: u32);
}

impl<S: Side> Transport for Line<'_, S> {
    fn connect(&mut self, address: &Address) -> Result<(), Error> {
        assert_eq!(format!("{}:{}", address.ip(), address.port), HOST);
        self.0.borrow_mut().connect()
    }

    fn send(&mut self, parts: [&[u8]; 3]) -> Result<(), Error> {
        self.0.borrow_mut().send(parts)
    }

    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
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
