//! A server for measurements. It blocks where the scripted one looks again and again, so a request is noticed when it comes.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use barelambda_emulator::script::message;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process};

use crate::tools;
use std::path::Path;

/// How long anything may take before the measurement has failed.
const LIMIT: Duration = Duration::from_secs(60);

/// Long enough for a program that has sent a request to come to rest in its wait for the reply, in valgrind too.
const REST: Duration = Duration::from_millis(100);

/// Long enough for a program to have read one reply before the next one comes, in valgrind too.
const APART: Duration = Duration::from_millis(5);

/// A Runtime API for one process at a time.
pub struct Server {
    listener: TcpListener,
}

/// The connection of a process.
pub struct Peer {
    stream: TcpStream,
}

impl Server {
    /// Listens at a free port.
    pub fn new() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").expect("there is a free port") }
    }

    /// `program` with an environment that has nothing but the address of this server, and nothing to read or write.
    pub fn command(&self, program: &Path) -> Command {
        let address = self.listener.local_addr().expect("it listens");
        let mut command = Command::new(program);
        command.env_clear().env("AWS_LAMBDA_RUNTIME_API", address.to_string());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Waits for a connection.
    pub fn accept(&self) -> Peer {
        let limit = Timespec::try_from(LIMIT).expect("it fits");
        let ready = poll(&mut [PollFd::new(&self.listener, PollFlags::IN)], Some(&limit)).expect("a listener can be polled");
        assert_eq!(ready, 1, "the program has not connected within {LIMIT:?}");
        let (stream, _) = self.listener.accept().expect("the connection is there");
        stream.set_nodelay(true).expect("the connection is there");
        stream.set_read_timeout(Some(LIMIT)).expect("the limit is not zero");
        Peer { stream }
    }

    /// The time from just before the start of `program` to its first GET /next.
    pub fn start_time(&self, program: &Path) -> Duration {
        self.start_time_of(self.command(program))
    }

    /// As [`Self::start_time`], of a [`Self::command`] with more in its environment.
    pub fn start_time_of(&self, mut command: Command) -> Duration {
        let start = Instant::now();
        let mut child = command.spawn().expect("the program can be started");
        let mut peer = self.accept();
        peer.expect_next();
        let time = start.elapsed();
        child.kill().and_then(|()| child.wait()).expect("the program can be ended");
        time
    }

    /// Peak memory in KiB and minor faults of `program` when its first answer has arrived; zero if they cannot be read.
    pub fn memory(&self, program: &Path, event: &[u8]) -> (u64, u64) {
        let mut child = self.command(program).spawn().expect("the program can be started");
        let mut peer = self.accept();
        peer.expect_next();
        peer.send(event);
        peer.expect_next();
        let (peak, faults) = barelambda_emulator::measured(child.id());
        child.kill().and_then(|()| child.wait()).expect("the program can be ended");
        (peak.unwrap_or(0), faults.unwrap_or(0))
    }

    /// How many bytes `program` sends, framing and heads included, from the event to the end of its chunked answer, and its peak memory in KiB
    /// then; zero if it cannot be read.
    pub fn streamed(&self, program: &Path, event: &[u8]) -> (u64, u64) {
        const END: &[u8] = b"\r\n0\r\n\r\n";
        let mut child = self.command(program).spawn().expect("the program can be started");
        let mut peer = self.accept();
        peer.expect_next();
        peer.send(event);
        let (mut count, mut tail, mut buffer) = (0, Vec::new(), vec![0; 1 << 20]);
        while !tail.windows(END.len()).any(|window| window == END) {
            let length = peer.stream.read(&mut buffer).expect("the program sends");
            assert!(length > 0, "the program closed after {count} bytes");
            count += length as u64;
            // GET /next follows the end at once.
            tail.drain(..tail.len().saturating_sub(1000));
            tail.extend_from_slice(&buffer[length.saturating_sub(1000)..length]);
        }
        let (peak, _) = barelambda_emulator::measured(child.id());
        child.kill().and_then(|()| child.wait()).expect("the program can be ended");
        (count, peak.unwrap_or(0))
    }

    /// The user-space instructions that `program` executes until it waits for the event after `count` answered ones.
    ///
    /// Callgrind counts them and prints the sum when the program ends; the program is ended by a signal while it waits, so that
    /// nothing comes on top. Each 202 is read by itself, and then the event.
    pub fn instructions(&self, program: &Path, event: &[u8], count: usize) -> u64 {
        let mut command = self.command(&tools::valgrind());
        command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program).stderr(Stdio::piped());
        let child = command.spawn().expect("valgrind can be started");
        let mut peer = self.accept();
        peer.expect_next();
        for _ in 0..count {
            peer.send(event);
            peer.expect_next();
            peer.send(&message::accepted());
            thread::sleep(APART);
        }
        thread::sleep(REST);
        let pid = Pid::from_raw(child.id().cast_signed()).expect("a process id is positive");
        kill_process(pid, Signal::TERM).expect("valgrind has not ended");
        let output = child.wait_with_output().expect("valgrind ends");
        let words = String::from_utf8_lossy(&output.stderr);
        let collected = words.lines().find_map(|line| line.split_once("Collected : "));
        let Some((_, number)) = collected else { panic!("callgrind has printed no sum:\n{words}") };
        number.trim().parse().expect("the sum is a number")
    }
}

impl Default for Server {
    fn default() -> Self {
        Self::new()
    }
}

impl Peer {
    /// Waits until GET /next has come, and gives it with whatever came before it.
    pub fn expect_next(&mut self) -> Vec<u8> {
        let mut request = Vec::new();
        while !(request.ends_with(b"\r\n\r\n") && request.windows(5).any(|window| window == b"GET /")) {
            self.receive(&mut request);
        }
        request
    }

    /// Appends some more bytes.
    pub fn receive(&mut self, request: &mut Vec<u8>) {
        let mut buffer = [0; 4096];
        match self.stream.read(&mut buffer) {
            Ok(count @ 1..) => request.extend_from_slice(&buffer[..count]),
            end => panic!("{end:?} after {:?}", String::from_utf8_lossy(request)),
        }
    }

    /// Sends all of it.
    pub fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("the program reads");
    }
}
