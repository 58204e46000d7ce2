use std::ffi::OsString;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::server::ScriptServer;
use super::transcript::Transcript;
use crate::{Options, ids};

/// When the run of a program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// When the program exits.
    Exit,
    /// When the script is over. A program that is still running is then killed.
    ScriptEnd,
}

/// The result of running a program against a script.
#[derive(Clone, Debug)]
pub struct Ran {
    /// The requests that the server received.
    pub transcript: Transcript,
    /// The program's exit status. A kill at the limit or after the script is signal 9.
    pub status: ExitStatus,
    /// Whether the program was killed at the time limit.
    pub timed_out: bool,
    /// All that the program wrote to stdout.
    pub stdout: Vec<u8>,
    /// All that the program wrote to stderr. Bytes that aren't UTF-8 are replaced.
    pub stderr: String,
}

impl ScriptServer {
    /// Runs a program against the script, for at most `limit`.
    ///
    /// The program finds the server through `AWS_LAMBDA_RUNTIME_API`, which is set here unless the
    /// command sets it.
    ///
    /// # Errors
    /// The program can't be started or waited for. Then the script isn't waited for either.
    pub fn run(self, command: &mut Command, until: Until, limit: Duration) -> io::Result<Ran> {
        if !command.get_envs().any(|(name, _)| name == "AWS_LAMBDA_RUNTIME_API") {
            command.env("AWS_LAMBDA_RUNTIME_API", self.address().to_string());
        }
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("{}: {error}", command.get_program().to_string_lossy()),
            )
        })?;
        let stdout = read_all(child.stdout.take());
        let stderr = read_all(child.stderr.take());
        let deadline = Instant::now() + limit;
        let mut timed_out = false;
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            timed_out = Instant::now() >= deadline;
            if timed_out || (until == Until::ScriptEnd && self.is_over()) {
                kill(&child);
                break child.wait()?;
            }
            thread::sleep(Duration::from_millis(1));
        };
        self.client_has_gone();
        let transcript = self.finish();
        let stderr = String::from_utf8_lossy(&joined(stderr)?).into_owned();
        Ok(Ran { transcript, status, timed_out, stdout: joined(stdout)?, stderr })
    }
}

/// Returns the variables that Lambda, and so the emulator, sets for a program whose Runtime API has
/// this address.
pub fn environment(program: &Path, address: SocketAddr) -> Vec<(OsString, OsString)> {
    crate::environment::variables(&Options::new(program), &address.to_string(), &ids::log_stream())
}

/// Kills the program, which hasn't been reaped, and its process group.
fn kill(child: &Child) {
    let group = Pid::from_raw(child.id().cast_signed()).expect("a process id is positive");
    // The only possible error is that the group has ended.
    let _ = kill_process_group(group, Signal::KILL);
}

fn read_all(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<io::Result<Vec<u8>>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            pipe.read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    })
}

fn joined(reader: JoinHandle<io::Result<Vec<u8>>>) -> io::Result<Vec<u8>> {
    reader
        .join()
        .map_err(|_| io::Error::other("the thread that reads the program's output has panicked"))?
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::super::{Script, Step, message};
    use super::*;

    /// Only turns a hang into a failure: the machine may be busy.
    const LIMIT: Duration = Duration::from_secs(120);

    #[test]
    fn a_program_is_run_to_its_own_end() {
        let script = Script::new().connection([Step::Expect, Step::Send(message::accepted())]);
        let program = r#"
            exec 3<>/dev/tcp/${AWS_LAMBDA_RUNTIME_API/://}
            printf 'GET /x HTTP/1.1\r\n\r\n' >&3
            read -r line <&3; echo "$line"; echo words >&2; exit 7"#;
        let ran = script.serve().unwrap().run(&mut bash(program), Until::Exit, LIMIT).unwrap();
        assert_eq!(ran.transcript.checked().connections[0][0].target, "/x");
        assert_eq!((ran.status.code(), ran.timed_out), (Some(7), false));
        assert_eq!(ran.stdout, b"HTTP/1.1 202 Accepted\r\n");
        assert_eq!(ran.stderr, "words\n");
    }

    #[test]
    fn a_program_is_killed_after_the_script_or_at_the_limit() {
        let server = Script::new().serve().unwrap();
        let ran = server.run(&mut bash("sleep 60 & wait"), Until::ScriptEnd, LIMIT).unwrap();
        assert_eq!((ran.status.signal(), ran.timed_out), (Some(9), false));
        let waits = Script::new().connection([Step::Expect]).serve().unwrap();
        let ran = waits.run(&mut bash("sleep 60"), Until::Exit, Duration::from_millis(30)).unwrap();
        assert!(ran.timed_out);
        assert!(
            ran.transcript.failure.unwrap().contains("the program ended, and nothing more arrived")
        );
    }

    fn bash(program: &str) -> Command {
        let mut command = Command::new("/bin/bash");
        command.args(["-c", program]);
        command
    }
}
