//! What a script consists of.

use std::time::Duration;

/// One thing that the server does on a connection. A connection whose steps are over is closed.
#[derive(Clone, Debug)]
pub enum Step {
    /// Reads one whole request: its head, and its body by `Content-Length` or chunks.
    Expect,
    /// Reads this many bytes, no more, and drops them: the next step happens in mid-request.
    ExpectBytes(usize),
    /// Waits for the client to close its side; fails when it sends something instead.
    ExpectEnd,
    /// Writes the bytes.
    Send(Vec<u8>),
    /// Writes the bytes in pieces of these sizes and then the rest, each piece sent when the client has read the one
    /// before it (or has not read for 100 ms): a read of its own for the client.
    SendSplit(Vec<u8>, Vec<usize>),
    /// Does nothing for a while.
    Pause(Duration),
    /// Closes the server's sending side, and goes on reading.
    HalfClose,
    /// Closes the connection in the usual way. What the client sent and nobody read makes it a reset.
    Close,
    /// Closes the connection with a reset, whatever was read.
    Reset,
}

impl Step {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Step::Expect => "Expect",
            Step::ExpectBytes(_) => "ExpectBytes",
            Step::ExpectEnd => "ExpectEnd",
            Step::Send(_) => "Send",
            Step::SendSplit(..) => "SendSplit",
            Step::Pause(_) => "Pause",
            Step::HalfClose => "HalfClose",
            Step::Close => "Close",
            Step::Reset => "Reset",
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Act {
    Connection(Vec<Step>),
    Gone(Duration),
}
