//! A server for measurements. It blocks where the scripted server polls, so it sees a request as
//! soon as it arrives.

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

use crate::child::KilledOnDrop;
use crate::exec::Process;
use crate::waiting::LIMIT;
use crate::{syscalls, tools};

/// The interval at which a process is checked for sleep.
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
    /// Listens on a free port.
    pub fn new() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").expect("there is a free port") }
    }

    /// Returns a command for `program` whose environment has only the address of this server, and
    /// whose input and outputs are `/dev/null`.
    pub fn command(&self, program: &Path) -> Command {
        let address = self.listener.local_addr().expect("a listener has an address");
        let mut command = Command::new(program);
        command.env_clear().env("AWS_LAMBDA_RUNTIME_API", address.to_string());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Waits for a connection.
    pub fn accept(&self) -> Peer {
        let limit = Timespec::try_from(LIMIT).expect("it fits");
        let ready = poll(&mut [PollFd::new(&self.listener, PollFlags::IN)], Some(&limit))
            .expect("a listener can be polled");
        assert_eq!(ready, 1, "the program didn't connect within {LIMIT:?}");
        let (stream, _) = self.listener.accept().expect("the connection is there");
        stream.set_nodelay(true).expect("the connection is there");
        stream.set_read_timeout(Some(LIMIT)).expect("the limit is not zero");
        Peer { stream }
    }

    /// Returns the time from just before the start of a [`Self::command`] to its first GET /next.
    pub fn start_time(&self, mut command: Command) -> Duration {
        let start = Instant::now();
        let child = KilledOnDrop::spawn(&mut command);
        let mut peer = self.accept();
        peer.expect_next();
        let time = start.elapsed();
        child.end();
        time
    }

    /// Returns the peak memory in KiB and the minor faults of a [`Self::command`] when its first
    /// response has arrived, or zeros if they can't be read.
    pub fn memory(&self, mut command: Command, event: &[u8]) -> (u64, u64) {
        let child = KilledOnDrop::spawn(&mut command);
        let mut peer = self.accept();
        peer.expect_next();
        peer.send(event);
        peer.expect_next();
        let (peak, faults) = barelambda_emulator::measured(child.id());
        child.end();
        (peak.unwrap_or(0), faults.unwrap_or(0))
    }

    /// Returns the number of bytes that `program` sends, framing and heads included, from the event
    /// to the end of its chunked response, and its peak memory in KiB then, or zero if it can't be
    /// read.
    pub fn streamed(&self, program: &Path, event: &[u8]) -> (u64, u64) {
        const END: &[u8] = b"\r\n0\r\n\r\n";
        let child = KilledOnDrop::spawn(&mut self.command(program));
        let mut peer = self.accept();
        peer.expect_next();
        peer.send(event);
        let (mut count, mut tail, mut buffer) = (0, Vec::new(), vec![0; 1 << 20]);
        while !tail.windows(END.len()).any(|window| window == END) {
            let length = peer.stream.read(&mut buffer).expect("the program sends");
            assert!(length > 0, "the program closed after {count} bytes");
            count += length as u64;
            // GET /next may follow the end in the same read.
            tail.drain(..tail.len().saturating_sub(1000));
            tail.extend_from_slice(&buffer[length.saturating_sub(1000)..length]);
        }
        let (peak, _) = barelambda_emulator::measured(child.id());
        child.end();
        (count, peak.unwrap_or(0))
    }

    /// Returns the user-space instructions that a [`Self::command`] executes until it waits for the
    /// event after the first `count`. Callgrind counts them and prints the sum when it is
    /// terminated.
    pub fn instructions(&self, command: &Command, event: &[u8], count: usize) -> u64 {
        let mut traced = under(
            &tools::valgrind(),
            &["--tool=callgrind", "--callgrind-out-file=/dev/null"],
            command,
        );
        let words = self.converse(traced.stderr(Stdio::piped()), event, count);
        let collected = words.lines().find_map(|line| line.split_once("Collected : "));
        let Some((_, number)) = collected else { panic!("callgrind didn't print a sum:\n{words}") };
        number.trim().parse().expect("the sum is a number")
    }

    /// Returns the system calls of the first process of a [`Self::command`], a line each, until it
    /// waits for the event after the first `count`.
    pub fn system_calls(
        &self,
        command: &Command,
        event: &[u8],
        count: usize,
        file: &Path,
    ) -> Vec<String> {
        let file_name = file.to_str().expect("the path is UTF-8");
        self.converse(
            &mut under(&tools::strace(), &["-v", "-s", "1000", "-o", file_name, "--"], command),
            event,
            count,
        );
        syscalls::read(file)
    }

    /// Sends `count` events to a program that a tool runs, and terminates both while they wait for
    /// the next one, so that nothing else is counted. Returns the tool's standard error. The
    /// program reads each 202 before the next event is sent.
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
        kill_process_group(group, Signal::TERM).expect("the tool is running");
        let output = child.wait_with_output().expect("the tool ends");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}

/// Returns a command that runs `command` in a tool, with the same environment and folder.
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
    /// Waits until GET /next has arrived, and returns all bytes up to its end.
    pub fn expect_next(&mut self) -> Vec<u8> {
        let mut request = Vec::new();
        while !(request.ends_with(b"\r\n\r\n")
            && request.windows(5).any(|window| window == b"GET /"))
        {
            self.receive(&mut request);
        }
        request
    }

    /// Waits for more bytes, and appends them.
    pub fn receive(&mut self, request: &mut Vec<u8>) {
        let mut buffer = [0; 4096];
        match self.stream.read(&mut buffer) {
            Ok(count @ 1..) => request.extend_from_slice(&buffer[..count]),
            end => panic!("{end:?} after {:?}", String::from_utf8_lossy(request)),
        }
    }

    /// Waits until the processes of a group sleep and have read everything that was sent to them.
    fn wait_for_rest(&self, group: u32) {
        let begin = Instant::now();
        // A process may sleep briefly while it works, so two observations in a row are needed.
        let mut seen = 0;
        while seen < 2 {
            assert!(begin.elapsed() < LIMIT, "the program isn't idle after {LIMIT:?}");
            seen = if self.unread() == 0
                && Process::all().all(|process| process.group != group || process.state == 'S')
            {
                seen + 1
            } else {
                0
            };
            thread::sleep(TICK);
        }
    }

    /// Returns the number of bytes in the program's receive queue, from /proc/net/tcp.
    fn unread(&self) -> u64 {
        let port = |address: io::Result<SocketAddr>| {
            format!(":{:04X}", address.expect("the socket is connected").port())
        };
        let (own, its) = (port(self.stream.local_addr()), port(self.stream.peer_addr()));
        let table = fs::read_to_string("/proc/net/tcp").expect("the kernel lists its connections");
        let mut rows = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let row = rows.find(|row| row[1].ends_with(&its) && row[2].ends_with(&own));
        let queue = row.and_then(|row| u64::from_str_radix(row[4].split_once(':')?.1, 16).ok());
        queue.expect("the kernel lists this connection")
    }

    /// Sends all bytes.
    pub fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("the program reads");
    }
}
