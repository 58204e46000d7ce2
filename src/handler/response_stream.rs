//! Answers that leave while they are being written.

use core::fmt;
use core::mem;

use super::{Responded, Response};
use crate::bytes::cursor::Cursor;
use crate::conversation::stream::{StreamAccess, finish_stream};
use crate::error::Error;
use crate::runtime_api::answer::Answer;
use crate::runtime_api::request::TRAILER_LIMIT;

/// The most bytes that are gathered before they leave.
pub(super) const GATHER_LIMIT: usize = 16 * 1024;

/// A response that leaves while it is being written ([response streaming][guide]): of any length, in constant memory, and on its way to the
/// caller before its end is known. [`Responder::stream`](super::Responder::stream) begins one.
///
/// ```
/// # use barelambda::{Invocation, Response};
/// use core::fmt::Write;
///
/// fn handler(invocation: Invocation) -> Response {
///     let mut stream = invocation.responder.content_type("text/plain")?.stream();
///     for number in 0..1000 {
///         writeln!(stream, "{number}")?;
///     }
///     stream.finish()
/// }
/// ```
///
/// What is written is gathered, up to 16 KiB or the length of the response buffer, and leaves when something does not fit any more, with
/// [`flush`](Self::flush) and at the end. What does not fit is sent from where it lies, without a copy.
///
/// **The stream begins when something leaves for the first time.** If the handler fails before that, the caller gets the error alone, as of
/// any invocation. After that, the error goes into the trailers of the response: the caller gets what was written, and then the error. So it
/// is with a panic, but for what was not flushed, which is lost with it.
///
/// The Runtime API may refuse a stream, and connections break: then writing gives an error, which the handler should pass on. A stream cannot
/// be sent a second time; if Lambda does not know of it, the caller gets [`Error::STREAM_LOST`].
///
/// Lambda takes 200 MB, of which the first 6 MB go at full speed and the rest at 2 MB a second ([quotas][guide]); writing waits meanwhile.
///
/// [guide]: https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
pub struct ResponseStream<'a> {
    access: &'a dyn StreamAccess,
    gathered: Cursor<'a>,
    content_type: &'a [u8],
    has_begun: bool,
}

impl<'a> ResponseStream<'a> {
    /// A stream that begins with what is `gathered`, and goes on to gather there. Nothing has left.
    pub(crate) const fn new(access: &'a dyn StreamAccess, gathered: Cursor<'a>, content_type: &'a [u8]) -> Self {
        Self { access, gathered, content_type, has_begun: false }
    }

    /// Appends `bytes`.
    ///
    /// # Errors
    /// [`Error::STREAM_LOST`] when the Runtime API has replied, or the connection has broken, before the end of the stream, and
    /// [`Error::CONNECT`] when there is no connection. Then every further call fails too.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if bytes.len() <= self.gathered.room() {
            self.gathered.push(bytes);
            return Ok(());
        }
        if !self.gathered.is_empty() {
            self.flush()?;
        }
        let head = self.begin()?;
        send(self.access, head, bytes)
    }

    /// Sends what was gathered. The first call begins the stream, even if nothing was written.
    ///
    /// # Errors
    /// Those of [`write`](Self::write).
    pub fn flush(&mut self) -> Result<(), Error> {
        let head = self.begin()?;
        let result = send(self.access, head, self.gathered.written());
        self.gathered.truncate(0);
        result
    }

    /// Ends the stream with what was written.
    ///
    /// # Errors
    /// Those of [`write`](Self::write).
    pub fn finish(mut self) -> Response<'a> {
        self.flush()?;
        Ok(Responded { answer: Answer::STREAMED })
    }

    /// Ends the stream with an error whose message is made at run time, as [`Responder::fail`](super::Responder::fail) does. If nothing has
    /// left so far, the caller gets the error alone.
    pub fn fail(self, error_type: &'a str, message: fmt::Arguments<'_>) -> Response<'a> {
        Ok(Responded::error(error_type, message, self.into_buffer()))
    }

    /// Sends what was gathered, if the stream has begun, and gives the room for the body of an error.
    pub(crate) fn into_buffer(mut self) -> &'a mut [u8] {
        self.leave();
        let buffer = mem::replace(&mut self.gathered, Cursor::new(&mut [])).into_buffer();
        let len = buffer.len().min(TRAILER_LIMIT);
        buffer.get_mut(..len).unwrap_or_default()
    }

    /// Lets the stream begin, if it has not, and then gives the content type, for the head that leaves first.
    fn begin(&mut self) -> Result<Option<&'a [u8]>, Error> {
        if self.has_begun {
            return Ok(None);
        }
        self.has_begun = true;
        self.access.begin(finish_stream)?;
        Ok(Some(self.content_type))
    }

    /// Sends what was gathered, if the stream has begun: it belongs before the error that follows.
    fn leave(&mut self) {
        if self.has_begun && !self.gathered.is_empty() {
            // If it fails, so does the end of the stream, which has an answer to that.
            let _ = self.flush();
        }
    }
}

/// Sends a chunk.
fn send(access: &dyn StreamAccess, head: Option<&[u8]>, data: &[u8]) -> Result<(), Error> {
    // Without a call, the handler has returned, and the connection belongs to another invocation.
    let mut result = Err(Error::STREAM_LOST);
    access.with_writer(&mut |writer| result = writer.send(head, data));
    result
}

/// A handler that fails leaves its stream behind.
impl Drop for ResponseStream<'_> {
    fn drop(&mut self) {
        self.leave();
    }
}

impl fmt::Write for ResponseStream<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.write(text.as_bytes()).map_err(|_| fmt::Error)
    }
}
