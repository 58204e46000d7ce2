//! The program under test as a child process.

use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

/// How much of its output is kept, in bytes.
const KEPT: usize = 64 << 10;

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
        let child = command.spawn()?;
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
        locked(&self.child).try_wait().ok().flatten()
    }

    /// How it is, for a message: still running or not, and the last line of its output.
    pub fn last_words(&self) -> String {
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
        if let (Ok(None), Some(group)) = (child.try_wait(), Pid::from_raw(child.id().cast_signed())) {
            // The one error there can be is that nobody is left to kill.
            let _ = kill_process_group(group, Signal::KILL);
            let _ = child.wait();
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
