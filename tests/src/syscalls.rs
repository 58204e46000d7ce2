//! The system calls of a program, as strace shows them.

use std::path::Path;
use std::process::Command;

use crate::tools;

/// A command that runs `program` and writes its system calls to `file`.
pub fn traced(program: &Path, file: &Path) -> Command {
    let mut command = Command::new(tools::strace());
    // Strings and arrays are shown whole, so that requests can be told apart.
    command.args(["-v", "-s", "1000", "-o"]).arg(file).arg("--").arg(program);
    command
}

/// The system calls in a file of strace, one a line.
pub fn read(file: &Path) -> Vec<String> {
    let text = std::fs::read(file).expect("strace has written its file");
    let text = String::from_utf8_lossy(&text).into_owned();
    // Signals and the end are no calls.
    text.lines().filter(|line| !line.starts_with("---") && !line.starts_with("+++")).map(str::to_owned).collect()
}

/// The calls from the first one to the first GET /next.
///
/// # Panics
/// When there is no GET /next.
pub fn to_first_next(calls: &[String]) -> &[String] {
    let next = calls.iter().position(|call| call.contains("invocation/next"));
    &calls[..=next.unwrap_or_else(|| panic!("no GET /next in {calls:#?}"))]
}

/// The calls of each warm invocation: from the one that sends an answer to the last one before the next answer.
pub fn by_invocation(calls: &[String]) -> Vec<&[String]> {
    let answers: Vec<usize> = (0..calls.len()).filter(|&index| calls[index].contains("\"POST ")).collect();
    answers.windows(2).map(|pair| &calls[pair[0]..pair[1]]).collect()
}
