//! Support for the emulator's integration tests: a raw HTTP client, and a process whose Runtime API
//! the test uses itself.

#![allow(dead_code, reason = "each test file uses a part")]

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use barelambda_emulator::{Emulator, InvokeOptions, Options, Outcome};

/// Paths of the Runtime API.
pub const NEXT: &str = "/2018-06-01/runtime/invocation/next";
pub const INIT_ERROR: &str = "/2018-06-01/runtime/init/error";

/// The program tests/programs/misbehaving_function.rs.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_misbehaving-function");

/// The time limit of everything that a test waits for. It only turns a hang into a failure: the
/// machine may be busy, so no test depends on how fast a step is.
pub const LIMIT: Duration = Duration::from_secs(120);

/// Returns options with which callers can send the commands of [`PROGRAM`], which aren't JSON.
pub fn options() -> Options {
    let mut options = Options::new(PROGRAM);
    options.raw_payloads = true;
    options
}

pub fn start(options: Options) -> Emulator {
    Emulator::start(options).expect("the emulator starts")
}

pub fn invoke(emulator: &Emulator, payload: &str) -> Outcome {
    emulator.invoke(payload, InvokeOptions::default())
}

/// Collects the lines that the function writes.
pub fn lines_of(options: &mut Options) -> Receiver<String> {
    let (sender, lines) = channel();
    let sender = Mutex::new(sender);
    // Sending fails once the test no longer needs the lines.
    let send = move |line: &[u8]| {
        drop(sender.lock().expect("one writer").send(String::from_utf8_lossy(line).into_owned()))
    };
    options.log_sink = Some(Arc::new(send));
    lines
}

/// Waits for a line.
pub fn wait_for_line(lines: &Receiver<String>, wanted: &str) {
    while lines.recv_timeout(LIMIT).expect("the function writes the line") != wanted {}
}

/// Returns a new, empty folder.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

pub fn text(outcome: &Outcome) -> &str {
    std::str::from_utf8(&outcome.payload).expect("the payload is text")
}

/// Trailers that make a streamed answer fail: `{"errorMessage":"too late","errorType":"Late"}`, as
/// `Function.Late`.
pub const LATE: &str = "Lambda-Runtime-Function-Error-Type: Function.Late\r\n\
    Lambda-Runtime-Function-Error-Body: eyJlcnJvck1lc3NhZ2UiOiJ0b28gbGF0ZSIsImVycm9yVHlwZSI6IkxhdGUifQ==\r\n";

/// A response of a server.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
    pub chunks: usize,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields.find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is text")
    }
}

/// A connection for raw reads and writes.
pub struct Client {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Client {
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("somebody listens");
        stream.set_read_timeout(Some(LIMIT)).expect("a time limit");
        stream.set_write_timeout(Some(LIMIT)).expect("a time limit");
        Self { stream, unread: Vec::new() }
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).expect("the server reads");
    }

    /// Writes all bytes, or as many as the server reads before it closes.
    pub fn try_send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes)
    }

    pub fn get(&mut self, path: &str) -> Response {
        self.send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        self.receive()
    }

    pub fn post(&mut self, path: &str, headers: &str, body: impl AsRef<[u8]>) -> Response {
        self.send(post(path, headers, body));
        self.receive()
    }

    pub fn receive(&mut self) -> Response {
        let mut response = self.receive_head();
        if response.header("transfer-encoding").is_some() {
            while let Some(mut chunk) = self.receive_chunk() {
                response.body.append(&mut chunk);
                response.chunks += 1;
            }
            return response;
        }
        let length =
            response.header("content-length").map_or(0, |length| length.parse().expect("a length"));
        response.body = self.take(length);
        response
    }

    /// Reads a response's head, without its body.
    pub fn receive_head(&mut self) -> Response {
        let head = self.take_through(b"\r\n\r\n");
        let head = String::from_utf8(head).expect("the head is text");
        let status = head.get(9..12).and_then(|digits| digits.parse().ok()).expect("a status");
        Response { status, head, body: Vec::new(), chunks: 0 }
    }

    /// Reads the next chunk of a body. Returns `None` at its end.
    pub fn receive_chunk(&mut self) -> Option<Vec<u8>> {
        let line = String::from_utf8(self.take_through(b"\r\n")).expect("a chunk size");
        let size = usize::from_str_radix(line.trim_end(), 16).expect("a chunk size");
        let mut chunk = self.take(size + 2);
        chunk.truncate(size);
        (size > 0).then_some(chunk)
    }

    /// Begins a streamed answer to an event, as a runtime does.
    pub fn begin_stream(&mut self, event: &Response, headers: &str) {
        self.send(format!(
            "POST /2018-06-01/runtime/invocation/{}/response HTTP/1.1\r\nHost: localhost\r\n{headers}\
             Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n\r\n",
            id(event)
        ));
    }

    pub fn send_chunk(&mut self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        self.send([format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat());
    }

    /// Ends a streamed answer, and returns the server's reply.
    pub fn end_stream(&mut self, trailers: &str) -> Response {
        self.send(format!("0\r\n{trailers}\r\n"));
        self.receive()
    }

    /// Returns whether nothing arrives for a moment.
    pub fn is_silent(&mut self) -> bool {
        self.stream.set_read_timeout(Some(Duration::from_millis(50))).expect("a time limit");
        let silent = matches!(self.stream.read(&mut [0]), Err(error) if error.kind() == ErrorKind::WouldBlock);
        self.stream.set_read_timeout(Some(LIMIT)).expect("a time limit");
        silent
    }

    /// Returns whether the server has closed or reset the connection.
    pub fn is_closed(&mut self) -> bool {
        match self.stream.read(&mut [0]) {
            Ok(count) => count == 0,
            Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        }
    }

    fn take_through(&mut self, end: &[u8]) -> Vec<u8> {
        loop {
            if let Some(at) = self.unread.windows(end.len()).position(|window| window == end) {
                return self.take(at + end.len());
            }
            self.read_more();
        }
    }

    fn take(&mut self, length: usize) -> Vec<u8> {
        while self.unread.len() < length {
            self.read_more();
        }
        self.unread.drain(..length).collect()
    }

    fn read_more(&mut self) {
        let mut buffer = vec![0; 256 << 10];
        let count = self.stream.read(&mut buffer).expect("the server answers");
        assert_ne!(
            count,
            0,
            "the server closed the connection after {:?}",
            String::from_utf8_lossy(&self.unread)
        );
        self.unread.extend_from_slice(&buffer[..count]);
    }
}

pub fn post(path: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// An emulator whose process only prints the address of its Runtime API: the test is the runtime.
pub struct StandIn {
    emulator: Arc<Emulator>,
    addresses: Receiver<SocketAddr>,
}

impl StandIn {
    pub fn new(options: Options) -> Self {
        Self::noting(options, Arc::default())
    }

    /// The same, with a buffer for the lines of the emulator itself.
    pub fn noting(mut options: Options, notes: Arc<Mutex<Vec<String>>>) -> Self {
        let (sender, addresses) = channel();
        let sender = Mutex::new(sender);
        options.args = vec!["stand-in".into()];
        options.log_sink = Some(Arc::new(move |line: &[u8]| {
            let line = String::from_utf8_lossy(line);
            match line.parse() {
                Ok(address) => _ = sender.lock().expect("one writer").send(address),
                Err(_) => notes.lock().expect("one writer").push(line.into_owned()),
            }
        }));
        Self { emulator: Arc::new(start(options)), addresses }
    }

    /// Invokes the function in a separate thread.
    pub fn invoke(&self, payload: impl Into<Vec<u8>>) -> JoinHandle<Outcome> {
        self.invoke_with(payload, InvokeOptions::default())
    }

    pub fn invoke_with(
        &self,
        payload: impl Into<Vec<u8>>,
        options: InvokeOptions,
    ) -> JoinHandle<Outcome> {
        let (emulator, payload) = (self.emulator.clone(), payload.into());
        thread::spawn(move || emulator.invoke(payload, options))
    }

    pub fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// Returns the address of the Runtime API of the next new process. Waits for its start.
    pub fn address(&self) -> SocketAddr {
        self.addresses.recv_timeout(LIMIT).expect("the process starts")
    }
}

impl Drop for StandIn {
    /// The thread of an unfinished invocation also holds a reference to the emulator.
    fn drop(&mut self) {
        self.emulator.shutdown();
    }
}

pub fn respond(client: &mut Client, event: &Response, body: impl AsRef<[u8]>) -> Response {
    let invocation = match invocation_id(event) {
        "" => String::new(),
        id => format!("Lambda-Runtime-Invocation-Id: {id}\r\n"),
    };
    client.post(
        &format!("/2018-06-01/runtime/invocation/{}/response", id(event)),
        &invocation,
        body,
    )
}

pub fn id(event: &Response) -> &str {
    event.header("lambda-runtime-aws-request-id").expect("a request id")
}

pub fn invocation_id(event: &Response) -> &str {
    event.header("lambda-runtime-invocation-id").unwrap_or_default()
}

#[track_caller]
pub fn assert_error(response: &Response, status: u16, error_type: &str) {
    assert_eq!(response.status, status, "{response:?}");
    assert_eq!(response.header("content-type"), Some("application/json"));
    let text = response.text();
    assert!(
        text.contains(&format!("\"errorType\":\"{error_type}\"")) && text.ends_with("}\n"),
        "{text}"
    );
}
