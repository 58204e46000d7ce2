//! What carries the bytes of a conversation.

use crate::error::Error;
use crate::runtime_api::endpoint::Address;

/// A connection to the Runtime API, or something that acts as one in a test.
pub trait Transport {
    /// Connects to `address`; an earlier connection is closed.
    ///
    /// # Errors
    /// Whatever prevents it; the runtime tries again a few times.
    fn connect(&mut self, address: &Address) -> Result<(), Error>;

    /// Sends all of the parts, one after the other.
    ///
    /// # Errors
    /// When not all could be sent. [`receive`](Self::receive) must not wait after that.
    fn send(&mut self, parts: [&[u8]; 3]) -> Result<(), Error>;

    /// A stream begins on this connection: what is sent from now on should leave at once, and a panic has to end the stream.
    fn begin_stream(&mut self) {}

    /// The stream has ended: a panic from now on doesn't concern this connection.
    fn end_stream(&mut self) {}

    /// Waits until something can be sent, or until something has come in, or the other side has closed, and gives whether it is the latter:
    /// that the other side wants no more of a stream.
    fn has_input(&mut self) -> bool;

    /// Waits, for however long it takes, for at least one byte, and gives the number of bytes received; zero if the other side closed.
    ///
    /// # Errors
    /// When the connection is broken.
    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error>;

    /// Waits `ms` milliseconds before the next attempt to connect.
    fn pause(&mut self, ms: u32);
}
