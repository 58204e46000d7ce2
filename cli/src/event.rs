//! Reads an event from the command line, a file or standard input.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::FileTypeExt;
use std::path::PathBuf;

use barelambda_emulator::{LARGEST_PAYLOAD, check_payload};
use clap::{Arg, ArgMatches, value_parser};

use crate::error::{Context, Error};

/// Returns the arguments that name an event.
pub fn arguments() -> [Arg; 2] {
    [
        Arg::new("EVENT")
            .help(
                "The event, or - to read it from standard input [default: what is piped into \
                 standard input, or {}]",
            )
            .allow_negative_numbers(true)
            .conflicts_with("file"),
        Arg::new("file")
            .long("file")
            .short('f')
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("Read the event from this file, unchanged"),
    ]
}

/// Reads the event that the arguments name. `text` is the value of EVENT.
///
/// # Errors
/// It can't be read, or Lambda would refuse it, unless `--raw` is set.
pub fn read(text: Option<&str>, matches: &ArgMatches) -> Result<Vec<u8>, Error> {
    let event = unchecked(text, matches)?;
    if !matches.get_flag("raw") {
        check(&event)?;
    }
    Ok(event)
}

fn unchecked(text: Option<&str>, matches: &ArgMatches) -> Result<Vec<u8>, Error> {
    if let Some(path) = matches.get_one::<PathBuf>("file") {
        return std::fs::read(path).context(path.display());
    }
    match text {
        None if !is_piped().context("standard input")? => Ok(b"{}".to_vec()),
        None => {
            let event = standard_input()?;
            Ok(if event.is_empty() { b"{}".to_vec() } else { event })
        }
        Some("-") => standard_input(),
        Some(text) => Ok(text.as_bytes().to_vec()),
    }
}

/// Checks what Lambda's Invoke API checks.
fn check(event: &[u8]) -> Result<(), Error> {
    let refused = |words: String| {
        Err(Error::new(format!(
            "Lambda refuses this event: {words}. To pass it to the function nevertheless: --raw"
        )))
    };
    if event.len() > LARGEST_PAYLOAD {
        return refused(format!(
            "RequestEntityTooLargeException: Request must be smaller than {LARGEST_PAYLOAD} bytes for the InvokeFunction operation"
        ));
    }
    match check_payload(event) {
        Ok(()) => Ok(()),
        Err(words) => refused(format!("InvalidRequestContentException: {words}")),
    }
}

/// Returns whether standard input is a pipe or a file. Other kinds, such as the sockets of
/// services, may stay open without an event.
fn is_piped() -> io::Result<bool> {
    let file = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let kind = file.metadata()?.file_type();
    Ok(kind.is_fifo() || kind.is_file())
}

fn standard_input() -> Result<Vec<u8>, Error> {
    let mut event = Vec::new();
    io::stdin().read_to_end(&mut event).context("failed to read the event from standard input")?;
    Ok(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_that_lambda_refuses_are_errors() {
        for good in [&b"{}"[..], b"", b"-7", b"\"text\"\n"] {
            assert!(check(good).is_ok());
        }
        let words = |event: &[u8]| check(event).unwrap_err().to_string();
        let not_json = words(b"not json");
        assert!(
            not_json.contains("InvalidRequestContentException: Could not parse request body")
                && not_json.ends_with(": --raw"),
            "{not_json}"
        );
        let large = [vec![b' '; LARGEST_PAYLOAD - 1], b"{}".to_vec()].concat();
        assert!(check(&large[1..]).is_ok());
        assert!(words(&large).contains("smaller than 6291456 bytes"), "{}", words(&large));
    }
}
