//! Replies whose body is read in pieces.

use barelambda::Error;

use crate::channel::Channel;
use crate::reply::Reply;

/// A reply whose body is read in pieces, in constant memory.
/// [`Client::open`](crate::Client::open) and [`S3::open`](crate::S3::open) return it.
///
/// ```no_run
/// # use barelambda::{Invocation, Response};
/// # use barelambda_aws::S3;
/// fn serve<'a>(bucket: &mut S3, invocation: Invocation<'a>) -> Response<'a> {
///     let mut object = bucket.open("large.bin")?;
///     if !object.is_success() {
///         return object.fail(invocation.responder);
///     }
///     let mut stream = invocation.responder.stream();
///     while let Some(piece) = object.read()? {
///         stream.write(piece)?;
///     }
///     stream.finish()
/// }
/// ```
///
/// Dropping it before its end closes the connection. [`Reply`] has its status, headers and the
/// error of the service. The body of a reply that isn't a success has been read: it is in
/// [`Reply::body`].
pub struct ReplyStream<'c> {
    reply: Reply,
    channel: &'c mut Channel,
}

impl<'c> ReplyStream<'c> {
    pub(crate) const fn new(reply: Reply, channel: &'c mut Channel) -> Self {
        Self { reply, channel }
    }

    /// Returns the next bytes of the body, at most 16 KiB, or `None` at its end.
    ///
    /// # Errors
    /// [`REPLY_TRUNCATED`](crate::error::REPLY_TRUNCATED),
    /// [`TIMEOUT`](crate::error::TIMEOUT), and the others of [`crate::error`] about the connection
    /// and the reply. After an error, the body can't be read any further.
    pub fn read(&mut self) -> Result<Option<&[u8]>, Error> {
        if self.reply.is_success() { self.channel.read() } else { Ok(None) }
    }
}

impl Drop for ReplyStream<'_> {
    fn drop(&mut self) {
        self.channel.close_unless_reusable();
    }
}

/// The status, the headers, and the error of the service.
impl core::ops::Deref for ReplyStream<'_> {
    type Target = Reply;

    fn deref(&self) -> &Reply {
        &self.reply
    }
}
