//! Responses that are sent while the handler writes them.

use core::fmt;
use core::mem;

use super::{Responded, Response};
use crate::bytes::cursor::Cursor;
use crate::conversation::stream::{StreamAccess, finish_stream};
use crate::error::Error;
use crate::runtime_api::answer::Answer;
use crate::runtime_api::request::TRAILER_LIMIT;

/// The most bytes that are buffered before they are sent.
pub(super) const GATHER_LIMIT: usize = 16 * 1024;

/// A response that is sent while the handler writes it ([response streaming][guide]), in constant
/// memory. [`Responder::stream`](super::Responder::stream) returns one.
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
/// Writes are buffered, up to 16 KiB or the length of the response buffer. The buffered bytes are
/// sent when a write doesn't fit, by [`flush`](Self::flush), and at the end. A write that doesn't
/// fit is sent without a copy.
///
/// **The stream begins when bytes are sent for the first time.** If the handler fails before that,
/// the caller gets only the error, as with any response. If it fails later, the caller gets the
/// bytes written so far, and the error follows in the trailers of the response. The same
/// holds for a panic, except that the buffered bytes are lost.
///
/// If the Runtime API rejects the stream, or the connection breaks, writes return an error; the
/// handler should return it. A stream can't be sent again: if Lambda then delivers the same
/// invocation again, its caller gets [`Error::STREAM_LOST`].
///
/// Lambda accepts 200 MB, the first 6 MB at full speed and the rest at 2 MB per second
/// ([quotas][guide]). Writes block meanwhile.
///
/// [guide]: https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
pub struct ResponseStream<'a> {
    access: &'a dyn StreamAccess,
    gathered: Cursor<'a>,
    content_type: &'a [u8],
    has_begun: bool,
}

impl<'a> ResponseStream<'a> {
    /// A stream that starts with the bytes in `gathered`, and buffers there. Nothing is sent yet.
    pub(crate) const fn new(
        access: &'a dyn StreamAccess,
        gathered: Cursor<'a>,
        content_type: &'a [u8],
    ) -> Self {
        Self { access, gathered, content_type, has_begun: false }
    }

    /// Appends `bytes`.
    ///
    /// # Errors
    /// [`Error::STREAM_LOST`] if the Runtime API has replied, or the connection has broken, before
    /// the end of the stream; [`Error::CONNECT`] if the runtime can't connect. Every later call
    /// fails too.
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

    /// Sends the buffered bytes. The first call begins the stream, even if nothing was written.
    ///
    /// # Errors
    /// Those of [`write`](Self::write).
    pub fn flush(&mut self) -> Result<(), Error> {
        let head = self.begin()?;
        let result = send(self.access, head, self.gathered.written());
        self.gathered.truncate(0);
        result
    }

    /// Ends the stream: sends the buffered bytes. The runtime sends the last chunk when the handler
    /// has returned.
    ///
    /// # Errors
    /// Those of [`write`](Self::write).
    pub fn finish(mut self) -> Response<'a> {
        self.flush()?;
        Ok(Responded { answer: Answer::STREAMED })
    }

    /// Ends the stream with an error whose message is formatted at run time, like
    /// [`Responder::fail`](super::Responder::fail). If nothing has been sent, the caller gets
    /// only the error. The result is always `Ok`.
    pub fn fail(self, error_type: &'a str, message: fmt::Arguments<'_>) -> Response<'a> {
        Ok(Responded::error(error_type, message, self.into_buffer()))
    }

    /// Sends the buffered bytes if the stream has begun, and returns the buffer for the body of an
    /// error.
    pub(crate) fn into_buffer(mut self) -> &'a mut [u8] {
        self.leave();
        let buffer = mem::replace(&mut self.gathered, Cursor::new(&mut [])).into_buffer();
        let len = buffer.len().min(TRAILER_LIMIT);
        buffer.get_mut(..len).unwrap_or_default()
    }

    /// Begins the stream unless it has begun. Returns the content type if the head must be sent.
    fn begin(&mut self) -> Result<Option<&'a [u8]>, Error> {
        if self.has_begun {
            return Ok(None);
        }
        self.has_begun = true;
        self.access.begin(finish_stream)?;
        Ok(Some(self.content_type))
    }

    /// Sends the buffered bytes if the stream has begun. They come before the error that follows.
    fn leave(&mut self) {
        if self.has_begun && !self.gathered.is_empty() {
            // If this fails, so does the end of the stream, which handles it.
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

/// A handler that returns an error drops its stream.
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
