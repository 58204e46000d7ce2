//! A server for measurements. It blocks where the scripted one looks again and again, so a request is noticed when it comes.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use barelambda_emulator::script::message;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::exec::Process;
use crate::{syscalls, tools};

/// How long anything may take before the measurement has failed.
const LIMIT: Duration = Duration::from_secs(60);

/// How often a process that is to come to rest is looked at.
const TICK: Duration = Duration::from_millis(1);

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

    /// The time from just before the start of a [`Self::command`] to its first GET /next.
    pub fn start_time(&self, mut command: Command) -> Duration {
        let start = Instant::now();
        let mut child = command.spawn().expect("the program can be started");
        let mut peer = self.accept();
        peer.expect_next();
        let time = start.elapsed();
        child.kill().and_then(|()| child.wait()).expect("the program can be ended");
        time
    }

    /// Peak memory in KiB and minor faults of a [`Self::command`] when its first answer has arrived; zero if they cannot be read.
    pub fn memory(&self, mut command: Command, event: &[u8]) -> (u64, u64) {
        let mut child = command.spawn().expect("the program can be started");
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

    /// The user-space instructions that a [`Self::command`] executes until it waits for the event after `count` answered ones, counted by
    /// callgrind, which prints the sum when it is ended.
    pub fn instructions(&self, command: &Command, event: &[u8], count: usize) -> u64 {
        let mut traced = under(&tools::valgrind(), &["--tool=callgrind", "--callgrind-out-file=/dev/null"], command);
        let words = self.converse(traced.stderr(Stdio::piped()), event, count);
        let collected = words.lines().find_map(|line| line.split_once("Collected : "));
        let Some((_, number)) = collected else { panic!("callgrind has printed no sum:\n{words}") };
        number.trim().parse().expect("the sum is a number")
    }

    /// The system calls of a [`Self::command`], a line each, until it waits for the event after `count` answered ones: of its first process.
    pub fn system_calls(&self, command: &Command, event: &[u8], count: usize, file: &Path) -> Vec<String> {
        let file_name = file.to_str().expect("the path is UTF-8");
        self.converse(&mut under(&tools::strace(), &["-v", "-s", "1000", "-o", file_name, "--"], command), event, count);
        syscalls::read(file)
    }

    /// Sends `count` events to a tool and what it runs, and ends both by a signal while they wait for
    /// the next one, so that nothing is counted besides. Returns what the tool says. The program
    /// reads each 202 before the next event is sent.
    fn converse(&self, command: &mut Command, event: &[u8], count: usize) -> String {
        let child = command.process_group(0).spawn().expect("the tool can be started");
        let mut peer = self.accept();
        peer.expect_next();
        for _ in 0..count {
            peer.send(event);
            peer.expect_next();
            peer.send(&message::accepted());
            peer.wait_for_rest(child.id());
        }
        peer.wait_for_rest(child.id());
        let group = Pid::from_raw(child.id().cast_signed()).expect("a process id is positive");
        kill_process_group(group, Signal::TERM).expect("the tool has not ended");
        let output = child.wait_with_output().expect("the tool ends");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}

/// A command with a tool in front, in the same environment and folder.
fn under(tool: &Path, arguments: &[&str], command: &Command) -> Command {
    let mut traced = Command::new(tool);
    traced.args(arguments).arg(command.get_program()).args(command.get_args()).env_clear();
    traced.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    traced.current_dir(command.get_current_dir().unwrap_or(Path::new(".")));
    traced.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    traced
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

    /// Waits until the processes of a group sleep, and what was sent to them is read.
    fn wait_for_rest(&self, group: u32) {
        let begin = Instant::now();
        // A process may sleep for a moment on its way: it has to be seen twice.
        let mut seen = 0;
        while seen < 2 {
            assert!(begin.elapsed() < LIMIT, "the program doesn't come to rest within {LIMIT:?}");
            seen = if self.unread() == 0 && Process::all().all(|process| process.group != group || process.state == 'S') {
                seen + 1
            } else {
                0
            };
            thread::sleep(TICK);
        }
    }

    /// How many bytes the program has received and not read yet, as /proc/net/tcp has it.
    fn unread(&self) -> u64 {
        let port = |address: io::Result<SocketAddr>| format!(":{:04X}", address.expect("it is connected").port());
        let (own, its) = (port(self.stream.local_addr()), port(self.stream.peer_addr()));
        let table = fs::read_to_string("/proc/net/tcp").expect("the kernel lists its connections");
        let mut rows = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let row = rows.find(|row| row[1].ends_with(&its) && row[2].ends_with(&own));
        let queue = row.and_then(|row| u64::from_str_radix(row[4].split_once(':')?.1, 16).ok());
        queue.expect("the connection is one of them")
    }

    /// Sends all of it.
    pub fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("the program reads");
    }
}
