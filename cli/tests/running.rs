//! Interrupts `serve` and `invoke`: no process of the function may survive.

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use support::Folder;

/// The time limit of everything that a test waits for. It only turns a hang into a failure: the
/// machine may be busy.
const LIMIT: Duration = Duration::from_secs(120);

#[test]
fn serve_responds_until_it_is_interrupted() {
    let folder = Folder::new("serve");
    let bootstrap = folder.script("bootstrap", support::ECHO);
    for signal in ["INT", "TERM"] {
        let (mut tool, mut stderr) = start(&["serve", "--bootstrap", &bootstrap, "--port", "0"]);
        let line = line_with(&mut stderr, "Serving bootstrap at http://");
        let address = line.split("http://").nth(1).unwrap().split(',').next().unwrap();
        line_with(
            &mut stderr,
            &format!("aws lambda invoke --endpoint-url http://{address} --function-name bootstrap"),
        );
        for event in ["{\"n\":1}", "{\"n\":2}"] {
            let answer = post(address, event);
            assert!(
                answer.starts_with("HTTP/1.1 200") && answer.ends_with(&format!("\r\n\r\n{event}")),
                "{answer}"
            );
            line_with(&mut stderr, "REPORT RequestId: ");
        }
        let answer = post(address, "not json");
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        assert_eq!(end(&mut tool, signal), Some(0));
        assert_eq!(functions(&bootstrap), 0);
    }
}

#[test]
fn serve_turns_http_requests_into_events() {
    let folder = Folder::new("url");
    let bootstrap = folder.script("bootstrap", support::ECHO);
    let (mut tool, mut stderr) =
        start(&["serve", "--bootstrap", &bootstrap, "--port", "0", "--url", "0"]);
    let line = line_with(&mut stderr, "The function's URL is http://");
    let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap();
    // The function returns its event, which has no status code, so the event is the body.
    let answer =
        ask(address, "GET /some/path?a=b HTTP/1.1\r\nHost: f.example\r\nConnection: close\r\n\r\n");
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"),
        "{answer}"
    );
    for words in [
        r#""rawPath":"/some/path""#,
        r#""queryStringParameters":{"a":"b"}"#,
        r#""domainName":"f.example""#,
    ] {
        assert!(answer.contains(words), "{words}: {answer}");
    }
    line_with(&mut stderr, "REPORT RequestId: ");
    assert_eq!(end(&mut tool, "TERM"), Some(0));
    assert_eq!(functions(&bootstrap), 0);
}

#[test]
fn serve_reports_a_port_that_is_in_use() {
    let folder = Folder::new("busy");
    let bootstrap = folder.script("bootstrap", support::ECHO);
    let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = busy.local_addr().unwrap().port().to_string();
    for (ports, who, option) in [
        (["--port", &port, "--url", "0"], "the Invoke API", "--port"),
        (["--port", "0", "--url", &port], "the function's URL", "--url"),
    ] {
        let ran =
            support::barelambda(&[&["serve", "--bootstrap", &bootstrap][..], &ports].concat(), "");
        assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
        assert!(
            ran.stderr.contains(&format!("{who} cannot listen at 127.0.0.1:{port}: ")),
            "{}",
            ran.stderr
        );
        let advice =
            format!("choose another port with {option} PORT, or a free one with {option} 0\n");
        assert!(ran.stderr.ends_with(&advice), "{}", ran.stderr);
    }
}

#[test]
fn an_interrupted_invoke_kills_its_function() {
    let folder = Folder::new("interrupt");
    let bootstrap =
        folder.script("bootstrap", "#!/bin/bash\necho started >&2\nwhile true; do sleep 1; done\n");
    let (mut tool, mut stderr) = start(&["invoke", "--bootstrap", &bootstrap]);
    line_with(&mut stderr, "started");
    assert_ne!(functions(&bootstrap), 0);
    assert_eq!(end(&mut tool, "INT"), Some(130));
    assert_eq!(functions(&bootstrap), 0);
}

fn start(words: &[&str]) -> (Child, BufReader<ChildStderr>) {
    let mut tool = support::command(words);
    let mut tool =
        tool.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let stderr = BufReader::new(tool.stderr.take().unwrap());
    (tool, stderr)
}

fn line_with(stderr: &mut BufReader<ChildStderr>, words: &str) -> String {
    let mut line = String::new();
    while !line.contains(words) {
        line.clear();
        assert_ne!(
            stderr.read_line(&mut line).unwrap(),
            0,
            "the tool exited before it printed {words:?}"
        );
    }
    line
}

fn post(address: &str, event: &str) -> String {
    let length = event.len();
    let path = "/2015-03-31/functions/any/invocations";
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    );
    ask(address, &format!("{head}{event}"))
}

fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn end(tool: &mut Child, signal: &str) -> Option<i32> {
    assert!(
        Command::new("/bin/sh")
            .args(["-c", &format!("kill -s {signal} {}", tool.id())])
            .status()
            .unwrap()
            .success()
    );
    let limit = Instant::now() + LIMIT;
    loop {
        if let Some(status) = tool.try_wait().unwrap() {
            return status.code();
        }
        if Instant::now() > limit {
            tool.kill().unwrap();
            panic!("the tool did not exit on SIG{signal}");
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// Returns the number of processes that run this program.
fn functions(program: &str) -> usize {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter_map(|process| std::fs::read(process.path().join("cmdline")).ok())
        .filter(|command| command.split(|&byte| byte == 0).nth(1) == Some(program.as_bytes()))
        .count()
}
