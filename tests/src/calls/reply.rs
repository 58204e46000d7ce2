//! The bytes of replies.

/// Returns a reply with a Content-Length and a JSON body.
pub fn json(status: u16, body: &str) -> Vec<u8> {
    with_headers(status, "Content-Type: application/json\r\n", body.as_bytes())
}

/// Returns a reply with these header lines, a Content-Length and a body.
pub fn with_headers(status: u16, lines: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} X\r\n{lines}Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// Returns a reply whose body lasts until the connection is closed.
pub fn until_close(body: &[u8]) -> Vec<u8> {
    [b"HTTP/1.1 200 OK\r\n\r\n", body].concat()
}

/// Returns a reply with a chunk for each of these pieces.
pub fn chunked(pieces: &[&[u8]]) -> Vec<u8> {
    let mut reply = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for piece in pieces {
        reply.extend(format!("{:x}\r\n", piece.len()).into_bytes());
        reply.extend_from_slice(piece);
        reply.extend(b"\r\n");
    }
    [&reply, &b"0\r\n\r\n"[..]].concat()
}
