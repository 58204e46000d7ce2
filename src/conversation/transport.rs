//! The connection that carries the bytes of a conversation.

use crate::error::Error;
use crate::runtime_api::endpoint::Address;

/// A connection to the Runtime API, or a substitute for one in a test.
pub trait Transport {
    /// Connects to `address`. An earlier connection is closed.
    ///
    /// # Errors
    /// Returns an error if the connection can't be made. The runtime retries a few times.
    fn connect(&mut self, address: &Address) -> Result<(), Error>;

    /// Sends all of the parts, one after the other.
    ///
    /// # Errors
    /// Returns an error if some of the bytes could not be sent. [`receive`](Self::receive) must not
    /// block after that.
    fn send(&mut self, parts: [&[u8]; 3]) -> Result<(), Error>;

    /// Marks the beginning of a stream on this connection. From now on, bytes should be sent
    /// without delay, and a panic has to end the stream.
    fn begin_stream(&mut self) {}

    /// Marks the end of the stream. From now on, a panic doesn't affect this connection.
    fn end_stream(&mut self) {}

    /// Waits until the connection is writable or readable, or the peer has closed it. Returns
    /// `true` if it is readable or closed, which means that the peer doesn't accept more of a
    /// stream.
    fn has_input(&mut self) -> bool;

    /// Sends parts of a stream like [`send`](Self::send), but only until the peer replies or
    /// closes. Returns whether all of them were sent.
    ///
    /// # Errors
    /// Those of [`send`](Self::send).
    fn send_unless_input(&mut self, parts: [&[u8]; 3]) -> Result<bool, Error> {
        if self.has_input() {
            return Ok(false);
        }
        self.send(parts).map(|()| true)
    }

    /// Waits without a timeout for at least one byte. Returns the number of bytes received, or zero
    /// if the peer closed the connection.
    ///
    /// # Errors
    /// Returns an error if the connection is broken.
    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error>;

    /// Waits `ms` milliseconds before the next attempt to connect.
    fn pause(&mut self, ms: u32);
}
