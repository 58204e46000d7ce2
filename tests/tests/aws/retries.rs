//! Which calls are tried again, how often, and what the caller sees in the end.

use std::collections::BTreeMap;
use std::io;
use std::net::TcpListener;
use std::sync::Mutex;
use std::time::Duration;

use barelambda_aws::error::{
    BROKEN, CONNECT, REPLY_HEAD, REPLY_MISSING, REPLY_TRUNCATED, TIMEOUT, TLS_TRUNCATED,
    TLS_UNKNOWN_ISSUER,
};
use barelambda_tests::calls::probe::{Probe, Settings, identity, shown};
use barelambda_tests::calls::reply;
use barelambda_tests::calls::server::{Server, Wire};
use barelambda_tests::tls::pki::{self, Kind};
use barelambda_tests::tls::server;
use serde_json::json;

/// What the server does with one request.
#[derive(Clone)]
enum Act {
    Reply(u16, String),
    /// A reply whose error is in a header.
    Named(u16, &'static str),
    End(fn(Wire) -> io::Result<()>),
}

use Act::{End, Named, Reply};

/// Serves requests, each by the next act of the list; the last one counts for all that follow.
fn serve(mut wire: Wire, acts: &Mutex<Vec<Act>>) -> io::Result<()> {
    while wire.request()?.is_some() {
        let act = {
            let mut acts = acts.lock().expect("no thread panics with it");
            if acts.len() > 1 { acts.remove(0) } else { acts[0].clone() }
        };
        match act {
            Reply(status, body) => wire.send(&reply::json(status, &body))?,
            Named(status, name) => {
                let lines = format!("x-amzn-ErrorType: {name}\r\n");
                wire.send(&reply::with_headers(status, &lines, b"{}"))?;
            }
            End(end) => return end(wire),
        }
    }
    Ok(())
}

fn server_with(acts: Vec<Act>) -> Server {
    let acts = Mutex::new(acts);
    Server::tls(server::config(identity()), move |wire| serve(wire, &acts))
}

fn probe_to(server: &Server) -> Probe {
    Settings::new().trusting(identity()).to(server).start()
}

const CALL: [&str; 4] = ["call", "dynamodb", "PutItem", "{\"a\":1}"];

/// Returns how often the call was sent. Each request must be the same, except for its signature.
fn requests(server: &Server) -> usize {
    let requests = server.take_requests();
    assert!(requests.iter().all(|(_, request)| request.body == b"{\"a\":1}"));
    requests.len()
}

fn error(code: &str) -> String {
    json!({ "__type": format!("com.amazonaws#{code}"), "message": "m" }).to_string()
}

#[test]
fn a_temporary_reply_is_the_callers_after_three_tries() {
    let temporary: &[(u16, &str)] = &[
        (429, "x"),
        (500, "InternalServerError"),
        (502, ""),
        (503, "ServiceUnavailable"),
        (504, ""),
        (400, "ThrottlingException"),
        (400, "Throttling"),
        (400, "ProvisionedThroughputExceededException"),
        (400, "RequestLimitExceeded"),
        (403, "SlowDown"),
    ];
    for (status, code) in temporary {
        let body = error(code);
        let server = server_with(vec![Reply(*status, body)]);
        let reply = probe_to(&server).reply(&CALL);
        assert_eq!((&reply["status"], &reply["code"]), (&json!(status), &json!(code)));
        assert_eq!(requests(&server), 3, "{status} {code}");
    }
    let server = server_with(vec![Named(400, "TooManyRequestsException:http://x/")]);
    assert_eq!(probe_to(&server).reply(&CALL)["code"], "TooManyRequestsException");
    assert_eq!(requests(&server), 3);
    let third = vec![Reply(503, "1".into()), Reply(500, "2".into()), Reply(429, "3".into())];
    let server = server_with(third);
    assert_eq!(probe_to(&server).reply(&CALL)["body"], "3");
}

#[test]
fn a_later_try_may_succeed() {
    let ends: [Act; 6] = [
        Reply(503, "{}".into()),
        End(Wire::close),
        End(Wire::cut),
        End(Wire::reset),
        End(|mut wire| {
            wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")?;
            wire.close()
        }),
        End(|mut wire| {
            wire.send(b"HTTP/1.1 200 OK\r\n")?;
            wire.cut()
        }),
    ];
    for first in &ends {
        for second in [Some(&ends[0]), Some(&ends[3]), None] {
            let acts: Vec<Act> = [Some(first), second].into_iter().flatten().cloned().collect();
            let count = acts.len() + 1;
            let server = server_with([acts, vec![Reply(200, "\"done\"".into())]].concat());
            assert_eq!(probe_to(&server).success(&CALL)["body"], "\"done\"");
            assert_eq!(requests(&server), count);
        }
    }
}

#[test]
fn other_replies_are_final() {
    for (status, code) in [
        (200, ""),
        (301, "PermanentRedirect"),
        (400, "ValidationException"),
        (400, "ConditionalCheckFailedException"),
        (403, "AccessDeniedException"),
        (404, "ResourceNotFoundException"),
        (413, ""),
        (501, "NotImplemented"),
    ] {
        let server = server_with(vec![Reply(status, error(code))]);
        let reply = probe_to(&server).reply(&CALL);
        assert_eq!(reply["status"], status);
        assert_eq!(requests(&server), 1, "{status} {code}");
    }
}

#[test]
fn errors_of_the_connection_are_tried_three_times_and_others_once() {
    type Row = (fn(Wire) -> io::Result<()>, barelambda::Error, usize);
    let rows: [Row; 6] = [
        (Wire::close, REPLY_MISSING, 3),
        (Wire::cut, TLS_TRUNCATED, 3),
        (Wire::reset, BROKEN.with(104), 3),
        (
            |mut wire| {
                wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")?;
                wire.close()
            },
            REPLY_TRUNCATED,
            3,
        ),
        (
            |mut wire| {
                wire.send(b"nonsense\r\n\r\n")?;
                wire.close()
            },
            REPLY_HEAD,
            1,
        ),
        (Wire::quiet, TIMEOUT, 3),
    ];
    for (end, expected, count) in rows {
        let server = server_with(vec![End(end)]);
        let probe = probe_to(&server);
        probe.call(&["wait", "dynamodb", "300"]).expect("the wait can be set");
        assert_eq!(probe.error(&CALL), expected.to_string());
        assert_eq!(requests(&server), count, "{expected}");
    }
}

#[test]
fn a_server_that_is_not_there_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("a listener has an address");
    drop(listener);
    let url = format!("https://{address}");
    let probe = Settings::new().trusting(identity()).env("AWS_ENDPOINT_URL", &url).start();
    let outcome = probe.outcome(&CALL);
    let error = outcome.function_error.expect("there is no server");
    // ECONNREFUSED.
    assert_eq!(shown(&error), CONNECT.with(111).to_string());
    assert_eq!(outcome.log.matches("try 2 follows").count(), 1, "{}", outcome.log);
    assert_eq!(outcome.log.matches("try 3 follows").count(), 1, "{}", outcome.log);
    assert_eq!(
        outcome.log.matches(&format!("WARN {address}: Aws.Connect")).count(),
        2,
        "{}",
        outcome.log
    );
}

/// The wrong certificate won't become the right one.
#[test]
fn a_server_that_is_not_trusted_is_asked_once_and_sees_no_request() {
    let server = server_with(vec![Reply(200, "{}".into())]);
    let (root, intermediate) = (pki::authority("another root"), pki::authority("another one"));
    let other = pki::chain_of(Kind::P256, root, intermediate, pki::server());
    let probe = Settings::new().trusting(&other).to(&server).start();
    let outcome = probe.outcome(&CALL);
    let error = outcome.function_error.expect("the certificate isn't trusted");
    assert_eq!(error.error_type, TLS_UNKNOWN_ISSUER.error_type());
    assert!(!outcome.log.contains("try 2"), "{}", outcome.log);
    assert_eq!(requests(&server), 0);
}

/// A call that has little time isn't tried again and again.
#[test]
fn no_try_begins_after_the_deadline() {
    let server = server_with(vec![End(Wire::quiet)]);
    let time = Duration::from_millis(800);
    let probe = Settings::new().trusting(identity()).to(&server).timeout(time).start();
    let outcome = probe.outcome(&CALL);
    let error = outcome.function_error.expect("there is no reply");
    assert_eq!(shown(&error), TIMEOUT.to_string());
    assert!(outcome.report.duration < time, "{:?}", outcome.report.duration);
    assert_eq!(requests(&server), 1);
}

/// The status is temporary, but only the caller knows whether the request may be repeated.
#[test]
fn requests_to_other_servers_are_not_repeated() {
    let ends =
        [Reply(503, "{}".into()), Reply(429, "{}".into()), End(Wire::close), End(Wire::reset)];
    for act in ends {
        let server = server_with(vec![act.clone()]);
        let probe = Settings::new().trusting(identity()).start();
        let result = probe.call(&["post", &server.url(), "text/plain", "{\"a\":1}"]);
        assert_eq!(result.is_ok(), matches!(act, Reply(..)));
        assert_eq!(requests(&server), 1);
    }
}

/// A server may close a kept connection while the request is on its way.
#[test]
fn a_kept_connection_that_dies_is_replaced_once() {
    let (tls, plain) = (true, false);
    type Row = (&'static str, bool, fn(Wire) -> io::Result<()>);
    let ways: [Row; 5] = [
        ("closed", tls, Wire::close),
        ("cut", tls, Wire::cut),
        ("reset", tls, Wire::reset),
        ("closed", plain, Wire::close),
        ("reset", plain, Wire::reset),
    ];
    for (name, is_tls, end) in ways {
        let seen = Mutex::new(BTreeMap::<usize, usize>::new());
        let act = move |mut wire: Wire| {
            while wire.request()?.is_some() {
                let count = {
                    let mut seen = seen.lock().expect("no thread panics with it");
                    let count = seen.entry(wire.number).or_default();
                    *count += 1;
                    *count
                };
                // The second request of each connection is its last, and the third connection has
                // none.
                if count == 2 || wire.number == 2 {
                    return end(wire);
                }
                wire.send(&reply::json(200, "{}"))?;
            }
            Ok(())
        };
        let server = match is_tls {
            true => Server::tls(server::config(identity()), act),
            false => Server::plain(act),
        };
        let probe = Settings::new().trusting(identity()).start();
        let post = ["post", &server.url(), "text/plain", "{\"a\":1}"];
        probe.success(&post);
        probe.success(&post);
        let numbers = |server: &Server| -> Vec<usize> {
            server.take_requests().iter().map(|(number, _)| *number).collect()
        };
        assert_eq!(numbers(&server), [0, 0, 1], "{name}");
        // The other connection dies, too.
        probe.call(&post).expect_err("the third connection has no reply");
        assert_eq!(numbers(&server), [1, 2], "{name}");
    }
}

/// A server that refuses a body replies, and closes, before it has read all of it. The reply says
/// more than the error of sending.
#[test]
fn an_early_reply_is_read() {
    const REFUSAL: &[u8] =
        b"HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 5\r\n\r\nlarge";
    let act = |mut wire: Wire| {
        // The first bytes of the head.
        wire.receive(&mut [0; 100])?;
        wire.send(REFUSAL)?;
        // Closing with unread data resets the connection.
        drop(wire);
        Ok(())
    };
    for server in [Server::tls(server::config(identity()), act), Server::plain(act)] {
        let probe = Settings::new().trusting(identity()).start();
        let reply = probe.reply(&["post", &server.url(), "text/plain", "pattern:2000000"]);
        assert_eq!((&reply["status"], &reply["body"]), (&json!(413), &json!("large")));
    }
}
