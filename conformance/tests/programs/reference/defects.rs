//! The defects that need more than a condition in the code they change.

use std::env;
use std::io;
use std::net::TcpStream;
use std::process::exit;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, sleep};
use std::time::Duration;

use crate::Runtime;
use crate::answer::Answer;
use crate::http::{self, Connection};
use crate::invocation::Invocation;

/// Returns whether this is the mutant with that defect.
pub fn defect(name: &str) -> bool {
    static MUTANT: OnceLock<String> = OnceLock::new();
    MUTANT.get_or_init(|| env::var("MUTANT").unwrap_or_default()) == name
}

/// Blocks forever.
pub fn hang() -> ! {
    loop {
        thread::park();
    }
}

pub fn address() -> String {
    if defect("fixed-address") {
        return "127.0.0.1:9001".to_owned();
    }
    if defect("needs-a-region") {
        env::var("AWS_REGION").expect("the region");
    }
    env::var("AWS_LAMBDA_RUNTIME_API").expect("the address of the Runtime API")
}

pub fn at_start(runtime: &mut Runtime) {
    if defect("posts-before-next") {
        let request = crate::answer::init_error(&runtime.address, "none");
        let _ = runtime.connect().and_then(|()| {
            runtime.connection.as_mut().expect("it has just been made").write(&request)
        });
        let _ = runtime.receive();
    }
}

pub fn at_init_panic() {
    if defect("init-panic-goes-on") {
        Runtime::new(address()).run();
    }
}

/// Returns the bytes of a GET.
pub fn request(text: String) -> Vec<u8> {
    let text = match () {
        () if defect("http-1-0") => text.replace("HTTP/1.1", "HTTP/1.0"),
        () if defect("no-host") => text.replace("Host:", "X-Host:"),
        () if defect("next-with-a-body") => {
            text.replace("\r\n\r\n", "\r\nContent-Length: 2\r\n\r\n{}")
        }
        () if defect("next-elsewhere") => text.replace("2018-06-01", "2018-06-02"),
        () => text,
    };
    text.into_bytes()
}

pub fn timeouts(stream: &TcpStream) -> io::Result<()> {
    if defect("gives-up-waiting") {
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    }
    if defect("gives-up-reading") {
        stream.set_read_timeout(Some(Duration::from_millis(800)))?;
    }
    if defect("gives-up-writing") {
        stream.set_write_timeout(Some(Duration::from_millis(300)))?;
    }
    Ok(())
}

pub fn at_head(head: &[u8]) -> io::Result<()> {
    let lines = head.iter().filter(|&&byte| byte == b'\n').count();
    if head.len() > 4096 && defect("heads-of-4-kib") {
        return Err(io::Error::other("too long"));
    }
    if head.len() > 16 << 10 && defect("large-heads-hang") {
        hang();
    }
    if lines > 32 && defect("thirty-two-fields") {
        return Err(io::Error::other("too many"));
    }
    Ok(())
}

pub fn header_value(value: &str) -> String {
    if defect("one-space-before-values") {
        value.strip_prefix(' ').unwrap_or(value).to_owned()
    } else {
        value.trim().to_owned()
    }
}

/// Returns a value of the context, or a wrong one.
pub fn odd(wrong: &str, value: &str) -> String {
    if defect(wrong) { value.replace('1', "7").replace("blue", "red") } else { value.to_owned() }
}

pub fn at_event(runtime: &mut Runtime, invocation: &Invocation) {
    static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let deadline: u64 = invocation
        .header("Lambda-Runtime-Deadline-Ms")
        .and_then(|value| value.parse().ok())
        .unwrap_or(u64::MAX);
    let late = std::time::SystemTime::UNIX_EPOCH + Duration::from_millis(deadline.min(1 << 50))
        < std::time::SystemTime::now();
    if (late && defect("late-events-end-it"))
        || (deadline > 253_402_300_000_000 && deadline < u64::MAX && defect("deadlines-of-32-bits"))
    {
        exit(1);
    }
    if invocation.header("Lambda-Runtime-Trace-Id").is_none() && defect("needs-a-trace-id") {
        exit(1);
    }
    if runtime.served > 300 && defect("tires") {
        exit(1);
    }
    let mut seen = SEEN.lock().expect("no thread panics while it holds the lock");
    if seen.contains(&invocation.request_id) && defect("ids-come-once") {
        hang();
    }
    seen.push(invocation.request_id.clone());
}

/// Returns the event as the handler echoes it.
pub fn echo(mut event: Vec<u8>) -> Vec<u8> {
    let text = || String::from_utf8_lossy(&event).into_owned();
    if defect("drops-the-last-byte") {
        event.pop();
    } else if defect("lossy-utf-8") {
        return text().into_bytes();
    } else if defect("writes-json-anew") {
        return serde_json::from_slice::<serde_json::Value>(&event)
            .map_or(event, |value| value.to_string().into_bytes());
    } else if defect("stops-at-nul") {
        event.truncate(event.iter().position(|&byte| byte == 0).unwrap_or(event.len()));
    } else if defect("events-of-1-mib") {
        event.truncate(1 << 20);
    } else if defect("full-buffers-lose-a-byte") && event.len() == 4096 {
        event.pop();
    } else if event.is_empty() && defect("empty-events-hang") {
        hang();
    } else if defect("looks-for-heads") {
        let place = event.windows(4).position(|window| window == b"\r\n\r\n");
        event.drain(..place.map_or(0, |place| place + 4));
    }
    event
}

pub fn while_slow(runtime: &mut Runtime) {
    if defect("asks-while-at-work") {
        let mut other = Connection::open(&runtime.address).expect("the server listens");
        let _ = other.write(&http::next(&runtime.address));
        leak_always(other);
    }
}

pub fn answered_id(id: &str) -> String {
    if defect("lower-case-ids") { id.to_ascii_lowercase() } else { id.to_owned() }
}

pub fn headers(headers: &mut String) {
    if defect("mode-sticks") {
        headers.push_str("Lambda-Runtime-Function-Response-Mode: streaming\r\n");
    }
}

pub fn at_answer(runtime: &mut Runtime, invocation: &Invocation, answer: &Answer) {
    if defect("leaks-files") {
        leak(Connection::open(&runtime.address).ok());
    }
    if defect("answers-late") {
        sleep(Duration::from_millis(700));
    }
    if defect("error-and-response") && matches!(answer, Answer::Error { .. }) {
        let mut other = Connection::open(&runtime.address).expect("the server listens");
        let _ =
            other.write(&Answer::Response(b"null".to_vec()).request(&runtime.address, invocation));
        leak_always(other);
        sleep(Duration::from_millis(20));
    }
    if defect("error-ends-it") && matches!(answer, Answer::Error { .. }) && runtime.served > 1 {
        exit(1);
    }
}

pub fn write(connection: &mut Connection, request: &[u8]) -> io::Result<()> {
    connection.write(request)
}

/// Runs the defects that follow the reply to an answer.
pub fn at_reply(
    runtime: &mut Runtime,
    status: u16,
    invocation: &Invocation,
    answer: &Answer,
) -> io::Result<()> {
    let one_shot = defect("one-shot")
        || (defect("one-shot-after-errors") && matches!(answer, Answer::Error { .. }));
    if one_shot {
        exit(0);
    }
    if defect("answers-twice") && status == 202 && runtime.served == 1 {
        let request = answer.request(&runtime.address, invocation);
        let mut other = Connection::open(&runtime.address)?;
        let _ = other.write(&request);
        leak_always(other);
    }
    if defect(&format!("sends-again-after-{status}")) {
        sleep(Duration::from_millis(30));
        return runtime.deliver(invocation.clone(), answer.clone());
    }
    if defect(&format!("hangs-after-{status}")) {
        hang();
    }
    if defect(&format!("error-after-{status}")) && matches!(answer, Answer::Response(_)) {
        let error = Answer::Error { kind: "Runtime.Refused", message: "the answer was refused" };
        return runtime.deliver(invocation.clone(), error);
    }
    Ok(())
}

pub fn at_refused_next(status: u16) {
    if defect(&format!("hangs-after-next-{status}")) {
        hang();
    }
}

pub fn at_loss(runtime: &mut Runtime) {
    let answering = runtime.kept.is_some();
    if defect("any-loss-exits-0") || (answering && defect("lost-answer-exits-0")) {
        exit(0);
    }
    if defect("any-loss-hangs")
        || (answering && defect("lost-answer-hangs"))
        || (!answering && defect("lost-next-hangs"))
    {
        hang();
    }
}

/// Leaks a connection, in the mutant with that defect.
pub fn leak(connection: Option<Connection>) {
    if let Some(connection) = connection.filter(|_| defect("leaks-files")) {
        leak_always(connection);
    }
}

fn leak_always(connection: Connection) {
    static LEAKED: Mutex<Vec<Connection>> = Mutex::new(Vec::new());
    LEAKED.lock().expect("no thread panics while it holds the lock").push(connection);
}

pub fn at_stream() {
    static STREAMS: AtomicU32 = AtomicU32::new(0);
    if STREAMS.fetch_add(1, Ordering::Relaxed) == 2 && defect("tires-of-streams") {
        exit(1);
    }
}

/// Runs the defects that follow the reply to a stream.
pub fn after_stream(
    runtime: &mut Runtime,
    invocation: &Invocation,
    failed: bool,
) -> io::Result<()> {
    if failed && defect("stream-error-posts-error") {
        let error = Answer::Error { kind: "Function.AskedFor", message: "asked for an error" };
        return runtime.deliver(invocation.clone(), error);
    }
    if !failed && defect("stream-answers-again") {
        return runtime.deliver(invocation.clone(), Answer::Response(b"null".to_vec()));
    }
    if failed && defect("stream-error-ends-it") {
        exit(0);
    }
    Ok(())
}
