//! Requests and replies over one blocking socket. The replies are read by hand, since the defects
//! are in the reading.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use crate::defects::{self, defect};

const NEXT: &str = "/2018-06-01/runtime/invocation/next";

/// Returns the bytes of GET /next.
pub fn next(address: &str) -> Vec<u8> {
    defects::request(format!("GET {NEXT} HTTP/1.1\r\nHost: {address}\r\n\r\n"))
}

/// A connection, and the bytes that belong to the next reply.
pub struct Connection {
    stream: TcpStream,
    unread: Vec<u8>,
    ended: bool,
}

pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        let same = |given: &str| {
            if defect("case-sensitive-names") {
                given == name
            } else {
                given.eq_ignore_ascii_case(name)
            }
        };
        self.headers.iter().find(|(given, _)| same(given)).map(|(_, value)| value.as_str())
    }

    pub fn closes(&self) -> bool {
        let options = self.header("Connection").unwrap_or_default();
        if defect("close-in-one-form") {
            return options == "close";
        }
        options.split(',').any(|option| option.trim().eq_ignore_ascii_case("close"))
    }

    fn framed_by_chunks(&self) -> bool {
        self.header("Transfer-Encoding")
            .is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"))
            && !defect("no-chunks")
    }
}

impl Connection {
    pub fn open(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        defects::timeouts(&stream)?;
        Ok(Self { stream, unread: Vec::new(), ended: false })
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Reads a reply, and skips interim ones, whose status is below 200.
    pub fn receive(&mut self) -> io::Result<Reply> {
        let mut interim = 0;
        loop {
            let mut reply = self.head()?;
            if reply.status < 200
                && !defect("interim-is-final")
                && !(interim == 1 && defect("one-interim-only"))
            {
                interim += 1;
                continue;
            }
            reply.body = self.body(&reply)?;
            if self.ended {
                reply.headers.push(("Connection".to_owned(), "close".to_owned()));
            }
            if defect("drops-what-came-early") {
                self.unread.clear();
            }
            return Ok(reply);
        }
    }

    fn head(&mut self) -> io::Result<Reply> {
        let head = self.until(b"\r\n\r\n", "head-in-one-read")?;
        defects::at_head(&head)?;
        let head = String::from_utf8_lossy(&head).into_owned();
        let mut lines = head.split("\r\n");
        let line = lines.next().unwrap_or_default();
        let status = line
            .strip_prefix("HTTP/1.1 ")
            .and_then(|rest| rest.get(..3))
            .and_then(|digits| digits.parse().ok());
        let status = status.ok_or_else(|| io::Error::other(format!("not HTTP: {line:?}")))?;
        if defect("needs-a-reason") && line.len() < 14 {
            return Err(io::Error::other("no reason phrase"));
        }
        let fields = lines.filter_map(|line| line.split_once(':'));
        let headers =
            fields.map(|(name, value)| (name.to_owned(), defects::header_value(value))).collect();
        Ok(Reply { status, headers, body: Vec::new() })
    }

    fn body(&mut self, reply: &Reply) -> io::Result<Vec<u8>> {
        if reply.framed_by_chunks() && !(reply.status == 202 && defect("no-chunks-after-202")) {
            return self.chunks();
        }
        let length =
            reply.header("Content-Length").and_then(|length| length.parse().ok()).unwrap_or(0);
        if length > 8192 && reply.status == 202 && defect("short-replies-only") {
            std::process::exit(1);
        }
        if length == 0 && reply.status == 202 && defect("waits-for-a-body") {
            crate::defects::hang();
        }
        if defect("takes-what-there-is") && length > 0 {
            // An incomplete body counts as a complete one.
            while self.unread.len() < length && self.more().is_ok() {}
            let count = length.min(self.unread.len());
            return Ok(self.unread.drain(..count).collect());
        }
        self.exactly(length)
    }

    fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.until(b"\r\n", "chunk-size-in-one-read")?;
            let line = String::from_utf8_lossy(&line).into_owned();
            let digits = if defect("no-chunk-extensions") {
                &line
            } else {
                line.split(';').next().unwrap_or_default()
            };
            let small =
                line.bytes().any(|byte| byte.is_ascii_uppercase() || line.starts_with("00"));
            let size = match usize::from_str_radix(digits.trim(), 16) {
                Ok(size) if !(small && defect("chunk-sizes-in-one-form")) => size,
                _ => return Err(io::Error::other(format!("a chunk size of {line:?}"))),
            };
            if size == 0 {
                loop {
                    match self.until(b"\r\n", "")? {
                        end if end.is_empty() => return Ok(body),
                        trailer if defect("trailers-in-the-body") => body.extend(trailer),
                        _ => {}
                    }
                }
            }
            body.extend(self.exactly(size)?);
            self.exactly(2)?;
            if defect("takes-what-there-is") && self.unread.len() < 5 {
                while self.unread.len() < 5 && self.more().is_ok() {}
                if self.ended {
                    return Ok(body);
                }
            }
            if defect("first-chunk-only") {
                while !self.until(b"\r\n", "")?.starts_with(b"0") {}
                self.exactly(2)?;
                return Ok(body);
            }
        }
    }

    /// Reads up to the pattern, and discards the pattern.
    fn until(&mut self, pattern: &[u8], in_one_read: &str) -> io::Result<Vec<u8>> {
        let mut reads = 0;
        loop {
            if let Some(place) =
                self.unread.windows(pattern.len()).position(|window| window == pattern)
            {
                let before = self.unread.drain(..place).collect();
                self.unread.drain(..pattern.len());
                return Ok(before);
            }
            if reads > 0 && !in_one_read.is_empty() && defect("pieces-end-it") {
                std::process::exit(1);
            }
            if reads > 0 && !in_one_read.is_empty() && defect(in_one_read) {
                return Err(io::Error::other("not whole"));
            }
            reads += 1;
            self.more()?;
        }
    }

    fn exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.unread.len() < length {
            self.more()?;
        }
        Ok(self.unread.drain(..length).collect())
    }

    fn more(&mut self) -> io::Result<()> {
        let mut buffer = [0; 64 << 10];
        match self.stream.read(&mut buffer)? {
            0 => {
                self.ended = true;
                Err(io::ErrorKind::UnexpectedEof.into())
            }
            count => {
                self.unread.extend_from_slice(&buffer[..count]);
                Ok(())
            }
        }
    }
}
