//! The system calls of a program, recorded by strace.

use std::path::Path;
use std::process::Command;

use crate::tools;

/// Returns a command that runs `program` and writes its system calls to `file`.
pub fn traced(program: &Path, file: &Path) -> Command {
    let mut command = Command::new(tools::strace());
    // Strings and arrays are printed whole, so that requests can be told apart.
    command.args(["-v", "-s", "1000", "-o"]).arg(file).arg("--").arg(program);
    command
}

/// Returns the system calls in an output file of strace, one per line.
pub fn read(file: &Path) -> Vec<String> {
    let text = std::fs::read(file).expect("strace's output can be read");
    let text = String::from_utf8_lossy(&text).into_owned();
    // These lines are signals and the exit.
    text.lines()
        .filter(|line| !line.starts_with("---") && !line.starts_with("+++"))
        .map(str::to_owned)
        .collect()
}

/// Returns the calls up to the first GET /next.
///
/// # Panics
/// There is no GET /next.
pub fn to_first_next(calls: &[String]) -> &[String] {
    let next = calls.iter().position(|call| call.contains("invocation/next"));
    &calls[..=next.unwrap_or_else(|| panic!("no GET /next in {calls:#?}"))]
}

/// Returns the calls of each warm invocation, from the one that sends a response to the last one
/// before the next response.
pub fn by_invocation(calls: &[String]) -> Vec<&[String]> {
    let answers: Vec<usize> =
        (0..calls.len()).filter(|&index| calls[index].contains("\"POST ")).collect();
    answers.windows(2).map(|pair| &calls[pair[0]..pair[1]]).collect()
}
