//! What the C library, the package `barelambda-capi`, needs and Rust programs don't. It isn't a
//! public interface, and may change at any time.

use core::marker::PhantomData;

use super::current::with_current;
use super::panic::report_panic;
use crate::bytes::header_value::is_sendable;
use crate::bytes::utf8::lossy;
use crate::conversation::stream::StreamAccess;
use crate::error::{Error, FunctionError};
use crate::handler::{HttpResponse, Responded, Responder, ResponseStream, sendable_type};
use crate::log::{self, Format, Level};
use crate::runtime::stream_access::ConversationAccess;
use crate::runtime_api::answer::{Answer, ErrorBody};
use crate::sys::{clock, env, socket::Socket};

/// The longest body of an error in the trailers of a stream, in bytes before base64.
pub use crate::runtime_api::request::TRAILER_LIMIT;

/// Sets the environment to `environ`.
///
/// # Safety
/// `environ` must be null, or point to an array of pointers to zero-terminated strings that ends
/// with a null pointer. It must not change while functions of this crate run.
#[cfg(bare)]
pub unsafe fn set_environment(environ: *const *const u8) {
    // SAFETY: the caller guarantees it.
    unsafe { env::set(environ) };
}

/// Reads the address of the environment from the C library's `environ` at each use.
///
/// # Safety
/// `environ` must be valid for reads for the life of the process. Whenever a function of this crate
/// runs, it must point to what [`set_environment`] accepts.
#[cfg(bare)]
pub unsafe fn use_environ(environ: *const *const *const u8) {
    // SAFETY: the caller guarantees it.
    unsafe { env::set_variable(environ) };
}

/// Returns the value of the environment variable `name`.
pub fn var(name: &[u8]) -> Option<&'static [u8]> {
    env::var(name)
}

/// `Error::from`, for constants.
pub const fn error(what: &'static FunctionError) -> Error {
    Error::of(what)
}

pub use super::start::serve;

/// A stream's access to the Runtime API, for one invocation.
///
/// A responder refers to its access by a table of functions, which would link everything that they
/// call. This type has only the address, so that a program that never streams links none of it.
#[derive(Copy, Clone)]
pub struct Way<'a> {
    place: *const (),
    access: PhantomData<&'a dyn StreamAccess>,
}

/// Splits a responder into its response buffer and its stream's access.
///
/// # Safety
/// The responder must come from the handler that [`serve`] runs.
// Inlined, so that the compiler sees that the table is unused.
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
    pub fn stream(
        self,
        buffer: &'a mut [u8],
        content_type: Option<&'a str>,
    ) -> Result<ResponseStream<'a>, Error> {
        let mut responder = Responder::new(buffer, self.access());
        if let Some(content_type) = content_type {
            responder = responder.content_type(content_type)?;
        }
        Ok(responder.stream())
    }

    /// Begins a stream after a status, header fields and cookies, as [`Responder::http_stream`]
    /// does.
    ///
    /// # Errors
    /// Those of [`Responder::http_stream`].
    pub fn http_stream(self, response: HttpResponse<'a>) -> Result<ResponseStream<'a>, Error> {
        response.stream(self.access())
    }

    fn access(self) -> &'a dyn StreamAccess {
        // SAFETY: `serve` runs its handler over a socket, and the caller of `parts` guarantees that
        // the responder comes from that handler. So the responder had an access of this type and
        // lifetime.
        unsafe { &*self.place.cast::<ConversationAccess<'a, 'a, Socket>>() }
    }
}

/// Begins an HTTP response, as [`Responder::http`] does.
pub const fn http<'a>(
    buffer: &'a mut [u8],
    status: u16,
    content_type: Option<&'a str>,
) -> HttpResponse<'a> {
    HttpResponse::new(buffer, status, content_type)
}

/// Returns whether `value` can be sent as a content type.
pub const fn is_content_type(value: &[u8]) -> bool {
    is_sendable(value)
}

/// Wraps `answer` as a handler returns it.
pub const fn responded(answer: Answer<'_>) -> Responded<'_> {
    Responded { answer }
}

/// Returns the answer of a handler.
pub const fn answer<'a>(responded: &Responded<'a>) -> Answer<'a> {
    responded.answer
}

/// Creates an error, as [`Responder::fail`] does. The message is decoded as lossy UTF-8.
pub fn failure<'a>(error_type: &'a str, message: &[u8], buffer: &'a mut [u8]) -> Answer<'a> {
    let error_type = sendable_type(error_type);
    let mut body = ErrorBody::new(error_type, buffer);
    lossy(message, &mut |text| body.push_bytes(text));
    Answer::error(error_type, body.finish())
}

/// Returns the answer that reports `error`.
pub fn error_answer(error: Error, buffer: &mut [u8]) -> Answer<'_> {
    Answer::of(error, buffer)
}

/// Logs a line of the runtime at the level FATAL: `text`, followed by `rest` unless it is empty.
pub fn log_fatal(text: &str, rest: &[u8]) {
    log::line(Level::Fatal, None, text.as_bytes(), 0, rest);
}

/// Logs a line at `level`, from 0 for FATAL to 5 for TRACE, if the environment enables that level,
/// in the format that the environment selects. Returns whether the level exists.
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

/// Reports a panic at `file:line` to the caller of the function, if there is one, and logs it.
pub fn panicked(file: &str, line: u32, message: &str) {
    report_panic(file, line, message);
}
