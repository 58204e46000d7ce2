//! Requests, laid out as slices: nothing is copied together, so nothing can be too long for a buffer.

use crate::buffer::Decimal;

/// The most slices in one write: an answer takes 22 and a GET behind it 6.
const PARTS: usize = 32;

/// The slices to be sent, one after the other. Empty ones are left out.
pub struct Parts<'a> {
    slices: [&'a [u8]; PARTS],
    count: usize,
}

/// A request that is being laid out: request line and header section
/// ([RFC 9112, section 3](https://www.rfc-editor.org/rfc/rfc9112#section-3)).
pub struct Request<'p, 'a> {
    parts: &'p mut Parts<'a>,
}

impl<'a> Parts<'a> {
    /// None so far.
    pub const fn new() -> Self {
        Self { slices: [b""; PARTS], count: 0 }
    }

    /// Begins a request with `method` for `target` (the slices one after the other) at `host`.
    pub fn request(&mut self, method: &'static str, target: [&'a [u8]; 4], host: &'a [u8]) -> Request<'_, 'a> {
        self.push(method.as_bytes());
        self.push(b" ");
        for part in target {
            self.push(part);
        }
        self.push(b" HTTP/1.1\r\nHost: ");
        self.push(host);
        self.push(concat!("\r\nUser-Agent: barelambda/", env!("CARGO_PKG_VERSION"), "\r\n").as_bytes());
        Request { parts: self }
    }

    /// The slices.
    pub fn as_slices(&self) -> &[&'a [u8]] {
        self.slices.get(..self.count).unwrap_or_default()
    }

    fn push(&mut self, part: &'a [u8]) {
        if !part.is_empty()
            && let Some(slice) = self.slices.get_mut(self.count)
        {
            *slice = part;
            self.count += 1;
        }
    }
}

impl Default for Parts<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a> Request<'_, 'a> {
    /// Adds a field, unless its value is empty. `lead` is the name with the colon and the blank behind it; [`is_field_value`] must hold for
    /// the value.
    pub fn field(&mut self, lead: &'static str, value: &'a [u8]) {
        if !value.is_empty() {
            self.parts.push(lead.as_bytes());
            self.parts.push(value);
            self.parts.push(b"\r\n");
        }
    }

    /// Ends a request that has no body.
    pub fn end(self) {
        self.parts.push(b"\r\n");
    }

    /// Ends a request with `body`, whose length `length` spells.
    pub fn end_with(mut self, length: &'a Decimal, body: &'a [u8]) {
        self.field("Content-Length: ", length.as_bytes());
        self.parts.push(b"\r\n");
        self.parts.push(body);
    }
}

/// Whether `value` may stand in a header section as it is: no control characters but the tab
/// ([RFC 9110, section 5.5](https://www.rfc-editor.org/rfc/rfc9110#section-5.5)).
pub fn is_field_value(value: &[u8]) -> bool {
    value.iter().all(|&byte| byte == b'\t' || (byte >= b' ' && byte != 0x7f))
}

/// Whether `text` may stand in a request target as it is, between two slashes or as several segments: visible ASCII without `?` and `#`
/// ([RFC 3986, section 3.3](https://www.rfc-editor.org/rfc/rfc3986#section-3.3)).
pub fn is_path(text: &[u8]) -> bool {
    text.iter().all(|&byte| byte.is_ascii_graphic() && byte != b'?' && byte != b'#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_get_has_no_body_and_no_length() {
        let mut parts = Parts::new();
        parts.request("GET", [b"/a", b"/b", b"", b""], b"h:1").end();
        let expected = concat!("GET /a/b HTTP/1.1\r\nHost: h:1\r\nUser-Agent: barelambda/", env!("CARGO_PKG_VERSION"), "\r\n\r\n");
        assert_eq!(parts.as_slices().concat(), expected.as_bytes());
    }

    #[test]
    fn a_post_has_its_fields_and_the_length_of_its_body() {
        for (body, end) in [(&b"body"[..], &b"\r\nA: 1\r\nContent-Length: 4\r\n\r\nbody"[..]), (b"", b"\r\nContent-Length: 0\r\n\r\n")] {
            let length = Decimal::new(body.len() as u64);
            let mut parts = Parts::new();
            let mut request = parts.request("POST", [b"/x", b"", b"", b""], b"h");
            request.field("A: ", b"1");
            request.field("B: ", b"");
            request.end_with(&length, body);
            let text = parts.as_slices().concat();
            assert!(text.ends_with(end) && text.starts_with(b"POST /x HTTP/1.1\r\n"));
            assert!(!text.windows(3).any(|window| window == b"B: "));
        }
    }

    #[test]
    fn knows_what_would_split_a_request() {
        assert!(is_field_value(b"text/plain; charset=\"utf-8\"\t\xff"));
        assert!(!is_field_value(b"a\r\nb"));
        assert!(!is_field_value(b"a\0"));
        assert!(!is_field_value(b"\x7f"));
        assert!(is_path(b"8476a536-e9f4-11e8-9739-2dfe598c3fcd"));
        for bad in ["a b", "a\r", "a?b", "a#b", "\u{e9}"] {
            assert!(!is_path(bad.as_bytes()), "{bad:?}");
        }
    }
}
