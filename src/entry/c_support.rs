//! What the C library, the package `barelambda-capi`, needs and Rust programs do not. Not for others: it may change at any time.

use core::marker::PhantomData;

use super::current::with_current;
use super::panic::report_panic;
use crate::bytes::header_value::is_sendable;
use crate::bytes::utf8::lossy;
use crate::conversation::stream::StreamAccess;
use crate::error::{Error, FunctionError};
use crate::handler::{Handler, HttpResponse, Responded, Responder, ResponseStream, sendable_type};
use crate::log::{self, Format, Level};
use crate::runtime::stream_access::ConversationAccess;
use crate::runtime_api::answer::{Answer, ErrorBody};
use crate::sys::{clock, env, socket::Socket};

/// The most bytes of a body of an error in the trailers of a stream.
pub use crate::runtime_api::request::TRAILER_LIMIT;

/// Lets `environ` be the environment.
///
/// # Safety
/// It is null, or an array of pointers to zero-terminated strings, with a null at its end, and does not change while functions of this
/// crate run.
#[cfg(bare)]
pub unsafe fn set_environment(environ: *const *const u8) {
    // SAFETY: as the caller promises.
    unsafe { env::set(environ) };
}

/// The value of the environment variable `name`.
pub fn var(name: &[u8]) -> Option<&'static [u8]> {
    env::var(name)
}

/// `Error::from`, for constants.
pub const fn error(what: &'static FunctionError) -> Error {
    Error::of(what)
}

/// Initialises and runs invocation after invocation, until nothing can go on, and logs why; unless the initialiser has failed, which gives
/// the answer that tells of it, and may write that into the response buffer.
pub fn serve<H: Handler>(init: impl for<'r> FnOnce(&'r mut [u8]) -> Result<H, Answer<'r>>, receive: &mut [u8], response: &mut [u8]) {
    if let Some(error) = super::start::serve(init, receive, response) {
        log::error(Level::Fatal, error);
    }
}

/// The way of a stream to the Runtime API, for one invocation.
///
/// A responder knows it by a table of functions, which bring with them all that they call. This knows but the place, so that a program
/// that begins no stream has nothing of it.
#[derive(Copy, Clone)]
pub struct Way<'a> {
    place: *const (),
    access: PhantomData<&'a dyn StreamAccess>,
}

/// The response buffer of a responder, and the way of its stream.
///
/// # Safety
/// The responder was given to the handler that [`serve`] runs.
// Inlined, so that the table is seen not to be used.
#[inline(always)]
pub unsafe fn parts(responder: Responder<'_>) -> (&mut [u8], Way<'_>) {
    let (buffer, access) = responder.into_parts();
    (buffer, Way { place: (&raw const *access).cast(), access: PhantomData })
}

impl<'a> Way<'a> {
    /// Begins a stream, as [`Responder::stream`] does.
    ///
    /// # Errors
    /// [`Error::CONTENT_TYPE`].
    pub fn stream(self, buffer: &'a mut [u8], content_type: Option<&'a str>) -> Result<ResponseStream<'a>, Error> {
        let mut responder = Responder::new(buffer, self.access());
        if let Some(content_type) = content_type {
            responder = responder.content_type(content_type)?;
        }
        Ok(responder.stream())
    }

    /// Begins a stream with status, header fields and cookies before it, as [`Responder::http_stream`] does.
    ///
    /// # Errors
    /// Those of [`Responder::http_stream`].
    pub fn http_stream(self, response: HttpResponse<'a>) -> Result<ResponseStream<'a>, Error> {
        response.stream(self.access())
    }

    fn access(self) -> &'a dyn StreamAccess {
        // SAFETY: `serve` runs its handler over a socket, so that the responder, as `parts` was promised, had this access, for this lifetime.
        unsafe { &*self.place.cast::<ConversationAccess<'a, 'a, Socket>>() }
    }
}

/// Begins an answer over HTTP, as [`Responder::http`] does.
pub const fn http<'a>(buffer: &'a mut [u8], status: u16, content_type: Option<&'a str>) -> HttpResponse<'a> {
    HttpResponse::new(buffer, status, content_type)
}

/// Whether `value` may be a content type.
pub const fn is_content_type(value: &[u8]) -> bool {
    is_sendable(value)
}

/// What a handler gives for `answer`.
pub const fn responded(answer: Answer<'_>) -> Responded<'_> {
    Responded { answer }
}

/// The answer that was given.
pub const fn answer<'a>(responded: &Responded<'a>) -> Answer<'a> {
    responded.answer
}

/// An error, as [`Responder::fail`] gives it. What is not UTF-8 in the message becomes U+FFFD.
pub fn failure<'a>(error_type: &'a str, message: &[u8], buffer: &'a mut [u8]) -> Answer<'a> {
    let error_type = sendable_type(error_type);
    let mut body = ErrorBody::new(error_type, buffer);
    lossy(message, &mut |text| body.push_bytes(text));
    Answer::error(error_type, body.finish())
}

/// The answer that tells of `error`.
pub fn error_answer(error: Error, buffer: &mut [u8]) -> Answer<'_> {
    crate::conversation::error_answer(error, buffer)
}

/// Writes one line of the runtime to the log: `text`, and the rest unless there is none.
pub fn log_fatal(text: &str, rest: &[u8]) {
    log::line(Level::Fatal, None, text.as_bytes(), 0, rest);
}

/// Writes a line to the log, in the format that the environment names, if it wants the level: 0 for FATAL to 5 for TRACE. Gives whether
/// there is such a level.
pub fn log_line(level: usize, text: &[u8]) -> bool {
    let Some(level) = Level::ALL.get(level) else {
        return false;
    };
    if *level <= log::threshold() {
        with_current(|current| log::text(Format::from_environment(), *level, current, text));
    }
    true
}

/// Sleeps for `ms` milliseconds.
pub fn sleep_ms(ms: u32) {
    clock::sleep_ms(ms);
}

/// Sends a panic at `file:line` to the caller of the function, if there is one, and writes it to the log.
pub fn panicked(file: &str, line: u32, message: &str) {
    report_panic(file, line, message);
}
