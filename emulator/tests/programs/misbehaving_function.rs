//! A function for the emulator's tests. It uses the Runtime API over a plain socket, and the event
//! says how it misbehaves. With the argument `stand-in` it only prints the address of its Runtime
//! API and waits: the test is then the runtime.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::exit;
use std::thread::sleep;
use std::time::Duration;

const NEXT: &str = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n";

fn main() {
    let api = std::env::var("AWS_LAMBDA_RUNTIME_API").expect("the address of the Runtime API");
    match std::env::args().nth(1).as_deref() {
        Some("stand-in") => {
            println!("{api}");
            sleep(Duration::from_secs(600));
        }
        Some("fail-init") => {
            eprintln!("before");
            let mut connection = Connection::open(&api);
            let body = r#"{"errorMessage":"no table","errorType":"Config"}"#;
            connection.post(
                "init/error",
                "Lambda-Runtime-Function-Error-Type: Function.Config\r\n",
                body.as_bytes(),
            );
            eprintln!("after");
            exit(4);
        }
        Some("exit-in-init") => exit(5),
        Some("hang-in-init") => sleep(Duration::from_secs(600)),
        _ => serve(&api),
    }
}

fn serve(api: &str) {
    println!("initialised");
    let mut connection = Connection::open(api);
    let mut count = 0;
    loop {
        let (headers, event) = connection.next();
        count += 1;
        let id = value(&headers, "lambda-runtime-aws-request-id").to_owned();
        let respond = format!("invocation/{id}/response");
        let text = String::from_utf8_lossy(&event).into_owned();
        let (command, argument) = text.split_once(' ').unwrap_or((&text, ""));
        let number = || argument.parse::<usize>().expect("a number");
        match command {
            "count" => connection.post(&respond, "", count.to_string().as_bytes()),
            "ask-twice-and-exit" => {
                connection.post(&respond, "", b"bye");
                connection.send(NEXT.repeat(2).as_bytes());
                exit(0);
            }
            "environment" => {
                let mut lines: Vec<String> =
                    std::env::vars().map(|(name, value)| format!("{name}={value}")).collect();
                lines.sort();
                connection.post(&respond, "", lines.join("\n").as_bytes());
            }
            "exit" => exit(number() as i32),
            "answer-and-exit" => {
                connection.post(&respond, "", b"bye");
                exit(0);
            }
            "fail" => {
                let body = format!(
                    r#"{{"errorMessage":"as asked","errorType":"{argument}","stackTrace":[]}}"#
                );
                let headers = format!("Lambda-Runtime-Function-Error-Type: {argument}\r\n");
                connection.post(&format!("invocation/{id}/error"), &headers, body.as_bytes());
            }
            "hang" => {
                println!("hanging");
                sleep(Duration::from_secs(600));
            }
            "headers" => connection.post(&respond, "", headers.as_bytes()),
            "kill-self" => {
                std::process::Command::new("/bin/sh")
                    .args(["-c", "kill -KILL $PPID"])
                    .status()
                    .expect("a shell runs");
                sleep(Duration::from_secs(600));
            }
            "large" => connection.post(&respond, "", &vec![b'x'; number()]),
            "meet" => {
                let (count, folder) = argument.split_once(' ').expect("a number and a folder");
                meet(count.parse().expect("a number"), Path::new(folder));
                connection.post(&respond, "", b"met");
            }
            "say" => {
                println!("out: {argument}");
                eprint!("err: {argument}");
                connection.post(&respond, "", b"said");
                eprintln!();
            }
            "sleep" => {
                sleep(Duration::from_millis(number() as u64));
                connection.post(&respond, "", b"slept");
            }
            "stream" => connection.stream(&respond, argument.split(',').map(str::as_bytes)).end(""),
            "stream-and-exit" => {
                connection.stream(&respond, [&b"one"[..], b"two"]);
                exit(number() as i32);
            }
            "stream-and-leave" => {
                connection.stream(&respond, [&b"one"[..], b"two"]).send(b"0\r\n\r\n");
                exit(0);
            }
            "stream-and-hang" => {
                connection.stream(&respond, [&b"one"[..]]);
                sleep(Duration::from_secs(600));
            }
            "stream-bytes" => {
                let chunk = vec![b'x'; 64 << 10];
                let sizes =
                    (0..number()).step_by(chunk.len()).map(|from| chunk.len().min(number() - from));
                connection.stream(&respond, sizes.map(|size| &chunk[..size])).end("");
            }
            "stream-error" => {
                // The base64 of {"errorMessage":"too late","errorType":"Late"}.
                let body = "eyJlcnJvck1lc3NhZ2UiOiJ0b28gbGF0ZSIsImVycm9yVHlwZSI6IkxhdGUifQ==";
                let trailers = format!(
                    "Lambda-Runtime-Function-Error-Type: Function.Late\r\nLambda-Runtime-Function-Error-Body: {body}\r\n"
                );
                connection.stream(&respond, [&b"one"[..]]).end(&trailers);
            }
            "start-a-child" => {
                let mut child =
                    std::process::Command::new("sleep").arg("600").spawn().expect("sleep runs");
                connection.post(&respond, "", child.id().to_string().as_bytes());
                child.wait().expect("the child is waited for");
            }
            "wait-for" => {
                println!("waiting");
                while !Path::new(argument).exists() {
                    sleep(Duration::from_millis(5));
                }
                connection.post(&respond, "", b"waited");
            }
            _ => connection.post(&respond, "", &event),
        }
    }
}

/// Waits until `count` processes have come here with the same folder, and then 200 ms.
fn meet(count: usize, folder: &Path) {
    std::fs::write(folder.join(std::process::id().to_string()), "").expect("a file can be made");
    while std::fs::read_dir(folder).expect("the folder can be read").count() < count {
        sleep(Duration::from_millis(5));
    }
    sleep(Duration::from_millis(200));
}

struct Connection(BufReader<TcpStream>);

impl Connection {
    fn open(api: &str) -> Self {
        Self(BufReader::new(TcpStream::connect(api).expect("the Runtime API listens")))
    }

    fn next(&mut self) -> (String, Vec<u8>) {
        self.send(NEXT.as_bytes());
        self.receive()
    }

    fn post(&mut self, path: &str, headers: &str, body: &[u8]) {
        let length = body.len();
        let head = format!(
            "POST /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {length}\r\n\r\n"
        );
        self.send(head.as_bytes());
        self.send(body);
        self.read_status();
    }

    /// Prints the server's reply, unless it is 202.
    fn read_status(&mut self) {
        let (head, body) = self.receive();
        if !head.starts_with("HTTP/1.1 202") {
            println!(
                "{}: {}",
                head.lines().next().unwrap_or_default(),
                String::from_utf8_lossy(&body).trim()
            );
        }
    }

    /// Begins a streamed answer, and writes each chunk separately.
    fn stream<'c>(&mut self, path: &str, chunks: impl IntoIterator<Item = &'c [u8]>) -> &mut Self {
        self.send(
            format!(
                "POST /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: x\r\nLambda-Runtime-Function-Response-Mode: streaming\r\n\
                 Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            .as_bytes(),
        );
        for chunk in chunks {
            let framed = [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat();
            // The server disconnects when a stream is too long.
            if self.0.get_mut().write_all(&framed).is_err() {
                break;
            }
        }
        self
    }

    /// Ends a streamed answer.
    fn end(&mut self, trailers: &str) {
        let _ = self.0.get_mut().write_all(format!("0\r\n{trailers}\r\n").as_bytes());
        self.read_status();
    }

    fn send(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).expect("the server reads");
    }

    fn receive(&mut self) -> (String, Vec<u8>) {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.0.read_line(&mut head).expect("the server answers") == 0 {
                exit(9);
            }
        }
        let length = match value(&head, "content-length") {
            "" => {
                let mut size = String::new();
                self.0.read_line(&mut size).expect("a chunk size");
                usize::from_str_radix(size.trim_end(), 16).expect("a chunk size")
            }
            length => length.parse().expect("a length"),
        };
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).expect("the whole body");
        if value(&head, "transfer-encoding") == "chunked" {
            let mut end = [0; 7];
            self.0.read_exact(&mut end).expect("one chunk alone");
            assert_eq!(&end, b"\r\n0\r\n\r\n", "one chunk alone");
        }
        (head, body)
    }
}

fn value<'h>(head: &'h str, name: &str) -> &'h str {
    let fields = head.lines().filter_map(|line| line.split_once(':'));
    fields
        .map(|(given, value)| (given, value.trim()))
        .find(|(given, _)| given.eq_ignore_ascii_case(name))
        .map_or("", |(_, value)| value)
}
