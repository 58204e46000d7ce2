//! The replies of the server that follows the protocol, and their meaning for the runtime.

use super::Source;

/// The meaning of a reply for the invocation with this index.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The reply is the invocation.
    Event(usize),
    /// The server has accepted its response, or doesn't want one. It is complete.
    Settled(usize),
    /// The server has rejected its response.
    Refused(usize),
    /// The runtime can't continue.
    Fatal,
    /// The bytes aren't a reply.
    Garbage,
}

/// A reply that is being sent.
#[derive(Debug)]
pub struct Coming {
    pub kind: Kind,
    /// The positions in the connection's data at which its head and the whole reply end, or at
    /// which its error is, if it `breaks`.
    pub head_end: usize,
    pub end: usize,
    pub breaks: bool,
    /// Whether it announces that the connection closes.
    pub closes: bool,
    /// Whether the runtime certainly reads it, because nothing before it makes the connection
    /// unusable.
    pub is_certain: bool,
    pub has_head: bool,
    pub is_whole: bool,
}

/// The bytes of a reply.
pub struct Text {
    pub bytes: Vec<u8>,
    pub head_len: usize,
    pub is_chunked: bool,
    /// Whether it announces that the connection closes.
    pub closes: bool,
}

impl Text {
    /// Makes a reply. One byte of the input selects its form.
    pub fn new(source: &mut Source<'_>, status: u16, fields: &str, body: &[u8]) -> Self {
        let form = source.byte();
        let (is_chunked, closes) = (form & 1 != 0, form & 0x1c == 0x1c);
        let early = if form & 2 != 0 {
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nA: b\r\n\r\n"
        } else {
            ""
        };
        let version = if form & 0x7c == 0x5c { "1.0" } else { "1.1" };
        let close = if closes && version == "1.1" { "Connection: close\r\n" } else { "" };
        let framing = if is_chunked {
            "Transfer-Encoding: chunked".to_owned()
        } else {
            format!("Content-Length: {}", body.len())
        };
        let head = format!("{early}HTTP/{version} {status} R\r\n{fields}{close}{framing}\r\n\r\n");
        let mut bytes = head.into_bytes();
        let head_len = bytes.len();
        if is_chunked {
            let size = if form >= 128 { 1 + usize::from(form & 15) } else { usize::MAX };
            for chunk in body.chunks(size) {
                bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                bytes.extend_from_slice(&[chunk, b"\r\n"].concat());
            }
            bytes.extend_from_slice(b"0\r\n\r\n");
        } else {
            bytes.extend_from_slice(body);
        }
        Self { bytes, head_len, is_chunked, closes }
    }
}
