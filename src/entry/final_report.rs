//! What is left to say: the answer of a process that ends, after a panic, or when it cannot begin.

use super::current::with_current;
use super::start::{INITIALIZING, endpoint};
use crate::conversation::stream::finish_stream;
use crate::conversation::{Conversation, Kept};
use crate::error::Error;
use crate::http1::HEAD_LIMIT;
use crate::http1::response::Response;
use crate::log::{self, Level};
use crate::runtime_api::answer::{Answer, ErrorBody};
use crate::runtime_api::exchange::Exchange;
use crate::runtime_api::invocation::Invocation;
use crate::runtime_api::request::Subject;
use crate::sys::socket::Socket;
use core::sync::atomic::Ordering::Relaxed;

/// Reports a panic to the caller of the function, if there is one, and on stderr, and ends the process with status 101.
///
/// The message is the panic's if it is constant; a formatted one needs the Cargo feature `panic-message`.
#[cfg(target_env = "musl")]
#[inline(always)]
pub fn panicked(info: &core::panic::PanicInfo<'_>) -> ! {
    let (file, line) = info.location().map_or(("", 0), |location| (location.file(), location.line()));
    #[cfg(feature = "panic-message")]
    let mut buffer = [0; 1024];
    #[cfg(feature = "panic-message")]
    let message = {
        let mut text = Cut(crate::bytes::cursor::Cursor::new(&mut buffer));
        // Its only error is that a value could not be shown: what could be is in the text.
        let _ = core::fmt::Write::write_fmt(&mut text, format_args!("{}", info.message()));
        let text = text.0.into_written();
        let valid = str::from_utf8(text).map_or_else(|error| error.valid_up_to(), |text| text.len());
        str::from_utf8(text.get(..valid).unwrap_or_default()).unwrap_or_default()
    };
    #[cfg(not(feature = "panic-message"))]
    let message = info.message().as_str().unwrap_or("(a message with values: the Cargo feature panic-message shows it)");
    report_panic(file, line, message);
    crate::exit(101)
}

/// Takes as much of a message as fits.
#[cfg(all(target_env = "musl", feature = "panic-message"))]
struct Cut<'a>(crate::bytes::cursor::Cursor<'a>);

#[cfg(all(target_env = "musl", feature = "panic-message"))]
impl core::fmt::Write for Cut<'_> {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.0.push_cut(text.as_bytes(), 0);
        Ok(())
    }
}

/// Sends a panic at `file:line` to the caller of the function, if there is one, and writes it to stderr.
pub(crate) fn report_panic(file: &str, line: u32, message: &str) {
    const TYPE: &str = "Function.Panic";
    let mut buffer = [0; 2048];
    let mut body = ErrorBody::new(TYPE, &mut buffer);
    body.push("panicked at ");
    body.push(file);
    body.push(":");
    body.push_number(line);
    body.push(": ");
    body.push(message);
    let body = body.finish();
    let answer = Answer::error(TYPE, body);
    with_current(|current| {
        log::panicked(current, body, (file, line), message);
        if INITIALIZING.load(Relaxed) != 0 {
            last_words(Kept { subject: Subject::Initialization, answer });
        } else if let Some(context) = current {
            let kept = Kept { subject: Subject::Invocation(context.invocation), answer };
            match Socket::streaming() {
                Some(socket) => last_trailers(socket, context.invocation, kept),
                None => last_words(kept),
            }
        }
    });
}

/// Delivers the last answer of this process, on a connection of its own, whatever has become of the other.
#[inline(never)]
pub(super) fn last_words(kept: Kept<'_>) {
    let mut region = [0; LAST];
    note(endpoint().and_then(|endpoint| {
        Conversation::new(&endpoint, Socket::new(), Exchange::last_words(), 0).advance(&mut region, Some(&kept), &mut Response::default())
    }));
}

/// Delivers it in the trailers of the stream that has begun.
#[cold]
#[inline(never)]
fn last_trailers(socket: Socket, invocation: Invocation<'_>, mut kept: Kept<'_>) {
    let mut region = [0; LAST];
    note(endpoint().and_then(|endpoint| {
        let mut conversation = Conversation::new(&endpoint, socket, Exchange::last_trailers(), 0);
        finish_stream(&mut conversation.stream_writer(&mut region, invocation), &mut kept.answer)?;
        conversation.advance(&mut region, Some(&kept), &mut Response::default())
    }));
}

/// The room for the heads of the last request, whose ids come from a head, and then for the reply.
const LAST: usize = 2 * HEAD_LIMIT;

fn note(result: Result<(), Error>) {
    if let Err(error) = result {
        log::error(Level::Error, error);
    }
}

/// Reports an error of the initialisation whose message is made at run time, and ends the process.
#[cfg(feature = "exec-wrapper")]
pub(crate) fn end_initialization(error_type: &[u8], message: &dyn Fn(&mut ErrorBody<'_>)) -> ! {
    let mut buffer = [0; 2048];
    let mut body = ErrorBody::of_type(error_type, &mut buffer);
    message(&mut body);
    let body = body.finish();
    log::line(Level::Fatal, None, b"the initialisation failed", 0, body);
    last_words(Kept { subject: Subject::Initialization, answer: Answer::error("", body).with_error_type(error_type) });
    crate::exit(1)
}
