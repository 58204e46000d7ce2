//! The byte stream that a call runs over.

use barelambda::Error;

/// A connected byte stream with its own time limit.
pub trait Stream {
    /// Sends all of `bytes`.
    ///
    /// # Errors
    /// Those of the connection, and the time limit.
    fn send(&mut self, bytes: &[u8]) -> Result<(), Error>;

    /// Receives at least one byte, and returns the number of bytes. Zero means that the peer has
    /// closed the stream.
    ///
    /// # Errors
    /// Those of the connection, and the time limit.
    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error>;
}
