use std::fmt;

use httparse::{EMPTY_HEADER, Header, Status};

/// A body of more than this many bytes, or a head of more than [`LARGEST_HEAD`], is an error.
const LARGEST: usize = 64 << 20;
const LARGEST_HEAD: usize = 1 << 20;

/// A request.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// The method, such as `GET`.
    pub method: String,
    /// The path, as written.
    pub target: String,
    /// The headers in order, names as written.
    pub headers: Vec<(String, String)>,
    /// The body without its framing.
    pub body: Vec<u8>,
    /// The sizes of the body's chunks, including the empty last one. Empty without chunks.
    pub chunks: Vec<usize>,
    /// The trailers after a chunked body.
    pub trailers: Vec<(String, String)>,
    /// Every byte of the request, framing included.
    pub raw: Vec<u8>,
    /// Whether its beginning arrived in the same read as the end of the previous request.
    pub pipelined: bool,
}

impl Request {
    /// Returns the value of the first header with this name, which is case-insensitive.
    pub fn header(&self, name: &str) -> Option<&str> {
        value(&self.headers, name)
    }

    /// Returns the value of the first trailer with this name, which is case-insensitive.
    pub fn trailer(&self, name: &str) -> Option<&str> {
        value(&self.trailers, name)
    }
}

impl fmt::Debug for Request {
    /// Leaves out the bodies, which may be megabytes.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Request")
            .field("line", &format_args!("{} {}", self.method, self.target))
            .field("headers", &self.headers)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .field("pipelined", &self.pipelined)
            .finish_non_exhaustive()
    }
}

/// Reads a request incrementally, so that an incomplete one can be inspected.
#[derive(Debug, Default)]
pub struct RequestReader {
    /// All bytes of the request so far.
    raw: Vec<u8>,
    /// How many of them have been parsed.
    read: usize,
    part: Part,
    /// The part that has been parsed.
    request: Request,
}

/// The part of a request that comes next, with the count of its remaining bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Head,
    Sized(usize),
    ChunkSize,
    Chunk(usize),
    Trailers,
    Whole,
}

impl RequestReader {
    /// Appends the bytes that belong to the request and returns their count, which is less than the
    /// length of `bytes` when the request is complete.
    ///
    /// # Errors
    /// The bytes aren't an HTTP/1.1 request, or the request is larger than 64 MiB. The reader can't
    /// be used afterwards.
    pub fn take(&mut self, bytes: &[u8]) -> Result<usize, String> {
        self.raw.extend_from_slice(bytes);
        while self.step()? {}
        let over = if self.part == Part::Whole { self.raw.len() - self.read } else { 0 };
        self.raw.truncate(self.raw.len() - over);
        Ok(bytes.len() - over)
    }

    /// Returns the request so far, once its head is complete.
    pub fn begun(&self) -> Option<&Request> {
        (self.part != Part::Head).then_some(&self.request)
    }

    /// Returns how many bytes of the request have arrived.
    pub fn received(&self) -> usize {
        self.raw.len()
    }

    /// Returns the bytes of the request so far, parsed or not.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// Returns the complete request, once. The reader is then ready for the next one.
    pub fn whole(&mut self) -> Option<Request> {
        (self.part == Part::Whole).then(|| {
            let reader = std::mem::take(self);
            Request { raw: reader.raw, ..reader.request }
        })
    }

    /// Parses one more part, if it is complete.
    fn step(&mut self) -> Result<bool, String> {
        let rest = &self.raw[self.read..];
        match self.part {
            Part::Head => {
                let Some(end) = find(rest, b"\r\n\r\n") else {
                    return bounded(rest.len(), LARGEST_HEAD, "a head").map(|()| false);
                };
                (self.request, self.part) = head(&rest[..end + 4])?;
                self.read += end + 4;
            }
            Part::Sized(left) => {
                let data = &rest[..left.min(rest.len())];
                self.request.body.extend_from_slice(data);
                self.read += data.len();
                self.part =
                    if data.len() == left { Part::Whole } else { Part::Sized(left - data.len()) };
                return Ok(self.part == Part::Whole);
            }
            Part::ChunkSize => {
                let Some(end) = find(rest, b"\r\n") else {
                    return bounded(rest.len(), LARGEST_HEAD, "the line of a chunk size")
                        .map(|()| false);
                };
                let size = chunk_size(&rest[..end + 2])?;
                bounded(size.saturating_add(self.request.body.len()), LARGEST, "a body")?;
                self.read += end + 2;
                self.part = if size == 0 { Part::Trailers } else { Part::Chunk(size) };
                self.request.chunks.push(size);
            }
            Part::Chunk(0) => {
                let Some(end) = rest.get(..2) else { return Ok(false) };
                if end != b"\r\n" {
                    let size = self.request.chunks.last().copied().unwrap_or_default();
                    return Err(format!("expected a line end after a chunk of {size} bytes"));
                }
                self.read += 2;
                self.part = Part::ChunkSize;
            }
            Part::Chunk(left) => {
                let data = &rest[..left.min(rest.len())];
                self.request.body.extend_from_slice(data);
                self.read += data.len();
                self.part = Part::Chunk(left - data.len());
                return Ok(data.len() == left);
            }
            Part::Trailers => {
                // Without trailers only the empty line follows.
                let end = if rest.starts_with(b"\r\n") {
                    Some(2)
                } else {
                    find(rest, b"\r\n\r\n").map(|end| end + 4)
                };
                let Some(end) = end else {
                    return bounded(rest.len(), LARGEST_HEAD, "a trailer section").map(|()| false);
                };
                self.request.trailers = trailers(&rest[..end])?;
                self.read += end;
                self.part = Part::Whole;
            }
            Part::Whole => return Ok(false),
        }
        Ok(true)
    }
}

/// Parses a head, including the empty line that ends it, and returns what follows.
fn head(bytes: &[u8]) -> Result<(Request, Part), String> {
    let mut headers = vec![EMPTY_HEADER; lines(bytes)];
    let mut parsed = httparse::Request::new(&mut headers);
    let status = parsed.parse(bytes).map_err(|error| invalid("request head", error, bytes))?;
    let whole = status == Status::Complete(bytes.len());
    let (true, Some(method), Some(target), Some(1)) =
        (whole, parsed.method, parsed.path, parsed.version)
    else {
        return Err(format!(
            "expected a request line of HTTP/1.1: {:?}",
            String::from_utf8_lossy(bytes)
        ));
    };
    let (method, target, headers) = (method.to_owned(), target.to_owned(), owned(parsed.headers)?);
    let framing: Vec<_> = headers
        .iter()
        .filter(|(name, _)| {
            ["transfer-encoding", "content-length"]
                .iter()
                .any(|word| name.eq_ignore_ascii_case(word))
        })
        .collect();
    let part = match framing[..] {
        [] => Part::Whole,
        [(name, coding)]
            if name.len() == "transfer-encoding".len()
                && coding.eq_ignore_ascii_case("chunked") =>
        {
            Part::ChunkSize
        }
        [(name, length)] if name.len() == "content-length".len() => {
            let length: usize =
                length.parse().map_err(|_| format!("invalid Content-Length: {length}"))?;
            bounded(length, LARGEST, "a body")?;
            if length == 0 { Part::Whole } else { Part::Sized(length) }
        }
        _ => return Err(format!("invalid framing of a body: {framing:?}")),
    };
    Ok((Request { method, target, headers, ..Request::default() }, part))
}

/// Parses a chunk's size from its line, including the line end.
fn chunk_size(line: &[u8]) -> Result<usize, String> {
    let size = match httparse::parse_chunk_size(line) {
        Ok(Status::Complete((_, size))) => usize::try_from(size).ok(),
        Ok(Status::Partial) | Err(_) => None,
    };
    size.ok_or_else(|| format!("invalid chunk size: {:?}", String::from_utf8_lossy(line)))
}

/// Parses trailers, including the empty line that ends them.
fn trailers(bytes: &[u8]) -> Result<Vec<(String, String)>, String> {
    let mut headers = vec![EMPTY_HEADER; lines(bytes)];
    match httparse::parse_headers(bytes, &mut headers) {
        Ok(Status::Complete((length, parsed))) if length == bytes.len() => owned(parsed),
        Ok(_) => Err(format!("invalid trailers: {:?}", String::from_utf8_lossy(bytes))),
        Err(error) => Err(invalid("trailer", error, bytes)),
    }
}

fn owned(headers: &[Header<'_>]) -> Result<Vec<(String, String)>, String> {
    let text = |header: &Header<'_>| match std::str::from_utf8(header.value) {
        Ok(value) => Ok((header.name.to_owned(), value.to_owned())),
        Err(_) => Err(format!("the value of {} is not UTF-8", header.name)),
    };
    headers.iter().map(text).collect()
}

fn invalid(what: &str, error: httparse::Error, bytes: &[u8]) -> String {
    format!("invalid {what} ({error}): {:?}", String::from_utf8_lossy(bytes))
}

/// Returns the number of lines, which is at least the number of header fields.
fn lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte == b'\n').count()
}

fn value<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    headers
        .iter()
        .find(|(given, _)| given.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).position(|window| window == pattern)
}

fn bounded(length: usize, limit: usize, what: &str) -> Result<(), String> {
    if length > limit {
        Err(format!("{what} of {length} bytes exceeds the limit of {limit} bytes"))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHUNKED: &[u8] = b"POST /r HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n2\r\nde\r\n0\r\nT: v\r\n\r\n";

    /// Returns the request at the beginning of the bytes, and its length.
    fn parse(bytes: &[u8]) -> Result<Option<(Request, usize)>, String> {
        let mut reader = RequestReader::default();
        let taken = reader.take(bytes)?;
        Ok(reader.whole().map(|request| (request, taken)))
    }

    #[test]
    fn a_request_may_come_byte_by_byte() {
        let mut reader = RequestReader::default();
        for (index, byte) in CHUNKED.iter().enumerate() {
            assert_eq!(reader.take(&[*byte]), Ok(1));
            assert_eq!((reader.received(), reader.raw()), (index + 1, &CHUNKED[..=index]));
        }
        assert_eq!(reader.begun().unwrap().body, b"abcde");
        let request = reader.whole().unwrap();
        assert_eq!(Some((request.clone(), CHUNKED.len())), parse(CHUNKED).unwrap());
        assert_eq!((request.chunks, reader.received(), reader.whole()), (vec![3, 2, 0], 0, None));
    }

    #[test]
    fn an_incomplete_body_can_be_inspected() {
        let mut reader = RequestReader::default();
        reader.take(b"POST /r HTTP/1.1\r\nContent-Length: 4\r\n\r").unwrap();
        assert!(reader.begun().is_none());
        assert_eq!(reader.take(b"\nab"), Ok(3));
        assert_eq!(reader.begun().unwrap().body, b"ab");
        assert_eq!(reader.whole(), None);
        assert_eq!(reader.take(b"cdGET"), Ok(2));
        assert_eq!(reader.whole().unwrap().body, b"abcd");
    }

    #[test]
    fn a_request_is_read_only_when_it_is_whole() {
        for length in 0..CHUNKED.len() {
            assert_eq!(parse(&CHUNKED[..length]).unwrap(), None, "{length} bytes");
        }
        let (request, length) = parse(&[CHUNKED, b"GET"].concat()).unwrap().unwrap();
        assert_eq!(length, CHUNKED.len());
        assert_eq!(request.body, b"abcde");
        assert_eq!((request.trailers.len(), request.trailer("t")), (1, Some("v")));
        assert_eq!(request.header("transfer-ENCODING"), Some("chunked"));
        assert_eq!(request.raw, CHUNKED);
    }

    #[test]
    fn a_chunked_body_may_have_no_trailers() {
        let bytes = b"POST /r HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
        let (request, length) = parse(bytes).unwrap().unwrap();
        assert_eq!((request.body.len(), request.trailers.len(), length), (0, 0, bytes.len()));
    }

    #[test]
    fn invalid_requests_are_explained() {
        for (bytes, words) in [
            (&b"GET /x HTTP/1.0\r\n\r\n"[..], "expected a request line of HTTP/1.1"),
            (b"GET /x HTTP/1.1\n\nA: b\r\n\r\n", "expected a request line of HTTP/1.1"),
            (b"GET /x HTTP/1.1\r\nhost\r\n\r\n", "invalid request head (invalid header name)"),
            (b"GET /x HTTP/1.1\r\nho st: x\r\n\r\n", "invalid request head (invalid header name)"),
            (
                b"POST /x HTTP/1.1\r\nContent-Length: 1\r\ncontent-length: 1\r\n\r\nx",
                "invalid framing of a body",
            ),
            (b"POST /x HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "invalid Content-Length: -1"),
            (b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", "invalid chunk size"),
            (
                b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc",
                "expected a line end",
            ),
        ] {
            let error = parse(bytes).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }
}
