//! Reads an event from the command line, a file or standard input.

use std::io::{self, Read};
use std::path::PathBuf;

use clap::{Arg, ArgMatches, value_parser};

use crate::error::{Context, Error};

/// Returns the arguments that name an event.
pub fn arguments() -> [Arg; 2] {
    [
        Arg::new("EVENT")
            .help("The event, or - to read it from standard input [default: {}]")
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
pub fn read(text: Option<&str>, matches: &ArgMatches) -> Result<Vec<u8>, Error> {
    if let Some(path) = matches.get_one::<PathBuf>("file") {
        return std::fs::read(path).context(path.display());
    }
    match text {
        None => Ok(b"{}".to_vec()),
        Some("-") => {
            let mut event = Vec::new();
            io::stdin()
                .read_to_end(&mut event)
                .context("failed to read the event from standard input")?;
            Ok(event)
        }
        Some(text) => Ok(text.as_bytes().to_vec()),
    }
}
