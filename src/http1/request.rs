//! The head of a request: the request line and the header section ([RFC 9112, section
//! 3](https://www.rfc-editor.org/rfc/rfc9112#section-3)).

use crate::bytes::cursor::Cursor;

/// The end of every head: the last field, and the empty line.
pub const END: &str = concat!("\r\nUser-Agent: barelambda/", env!("CARGO_PKG_VERSION"), "\r\n\r\n");

/// Writes a head into a buffer, field by field. If it doesn't fit, [`Cursor::is_full`] returns
/// true.
///
/// ```
/// use barelambda::bytes::cursor::Cursor;
/// use barelambda::http1::request::Head;
///
/// let mut buffer = [0; 256];
/// let mut cursor = Cursor::new(&mut buffer);
/// cursor.push(b"POST /path/to");
/// let mut head = Head::begin(&mut cursor, b"localhost:80");
/// head.field("\r\nContent-Type: ", b"text/plain");
/// head.end_with_length(5);
/// assert!(cursor.into_written().starts_with(b"POST /path/to HTTP/1.1\r\nHost: localhost:80\r\nContent-Type: text/plain\r\n"));
/// ```
pub struct Head<'c, 'b> {
    cursor: &'c mut Cursor<'b>,
}

impl<'c, 'b> Head<'c, 'b> {
    /// Begins the header section of a request to `host`, after a method and a target. [`is_path`]
    /// must hold for the target.
    pub fn begin(cursor: &'c mut Cursor<'b>, host: &[u8]) -> Self {
        cursor.push(b" HTTP/1.1\r\nHost: ");
        cursor.push(host);
        Self { cursor }
    }

    /// Adds a field, unless its value is empty. `lead` is the end of the previous line, the name,
    /// the colon and a space. [`is_value`](crate::bytes::header_value::is_value) must hold for the
    /// value.
    pub fn field(&mut self, lead: &str, value: &[u8]) {
        if !value.is_empty() {
            self.cursor.push(lead.as_bytes());
            self.cursor.push(value);
        }
    }

    /// Adds a field whose name is known only at run time, and must be a
    /// [token](crate::bytes::header_value::is_token). The same holds for the value as in
    /// [`field`](Self::field), except that it can be empty.
    pub fn named_field(&mut self, name: &[u8], value: &[u8]) {
        for part in [b"\r\n", name, b": ", value] {
            self.cursor.push(part);
        }
    }

    /// Ends the head of a request without a body.
    pub fn end(self) {
        self.cursor.push(END.as_bytes());
    }

    /// Ends the head of a request with a body of `length` bytes.
    pub fn end_with_length(self, length: usize) {
        self.cursor.push(b"\r\nContent-Length: ");
        self.cursor.push_number(length as u64);
        self.end();
    }

    /// Ends the head of a request whose body is sent in chunks, each of them after a [`chunk_size`]
    /// ([RFC 9112, section 7.1](https://www.rfc-editor.org/rfc/rfc9112#section-7.1)).
    pub fn end_with_chunks(self) {
        self.cursor.push(b"\r\nTransfer-Encoding: chunked");
        self.end();
    }
}

/// Begins a chunk of `size` bytes, at least one. After the data, the caller ends it with CR LF.
pub fn chunk_size(cursor: &mut Cursor<'_>, size: usize) {
    cursor.push_hexadecimal(size);
    cursor.push(b"\r\n");
}

/// Returns whether `text` can be a segment of a path, and in a JSON string, unchanged: visible
/// ASCII from `-` on, without `/`, `?` and `\`. It can't be empty, or end with a dot, because `.`
/// and `..` lead to [other paths](https://www.rfc-editor.org/rfc/rfc3986#section-5.2.4).
#[inline(never)]
pub fn is_segment(text: &[u8]) -> bool {
    let mut last = b'.';
    for byte in text {
        if !matches!(byte, b'-' | b'.' | b'0'..=b'>' | b'@'..=b'[' | b']'..=b'~') {
            return false;
        }
        last = *byte;
    }
    last != b'.'
}

/// Returns whether `text` can be sent unchanged in a request target, as one or several segments:
/// visible ASCII without `?` and `#` ([RFC 3986, section
/// 3.3](https://www.rfc-editor.org/rfc/rfc3986#section-3.3)).
pub fn is_path(text: &[u8]) -> bool {
    text.iter().all(|&byte| byte > b' ' && byte < 0x7f && byte != b'?' && byte != b'#')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn written(write: impl FnOnce(&mut Cursor<'_>)) -> Vec<u8> {
        let mut buffer = [0; 512];
        let mut cursor = Cursor::new(&mut buffer);
        write(&mut cursor);
        assert!(!cursor.is_full());
        cursor.into_written().to_vec()
    }

    #[test]
    fn a_get_has_no_length() {
        let text = written(|cursor| {
            cursor.push(b"GET /a/b");
            Head::begin(cursor, b"h:1").end();
        });
        let expected = concat!(
            "GET /a/b HTTP/1.1\r\nHost: h:1\r\nUser-Agent: barelambda/",
            env!("CARGO_PKG_VERSION"),
            "\r\n\r\n"
        );
        assert_eq!(text, expected.as_bytes());
    }

    #[test]
    fn a_post_has_its_fields_and_a_length() {
        for (length, fields) in [
            (1234, "\r\nA: 1\r\nC: \r\nd-e: f\r\nContent-Length: 1234\r\n"),
            (0, "\r\nA: 1\r\nC: \r\nd-e: f\r\nContent-Length: 0\r\n"),
        ] {
            let text = written(|cursor| {
                cursor.push(b"POST /x");
                let mut head = Head::begin(cursor, b"h");
                head.field("\r\nA: ", b"1");
                head.field("\r\nB: ", b"");
                head.named_field(b"C", b"");
                head.named_field(b"d-e", b"f");
                head.end_with_length(length);
            });
            let end = concat!("User-Agent: barelambda/", env!("CARGO_PKG_VERSION"), "\r\n\r\n");
            assert_eq!(text, ["POST /x HTTP/1.1\r\nHost: h", fields, end].concat().as_bytes());
        }
    }

    #[test]
    fn knows_what_would_split_a_request() {
        assert!(is_segment(b"8476a536-e9f4-11e8-9739-2dfe598c3fcd") && is_segment(b".a.b~_:"));
        for bad in [
            " ", "a b", "a\r", "a\tb", "\0", "a?b", "a#b", "a%20b", "a/b", "a\\b", "a\"b", ".",
            "..", "../x",
        ] {
            assert!(!is_segment(bad.as_bytes()), "{bad:?}");
        }
        assert!(is_path(b"8476a536-e9f4-11e8-9739-2dfe598c3fcd"));
        for bad in ["a b", "a\r", "a?b", "a#b", "\u{e9}"] {
            assert!(!is_path(bad.as_bytes()), "{bad:?}");
        }
    }
}
