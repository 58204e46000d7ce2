//! The peer: a script of what it expects and what it sends.

use super::*;
use core::fmt;
use std::collections::VecDeque;

/// A beat of the script.
pub enum Beat {
    /// The peer accepts a connection.
    Accept,
    /// The peer refuses a connection, with this errno.
    Refuse(u32),
    /// The peer receives exactly this, in one call.
    Gets(Vec<u8>),
    /// The peer is sent exactly this, but the call fails: only a part has been sent.
    Fails(Vec<u8>),
    /// The peer sends these bytes, in one piece if they fit.
    Gives(Vec<u8>),
    /// The peer sends these bytes in pieces of this size.
    GivesBy(usize, Vec<u8>),
    /// The peer has closed the connection.
    Closes,
    /// The connection breaks.
    Breaks,
}

impl fmt::Debug for Beat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, bytes): (_, &[u8]) = match self {
            Self::Accept => ("Accept", b""),
            Self::Refuse(_) => ("Refuse", b""),
            Self::Gets(bytes) => ("Gets", bytes),
            Self::Fails(bytes) => ("Fails", bytes),
            Self::Gives(bytes) | Self::GivesBy(_, bytes) => ("Gives", bytes),
            Self::Closes => ("Closes", b""),
            Self::Breaks => ("Breaks", b""),
        };
        write!(f, "{name} {}", shown(bytes))
    }
}

/// Returns the first part of `text`, escaped.
fn shown(text: &[u8]) -> String {
    format!("{}", text[..text.len().min(1000)].escape_ascii())
}

/// The error of a broken connection.
pub const BROKEN: Error = Error::CONNECTION_BROKEN.with(104);

pub struct Peer {
    script: VecDeque<Beat>,
    connected: bool,
    pauses: Vec<u32>,
}

impl Peer {
    pub fn new(script: Vec<Beat>) -> Self {
        Self { script: script.into(), connected: false, pauses: Vec::new() }
    }

    /// Checks that the script was followed to its end, and returns the pauses.
    pub fn end(self) -> Vec<u32> {
        self.end_after(&[])
    }

    /// As [`end`](Self::end). The results of the steps are shown if it fails.
    pub fn end_after(self, results: &[Result<(), Error>]) -> Vec<u32> {
        assert!(
            self.script.is_empty(),
            "it ends, with {results:?}; the script has {:?}",
            self.script.front()
        );
        self.pauses
    }
}

impl Transport for &mut Peer {
    fn connect(&mut self, address: &Address) -> Result<(), Error> {
        assert_eq!((address.ip(), address.port()), (endpoint().address.ip(), 9001));
        match self.script.pop_front() {
            Some(Beat::Accept) => {
                self.connected = true;
                Ok(())
            }
            Some(Beat::Refuse(errno)) => {
                self.connected = false;
                Err(Error::CONNECT.with(errno))
            }
            other => panic!("it connects; the script has {other:?}"),
        }
    }

    fn send(&mut self, parts: [&[u8]; 3]) -> Result<(), Error> {
        assert!(self.connected, "it sends without a connection");
        let (expected, result) = match self.script.pop_front() {
            Some(Beat::Gets(expected)) => (expected, Ok(())),
            Some(Beat::Fails(expected)) => (expected, Err(BROKEN)),
            other => panic!("it sends {}; the script has {other:?}", shown(&parts.concat())),
        };
        let sent = parts.concat();
        assert!(sent == expected, "it sends\n{}\nnot\n{}", shown(&sent), shown(&expected));
        result
    }

    fn has_input(&mut self) -> bool {
        matches!(self.script.front(), Some(Beat::Gives(_) | Beat::GivesBy(..) | Beat::Closes))
    }

    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        assert!(self.connected, "it receives without a connection");
        let (size, mut bytes) = match self.script.pop_front() {
            Some(Beat::Gives(bytes)) => (usize::MAX, bytes),
            Some(Beat::GivesBy(size, bytes)) => (size, bytes),
            Some(Beat::Closes) => return Ok(0),
            Some(Beat::Breaks) => return Err(BROKEN),
            other => panic!("it waits for ever; the script has {other:?}"),
        };
        assert!(!buffer.is_empty(), "it receives into nothing");
        let count = bytes.len().min(size).min(buffer.len());
        buffer[..count].copy_from_slice(&bytes[..count]);
        // The rest of the buffer has undefined content, so the runtime must not rely on it.
        buffer[count..].fill(b'!');
        bytes.drain(..count);
        if !bytes.is_empty() {
            self.script.push_front(if size == usize::MAX {
                Beat::Gives(bytes)
            } else {
                Beat::GivesBy(size, bytes)
            });
        }
        Ok(count)
    }

    fn pause(&mut self, ms: u32) {
        self.pauses.push(ms);
    }
}
