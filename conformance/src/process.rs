//! Child processes that lead a process group: the program under test, and what else the tools
//! start.

use std::io::{self, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::io::retry_on_intr;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

/// How many bytes of its output are kept.
const OUTPUT_LIMIT: usize = 64 << 10;

/// How long to wait for the last output of a program that has ended. A process that it started may
/// keep the pipe open.
const OUTPUT_GRACE: Duration = Duration::from_millis(200);

/// The process ids of the running programs.
static RUNNING: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// Kills every running [`Process`] with its process group, so that this program can exit at once.
/// No further one can be started.
pub fn kill_all() {
    let running = locked(&RUNNING);
    running.iter().for_each(|&id| kill(id));
    // The lock is kept, so that no thread starts or reaps a program before this process exits.
    std::mem::forget(running);
}

/// A running program that leads a process group. Dropping this kills the group.
pub struct Process {
    child: Mutex<Child>,
    output: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Process {
    /// Starts the command without standard input, and keeps its output.
    ///
    /// # Errors
    /// The program can't be started, or the system is out of pipes or threads.
    pub fn start(mut command: Command) -> io::Result<Self> {
        let (mut reader, writer) = io::pipe()?;
        command.stdout(writer.try_clone()?).stderr(writer);
        let mut process = Self::start_unread(command)?;
        let kept = process.output.clone();
        let reader = thread::Builder::new().name("output".to_owned()).spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                let mut kept = locked(&kept);
                kept.extend_from_slice(&buffer[..count]);
                let over = kept.len().saturating_sub(OUTPUT_LIMIT);
                kept.drain(..over);
            }
        })?;
        process.reader = Some(reader);
        Ok(process)
    }

    /// Starts the command without standard input. Its output goes where the command says.
    ///
    /// # Errors
    /// The program can't be started.
    pub fn start_unread(mut command: Command) -> io::Result<Self> {
        command.process_group(0).stdin(Stdio::null());
        let child = {
            let mut running = locked(&RUNNING);
            let child = command.spawn()?;
            running.push(child.id());
            child
        };
        // Dropping the command closes its copy of a pipe's writing end.
        Ok(Self { child: Mutex::new(child), output: Arc::default(), reader: None })
    }

    /// Returns the process id.
    pub fn id(&self) -> u32 {
        locked(&self.child).id()
    }

    /// Returns the exit status, if the program has ended.
    pub fn ended(&self) -> Option<ExitStatus> {
        // The process isn't reaped, so that its id still names its group and nothing else.
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let id = WaitId::Pid(Pid::from_raw(self.id().cast_signed())?);
        let ended = retry_on_intr(|| waitid(id.clone(), options)).ok()??;
        let signal = ended.terminating_signal();
        Some(ExitStatus::from_raw(
            signal.unwrap_or_else(|| ended.exit_status().unwrap_or_default() << 8),
        ))
    }

    /// Describes the program for a message: whether it is running, and the last line of its output.
    pub fn status_summary(&self) -> String {
        let how = match self.ended() {
            Some(status) => {
                self.wait_for_output();
                format!("the program has ended with {status}")
            }
            None => "the program is still running".to_owned(),
        };
        let output = locked(&self.output);
        let text = String::from_utf8_lossy(&output);
        match text.lines().rev().find(|line| !line.trim().is_empty()) {
            Some(line) => format!(
                "{how}; its last line of output is {:?}",
                line.chars().take(200).collect::<String>()
            ),
            None => format!("{how}; it wrote nothing"),
        }
    }

    fn wait_for_output(&self) {
        let limit = Instant::now() + OUTPUT_GRACE;
        let is_read = || self.reader.as_ref().is_none_or(JoinHandle::is_finished);
        while !is_read() && Instant::now() < limit {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Returns the number of its open file descriptors.
    pub fn open_files(&self) -> io::Result<usize> {
        Ok(std::fs::read_dir(format!("/proc/{}/fd", self.id()))?.count())
    }

    /// Returns the processor time that it has used so far.
    pub fn processor_time(&self) -> io::Result<Duration> {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.id()))?;
        let unreadable = || io::Error::other("invalid /proc/PID/stat");
        // The name in parentheses may contain spaces. utime and stime are the twelfth and
        // thirteenth field after it.
        let (_, fields) = text.rsplit_once(") ").ok_or_else(unreadable)?;
        let ticks: Option<u64> =
            fields.split(' ').skip(11).take(2).map(|field| field.parse::<u64>().ok()).sum();
        let ticks = ticks.ok_or_else(unreadable)?;
        Ok(Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second().max(1)))
    }

    /// Returns the time that its threads have used or waited for a processor so far. Unlike the
    /// processor time, it doesn't depend on other processes for a thread that never sleeps. It is
    /// zero if the kernel doesn't count it.
    pub fn runnable_time(&self) -> Duration {
        let threads =
            std::fs::read_dir(format!("/proc/{}/task", self.id())).into_iter().flatten().flatten();
        let texts = threads
            .filter_map(|thread| std::fs::read_to_string(thread.path().join("schedstat")).ok());
        // The fields are the time on a processor and the time in its queue, in nanoseconds, and the
        // number of turns.
        let times = texts.map(|text| {
            text.split(' ').take(2).filter_map(|field| field.parse::<u64>().ok()).sum::<u64>()
        });
        Duration::from_nanos(times.sum())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let mut child = locked(&self.child);
        // The system may reuse the id of a reaped process.
        let mut running = locked(&RUNNING);
        running.retain(|&id| id != child.id());
        kill(child.id());
        // The process has been killed, and only this thread waits for it.
        let _ = child.wait();
    }
}

fn kill(id: u32) {
    if let Some(group) = Pid::from_raw(id.cast_signed()) {
        // The only possible error is that the group has ended.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
