//! Owns data without a heap: `cargo bare invoke heapless --file examples/events/scores.json`
//!
//! The crate `heapless` has collections whose capacity is part of their type. An event with more
//! than eight scores is an error:
//! `cargo bare invoke heapless '{"player":"Ada","scores":[1,2,3,4,5,6,7,8,9]}'`
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
use core::fmt::{self, Write};

use barelambda::{Error, FunctionError, Invocation, Response};
use heapless::{String, Vec};
use serde::Deserialize;

barelambda::entry!(summarize);

static TOO_LONG: FunctionError =
    FunctionError::new("Function.SummaryTooLong", "the summary is longer than 64 bytes");

#[derive(Deserialize)]
struct Game<'a> {
    player: &'a str,
    scores: Vec<u32, 8>,
}

fn summarize(invocation: Invocation) -> Response {
    let mut game: Game = invocation.event.json()?;
    // Games that were not finished have no score.
    game.scores.retain(|score| *score > 0);
    let summary = summary(&game).map_err(|_| Error::from(&TOO_LONG))?;
    // `json` copies the text into the response buffer: the response can't borrow from a local
    // variable.
    invocation.responder.json(summary.as_str())
}

fn summary(game: &Game) -> Result<String<64>, fmt::Error> {
    let mut summary = String::new();
    write!(summary, "{} played {} games:", game.player, game.scores.len())?;
    for score in &game.scores {
        write!(summary, " {score}")?;
    }
    Ok(summary)
}
