//! `cargo barelambda serve`, as a user starts it.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::cargo;

/// A server that runs. One that is dropped without [`Serving::end`] is killed.
pub struct Serving {
    child: Child,
    stderr: BufReader<ChildStderr>,
    /// Where the Invoke API is.
    pub address: SocketAddr,
    /// Where the function's URL is.
    pub url: SocketAddr,
}

impl Serving {
    /// Serves an example at free ports.
    ///
    /// # Panics
    /// When it ends without saying where it serves.
    pub fn start(example: &str) -> Self {
        let mut child = cargo::cargo(cargo::root())
            .args(["bare", "serve", example, "--port", "0", "--url", "0"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("cargo can be started");
        let mut stderr = BufReader::new(child.stderr.take().expect("stderr is a pipe"));
        let address = address_after(&mut stderr, &format!("Serving {example} at http://"));
        let url = address_after(&mut stderr, "The function's URL is http://");
        Self { child, stderr, address, url }
    }

    /// Tells it to end, and gives its exit code and what it has said since it began to serve.
    pub fn end(mut self) -> (Option<i32>, String) {
        let pid = Pid::from_raw(self.child.id().cast_signed()).expect("a process id is positive");
        kill_process(pid, Signal::TERM).expect("it is still there");
        let code = self.child.wait().expect("it ends").code();
        let mut rest = String::new();
        self.stderr.read_to_string(&mut rest).expect("stderr can be read");
        (code, rest)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Both fail when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address in the first line that begins like this.
fn address_after(stderr: &mut impl BufRead, words: &str) -> SocketAddr {
    let mut line = String::new();
    loop {
        line.clear();
        assert_ne!(stderr.read_line(&mut line).expect("stderr can be read"), 0, "it ended without a line that begins with {words:?}");
        if let Some(rest) = line.strip_prefix(words) {
            let address = rest.split([',', '/']).next().unwrap_or_default();
            return address.parse().expect("the line has the address");
        }
    }
}
