//! Programs against a scripted server.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use barelambda_emulator::script::{Ran, Request, Script, Step, Until, message};

/// How long a script may take.
const LIMIT: Duration = Duration::from_secs(60);

/// A reply that ends the program: Lambda's execution environment is broken.
pub fn the_end() -> Step {
    Step::Send(message::error(500, "InternalServerError", "the end of the script"))
}

/// One invocation from its event to its answer, on a connection where GET /next has been received; it is received again at the end.
pub fn answered(event: Vec<u8>) -> Vec<Step> {
    vec![Step::Send(event), Step::Expect, Step::Expect, Step::Send(message::accepted())]
}

/// Runs `program` against `script`, which must be played to its end, until the program exits by itself.
///
/// # Panics
/// When the script was not played to its end, or the program did not end.
pub fn run(script: Script, program: &Path) -> Ran {
    run_command(script, |_| Command::new(program))
}

/// As [`run`], for a program with an environment or in a tool. `command` is given the server's address.
pub fn run_command(script: Script, command: impl FnOnce(SocketAddr) -> Command) -> Ran {
    let server = script.serve().expect("the script can be served");
    let mut command = command(server.address());
    let ran = server.run(&mut command, Until::Exit, LIMIT).expect("the program can be run");
    assert!(!ran.timed_out, "the program had to be killed: {ran:#?}");
    if ran.transcript.failure.is_some() {
        eprintln!("stderr of the program:\n{}", ran.stderr);
    }
    ran.transcript.checked();
    ran
}

/// The requests of a run as `POST /…/response: body`, connection by connection, without the version and with short paths.
pub fn story(ran: &Ran) -> Vec<Vec<String>> {
    ran.transcript.connections.iter().map(|requests| requests.iter().map(line).collect()).collect()
}

fn line(request: &Request) -> String {
    let path = request.target.strip_prefix("/2018-06-01/runtime/").unwrap_or(&request.target);
    let path = path.strip_prefix("invocation/").unwrap_or(path);
    match request.method.as_str() {
        "GET" => format!("GET {path}"),
        method => format!("{method} {path}: {}", String::from_utf8_lossy(&request.body)),
    }
}
