//! Every form of `AWS_LAMBDA_RUNTIME_API`.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::thread;

use barelambda::Error;
use barelambda_emulator::script::{Script, Step, message};
use barelambda_tests::programs::{Architecture, example, example_with_features, smallest_example};
use barelambda_tests::scripted::{answered, run_command, summary, the_end};

fn echo() -> Command {
    Command::new(example("echo", Architecture::X86_64))
}

/// `echo` with IPv6.
fn echo_ipv6() -> Command {
    Command::new(example_with_features("echo", Architecture::X86_64, &["ipv6"]))
}

/// Runs one invocation of `echo` at the address that `form` makes from the server's. Returns the
/// Host of the requests and the requests.
fn conversation(form: impl FnOnce(SocketAddr) -> String) -> (String, Vec<String>) {
    conversation_of(echo(), form)
}

/// As [`conversation`], with another program.
fn conversation_of(
    mut program: Command,
    form: impl FnOnce(SocketAddr) -> String,
) -> (String, Vec<String>) {
    let steps = [vec![Step::Expect], answered(message::next("r-1", "{}").bytes()), vec![the_end()]]
        .concat();
    let mut given = String::new();
    let ran = run_command(Script::new().connection(steps), |address| {
        given = form(address);
        program.env("AWS_LAMBDA_RUNTIME_API", &given);
        program
    });
    let hosts: Vec<_> = ran
        .transcript
        .requests()
        .map(|request| request.header("Host").unwrap_or_default().to_owned())
        .collect();
    assert!(
        hosts.iter().all(|host| *host == hosts[0]) && given.contains(&hosts[0]),
        "{given}: {hosts:?}"
    );
    (hosts[0].clone(), summary(&ran).concat())
}

#[test]
fn a_scheme_a_prefix_and_localhost_are_accepted() {
    const PLAIN: [&str; 3] = ["GET next", "POST r-1/response: {}", "GET next"];
    let (host, requests) = conversation(|address| address.to_string());
    assert!(host.starts_with("127.0.0.1:"));
    assert_eq!(requests, PLAIN);
    let (_, requests) = conversation(|address| format!("http://{address}"));
    assert_eq!(requests, PLAIN);
    let (_, requests) = conversation(|address| format!("HTTP://{address}/"));
    assert_eq!(requests, PLAIN);
    let (host, requests) = conversation(|address| format!("localhost:{}", address.port()));
    assert!(host.starts_with("localhost:"), "{host}");
    assert_eq!(requests, PLAIN);
    for end in ["", "/"] {
        let (_, requests) =
            conversation(|address| format!("http://localhost:{}/.rt/echo{end}", address.port()));
        assert_eq!(
            requests,
            [
                "GET /.rt/echo/2018-06-01/runtime/invocation/next",
                "POST /.rt/echo/2018-06-01/runtime/invocation/r-1/response: {}",
                "GET /.rt/echo/2018-06-01/runtime/invocation/next",
            ]
        );
    }
}

/// On a machine without IPv6 the program must try the address, and report that it can't connect.
#[test]
fn an_ipv6_address_in_brackets_is_accepted() {
    match TcpListener::bind("[::1]:0") {
        Ok(listener) => {
            let (host, requests) =
                conversation_of(echo_ipv6(), |address| forward(listener, address));
            assert!(host.starts_with("[::1]:"), "{host}");
            assert_eq!(requests, ["GET next", "POST r-1/response: {}", "GET next"]);
        }
        Err(error) => {
            eprintln!(
                "This machine has no IPv6 loopback ({error}), so the test only checks that the program tries to connect."
            );
            let output = echo_ipv6()
                .env("AWS_LAMBDA_RUNTIME_API", "[::1]:9")
                .output()
                .expect("the program can be started");
            let words = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(1));
            assert!(words.contains(Error::CONNECT.message()), "{words}");
        }
    }
}

/// Forwards one connection of `listener` to `server`, and returns the address of `listener`.
fn forward(listener: TcpListener, server: SocketAddr) -> String {
    let address = listener.local_addr().expect("a listener has an address").to_string();
    thread::spawn(move || {
        let (client, _) = listener.accept().expect("the program connects");
        let server = TcpStream::connect(server).expect("the server listens");
        thread::scope(|scope| {
            scope.spawn(|| copy(&client, &server));
            scope.spawn(|| copy(&server, &client));
        });
    });
    address
}

/// Copies until either side closes.
fn copy(mut from: &TcpStream, mut to: &TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}

/// Checks that the program ends with this error.
fn refused(command: &mut Command, error: Error) {
    let output = command.output().expect("the program can be started");
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(words.contains(error.message()), "{words}");
}

#[test]
fn an_ipv6_address_without_the_feature_is_refused_with_its_name() {
    assert!(Error::ENDPOINT.message().contains("the features local and ipv6"));
    for address in ["[::1]:9001", "http://[::1]:9001/.rt/echo"] {
        refused(echo().env("AWS_LAMBDA_RUNTIME_API", address), Error::ENDPOINT);
    }
    refused(
        Command::new(smallest_example("echo")).env("AWS_LAMBDA_RUNTIME_API", "[::1]:9001"),
        Error::ENDPOINT,
    );
}

#[test]
fn the_smallest_program_accepts_what_lambda_sets() {
    let smallest = || Command::new(smallest_example("echo"));
    for prefix in ["", "/.rt/echo"] {
        let (_, requests) = conversation_of(smallest(), |address| format!("{address}{prefix}"));
        assert_eq!(requests.len(), 3, "{requests:?}");
    }
    for address in ["localhost:9001", "http://127.0.0.1:9001"] {
        refused(smallest().env("AWS_LAMBDA_RUNTIME_API", address), Error::ENDPOINT);
    }
}

#[test]
fn a_bad_address_ends_the_program_with_a_message() {
    refused(echo().env_remove("AWS_LAMBDA_RUNTIME_API"), Error::NO_ENDPOINT);
    for bad in [
        "",
        "https://127.0.0.1:9001",
        "unix:///run/api",
        "runtime.example:9001",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "127.0.0.256:9001",
        "127.0.0.1:9001/a b",
        "127.0.0.1:9001/?a",
        "::1:9001",
    ] {
        refused(echo().env("AWS_LAMBDA_RUNTIME_API", bad), Error::ENDPOINT);
    }
    refused(echo_ipv6().env("AWS_LAMBDA_RUNTIME_API", "[::1]"), Error::ENDPOINT);
}
