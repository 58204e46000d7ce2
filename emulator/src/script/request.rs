use std::fmt;

/// A request of more than this many bytes, or a head of more than [`LARGEST_HEAD`], fails the script.
const LARGEST: usize = 64 << 20;
const LARGEST_HEAD: usize = 1 << 20;

/// One request as it came.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`.
    pub method: String,
    /// The path, as written.
    pub target: String,
    /// The headers in order, names as written.
    pub headers: Vec<(String, String)>,
    /// The body without its framing.
    pub body: Vec<u8>,
    /// The sizes of the chunks that the body came in, the empty last one included; none without chunks.
    pub chunks: Vec<usize>,
    /// The trailers after a chunked body.
    pub trailers: Vec<(String, String)>,
    /// Every byte of the request, framing included.
    pub raw: Vec<u8>,
    /// Whether its beginning came in the same read as the end of the request before it.
    pub pipelined: bool,
}

impl Request {
    /// The value of the first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        value(&self.headers, name)
    }

    /// The value of the first trailer of this name, whatever its case.
    pub fn trailer(&self, name: &str) -> Option<&str> {
        value(&self.trailers, name)
    }
}

impl fmt::Debug for Request {
    /// Without the bodies in full, which may be megabytes.
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

/// Reads one request from its bytes as they come, so that what has come of it can be looked at before it is whole.
#[derive(Debug, Default)]
pub struct Reader {
    /// Everything that has come of the request.
    raw: Vec<u8>,
    /// How much of it has been understood.
    read: usize,
    stage: Stage,
    /// What has been understood.
    request: Request,
}

/// What comes next of a request, with the bytes that are left of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Head,
    Sized(usize),
    ChunkSize,
    Chunk(usize),
    Trailers,
    Whole,
}

impl Reader {
    /// Takes those of the bytes that belong to the request, and gives how many those were: fewer than given when it is whole.
    ///
    /// # Errors
    /// In words, what is no HTTP/1.1 request, or larger than 64 MiB. Nothing can be read after it.
    pub fn take(&mut self, bytes: &[u8]) -> Result<usize, String> {
        self.raw.extend_from_slice(bytes);
        while self.step()? {}
        let over = if self.stage == Stage::Whole { self.raw.len() - self.read } else { 0 };
        self.raw.truncate(self.raw.len() - over);
        Ok(bytes.len() - over)
    }

    /// The request as far as it has come, once its head is whole: its body may not be.
    pub fn begun(&self) -> Option<&Request> {
        (self.stage != Stage::Head).then_some(&self.request)
    }

    /// How many bytes have come of the request.
    pub fn received(&self) -> usize {
        self.raw.len()
    }

    /// What has come of the request, understood or not.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The whole request, once; the reader is then ready for the next one.
    pub fn whole(&mut self) -> Option<Request> {
        (self.stage == Stage::Whole).then(|| {
            let reader = std::mem::take(self);
            Request { raw: reader.raw, ..reader.request }
        })
    }

    /// Understands one more piece, if it is whole.
    fn step(&mut self) -> Result<bool, String> {
        let rest = &self.raw[self.read..];
        match self.stage {
            Stage::Head => {
                let Some(end) = find(rest, b"\r\n\r\n") else {
                    return bounded(rest.len(), LARGEST_HEAD, "a head").map(|()| false);
                };
                (self.request, self.stage) = head(&rest[..end])?;
                self.read += end + 4;
            }
            Stage::Sized(left) => {
                let data = &rest[..left.min(rest.len())];
                self.request.body.extend_from_slice(data);
                self.read += data.len();
                self.stage = if data.len() == left { Stage::Whole } else { Stage::Sized(left - data.len()) };
                return Ok(self.stage == Stage::Whole);
            }
            Stage::ChunkSize => {
                let Some(end) = find(rest, b"\r\n") else {
                    return bounded(rest.len(), LARGEST_HEAD, "the line of a chunk size").map(|()| false);
                };
                let size = chunk_size(&rest[..end])?;
                bounded(size.saturating_add(self.request.body.len()), LARGEST, "a body")?;
                // The end of this line is left: trailers end with an empty line, and begin with it when there are none.
                self.read += if size == 0 { end } else { end + 2 };
                self.stage = if size == 0 { Stage::Trailers } else { Stage::Chunk(size) };
                self.request.chunks.push(size);
            }
            Stage::Chunk(0) => {
                let Some(end) = rest.get(..2) else { return Ok(false) };
                if end != b"\r\n" {
                    let size = self.request.chunks.last().copied().unwrap_or_default();
                    return Err(format!("a chunk of {size} bytes that no line end follows"));
                }
                self.read += 2;
                self.stage = Stage::ChunkSize;
            }
            Stage::Chunk(left) => {
                let data = &rest[..left.min(rest.len())];
                self.request.body.extend_from_slice(data);
                self.read += data.len();
                self.stage = Stage::Chunk(left - data.len());
                return Ok(data.len() == left);
            }
            Stage::Trailers => {
                let Some(end) = find(rest, b"\r\n\r\n") else {
                    return bounded(rest.len(), LARGEST_HEAD, "trailers").map(|()| false);
                };
                self.request.trailers = fields_of(&String::from_utf8_lossy(&rest[..end]))?;
                self.read += end + 4;
                self.stage = Stage::Whole;
            }
            Stage::Whole => return Ok(false),
        }
        Ok(true)
    }
}

/// Reads a head, without the empty line that ends it.
fn head(bytes: &[u8]) -> Result<(Request, Stage), String> {
    let head = std::str::from_utf8(bytes).map_err(|_| "a head that is not UTF-8".to_owned())?;
    let (line, fields) = head.split_once("\r\n").unwrap_or((head, ""));
    let [method, target, "HTTP/1.1"] = line.split(' ').collect::<Vec<_>>()[..] else {
        return Err(format!("no request line: {line:?}"));
    };
    let headers = fields_of(fields)?;
    let framing: Vec<_> = headers
        .iter()
        .filter(|(name, _)| ["transfer-encoding", "content-length"].iter().any(|word| name.eq_ignore_ascii_case(word)))
        .collect();
    let stage = match framing[..] {
        [] => Stage::Whole,
        [(name, coding)] if name.len() == "transfer-encoding".len() && coding.eq_ignore_ascii_case("chunked") => Stage::ChunkSize,
        [(name, length)] if name.len() == "content-length".len() => {
            let length: usize = length.parse().map_err(|_| format!("Content-Length: {length}"))?;
            bounded(length, LARGEST, "a body")?;
            if length == 0 { Stage::Whole } else { Stage::Sized(length) }
        }
        _ => return Err(format!("no way to frame a body: {framing:?}")),
    };
    Ok((Request { method: method.to_owned(), target: target.to_owned(), headers, ..Request::default() }, stage))
}

fn chunk_size(line: &[u8]) -> Result<usize, String> {
    let line = String::from_utf8_lossy(line);
    let digits = line.split(';').next().unwrap_or_default().trim_end();
    usize::from_str_radix(digits, 16).map_err(|_| format!("the chunk size {line:?}"))
}

fn fields_of(text: &str) -> Result<Vec<(String, String)>, String> {
    let lines = text.split("\r\n").filter(|line| !line.is_empty());
    lines
        .map(|line| match line.split_once(':') {
            Some((name, value)) if is_token(name) => Ok((name.to_owned(), value.trim().to_owned())),
            _ => Err(format!("no header: {line:?}")),
        })
        .collect()
}

/// Whether this can be the name of a field (RFC 9110, section 5.6.2).
fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

fn value<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).position(|window| window == pattern)
}

fn bounded(length: usize, limit: usize, what: &str) -> Result<(), String> {
    if length > limit { Err(format!("{what} of {length} bytes: {limit} are read at most")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHUNKED: &[u8] = b"POST /r HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n2\r\nde\r\n0\r\nT: v\r\n\r\n";

    /// The request that the bytes begin with, and its length.
    fn parse(bytes: &[u8]) -> Result<Option<(Request, usize)>, String> {
        let mut reader = Reader::default();
        let taken = reader.take(bytes)?;
        Ok(reader.whole().map(|request| (request, taken)))
    }

    #[test]
    fn a_request_may_come_byte_by_byte() {
        let mut reader = Reader::default();
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
    fn what_has_come_of_a_body_is_seen() {
        let mut reader = Reader::default();
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
    fn what_is_no_request_is_named() {
        for (bytes, words) in [
            (&b"GET /x HTTP/1.0\r\n\r\n"[..], "no request line"),
            (b"GET /x HTTP/1.1\r\nhost\r\n\r\n", "no header"),
            (b"GET /x HTTP/1.1\r\nho st: x\r\n\r\n", "no header"),
            (b"POST /x HTTP/1.1\r\nContent-Length: 1\r\ncontent-length: 1\r\n\r\nx", "no way to frame a body"),
            (b"POST /x HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "Content-Length: -1"),
            (b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", "the chunk size"),
            (b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc", "no line end"),
        ] {
            let error = parse(bytes).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }
}
