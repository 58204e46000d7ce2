//! A server whose every byte is set by a test: split writes, pauses, closes, resets, wrong
//! statuses.
//!
//! A [`Script`] is a list of connections, each a list of [`Step`]s, which a thread runs over plain
//! sockets. It doesn't know the Lambda protocol: [`message`] builds the usual answers. Every wait
//! has a time limit, and a step that fails ends the script with an explanation in
//! [`Transcript::failure`].
//!
//! [`RequestReader`] reads HTTP/1.1 requests for servers that a test writes itself.
//!
//! ```no_run
//! use std::process::Command;
//! use std::time::Duration;
//! use barelambda_emulator::script::{Script, Step, Until, message};
//!
//! let event = message::next("id-1", "{}").chunked(&[1]).bytes();
//! let server = Script::new()
//!     .connection([Step::Expect, Step::SendSplit(event, vec![20, 1]), Step::Expect, Step::Send(message::accepted())])
//!     .serve()?;
//! let ran = server.run(&mut Command::new("./bootstrap"), Until::ScriptEnd, Duration::from_secs(10))?;
//! let requests = &ran.transcript.checked().connections[0];
//! assert_eq!(requests[1].target, "/2018-06-01/runtime/invocation/id-1/response");
//! # Ok::<(), std::io::Error>(())
//! ```

mod connection;
mod listen;
pub mod message;
mod patience;
mod peer;
mod program;
mod request;
mod runner;
mod server;
mod step;
mod transcript;

pub use listen::{listen_anywhere, refused_address};
pub use peer::wait_until_read;
pub use program::{Ran, Until, environment};
pub use request::{Request, RequestReader};
pub use server::{Script, ScriptServer};
pub use step::Step;
pub use transcript::Transcript;

#[cfg(test)]
mod tests {
    use std::io::{self, Read, Write};
    use std::net::{SocketAddr, TcpStream};
    use std::sync::Arc;
    use std::thread;
    use std::time::Duration;

    use super::patience::Patience;
    use super::runner::run_script;
    use super::step::Act;
    use super::*;

    const GET: &[u8] = b"GET /next HTTP/1.1\r\nHost: x\r\n\r\n";

    #[test]
    fn requests_are_seen_whole_and_in_order() {
        let script = Script::new().connection([
            Step::Expect,
            Step::Expect,
            Step::SendSplit(b"abcdef".to_vec(), vec![2, 1]),
            Step::ExpectEnd,
        ]);
        let server = script.serve().unwrap();
        let mut client = TcpStream::connect(server.address()).unwrap();
        let post = b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nxyz";
        client.write_all(&[post, GET].concat()).unwrap();
        let mut sizes = Vec::new();
        let mut buffer = [0; 16];
        while sizes.iter().sum::<usize>() < 6 {
            sizes.push(client.read(&mut buffer).unwrap());
        }
        drop(client);
        let transcript = server.finish();
        let requests = &transcript.checked().connections[0];
        assert_eq!(sizes, [2, 1, 3]);
        assert_eq!((requests[0].method.as_str(), requests[0].target.as_str()), ("POST", "/a"));
        assert_eq!(requests[0].body, b"xyz");
        assert_eq!(requests[0].raw, post);
        assert!(!requests[0].pipelined && requests[1].pipelined);
    }

    #[test]
    fn a_failed_step_is_explained() {
        // The client connects before the script begins, and so in time.
        let listener = listen_anywhere().unwrap();
        let address = listener.local_addr().unwrap();
        let mut client = TcpStream::connect(address).unwrap();
        client.write_all(b"GET /ne").unwrap();
        let patience = Patience { limit: Duration::from_millis(30), client_gone: Arc::default() };
        let failure =
            run_script(&[Act::Connection(vec![Step::Expect])], listener, address, &patience)
                .failure
                .unwrap();
        assert!(
            failure.starts_with("connection 1, step 1 (Expect): nothing arrived within 30ms"),
            "{failure}"
        );
        let nobody =
            Script::new().patience(Duration::from_millis(30)).connection([]).serve().unwrap();
        let failure = nobody.finish().failure.unwrap();
        assert!(failure.starts_with("connection 1 was not made"), "{failure}");
    }

    #[test]
    fn a_reset_a_close_and_a_half_close_differ() {
        let script = Script::new()
            .connection([Step::Expect, Step::Reset])
            .connection([Step::Expect, Step::HalfClose, Step::Expect])
            .connection([Step::ExpectBytes(4), Step::Close]);
        let server = script.serve().unwrap();
        let mut client = TcpStream::connect(server.address()).unwrap();
        client.write_all(GET).unwrap();
        assert_eq!(client.read(&mut [0]).unwrap_err().kind(), io::ErrorKind::ConnectionReset);
        let mut client = TcpStream::connect(server.address()).unwrap();
        client.write_all(GET).unwrap();
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        client.write_all(GET).unwrap();
        let mut client = TcpStream::connect(server.address()).unwrap();
        client.write_all(&GET[..4]).unwrap();
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        assert_eq!(server.finish().checked().requests().count(), 3);
    }

    #[test]
    fn a_server_that_is_gone_refuses_and_comes_back_at_its_port() {
        // The client must look once in this time.
        let script = Script::new()
            .connection([Step::Expect])
            .gone(Duration::from_secs(1))
            .connection([Step::Expect]);
        let server = script.serve().unwrap();
        let mut client = TcpStream::connect(server.address()).unwrap();
        client.write_all(GET).unwrap();
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        let refused = connect_until(server.address(), |result| result.is_err()).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
        let mut client = connect_until(server.address(), |result| result.is_ok()).unwrap();
        client.write_all(GET).unwrap();
        assert_eq!(server.finish().checked().requests().count(), 2);
        let nowhere = refused_address().unwrap();
        assert_eq!(
            TcpStream::connect(nowhere).unwrap_err().kind(),
            io::ErrorKind::ConnectionRefused
        );
    }

    /// Connects repeatedly, for a limited time. It pauses between the attempts, since a full
    /// backlog blocks instead of refusing.
    fn connect_until(
        address: SocketAddr,
        wanted: impl Fn(&io::Result<TcpStream>) -> bool,
    ) -> io::Result<TcpStream> {
        for _ in 0..1000 {
            let result = TcpStream::connect(address);
            if wanted(&result) {
                return result;
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("the listener at {address} does not change");
    }
}
