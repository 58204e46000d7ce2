//! Runs programs against a scripted server.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use barelambda_emulator::script::{Ran, Request, Script, Step, Until, message};

use crate::waiting::LIMIT;

/// Sends a reply that ends the program: a 500, which says that the execution environment is broken.
pub fn the_end() -> Step {
    Step::Send(message::error(500, "InternalServerError", "the end of the script"))
}

/// Returns the steps of one invocation, from its event to the reply to its response. GET /next must
/// have been received on the connection, and has been received again at the end.
pub fn answered(event: Vec<u8>) -> Vec<Step> {
    vec![Step::Send(event), Step::Expect, Step::Expect, Step::Send(message::accepted())]
}

/// Runs `program` against the whole `script` until the program exits.
///
/// # Panics
/// The script wasn't completed, or the program didn't exit.
pub fn run(script: Script, program: &Path) -> Ran {
    run_command(script, |_| Command::new(program))
}

/// Like [`run`], for a program with an environment or in a tool. `command` receives the server's
/// address.
pub fn run_command(script: Script, command: impl FnOnce(SocketAddr) -> Command) -> Ran {
    let server = script.patience(LIMIT).serve().expect("the script can be served");
    let mut command = command(server.address());
    let ran = server.run(&mut command, Until::Exit, LIMIT).expect("the program can be run");
    assert!(!ran.timed_out, "the program had to be killed: {ran:#?}");
    if ran.transcript.failure.is_some() {
        eprintln!("stderr of the program:\n{}", ran.stderr);
    }
    ran.transcript.checked();
    ran
}

/// Returns the requests of each connection of a run, in the form `POST ID/response: BODY`.
pub fn summary(ran: &Ran) -> Vec<Vec<String>> {
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
