//! Replies that are unusual, and correct: each is accepted.

use std::io;

use barelambda_tests::calls::probe::{Probe, Settings, identity};
use barelambda_tests::calls::reply;
use barelambda_tests::calls::server::{Server, Wire};
use barelambda_tests::tls::server;
use serde_json::json;

const BODY: &str = r#"{"answer":"a body of some length, with \"escapes\""}"#;

fn whole() -> Vec<u8> {
    reply::json(200, BODY)
}

fn chunks() -> Vec<u8> {
    reply::chunked(&BODY.as_bytes().chunks(7).collect::<Vec<_>>())
}

/// Serves requests until the client closes, by their paths.
fn serve(mut wire: Wire) -> io::Result<()> {
    while let Some(request) = wire.request()? {
        let path: Vec<&str> = request.target[1..].split('/').collect();
        match path[..] {
            ["plain"] => wire.send(&whole())?,
            ["cut", at] => _ = wire.send_cut(&whole(), at.parse().expect("a number"))?,
            ["cut chunks", at] | ["cut%20chunks", at] => {
                _ = wire.send_cut(&chunks(), at.parse().expect("a number"))?;
            }
            ["records", len] => wire.send_records(&whole(), len.parse().expect("a number"))?,
            ["chunk records", len] | ["chunk%20records", len] => {
                wire.send_records(&chunks(), len.parse().expect("a number"))?;
            }
            ["keys", times] => {
                let whole = whole();
                for piece in whole.chunks(whole.len() / times.parse::<usize>().expect("a number")) {
                    wire.renew_keys();
                    wire.send(piece)?;
                }
            }
            ["keys%20afterwards"] => {
                // The client doesn't receive the message with the reply.
                wire.send_cut(&whole(), usize::MAX)?;
                wire.renew_keys();
                wire.send(b"")?;
            }
            ["redirect", status] => {
                let status = status.parse().expect("a status");
                wire.send(&reply::with_headers(status, "Location: /elsewhere\r\n", b"moved"))?;
            }
            ["early"] => {
                wire.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n")?;
                wire.send(&whole())?;
            }
            ["extensions"] => wire.send(
                b"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n1;a=\"b\"\r\n{\r\n01\r\n}\r\n000\r\nTrailer: x\r\n\r\n",
            )?,
            ["status", "204"] => wire.send(b"HTTP/1.1 204 No Content\r\n\r\n")?,
            ["status", "304"] => wire.send(b"HTTP/1.1 304 X\r\nContent-Length: 99\r\n\r\n")?,
            ["status", "201"] => wire.send(b"HTTP/1.1 201\r\nContent-Length: 0\r\n\r\n")?,
            ["close"] => {
                let bytes = reply::with_headers(200, "Connection: close\r\n", BODY.as_bytes());
                wire.send(&bytes)?;
                return wire.close();
            }
            ["1.0"] => {
                let whole = whole();
                wire.send(&[b"HTTP/1.0", &whole[8..]].concat())?;
                return wire.close();
            }
            ["until"] => {
                wire.send(&reply::until_close(BODY.as_bytes()))?;
                return wire.close();
            }
            ["large", len] => {
                let body = vec![b'x'; len.parse().expect("a number")];
                wire.send(&reply::with_headers(200, "", &body))?;
            }
            _ => panic!("{request:?}"),
        }
    }
    wire.close()
}

/// A server with and one without TLS, and a function that trusts the former.
fn start() -> ([Server; 2], Probe) {
    let servers = [Server::tls(server::config(identity()), serve), Server::plain(serve)];
    (servers, Settings::new().trusting(identity()).start())
}

/// Fetches a path, and returns the reply.
fn fetch(probe: &Probe, server: &Server, path: &str) -> serde_json::Value {
    probe.reply(&["fetch", &format!("{}/{path}", server.url())])
}

/// Returns the numbers of the connections of the requests so far.
fn connections(server: &Server) -> Vec<usize> {
    server.take_requests().iter().map(|(number, _)| *number).collect()
}

#[test]
fn a_reply_may_be_cut_anywhere() {
    let (servers, probe) = start();
    for server in &servers {
        // A record has a head of 5 bytes, a type and a tag of 16.
        for at in 0..=whole().len() + 22 {
            assert_eq!(fetch(&probe, server, &format!("cut/{at}"))["body"], BODY, "{at}");
        }
        for at in 0..=chunks().len() + 22 {
            assert_eq!(fetch(&probe, server, &format!("cut%20chunks/{at}"))["body"], BODY, "{at}");
        }
        assert!(connections(server).iter().all(|number| *number == 0), "one connection is enough");
    }
}

#[test]
fn records_may_be_small() {
    let ([tls, _], probe) = start();
    for len in [1, 2, 3, 19] {
        assert_eq!(fetch(&probe, &tls, &format!("records/{len}"))["body"], BODY);
        assert_eq!(fetch(&probe, &tls, &format!("chunk%20records/{len}"))["body"], BODY);
    }
    assert_eq!(connections(&tls), [0; 8]);
}

#[test]
fn keys_may_be_renewed() {
    let ([tls, _], probe) = start();
    for times in [1, 2, 10] {
        assert_eq!(fetch(&probe, &tls, &format!("keys/{times}"))["body"], BODY);
    }
    for _ in 0..3 {
        assert_eq!(fetch(&probe, &tls, "keys%20afterwards")["body"], BODY);
    }
    assert_eq!(connections(&tls), [0; 6]);
}

/// The tickets arrive after the handshake, so that the client finds them before the first request.
#[test]
fn session_tickets_are_read() {
    for count in [0, 1, 10] {
        let mut config = server::config(identity());
        config.send_tls13_tickets = count;
        let server = Server::tls(config, serve_calls);
        let probe = Settings::new().trusting(identity()).to(&server).start();
        probe.call(&["connect", "dynamodb"]).expect("the server accepts");
        for _ in 0..3 {
            probe.success(&["call", "dynamodb", "ListTables", "{}"]);
        }
        assert_eq!(connections(&server), [0; 3], "{count} tickets");
    }
}

fn serve_calls(mut wire: Wire) -> io::Result<()> {
    while wire.request()?.is_some() {
        wire.send(&whole())?;
    }
    wire.close()
}

/// What arrives while the connection is idle is read, also long after the deadline of the call
/// before.
#[test]
fn an_idle_connection_outlives_the_deadline_of_its_last_call() {
    let ([tls, _], _) = start();
    let time = std::time::Duration::from_millis(400);
    let probe = Settings::new().trusting(identity()).timeout(time).start();
    assert_eq!(fetch(&probe, &tls, "keys%20afterwards")["body"], BODY);
    std::thread::sleep(time);
    assert_eq!(fetch(&probe, &tls, "plain")["body"], BODY);
    assert_eq!(connections(&tls), [0, 0]);
}

#[test]
fn no_redirect_is_followed() {
    let (servers, probe) = start();
    for server in &servers {
        for status in [300, 301, 302, 303, 307, 308] {
            let reply = fetch(&probe, server, &format!("redirect/{status}"));
            assert_eq!(
                (&reply["status"], &reply["success"], &reply["location"], &reply["body"]),
                (&json!(status), &json!(false), &json!("/elsewhere"), &json!("moved"))
            );
            let streamed = probe.reply(&["stream", &format!("{}/redirect/{status}", server.url())]);
            assert_eq!((&streamed["status"], &streamed["count"]), (&json!(status), &json!(0)));
        }
        assert_eq!(connections(server), [0; 12]);
    }
}

/// S3 replies so when the bucket is in another region.
#[test]
fn the_wrong_region_is_a_reply() {
    const MOVED: &str = "<?xml version=\"1.0\"?><Error><Code>PermanentRedirect</Code><Message>another \
                         region</Message><Endpoint>reports.s3.eu-west-1.amazonaws.com</Endpoint></Error>";
    let server = Server::tls(server::config(identity()), |mut wire| {
        while wire.request()?.is_some() {
            wire.send(&reply::with_headers(301, "Location: https://x/\r\n", MOVED.as_bytes()))?;
        }
        Ok(())
    });
    let probe = Settings::new().trusting(identity()).to(&server).start();
    for operation in ["get", "open"] {
        let reply = probe.reply(&[operation, "reports", "a key"]);
        assert_eq!((&reply["status"], &reply["success"]), (&json!(301), &json!(false)));
    }
    let reply = probe.reply(&["get", "reports", "a key"]);
    assert_eq!(
        (&reply["code"], &reply["message"]),
        (&json!("PermanentRedirect"), &json!("another region"))
    );
    assert_eq!(connections(&server), [0; 3]);
}

#[test]
fn other_forms_are_accepted() {
    let (servers, probe) = start();
    for server in &servers {
        assert_eq!(fetch(&probe, server, "early")["body"], BODY);
        assert_eq!(fetch(&probe, server, "extensions")["body"], "{}");
        for status in [201, 204, 304] {
            let reply = fetch(&probe, server, &format!("status/{status}"));
            assert_eq!((&reply["status"], &reply["count"]), (&json!(status), &json!(0)));
        }
        assert_eq!(fetch(&probe, server, "large/1048576")["count"], 1 << 20);
        assert_eq!(connections(server), [0; 6]);
    }
}

/// The next call opens another connection.
#[test]
fn a_server_may_close_after_each_reply() {
    let (servers, probe) = start();
    for server in &servers {
        for path in ["close", "1.0", "until", "close", "until", "1.0", "plain", "plain"] {
            assert_eq!(fetch(&probe, server, path)["body"], BODY, "{path}");
        }
        assert_eq!(connections(server), [0, 1, 2, 3, 4, 5, 6, 6]);
    }
}
