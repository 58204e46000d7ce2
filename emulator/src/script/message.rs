//! The usual answers of the Runtime API's server, byte for byte.

/// An answer to GET /next, with the headers that Lambda always sends. Further headers and the
/// framing can be set.
#[derive(Clone, Debug)]
pub struct Next {
    headers: Vec<(String, String)>,
    event: Vec<u8>,
    /// The sizes of the first chunks, or `None` for `Content-Length`.
    chunks: Option<Vec<usize>>,
    /// The text after the size of every chunk.
    extension: String,
    /// The lines after the last chunk.
    trailers: String,
}

/// Returns an answer to GET /next, framed with `Content-Length`.
pub fn next(request_id: &str, event: impl AsRef<[u8]>) -> Next {
    let headers = [
        ("Content-Type", "application/json"),
        ("Lambda-Runtime-Aws-Request-Id", request_id),
        ("Lambda-Runtime-Deadline-Ms", "4102444800000"),
        (
            "Lambda-Runtime-Invoked-Function-Arn",
            "arn:aws:lambda:us-east-1:123456789012:function:function",
        ),
        (
            "Lambda-Runtime-Trace-Id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e711;Parent=9a9197af755a6419;Sampled=0",
        ),
        ("Date", DATE),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    Next {
        headers,
        event: event.as_ref().to_vec(),
        chunks: None,
        extension: String::new(),
        trailers: String::new(),
    }
}

/// Returns the 202 to a POST.
pub fn accepted() -> Vec<u8> {
    answer(202, "{\"status\":\"OK\"}\n")
}

/// Returns a status and the Runtime API's JSON for an error.
pub fn error(status: u16, error_type: &str, message: &str) -> Vec<u8> {
    let body = serde_json::json!({"errorMessage": message, "errorType": error_type});
    answer(status, &format!("{body}\n"))
}

/// Returns a status without a body.
pub fn bodiless(status: u16) -> Vec<u8> {
    format!("HTTP/1.1 {status} {}\r\nDate: {DATE}\r\nContent-Length: 0\r\n\r\n", reason(status))
        .into_bytes()
}

/// Returns a status with a JSON body.
pub fn answer(status: u16, body: &str) -> Vec<u8> {
    let length = body.len();
    let reason = reason(status);
    format!("HTTP/1.1 {status} {reason}\r\nContent-Type: application/json\r\nDate: {DATE}\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// Returns the message with one more header, after its others.
///
/// # Panics
/// The message has no complete head.
pub fn with_header(message: &[u8], name: &str, value: &str) -> Vec<u8> {
    let end = message
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .expect("a head ends with an empty line");
    [&message[..end], format!("\r\n{name}: {value}").as_bytes(), &message[end..]].concat()
}

impl Next {
    /// Sets a header, in place of the one with that name or after the others. An empty value
    /// removes it.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let place = self.headers.iter().position(|(given, _)| given.eq_ignore_ascii_case(name));
        match place {
            Some(place) if value.is_empty() => {
                self.headers.remove(place);
            }
            Some(place) => value.clone_into(&mut self.headers[place].1),
            None if value.is_empty() => {}
            None => self.headers.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// Sets the invocation id, which Lambda sends since July 2026.
    #[must_use]
    pub fn invocation_id(self, id: &str) -> Self {
        self.header("Lambda-Runtime-Invocation-Id", id)
    }

    /// Frames the event in chunks of these sizes and a last one of the remaining bytes. Without
    /// sizes it is one chunk, as Go sends it.
    #[must_use]
    pub fn chunked(mut self, sizes: &[usize]) -> Self {
        self.chunks = Some(sizes.to_vec());
        self
    }

    /// Adds a chunk extension to every chunk, such as `;name=value`.
    #[must_use]
    pub fn extension(mut self, text: &str) -> Self {
        text.clone_into(&mut self.extension);
        self
    }

    /// Adds a trailer after the last chunk.
    #[must_use]
    pub fn trailer(mut self, name: &str, value: &str) -> Self {
        self.trailers += &format!("{name}: {value}\r\n");
        self
    }

    /// Converts the names of all headers.
    #[must_use]
    pub fn names(mut self, write: impl Fn(&str) -> String) -> Self {
        for (name, _) in &mut self.headers {
            *name = write(name);
        }
        self
    }

    /// Returns the request id, which is empty when it has been removed.
    pub fn request_id(&self) -> &str {
        let id = self
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("Lambda-Runtime-Aws-Request-Id"));
        id.map_or("", |(_, value)| value)
    }

    /// Returns the event.
    pub fn event(&self) -> &[u8] {
        &self.event
    }

    /// Returns the whole message.
    pub fn bytes(&self) -> Vec<u8> {
        let mut head = "HTTP/1.1 200 OK\r\n".to_owned();
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        let (framing, body) = match &self.chunks {
            None => (format!("Content-Length: {}", self.event.len()), self.event.clone()),
            Some(sizes) => ("Transfer-Encoding: chunked".to_owned(), self.chunks(sizes)),
        };
        head += &format!("{framing}\r\n\r\n");
        [head.as_bytes(), &body].concat()
    }

    fn chunks(&self, sizes: &[usize]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.event.len() + 64);
        let mut rest = &self.event[..];
        for size in sizes.iter().copied().chain([usize::MAX]) {
            let (chunk, after) = rest.split_at(size.min(rest.len()));
            // An empty chunk would end the body.
            if !chunk.is_empty() {
                bytes.extend_from_slice(
                    format!("{:x}{}\r\n", chunk.len(), self.extension).as_bytes(),
                );
                bytes.extend_from_slice(chunk);
                bytes.extend_from_slice(b"\r\n");
            }
            rest = after;
        }
        bytes.extend_from_slice(format!("0{}\r\n{}\r\n", self.extension, self.trailers).as_bytes());
        bytes
    }
}

const DATE: &str = "Thu, 01 Jan 2026 00:00:00 GMT";

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        202 => "Accepted",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        410 => "Gone",
        413 => "Request Entity Too Large",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        _ => "Status",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_framings() {
        let sized = String::from_utf8(next("id", "abc").bytes()).unwrap();
        assert!(sized.ends_with("Content-Length: 3\r\n\r\nabc"), "{sized}");
        let chunked = String::from_utf8(next("id", "abcdef").chunked(&[1, 0, 3]).bytes()).unwrap();
        assert!(
            chunked.ends_with("chunked\r\n\r\n1\r\na\r\n3\r\nbcd\r\n2\r\nef\r\n0\r\n\r\n"),
            "{chunked}"
        );
        let extended =
            next("id", "a").chunked(&[]).extension(";x=1").trailer("T", "v").trailer("U", "w");
        assert_eq!((extended.request_id(), extended.event()), ("id", &b"a"[..]));
        let extended = String::from_utf8(extended.bytes()).unwrap();
        assert!(
            extended.ends_with("chunked\r\n\r\n1;x=1\r\na\r\n0;x=1\r\nT: v\r\nU: w\r\n\r\n"),
            "{extended}"
        );
    }

    #[test]
    fn headers_are_replaced_added_and_taken_away() {
        let next = next("id", "")
            .header("date", "")
            .invocation_id("inv")
            .header("Lambda-Runtime-Deadline-Ms", "7");
        let text = String::from_utf8(next.bytes()).unwrap();
        assert!(
            !text.contains("Date:")
                && text.contains("Invocation-Id: inv\r\n")
                && text.contains("Deadline-Ms: 7\r\n")
        );
        let shouted = next.names(str::to_uppercase).bytes();
        assert!(
            String::from_utf8(shouted)
                .unwrap()
                .contains("\r\nLAMBDA-RUNTIME-INVOCATION-ID: inv\r\n")
        );
        assert!(bodiless(403).ends_with(b"Content-Length: 0\r\n\r\n"));
        let closed = with_header(&accepted(), "Connection", "close");
        assert!(String::from_utf8(closed).unwrap().contains("\r\nConnection: close\r\n\r\n{"));
    }
}
