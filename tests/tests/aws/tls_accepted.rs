//! What servers may do: records cut anywhere, small records, session tickets, new keys; and how
//! connections end.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;

use barelambda::Error;
use barelambda_aws::error::{TLS_DECRYPT, TLS_TRUNCATED};
use barelambda_aws::stream::Stream;
use barelambda_aws::tls::Session;
use barelambda_tests::emulated::pattern;
use barelambda_tests::tls::client::{SOCKET, Tcp, trusting};
use barelambda_tests::tls::pki::{self, Identity, Kind};
use barelambda_tests::tls::server::{self, Server};
use rustls::{ServerConfig, ServerConnection};

/// A stream that receives at most `limit` bytes at once.
struct Cut {
    tcp: Tcp,
    limit: usize,
}

impl Stream for Cut {
    fn send(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.tcp.send(bytes)
    }

    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        let len = buffer.len().min(self.limit);
        self.tcp.receive(&mut buffer[..len])
    }
}

/// Receives exactly `len` bytes.
fn receive(session: &mut Session, stream: &mut impl Stream, len: usize) -> Vec<u8> {
    let mut data = Vec::new();
    let mut buffer = [0; 777];
    while data.len() < len {
        match session.receive(stream, &mut buffer).expect("the reply is received") {
            0 => panic!("the server closed after {} bytes", data.len()),
            len => data.extend_from_slice(&buffer[..len]),
        }
    }
    data
}

#[test]
fn records_of_any_size_cut_anywhere() {
    let data = pattern(20_000);
    for kind in [Kind::P256, Kind::Rsa2048] {
        let identity = pki::chain(kind);
        for record in [None, Some(32), Some(100)] {
            for limit in [1, 2, 5, 6, 7, 64] {
                let mut config = server::config(&identity);
                config.max_fragment_size = record;
                let server = Server::echo(config);
                let mut stream = Cut { tcp: Tcp::connect(server.address), limit };
                let config = trusting(&identity.root);
                let mut session = Session::connect(&config, "localhost", &mut stream)
                    .unwrap_or_else(|error| panic!("{error}: {record:?} {limit}"));
                session.send(&mut stream, &[&data]).expect("the request is sent");
                let reply = receive(&mut session, &mut stream, data.len());
                assert!(reply == data, "records of {record:?}, {limit} bytes at once");
                session.close(&mut stream).expect("the connection is closed");
                assert!(server.received() == data);
            }
        }
    }
}

#[test]
fn parts_are_sent_in_order() {
    let identity = pki::chain(Kind::P256);
    let data = pattern(50_000);
    for sizes in
        [&[1, 2, 3][..], &[0, 8192, 0, 1], &[8191, 1, 1], &[100, 40_000, 100], &[8192, 8193], &[]]
    {
        let mut rest = &data[..];
        let parts: Vec<&[u8]> = sizes
            .iter()
            .map(|&size| {
                let (part, after) = rest.split_at(size);
                rest = after;
                part
            })
            .collect();
        let server = Server::echo(server::config(&identity));
        let mut stream = Tcp::connect(server.address);
        let mut session = Session::connect(&trusting(&identity.root), "localhost", &mut stream)
            .expect("it connects");
        session.send(&mut stream, &parts).expect("the request is sent");
        session.close(&mut stream).expect("the connection is closed");
        assert!(server.received() == parts.concat(), "{sizes:?}");
    }
}

/// A server that calls `reply` for each piece that it receives.
fn serving(
    identity: &Identity,
    change: impl FnOnce(&mut ServerConfig),
    mut reply: impl FnMut(&mut ServerConnection, &mut TcpStream, &[u8]) + Send + 'static,
) -> Server {
    let mut config = server::config(identity);
    change(&mut config);
    Server::start(move |mut stream| {
        let mut connection = ServerConnection::new(Arc::new(config)).expect("the server starts");
        let mut received = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let read = rustls::Stream::new(&mut connection, &mut stream).read(&mut buffer);
            match read {
                Ok(0) | Err(_) => return received,
                Ok(len) => {
                    received.extend_from_slice(&buffer[..len]);
                    reply(&mut connection, &mut stream, &buffer[..len]);
                }
            }
        }
    })
}

fn write(connection: &mut ServerConnection, stream: &mut TcpStream, data: &[u8]) {
    rustls::Stream::new(connection, stream).write_all(data).expect("the client reads");
}

fn connect(identity: &Identity, server: &Server) -> (Session, Tcp) {
    let mut stream = Tcp::connect(server.address);
    let config = trusting(&identity.root);
    let session = Session::connect(&config, "localhost", &mut stream).expect("it connects");
    (session, stream)
}

#[test]
fn new_keys_and_tickets_between_and_within_replies() {
    let identity = pki::chain(Kind::P256);
    let server = serving(
        &identity,
        |config| config.send_tls13_tickets = 8,
        |connection, stream, data| {
            let (first, second) = data.split_at(data.len() / 2);
            connection.refresh_traffic_keys().expect("the keys can be changed");
            write(connection, stream, first);
            connection.refresh_traffic_keys().expect("the keys can be changed");
            write(connection, stream, second);
        },
    );
    let (mut session, mut stream) = connect(&identity, &server);
    for round in 0..20_usize {
        let data = pattern(100 + round);
        session.send(&mut stream, &[&data]).expect("the request is sent");
        assert_eq!(receive(&mut session, &mut stream, data.len()), data, "{round}");
        assert!(session.is_idle(&mut stream), "{round}");
    }
    session.close(&mut stream).expect("the connection is closed");
    assert_eq!(server.received().len(), (100..120).sum::<usize>());
}

#[test]
fn a_connection_with_data_left_is_not_idle() {
    let identity = pki::chain(Kind::P256);
    let server = serving(
        &identity,
        |_| {},
        |connection, stream, _| write(connection, stream, b"twelve bytes"),
    );
    let (mut session, mut stream) = connect(&identity, &server);
    assert!(session.is_idle(&mut stream), "before the first request");
    session.send(&mut stream, &[b"a"]).expect("the request is sent");
    let mut buffer = [0; 5];
    for expected in [&b"twelv"[..], b"e byt", b"es"] {
        let len = session.receive(&mut stream, &mut buffer).expect("the reply is received");
        assert_eq!(&buffer[..len], expected);
        assert_eq!(session.is_idle(&mut stream), expected == b"es");
    }
    session.close(&mut stream).expect("the connection is closed");
}

#[test]
fn a_close_notify_ends_the_data_and_its_lack_is_a_truncation() {
    let identity = pki::chain(Kind::P256);
    for (is_notified, expected) in [(true, Ok(0)), (false, Err(TLS_TRUNCATED))] {
        let server = serving(
            &identity,
            |_| {},
            move |connection, stream, data| {
                write(connection, stream, data);
                if is_notified {
                    connection.send_close_notify();
                    connection.write_tls(stream).expect("the client reads");
                }
                stream.shutdown(Shutdown::Write).expect("the stream can be closed");
            },
        );
        let (mut session, mut stream) = connect(&identity, &server);
        session.send(&mut stream, &[b"hello"]).expect("the request is sent");
        assert_eq!(receive(&mut session, &mut stream, 5), b"hello");
        for _ in 0..3 {
            assert_eq!(session.receive(&mut stream, &mut [0; 10]), expected);
        }
        assert!(!session.is_idle(&mut stream));
        assert_eq!(session.close(&mut stream), expected.map(|_| ()));
        assert_eq!(session.close(&mut stream), expected.map(|_| ()), "twice");
        drop(stream);
        assert_eq!(server.received(), b"hello");
    }
}

#[test]
fn a_changed_record_is_an_error_that_stays() {
    let identity = pki::chain(Kind::P256);
    let server = serving(
        &identity,
        |_| {},
        |connection, stream, data| {
            connection.writer().write_all(data).expect("there is room");
            let mut records = Vec::new();
            connection.write_tls(&mut records).expect("a vector has room");
            *records.last_mut().expect("a record") ^= 1;
            stream.write_all(&records).expect("the client reads");
        },
    );
    let (mut session, mut stream) = connect(&identity, &server);
    session.send(&mut stream, &[b"hello"]).expect("the request is sent");
    for _ in 0..3 {
        assert_eq!(session.receive(&mut stream, &mut [0; 10]), Err(TLS_DECRYPT));
        assert_eq!(session.send(&mut stream, &[b"more"]), Err(TLS_DECRYPT));
        assert_eq!(session.close(&mut stream), Err(TLS_DECRYPT));
        assert!(!session.is_idle(&mut stream));
    }
    drop(stream);
    assert_eq!(server.received(), b"hello");
}

#[test]
fn an_error_of_the_stream_is_returned() {
    /// Fails once `left` calls were made.
    struct Failing(Tcp, u32);

    impl Failing {
        fn count(&mut self) -> Result<(), Error> {
            self.1 = self.1.checked_sub(1).ok_or(SOCKET.with(5))?;
            Ok(())
        }
    }

    impl Stream for Failing {
        fn send(&mut self, bytes: &[u8]) -> Result<(), Error> {
            self.count()?;
            self.0.send(bytes)
        }

        fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
            self.count()?;
            self.0.receive(buffer)
        }
    }

    let identity = pki::chain(Kind::P256);
    let config = trusting(&identity.root);
    let mut connected = 0;
    for calls in 0..20 {
        let server = Server::echo(server::config(&identity));
        let mut stream = Failing(Tcp::connect(server.address), calls);
        match Session::connect(&config, "localhost", &mut stream) {
            Err(error) => assert_eq!(error, SOCKET.with(5), "{calls}"),
            Ok(_) => connected += 1,
        }
        drop(stream);
        assert_eq!(server.received(), b"");
    }
    assert!((1..18).contains(&connected), "{connected}");
}
