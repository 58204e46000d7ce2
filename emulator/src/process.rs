use std::ffi::OsString;
use std::io;
use std::net::TcpListener as StdListener;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use rustix::io::retry_on_intr;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::log::Log;
use crate::runtime_api::{Machine, Measured, RuntimeApi, Session};
use crate::{Options, environment, http, ids};

/// A process of the function, with a Runtime API on a port that only it knows.
///
/// It leads a process group, so that the processes it starts end with it.
pub(crate) struct Process {
    pub pid: u32,
    pub started: Instant,
    pub session: Arc<Session>,
    pub log: Arc<Log>,
    /// `None` once the process has been reaped: the system may reuse its id.
    child: Mutex<Option<Child>>,
    api: JoinHandle<()>,
    /// `None` once the process has ended: no further connection is possible.
    stop_api: Mutex<Option<oneshot::Sender<()>>>,
}

impl Process {
    /// Starts the program. Must be called inside the emulator's tokio runtime.
    ///
    /// # Errors
    /// The program can't be started, or the system is out of ports, pipes or processes. The error
    /// says which.
    pub fn start(options: &Options) -> io::Result<Arc<Self>> {
        let listener =
            listen().map_err(|error| named("the process's Runtime API cannot listen", error))?;
        let address = listener.local_addr()?.to_string();
        let (reader, writer) = io::pipe()
            .map_err(|error| named("cannot create the pipe for the process's log", error))?;
        let (log, receiver) = Log::new(reader, options.log_sink.clone())?;
        let log = Arc::new(log);
        let mut command = command(options);
        command
            .env_clear()
            .envs(environment::variables(options, &address, &ids::log_stream()))
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(writer.try_clone()?)
            .stderr(writer);
        let started = Instant::now();
        let child = command.spawn().map_err(|error| {
            named(&format!("{} cannot be started", command.get_program().to_string_lossy()), error)
        })?;
        // The command holds the pipe's writing end, which would keep the log from ending.
        drop(command);
        let pid = child.id();
        let session = Arc::new(Session::new());
        let measured = options.measure;
        let api = Arc::new(RuntimeApi {
            session: session.clone(),
            framing: options.event_framing,
            measure: Box::new(move || if measured { measure(pid) } else { Measured::default() }),
        });
        let (stop_api, stopped) = oneshot::channel();
        let stopped = async move {
            // The message and the drop of its sender both mean the end.
            let _ = stopped.await;
        };
        let serving = http::serve(listener, stopped, move |request| api.clone().answer(request));
        let served = session.clone();
        let api = tokio::spawn(async move {
            serving.await;
            served.change(Machine::drained);
        });
        let (child, stop_api) = (Mutex::new(Some(child)), Mutex::new(Some(stop_api)));
        let process = Arc::new(Self { pid, started, session, log, child, api, stop_api });
        let followed = process.log.clone();
        tokio::spawn(async move { followed.follow(receiver).await });
        let waiting = process.clone();
        let waiter =
            thread::Builder::new().name(format!("waits for {pid}")).spawn(move || waiting.wait());
        if let Err(error) = waiter {
            process.kill();
            process.reap();
            return Err(named("cannot start the thread that waits for the process", error));
        }
        Ok(process)
    }

    /// Sends SIGKILL to the process and its group, unless the process has ended already.
    pub fn kill(&self) {
        let child = self.child();
        if child.is_some() {
            // The only possible error is that the group has ended.
            let _ = kill_process_group(self.id(), Signal::KILL);
        }
    }

    /// Discards the unread requests of a process that has ended.
    pub fn hang_up(&self) {
        self.api.abort();
        self.session.change(Machine::drained);
    }

    /// Waits until the process has ended.
    pub async fn ended(&self) -> ExitStatus {
        self.session.wait_until(|machine| machine.exit()).await
    }

    /// Blocks until the process has ended.
    fn wait(&self) {
        // The process isn't reaped yet, so that its id still names its group and nothing else. The
        // only possible error is that another part of this program has reaped it, and then it has
        // ended as well.
        let ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let _ = retry_on_intr(|| waitid(WaitId::Pid(self.id()), ended));
        self.kill();
        self.reap();
    }

    fn reap(&self) {
        let child = self.child().take();
        let status = child.and_then(|mut child| child.wait().ok());
        self.log.end();
        let unknown = ExitStatus::from_raw(0);
        self.session.change(|machine| machine.exited(status.unwrap_or(unknown)));
        // The last bytes that it sent may still be unread. Its connections end after them.
        self.stop_api.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn id(&self) -> Pid {
        Pid::from_raw(self.pid.cast_signed()).expect("a process id is positive")
    }

    fn child(&self) -> MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Describes the end of a process in Lambda's words.
pub(crate) fn describe(status: ExitStatus) -> String {
    let reason = match (status.code(), status.signal()) {
        (Some(0), _) => return "Runtime exited without providing a reason".to_owned(),
        (Some(code), _) => format!("exit status {code}"),
        (None, signal) => {
            let core = if status.core_dumped() { " (core dumped)" } else { "" };
            format!("signal: {}{core}", signal_name(signal.unwrap_or_default()))
        }
    };
    format!("Runtime exited with error: {reason}")
}

fn listen() -> io::Result<TcpListener> {
    let listener = StdListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}

fn command(options: &Options) -> Command {
    let mut words: Vec<OsString> = options.runner.clone().unwrap_or_default();
    words.push(options.program.clone().into_os_string());
    words.extend(options.args.iter().cloned());
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    if let Some(folder) = environment::task_root(options) {
        command.current_dir(folder);
    }
    command
}

fn named(what: &str, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}"))
}

/// Reads peak memory (`VmHWM`) and minor faults (field 10 of `stat`). The resource usage that the
/// parent receives when its child ends isn't suitable: its peak includes the parent's own memory
/// before exec.
pub(crate) fn measure(pid: u32) -> Measured {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    Measured { peak_memory_kib: peak_memory(&status), faults: minor_faults(&stat) }
}

fn peak_memory(status: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    value.trim().strip_suffix("kB")?.trim_end().parse().ok().filter(|&kib| kib > 0)
}

fn minor_faults(stat: &str) -> Option<u64> {
    // The name in parentheses, field 2, may contain spaces and parentheses. Field 3 follows the
    // last one.
    let (_, fields) = stat.rsplit_once(") ")?;
    fields.split(' ').nth(10 - 3)?.parse().ok().filter(|&faults| faults > 0)
}

/// Returns a signal's name as Go, and so Lambda, prints it.
fn signal_name(signal: i32) -> String {
    let name = match signal {
        1 => "hangup",
        2 => "interrupt",
        3 => "quit",
        4 => "illegal instruction",
        5 => "trace/breakpoint trap",
        6 => "aborted",
        7 => "bus error",
        8 => "floating point exception",
        9 => "killed",
        11 => "segmentation fault",
        13 => "broken pipe",
        14 => "alarm clock",
        15 => "terminated",
        31 => "bad system call",
        other => return format!("signal {other}"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_described_as_lambda_does() {
        let words = |raw| describe(ExitStatus::from_raw(raw));
        assert_eq!(words(3 << 8), "Runtime exited with error: exit status 3");
        assert_eq!(words(9), "Runtime exited with error: signal: killed");
        assert_eq!(
            words(11 | 0x80),
            "Runtime exited with error: signal: segmentation fault (core dumped)"
        );
        assert_eq!(words(0), "Runtime exited without providing a reason");
    }

    #[test]
    fn proc_is_read_and_a_zero_is_no_measurement() {
        assert_eq!(peak_memory("Name:\tx\nVmHWM:\t      24 kB\nVmRSS:\t 20 kB\n"), Some(24));
        assert_eq!(peak_memory("VmHWM:\t       0 kB\n"), None);
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194304 5 0 0 0 0 0";
        assert_eq!(minor_faults(stat), Some(5));
        assert_eq!(minor_faults(""), None);
        assert!(measure(std::process::id()).faults.is_some());
    }
}
