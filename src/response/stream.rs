//! Answers that leave while they are being written.

use core::fmt;
use core::mem;

use super::Responded;
use crate::buffer::Cursor;
use crate::conversation::stream::{Link, end};
use crate::error::Error;
use crate::runtime_api::answer::Answer;
use crate::runtime_api::request::TRAILER_LIMIT;

/// The most bytes that are gathered before they leave.
pub(super) const GATHER_LIMIT: usize = 16 * 1024;

/// A response that leaves while it is being written ([response streaming][guide]): of any length, in constant memory, and on its way to the
/// caller before its end is known. [`Responder::stream`](super::Responder::stream) begins one.
///
/// ```
/// # use barelambda::{Error, Event, Responded, Responder};
/// use core::fmt::Write;
///
/// fn handler<'a>(_: Event<'a>, responder: Responder<'a>) -> Result<Responded<'a>, Error> {
///     let mut stream = responder.content_type("text/plain")?.stream();
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
    link: &'a dyn Link,
    gathered: Cursor<'a>,
    content_type: &'a [u8],
    has_begun: bool,
}

impl<'a> ResponseStream<'a> {
    /// A stream that begins with what is `gathered`, and goes on to gather there. Nothing has left.
    pub(super) const fn new(link: &'a dyn Link, gathered: Cursor<'a>, content_type: &'a str) -> Self {
        Self { link, gathered, content_type: content_type.as_bytes(), has_begun: false }
    }

    /// Appends `bytes`.
    ///
    /// # Errors
    /// [`Error::STREAM_LOST`] when the Runtime API has replied, or the connection has broken, before the end of the stream, and
    /// [`Error::CONNECT`] when there is no connection. Then every further call fails too.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if bytes.len() > self.gathered.room() {
            return self.send(bytes);
        }
        self.gathered.push(bytes);
        Ok(())
    }

    /// Sends what was gathered. The first call begins the stream, even if nothing was written.
    ///
    /// # Errors
    /// Those of [`write`](Self::write).
    pub fn flush(&mut self) -> Result<(), Error> {
        self.send(&[])
    }

    /// Ends the stream with what was written.
    ///
    /// # Errors
    /// Those of [`write`](Self::write).
    pub fn finish(mut self) -> Result<Responded<'a>, Error> {
        self.flush()?;
        Ok(Responded { answer: Answer::STREAMED })
    }

    /// Ends the stream with an error whose message is made at run time, as [`Responder::fail`](super::Responder::fail) does. If nothing has
    /// left so far, the caller gets the error alone.
    pub fn fail(mut self, error_type: &'a str, message: fmt::Arguments<'_>) -> Responded<'a> {
        self.leave();
        let buffer = mem::replace(&mut self.gathered, Cursor::new(&mut [])).into_buffer();
        let len = buffer.len().min(TRAILER_LIMIT);
        Responded::error(error_type, message, buffer.get_mut(..len).unwrap_or_default())
    }

    /// Sends what was gathered, and `large` behind it.
    fn send(&mut self, large: &[u8]) -> Result<(), Error> {
        let mut content_type = None;
        if !self.has_begun {
            self.has_begun = true;
            self.link.begin(end)?;
            content_type = Some(self.content_type);
        }
        // If nothing is lent any more, the stream is that of another invocation.
        let mut result = Err(Error::STREAM_LOST);
        self.link.lend(&mut |lent| result = lent.send(content_type, self.gathered.written(), large));
        self.gathered.truncate(0);
        result
    }

    /// Sends what was gathered, if the stream has begun: it belongs before the error that follows.
    fn leave(&mut self) {
        if self.has_begun && !self.gathered.is_empty() {
            // If it fails, so does the end of the stream, which has an answer to that.
            let _ = self.flush();
        }
    }
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
