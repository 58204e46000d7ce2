use std::io::{self, IsTerminal, Write};
use std::iter;
use std::process::ExitCode;
use std::sync::Arc;

use barelambda_emulator::{Emulator, InvokeOptions, LogSink, Outcome};
use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Command};
use serde_json::Value;

use crate::error::{Context, Error};
use crate::number::grouped;
use crate::signals::Signals;
use crate::{event, function};

const EXAMPLES: &str = "\
Examples:
  cargo barelambda invoke echo '{\"key\":\"value\"}'
  cargo barelambda invoke echo --file event.json > answer.json
  echo '{}' | cargo barelambda invoke echo -
  cargo barelambda invoke stateful --arch arm64 --env NAME=VALUE
  cargo barelambda invoke --bootstrap ./bootstrap '{}'

The answer goes to standard output, byte for byte, a streamed one as it comes; the function's log and one REPORT line go to standard error.
Exit codes: 0 answered, 1 the function failed, 2 wrong usage, 3 anything else, such as a build that failed.";

pub fn command() -> Command {
    Command::new("invoke")
        .about("Build a function, start it cold, and invoke it once")
        .arg(Arg::new("EXAMPLE").allow_negative_numbers(true).help(
            "The example to build; in a package of your own, a binary or the package's name, which may be left out when there \
             is one. With --bootstrap this is the event",
        ))
        .args(event::arguments())
        .args(function::arguments())
        .arg(
            Arg::new("client-context")
                .long("client-context")
                .value_name("JSON")
                .value_parser(json_object)
                .help("The client context, as the function will see it"),
        )
        .after_help(EXAMPLES)
}

pub fn run(matches: &ArgMatches) -> Result<ExitCode, Error> {
    let event = event_text(matches).unwrap_or_else(|error| error.exit());
    let event = event::read(event, matches)?;
    let (program, mut options) = function::prepare(matches)?;
    options.log_sink = Some(to_stderr());
    let emulator = Arc::new(Emulator::start(options).context("starting the emulator")?);
    let signals = Signals::end_with(130, &emulator)?;
    let client_context = matches.get_one::<String>("client-context").cloned();
    let mut answer = emulator.invoke_streaming(event, InvokeOptions { client_context, ..InvokeOptions::default() });
    let printed = print_answer(&mut answer).context("writing the answer");
    let outcome = printed.map(|shown| (shown, answer.finish()));
    signals.go_on();
    emulator.shutdown();
    let (shown, outcome) = outcome?;
    // An error in mid-stream is no part of the answer.
    if !shown {
        print_answer(iter::once(outcome.payload.clone())).context("writing the answer")?;
    }
    eprintln!("{}", report(&outcome, program.size));
    Ok(match error_line(&outcome) {
        None => ExitCode::SUCCESS,
        Some(line) => {
            eprintln!("{line}");
            ExitCode::from(1)
        }
    })
}

/// A sink that shows the function's log as it comes.
pub fn to_stderr() -> LogSink {
    Arc::new(|line: &[u8]| {
        // Nowhere to say that standard error is gone.
        let _ = io::stderr().lock().write_all(&[line, b"\n"].concat());
    })
}

/// The REPORT line, with the size of the program at its end.
pub fn report(outcome: &Outcome, size: u64) -> String {
    format!("{} Binary Size: {} bytes", outcome.report_line(), grouped(size))
}

/// What went wrong in the function, for people; nothing when nothing did.
pub fn error_line(outcome: &Outcome) -> Option<String> {
    let error = outcome.function_error.as_ref()?;
    Some(format!("error: the function failed: {}: {}", error.error_type, error.message))
}

/// With --bootstrap there is no example to name, so the first word is the event.
fn event_text(matches: &ArgMatches) -> Result<Option<&str>, clap::Error> {
    let word = |name| matches.get_one::<String>(name).map(String::as_str);
    let conflict = |words: &str| command().error(ErrorKind::ArgumentConflict, words);
    match (matches.contains_id("bootstrap"), word("EXAMPLE"), word("EVENT")) {
        (false, _, event) => Ok(event),
        (true, Some(_), Some(_)) => Err(conflict("with --bootstrap there is no example to name: give the event alone")),
        (true, Some(_), None) if matches.contains_id("file") => Err(conflict("--file names an event, and there is another")),
        (true, event, _) => Ok(event),
    }
}

/// Prints an answer as it comes; whether there was anything to print.
fn print_answer(pieces: impl IntoIterator<Item = Vec<u8>>) -> io::Result<bool> {
    let mut stdout = io::stdout().lock();
    let mut last = None;
    for piece in pieces {
        stdout.write_all(&piece)?;
        stdout.flush()?;
        last = piece.last().copied().or(last);
    }
    if stdout.is_terminal() && last.is_some_and(|last| last != b'\n') {
        stdout.write_all(b"\n")?;
        stdout.flush()?;
    }
    Ok(last.is_some())
}

fn json_object(text: &str) -> Result<String, String> {
    match serde_json::from_str(text) {
        Ok(Value::Object(_)) => Ok(text.to_owned()),
        Ok(_) => Err("it is a JSON object".to_owned()),
        Err(error) => Err(format!("it is JSON: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_a_bootstrap_the_first_word_is_the_event() {
        let event = |words: &[&str]| {
            let matches = command().try_get_matches_from(words).unwrap();
            event_text(&matches).map(|text| text.map(str::to_owned)).map_err(|error| error.kind())
        };
        assert_eq!(event(&["invoke", "echo", "e"]), Ok(Some("e".to_owned())));
        assert_eq!(event(&["invoke", "echo"]), Ok(None));
        assert_eq!(event(&["invoke", "--bootstrap", "b", "e"]), Ok(Some("e".to_owned())));
        assert!(event(&["invoke", "--bootstrap", "b", "e", "f"]).is_err());
        assert!(event(&["invoke", "--bootstrap", "b", "e", "--file", "f"]).is_err());
    }
}
