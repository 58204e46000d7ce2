//! A client of the Runtime API, with which a test sends arbitrary requests.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::waiting::LIMIT;

/// A connection to the Runtime API.
pub struct RawRuntime {
    stream: TcpStream,
    host: SocketAddr,
}

/// An invocation that GET /next returned.
#[derive(Debug)]
pub struct Invocation {
    /// The request id.
    pub request_id: String,
    /// The invocation id, if there is one.
    pub invocation_id: Option<String>,
    /// The event.
    pub event: Vec<u8>,
}

/// The status and the body of a reply.
pub type Reply = (u16, String);

impl RawRuntime {
    /// Connects.
    pub fn connect(host: SocketAddr) -> Self {
        let stream = TcpStream::connect(host).expect("the Runtime API listens");
        stream.set_read_timeout(Some(LIMIT)).expect("a timeout can be set");
        Self { stream, host }
    }

    /// Sends GET /next, and waits for an event.
    pub fn wait(&mut self) -> Invocation {
        let host = self.host;
        self.send(
            format!("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: {host}\r\n\r\n")
                .as_bytes(),
        );
        let (status, headers, event) = self.receive();
        assert_eq!(status, 200, "GET /next: {}", String::from_utf8_lossy(&event));
        let header = |name: &str| {
            headers
                .iter()
                .find(|(field, _)| field.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.clone())
        };
        let request_id = header("lambda-runtime-aws-request-id").expect("there is a request id");
        Invocation { request_id, invocation_id: header("lambda-runtime-invocation-id"), event }
    }

    /// Sends a POST to `/runtime/invocation/REQUEST-ID/WHAT`. Each header field ends with a line
    /// break. The body is sent verbatim.
    pub fn post(&mut self, request_id: &str, what: &str, headers: &str, body: &str) -> Reply {
        let host = self.host;
        let path = format!("/2018-06-01/runtime/invocation/{request_id}/{what}");
        self.send(
            format!("POST {path} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n{body}").as_bytes(),
        );
        let (status, _, body) = self.receive();
        (status, String::from_utf8(body).expect("replies are UTF-8"))
    }

    fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("a request can be sent");
    }

    fn receive(&mut self) -> (u16, Vec<(String, String)>, Vec<u8>) {
        let mut received = Vec::new();
        loop {
            let mut piece = [0; 4096];
            let read = self.stream.read(&mut piece).expect("a reply arrives");
            assert_ne!(
                read,
                0,
                "the connection was closed after {:?}",
                String::from_utf8_lossy(&received)
            );
            received.extend_from_slice(&piece[..read]);
            let mut headers = [httparse::EMPTY_HEADER; 64];
            let mut response = httparse::Response::new(&mut headers);
            let Ok(httparse::Status::Complete(head)) = response.parse(&received) else { continue };
            let value = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
            let headers: Vec<_> = response
                .headers
                .iter()
                .map(|header| (header.name.to_owned(), value(header.value)))
                .collect();
            let length =
                headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
            let length: usize = length
                .and_then(|(_, length)| length.parse().ok())
                .expect("a short reply has a length");
            if received.len() >= head + length {
                let status = response.code.expect("a whole head has a status");
                return (status, headers, received[head..head + length].to_vec());
            }
        }
    }
}
