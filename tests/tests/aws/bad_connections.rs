//! Servers that don't accept, or that close, reset or stop before a request.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpStream};
use std::time::Duration;

use barelambda_aws::error::TIMEOUT;
use barelambda_emulator::Outcome;
use barelambda_tests::calls::probe::{Settings, identity, shown};
use barelambda_tests::calls::server::{Server, Wire};
use barelambda_tests::tls::server;
use barelambda_tests::waiting::in_time;
use rustix::net::{AddressFamily, SocketType, bind, getsockname, listen, socket};

/// The time of an invocation.
const INVOCATION: Duration = Duration::from_secs(2);

/// What a server does, and the types of the errors with and without TLS.
type Row = (&'static str, fn(Wire) -> io::Result<()>, &'static str, &'static str);

const BROKEN: &str = "Aws.ConnectionBroken";
const CLOSED: &str = "Aws.Closed";
const TRUNCATED: &str = "Aws.TlsTruncated";
const LATE: &str = "Aws.Timeout";

const ROWS: &[Row] = &[
    ("resets at once", Wire::reset, BROKEN, BROKEN),
    ("never receives", Wire::stall, LATE, LATE),
    (
        "closes after the first bytes",
        |mut wire| {
            // All of them: otherwise closing is a reset.
            wire.receive_raw(&mut [0; 65_536])?;
            wire.cut()
        },
        TRUNCATED,
        CLOSED,
    ),
    (
        "resets after some bytes",
        |mut wire| {
            wire.receive_raw(&mut [0; 20])?;
            wire.reset()
        },
        BROKEN,
        BROKEN,
    ),
    (
        "stops after some bytes",
        |mut wire| {
            wire.receive_raw(&mut [0; 20])?;
            wire.stall()
        },
        LATE,
        LATE,
    ),
];

#[test]
fn each_is_an_error_in_time() {
    let serve = |number: usize| move |wire: Wire| (ROWS[number].1)(wire);
    for (number, (name, _, with, without)) in ROWS.iter().enumerate() {
        let servers = [
            (Server::tls(server::config(identity()), serve(number)), with),
            (Server::plain(serve(number)), without),
        ];
        for (server, expected) in servers {
            let (first, outcome) = in_time(|| {
                let probe = Settings::new().trusting(identity()).timeout(INVOCATION).start();
                let first = probe.outcome(&["nothing"]);
                let outcome = probe.outcome(&["fetch", &server.url()]);
                (!is_late(&first) && !is_late(&outcome)).then_some((first, outcome))
            });
            let error = outcome.function_error.expect("the call fails");
            assert_eq!(error.error_type, **expected, "{name}: {}: {error:?}", server.url());
            assert!(outcome.report.duration < INVOCATION, "{name}: {:?}", outcome.report.duration);
            assert_eq!(outcome.pid, first.pid, "{name}");
            assert_eq!(server.take_requests().len(), 0, "{name}");
        }
    }
}

/// Returns whether Lambda stopped the function, which had no time to return its error.
fn is_late(outcome: &Outcome) -> bool {
    outcome.function_error.as_ref().is_some_and(|error| error.error_type == "Sandbox.Timedout")
}

/// Its queue is full, so that the kernel drops what asks for another connection.
#[test]
fn a_server_that_does_not_accept_is_an_error_in_time() {
    let listener = socket(AddressFamily::INET, SocketType::STREAM, None).expect("a socket");
    bind(&listener, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    listen(&listener, 0).expect("the socket is bound");
    let address = getsockname(&listener).expect("the socket is bound");
    let address = SocketAddr::try_from(address).expect("it has an address of IPv4");
    // One connection fills it.
    let _queued = TcpStream::connect(address).expect("the queue is empty");
    let url = format!("https://{address}");
    let outcome = in_time(|| {
        let probe = Settings::new().timeout(INVOCATION).env("AWS_ENDPOINT_URL", &url).start();
        let outcome = probe.outcome(&["call", "dynamodb", "ListTables", "{}"]);
        (!is_late(&outcome)).then_some(outcome)
    });
    let error = outcome.function_error.expect("the call fails");
    assert_eq!(shown(&error), TIMEOUT.to_string());
    assert!(outcome.report.duration < INVOCATION, "{:?}", outcome.report.duration);
}
