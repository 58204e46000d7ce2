//! `cargo suite`: runs the tests of the workspace, each in a separate process.
//!
//! The output of a test is captured with everything that its child processes write, and is shown
//! when the test fails. The closing lines name the ignored tests, how to run them, and the slowest
//! tests.

#![deny(unsafe_code)]

mod options;
mod program;
mod report;
mod run;

use std::process::ExitCode;

use options::Options;

fn main() -> ExitCode {
    match options::parse(std::env::args().skip(1)) {
        Ok(Some(options)) => match suite(&options) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(error) => {
                eprintln!("error: {error}");
                ExitCode::FAILURE
            }
        },
        Ok(None) => {
            print!("{}", options::HELP);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}\n\nFor more information, try '--help'.");
            ExitCode::from(2)
        }
    }
}

/// Builds, runs and reports. Returns whether every test passed.
fn suite(options: &Options) -> Result<bool, String> {
    program::check_targets()?;
    let (programs, build_time) = program::build(options)?;
    let tests = program::tests(&programs, options)?;
    if options.list {
        report::list(&tests);
        return Ok(true);
    }
    let results = run::all(&program::in_turns(tests), options)?;
    Ok(report::close(&results, build_time, options))
}
