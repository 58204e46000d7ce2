use std::fmt;

/// A request of more than this many bytes, or a head of more than [`LARGEST_HEAD`], fails the script.
const LARGEST: usize = 64 << 20;
const LARGEST_HEAD: usize = 1 << 20;

/// One request as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`.
    pub method: String,
    /// The path, as written.
    pub target: String,
    /// The headers in order, names as written.
    pub headers: Vec<(String, String)>,
    /// The body without its framing.
    pub body: Vec<u8>,
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

/// Reads the request that the bytes begin with, and its length. `None` when it is not whole yet.
pub(crate) fn parse(bytes: &[u8]) -> Result<Option<(Request, usize)>, String> {
    let Some(head_end) = find(bytes, b"\r\n\r\n") else {
        return bounded(bytes.len(), LARGEST_HEAD, "a head").map(|()| None);
    };
    let body_start = head_end + 4;
    let head = std::str::from_utf8(&bytes[..head_end]).map_err(|_| "a head that is not UTF-8".to_owned())?;
    let (line, fields) = head.split_once("\r\n").unwrap_or((head, ""));
    let [method, target, "HTTP/1.1"] = line.split(' ').collect::<Vec<_>>()[..] else {
        return Err(format!("no request line: {line:?}"));
    };
    let headers = fields_of(fields)?;
    let rest = &bytes[body_start..];
    let framed = match (value(&headers, "transfer-encoding"), value(&headers, "content-length")) {
        (Some(coding), None) if coding.eq_ignore_ascii_case("chunked") => chunked(rest)?,
        (None, Some(length)) => {
            let length: usize = length.parse().map_err(|_| format!("Content-Length: {length}"))?;
            bounded(length, LARGEST, "a body")?;
            rest.get(..length).map(|body| (body.to_vec(), Vec::new(), length))
        }
        (None, None) => Some((Vec::new(), Vec::new(), 0)),
        framing => return Err(format!("no way to frame a body: {framing:?}")),
    };
    Ok(framed.map(|(body, trailers, length)| {
        let length = body_start + length;
        let (method, target) = (method.to_owned(), target.to_owned());
        let raw = bytes[..length].to_vec();
        (Request { method, target, headers, body, trailers, raw, pipelined: false }, length)
    }))
}

/// A body, its trailers, and how many bytes both took.
type Framed = (Vec<u8>, Vec<(String, String)>, usize);

fn chunked(bytes: &[u8]) -> Result<Option<Framed>, String> {
    let mut body = Vec::new();
    let mut position = 0;
    loop {
        let rest = &bytes[position..];
        let Some(line_end) = find(rest, b"\r\n") else {
            return Ok(None);
        };
        let line = String::from_utf8_lossy(&rest[..line_end]);
        let digits = line.split(';').next().unwrap_or_default().trim_end();
        let size = usize::from_str_radix(digits, 16).map_err(|_| format!("the chunk size {line:?}"))?;
        bounded(size.saturating_add(body.len()), LARGEST, "a body")?;
        let data = line_end + 2;
        if size == 0 {
            // The trailers end with an empty line, and begin with it when there are none.
            let Some(end) = find(&rest[line_end..], b"\r\n\r\n") else {
                return Ok(None);
            };
            let trailers = rest.get(data..line_end + end).unwrap_or_default();
            let trailers = fields_of(&String::from_utf8_lossy(trailers))?;
            return Ok(Some((body, trailers, position + line_end + end + 4)));
        }
        let Some(chunk) = rest.get(data..data + size + 2) else {
            return Ok(None);
        };
        let Some(chunk) = chunk.strip_suffix(b"\r\n") else {
            return Err(format!("a chunk of {size} bytes that no line end follows"));
        };
        body.extend_from_slice(chunk);
        position += data + size + 2;
    }
}

fn fields_of(text: &str) -> Result<Vec<(String, String)>, String> {
    let lines = text.split("\r\n").filter(|line| !line.is_empty());
    lines
        .map(|line| match line.split_once(':') {
            Some((name, value)) => Ok((name.to_owned(), value.trim().to_owned())),
            None => Err(format!("no header: {line:?}")),
        })
        .collect()
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

    #[test]
    fn a_request_is_read_only_when_it_is_whole() {
        for length in 0..CHUNKED.len() {
            assert_eq!(parse(&CHUNKED[..length]).unwrap(), None, "{length} bytes");
        }
        let (request, length) = parse(&[CHUNKED, b"GET"].concat()).unwrap().unwrap();
        assert_eq!(length, CHUNKED.len());
        assert_eq!(request.body, b"abcde");
        assert_eq!(request.trailers, [("T".to_owned(), "v".to_owned())]);
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
            (b"POST /x HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "Content-Length: -1"),
            (b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", "the chunk size"),
            (b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc", "no line end"),
        ] {
            let error = parse(bytes).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }
}
