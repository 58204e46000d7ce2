//! The example that calls an HTTPS server, under the emulator.

use std::path::PathBuf;
use std::time::Duration;

use barelambda_emulator::script::{Request, message, refused_address};
use barelambda_emulator::{Emulator, Options};
use barelambda_tests::cargo::scratch;
use barelambda_tests::emulated::{answer, failure, start};
use barelambda_tests::https::{HttpsServer, Reaction};
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::{Architecture, std_program};
use barelambda_tests::tls::pki::{Kind, authority, chain_of, named};
use barelambda_tests::waiting::in_time;

fn react(request: &Request) -> Reaction {
    let echo = message::answer(200, &String::from_utf8_lossy(&request.body));
    match request.target.as_str() {
        "/closed" => Reaction::Last(echo),
        "/status" => Reaction::Reply(message::answer(503, "{}")),
        "/large" => Reaction::Reply(message::answer(200, &"x".repeat(1_048_577))),
        "/cut" => Reaction::Last(message::with_header(&echo, "Content-Length", "1000")),
        "/silent" => Reaction::Silence,
        _ => Reaction::Reply(echo),
    }
}

fn serving() -> HttpsServer {
    HttpsServer::start(react).expect("a port is free")
}

fn options(architecture: Architecture) -> Options {
    let mut options = Options::new(std_program("https-function", architecture));
    options.runner = architecture.runner();
    options
}

/// The file with the root certificate of a server.
fn root_of(server: &HttpsServer) -> PathBuf {
    let file = scratch("root").join("root.pem");
    server.write_root(&file).expect("a file can be written");
    file
}

/// Starts the example with the address of a path of the server, whose root it trusts.
fn calling(architecture: Architecture, server: &HttpsServer, path: &str) -> Emulator {
    let options = options(architecture).env("SSL_CERT_FILE", root_of(server));
    start(options.env("URL", server.url(path)))
}

fn it_posts_events_on_one_connection(architecture: Architecture) {
    let server = serving();
    let emulator = calling(architecture, &server, "/orders");
    for event in [r#"{"number":1}"#, r#"{"number":2}"#, &format!("\"{}\"", "x".repeat(100_000))] {
        assert_eq!(answer(&emulator, event), event.as_bytes());
    }
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    for request in requests {
        assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/orders"));
        assert_eq!(request.header("content-type"), Some("application/json"));
    }
    assert_eq!(server.connections(), 1);
}
on_each_architecture!(
    it_posts_events_on_one_connection,
    "builds a client of HTTPS; run `bash .ci/full`",
    "needs qemu-user-static; run `bash .ci/full`"
);

#[test]
#[ignore = "builds a client of HTTPS; run `bash .ci/full`"]
fn a_server_that_closes_after_each_reply_is_called_again() {
    let server = serving();
    let emulator = calling(Architecture::X86_64, &server, "/closed");
    for event in ["1", "2", "3"] {
        assert_eq!(answer(&emulator, event), event.as_bytes());
    }
    assert_eq!(server.connections(), 3);
}

#[test]
#[ignore = "builds a client of HTTPS; run `bash .ci/full`"]
fn a_call_without_a_good_reply_is_a_failure_of_the_function() {
    let server = serving();
    for (path, words) in [
        ("/status", "http status: 503"),
        ("/large", "the response body is larger than request limit: 1048576"),
        ("/cut", "protocol"),
    ] {
        let (error, _) = failure(&calling(Architecture::X86_64, &server, path), "{}");
        assert_eq!(error.error_type, "Function.CallFailed", "{path}");
        assert!(
            error.message.starts_with(&server.url(path)) && error.message.contains(words),
            "{path}: {}",
            error.message
        );
    }
    let refused = format!("https://{}/", refused_address().expect("an address is free"));
    let options = options(Architecture::X86_64).env("SSL_CERT_FILE", root_of(&server));
    for (url, words) in [(refused.as_str(), "Connection refused"), ("http://localhost/", "https")] {
        let (error, _) = failure(&start(options.clone().env("URL", url)), "{}");
        assert_eq!(error.error_type, "Function.CallFailed", "{url}");
        assert!(error.message.contains(words), "{url}: {}", error.message);
    }
}

fn a_server_of_an_unknown_authority_gets_no_request(architecture: Architecture) {
    let (server, other) = (serving(), serving());
    let options = options(architecture).env("SSL_CERT_FILE", root_of(&other));
    let (error, _) = failure(&start(options.env("URL", server.url("/"))), "{}");
    assert_eq!(error.error_type, "Function.CallFailed");
    assert!(error.message.contains("certificate"), "{}", error.message);
    assert_eq!(server.connections(), 1);
    assert!(server.requests().is_empty());
}
on_each_architecture!(
    a_server_of_an_unknown_authority_gets_no_request,
    "builds a client of HTTPS; run `bash .ci/full`",
    "needs qemu-user-static; run `bash .ci/full`"
);

#[test]
#[ignore = "builds a client of HTTPS; run `bash .ci/full`"]
fn a_server_of_another_name_gets_no_request() {
    let certificate = named("server", &["localhost.example"]);
    let identity = chain_of(Kind::P384, authority("root"), authority("intermediate"), certificate);
    let server = HttpsServer::with(identity, react).expect("a port is free");
    let (error, _) = failure(&calling(Architecture::X86_64, &server, "/"), "{}");
    assert!(error.message.contains("certificate"), "{}", error.message);
    assert!(server.requests().is_empty());
}

/// The invocation's time is up in three seconds. The call is given up before.
#[test]
#[ignore = "builds a client of HTTPS; run `bash .ci/full`"]
fn a_silent_server_is_given_up_before_the_deadline() {
    let server = serving();
    let message = in_time(|| {
        let mut options = options(Architecture::X86_64).env("SSL_CERT_FILE", root_of(&server));
        options.timeout = Duration::from_secs(3);
        let (error, _) = failure(&start(options.env("URL", server.url("/silent"))), "{}");
        (error.error_type == "Function.CallFailed").then_some(error.message)
    });
    assert!(message.contains("timeout"), "{message}");
}

#[test]
#[ignore = "builds a client of HTTPS; run `bash .ci/full`"]
fn a_missing_address_or_root_fails_the_initialisation() {
    let server = serving();
    let without_address = options(Architecture::X86_64).env("SSL_CERT_FILE", root_of(&server));
    let without_root =
        options(Architecture::X86_64).env("SSL_CERT_FILE", "/dev/null").env("URL", server.url("/"));
    for (options, error_type) in
        [(without_address, "Function.NoUrl"), (without_root, "Function.NoRoots")]
    {
        let (error, _) = failure(&start(options), "{}");
        assert_eq!((error.error_type.as_str(), error.reported.as_str()), (error_type, error_type));
    }
}
