//! Runs `cargo barelambda serve` as a user does.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{ChildStderr, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::child::KilledOnDrop;
use crate::{cargo, packages};

/// A running server. Dropping it kills it.
pub struct Serving {
    child: KilledOnDrop,
    stderr: BufReader<ChildStderr>,
    /// The address of the Invoke API.
    pub address: SocketAddr,
    /// The address of the function URL.
    pub url: SocketAddr,
}

impl Serving {
    /// Serves an example on free ports.
    ///
    /// # Panics
    /// The server exits before it prints its addresses.
    pub fn start(example: &str) -> Self {
        Self::start_with(example, &[])
    }

    /// Serves an example with more arguments.
    ///
    /// # Panics
    /// Those of [`start`](Self::start).
    pub fn start_with(example: &str, arguments: &[&str]) -> Self {
        let mut command = packages::tool(cargo::root());
        command
            .args(["serve", example, "--port", "0", "--url", "0"])
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = KilledOnDrop::spawn(&mut command);
        let mut stderr = BufReader::new(child.stderr.take().expect("stderr is a pipe"));
        let address = address_after(&mut stderr, &format!("Serving {example} at http://"));
        let url = address_after(&mut stderr, "The function's URL is http://");
        Self { child, stderr, address, url }
    }

    /// Terminates the server, and returns its exit code and its output since it began to serve.
    pub fn end(mut self) -> (Option<i32>, String) {
        let pid = Pid::from_raw(self.child.id().cast_signed()).expect("a process id is positive");
        kill_process(pid, Signal::TERM).expect("the server is running");
        let code = self.child.wait().expect("the server is a child").code();
        let mut rest = String::new();
        self.stderr.read_to_string(&mut rest).expect("stderr can be read");
        (code, rest)
    }
}

/// Returns the address in the first line that begins with `words`.
fn address_after(stderr: &mut impl BufRead, words: &str) -> SocketAddr {
    let mut line = String::new();
    loop {
        line.clear();
        assert_ne!(
            stderr.read_line(&mut line).expect("stderr can be read"),
            0,
            "the server exited before it printed a line that begins with {words:?}"
        );
        if let Some(rest) = line.strip_prefix(words) {
            let address = rest.split([',', '/']).next().unwrap_or_default();
            return address.parse().expect("the line has the address");
        }
    }
}
