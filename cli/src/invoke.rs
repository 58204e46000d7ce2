use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::iter;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::MetadataExt;
use std::process::ExitCode;
use std::sync::Arc;

use barelambda_emulator::{InvokeOptions, LogSink, Outcome};
use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Command};
use serde_json::Value;

use crate::error::{Context, Error};
use crate::number::grouped;
use crate::signals::AtEnd;
use crate::{event, function, message};

const EXAMPLES: &str = "\
Examples:
  cargo barelambda invoke echo '{\"key\":\"value\"}'
  cargo barelambda invoke echo --file event.json > answer.json
  echo '{}' | cargo barelambda invoke echo
  cargo barelambda invoke stateful --arch arm64 --env NAME=VALUE
  cargo barelambda invoke --bootstrap ./bootstrap '{}'
  cargo barelambda invoke orders --aws moto --setup 'python3 setup.py'

Prints the response to standard output unchanged, and a streamed one as it arrives. Prints the \
function's log and a REPORT line to standard error.

Exit codes: 0 success, 1 the function failed, 2 invalid usage, 3 any other error, such as a failed \
build.";

pub fn command() -> Command {
    Command::new("invoke")
        .about("Build a function, cold-start it, and invoke it once")
        .arg(Arg::new("EXAMPLE").allow_negative_numbers(true).help(
            "The example to build, or in your own package a binary or the package's name (optional if \
             there is only one target); with --bootstrap, the event",
        ))
        .args(event::arguments())
        .args(function::arguments())
        .arg(
            Arg::new("client-context")
                .long("client-context")
                .value_name("JSON")
                .value_parser(json_object)
                .help("Client context to pass to the function"),
        )
        .after_help(EXAMPLES)
}

pub fn run(matches: &ArgMatches) -> Result<ExitCode, Error> {
    let (name, event) = name_and_event(matches).unwrap_or_else(|error| error.exit());
    let event = event::read(event, matches)?;
    let mut function = function::prepare(matches, name)?;
    function.options.log_sink = Some(to_stderr());
    let size = function.program.size;
    let at_end = AtEnd::new(130)?;
    let emulator = function.start(&at_end)?.emulator;
    let client_context = matches.get_one::<String>("client-context").cloned();
    let mut answer = emulator
        .invoke_streaming(event, InvokeOptions { client_context, ..InvokeOptions::default() });
    let quiet = matches.get_flag("quiet");
    let ends_line = io::stdout().is_terminal() || !quiet && is_one_file();
    let printed = print_answer(&mut answer, ends_line).context("failed to write the response");
    let outcome = printed.map(|shown| (shown, answer.finish()));
    at_end.go_on();
    drop(at_end);
    let (shown, outcome) = outcome?;
    // An error while streaming isn't part of the response.
    if !shown {
        print_answer(iter::once(outcome.payload.clone()), ends_line)
            .context("failed to write the response")?;
    }
    if !quiet {
        eprintln!("{}", report(&outcome, size));
    }
    Ok(match error_line(&outcome) {
        None => ExitCode::SUCCESS,
        Some(line) => {
            message::error(line);
            ExitCode::from(1)
        }
    })
}

/// Returns a sink that prints the function's log to standard error as it arrives.
pub fn to_stderr() -> LogSink {
    Arc::new(|line: &[u8]| {
        // There is nowhere to report an error of standard error.
        let _ = io::stderr().lock().write_all(&[line, b"\n"].concat());
    })
}

/// Returns the REPORT line, followed by the size of the program.
pub fn report(outcome: &Outcome, size: u64) -> String {
    format!("{} Binary Size: {} bytes", outcome.report_line(), grouped(size))
}

/// Returns the function's error as a message, if it failed.
pub fn error_line(outcome: &Outcome) -> Option<String> {
    let error = outcome.function_error.as_ref()?;
    // The bootstrap `exec`, whose program is the one that _HANDLER names.
    let hint = match error.message.contains("is this bootstrap itself") {
        true => ": name the program with --env _HANDLER=PROGRAM",
        false => "",
    };
    Some(format!("the function failed: {}: {}{hint}", error.error_type, error.message))
}

/// Returns the example and the event of the command line. With --bootstrap, --bin and --example,
/// the first positional argument is the event.
fn name_and_event(matches: &ArgMatches) -> Result<(Option<&str>, Option<&str>), clap::Error> {
    let word = |name| matches.get_one::<String>(name).map(String::as_str);
    let conflict = |words: &str| command().error(ErrorKind::ArgumentConflict, words);
    let naming = ["bootstrap", "bin", "example"].into_iter().find(|name| matches.contains_id(name));
    match (naming, word("EXAMPLE"), word("EVENT")) {
        (None, Some(event), None) if !may_be_name(event) && !matches.contains_id("file") => {
            Ok((None, Some(event)))
        }
        (None, name, event) => Ok((name, event)),
        (Some(naming), Some(_), Some(_)) => {
            Err(conflict(&format!("unexpected example with --{naming}: pass only the event")))
        }
        (Some(_), Some(_), None) if matches.contains_id("file") => {
            Err(conflict("the argument '--file <FILE>' cannot be used with an event"))
        }
        (Some(_), event, _) => Ok((None, event)),
    }
}

/// Returns whether a word may be the name of a target, and isn't clearly an event.
fn may_be_name(word: &str) -> bool {
    !word.starts_with('-')
        && word.chars().all(|one| one.is_alphanumeric() || matches!(one, '_' | '-' | '.'))
}

/// Prints a response as it arrives, and returns whether it has any bytes. `ends_line` is whether a
/// line break follows a response without one.
fn print_answer(pieces: impl IntoIterator<Item = Vec<u8>>, ends_line: bool) -> io::Result<bool> {
    let mut stdout = io::stdout().lock();
    let mut last = None;
    for piece in pieces {
        stdout.write_all(&piece)?;
        stdout.flush()?;
        last = piece.last().copied().or(last);
    }
    if ends_line && last.is_some_and(|last| last != b'\n') {
        stdout.write_all(b"\n")?;
        stdout.flush()?;
    }
    Ok(last.is_some())
}

/// Returns whether standard output and standard error are the same file or pipe, in which the
/// REPORT line follows the response.
fn is_one_file() -> bool {
    let id = |fd: BorrowedFd<'_>| {
        let metadata = File::from(fd.try_clone_to_owned()?).metadata()?;
        Ok::<_, io::Error>((metadata.dev(), metadata.ino()))
    };
    match (id(io::stdout().as_fd()), id(io::stderr().as_fd())) {
        (Ok(stdout), Ok(stderr)) => stdout == stderr,
        _ => false,
    }
}

fn json_object(text: &str) -> Result<String, String> {
    match serde_json::from_str(text) {
        Ok(Value::Object(_)) => Ok(text.to_owned()),
        Ok(_) => Err("expected a JSON object".to_owned()),
        Err(error) => Err(format!("invalid JSON: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_is_the_event_if_an_option_names_the_program() {
        let event = |words: &[&str]| {
            let matches = command().try_get_matches_from(words).unwrap();
            let read = name_and_event(&matches).map_err(|error| error.kind())?;
            Ok::<_, ErrorKind>((read.0.map(str::to_owned), read.1.map(str::to_owned)))
        };
        let own = |text: &str| Some(text.to_owned());
        assert_eq!(event(&["invoke", "echo", "e"]), Ok((own("echo"), own("e"))));
        assert_eq!(event(&["invoke", "echo"]), Ok((own("echo"), None)));
        assert_eq!(event(&["invoke", "--bootstrap", "b", "e"]), Ok((None, own("e"))));
        for word in ["{}", "-", "-7", "\"text\"", "[1]"] {
            assert_eq!(event(&["invoke", word]), Ok((None, own(word))));
        }
        assert_eq!(event(&["invoke", "--bin", "b", "e"]), Ok((None, own("e"))));
        assert_eq!(event(&["invoke", "e", "--example", "b"]), Ok((None, own("e"))));
        assert!(event(&["invoke", "--bootstrap", "b", "e", "f"]).is_err());
        assert!(event(&["invoke", "--bootstrap", "b", "e", "--file", "f"]).is_err());
    }
}
