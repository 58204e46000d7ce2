//! The program under test as a child process.

use std::io::{self, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::io::retry_on_intr;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

/// How much of its output is kept, in bytes.
const KEPT: usize = 64 << 10;

/// The programs that run.
static RUNNING: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// Kills every program under test, and what it has started: for a suite that has to end at once. No further one is started.
pub fn kill_all() {
    let running = locked(&RUNNING);
    running.iter().for_each(|&id| kill(id));
    // Whoever wants to start or to reap one waits for the end of this program.
    std::mem::forget(running);
}

/// A running program, which leads a process group and is killed with it when this is dropped.
pub struct Process {
    child: Mutex<Child>,
    output: Arc<Mutex<Vec<u8>>>,
}

impl Process {
    /// Starts the command, without standard input; all that it writes is kept.
    pub fn start(mut command: Command) -> io::Result<Self> {
        let (mut reader, writer) = io::pipe()?;
        command.process_group(0).stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
        let child = {
            let mut running = locked(&RUNNING);
            let child = command.spawn()?;
            running.push(child.id());
            child
        };
        // The command holds the pipe's writing end.
        drop(command);
        let output = Arc::new(Mutex::new(Vec::new()));
        let kept = output.clone();
        thread::Builder::new().name("output".to_owned()).spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                let mut kept = locked(&kept);
                kept.extend_from_slice(&buffer[..count]);
                let over = kept.len().saturating_sub(KEPT);
                kept.drain(..over);
            }
        })?;
        Ok(Self { child: Mutex::new(child), output })
    }

    pub fn id(&self) -> u32 {
        locked(&self.child).id()
    }

    /// How it ended, if it has.
    pub fn ended(&self) -> Option<ExitStatus> {
        // Left unreaped, so that its id still names its group and nothing else.
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let id = WaitId::Pid(Pid::from_raw(self.id().cast_signed())?);
        let ended = retry_on_intr(|| waitid(id.clone(), options)).ok()??;
        let signal = ended.terminating_signal();
        Some(ExitStatus::from_raw(signal.unwrap_or_else(|| ended.exit_status().unwrap_or_default() << 8)))
    }

    /// How it is, for a message: still running or not, and the last line of its output.
    pub fn status_summary(&self) -> String {
        let how = match self.ended() {
            Some(status) => format!("the program has ended with {status}"),
            None => "the program is still running".to_owned(),
        };
        let output = locked(&self.output);
        let text = String::from_utf8_lossy(&output);
        match text.lines().rev().find(|line| !line.trim().is_empty()) {
            Some(line) => format!("{how}; its last line of output is {:?}", line.chars().take(200).collect::<String>()),
            None => format!("{how}; it wrote nothing"),
        }
    }

    /// How many file descriptors it has open.
    pub fn open_files(&self) -> io::Result<usize> {
        Ok(std::fs::read_dir(format!("/proc/{}/fd", self.id()))?.count())
    }

    /// The processor time that it has taken so far.
    pub fn processor_time(&self) -> io::Result<Duration> {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.id()))?;
        let unreadable = || io::Error::other("/proc/PID/stat has changed its form");
        // The name in parentheses may hold spaces; utime and stime are the twelfth and thirteenth field after it.
        let (_, fields) = text.rsplit_once(") ").ok_or_else(unreadable)?;
        let ticks: Option<u64> = fields.split(' ').skip(11).take(2).map(|field| field.parse::<u64>().ok()).sum();
        let ticks = ticks.ok_or_else(unreadable)?;
        Ok(Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second().max(1)))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let mut child = locked(&self.child);
        // One that has been reaped may have left its number to somebody else.
        let mut running = locked(&RUNNING);
        running.retain(|&id| id != child.id());
        kill(child.id());
        // It has been killed, and nobody else waits for it.
        let _ = child.wait();
    }
}

fn kill(id: u32) {
    if let Some(group) = Pid::from_raw(id.cast_signed()) {
        // The one error there can be is that nobody is left to kill.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
