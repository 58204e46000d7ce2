//! The steps of a script.

use std::time::Duration;

/// An act of the server on a connection, which is closed after its last step.
#[derive(Clone, Debug)]
pub enum Step {
    /// Reads one whole request: its head, and its body by `Content-Length` or chunks.
    Expect,
    /// Reads exactly this many bytes and discards them, so that the next step runs mid-request.
    ExpectBytes(usize),
    /// Waits for the client to close its side, and fails when it sends something instead.
    ExpectEnd,
    /// Writes the bytes.
    Send(Vec<u8>),
    /// Writes the bytes in pieces of these sizes, and then the rest. Each piece is sent when the
    /// client has read the previous one (or hasn't read for 100 ms), so that the client receives it
    /// in a separate read.
    SendSplit(Vec<u8>, Vec<usize>),
    /// Waits.
    Pause(Duration),
    /// Closes the server's sending side, and continues to read.
    HalfClose,
    /// Closes the connection in the usual way. It becomes a reset if there are unread bytes of the
    /// client.
    Close,
    /// Closes the connection with a reset.
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
