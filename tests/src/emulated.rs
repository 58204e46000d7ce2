//! Programs under the emulator.

use std::path::Path;

use barelambda_emulator::{Emulator, FunctionError, InvokeOptions, Options, Outcome};

/// Starts an emulator.
pub fn start(options: Options) -> Emulator {
    Emulator::start(options).expect("the emulator starts")
}

/// Starts an emulator that runs `program` as it is.
pub fn serve(program: impl AsRef<Path>) -> Emulator {
    start(Options::new(program.as_ref()))
}

/// Invokes with what Lambda sends besides the event.
pub fn invoke(emulator: &Emulator, event: impl Into<Vec<u8>>) -> Outcome {
    emulator.invoke(event, InvokeOptions::default())
}

/// Invokes, and gives the answer.
///
/// # Panics
/// When the function failed.
pub fn answer(emulator: &Emulator, event: impl Into<Vec<u8>>) -> Vec<u8> {
    let outcome = invoke(emulator, event);
    assert_eq!(outcome.function_error, None, "log:\n{}", outcome.log);
    outcome.payload
}

/// Invokes, and gives the error.
///
/// # Panics
/// When the function did not fail.
pub fn failure(emulator: &Emulator, event: impl Into<Vec<u8>>) -> (FunctionError, Outcome) {
    let outcome = invoke(emulator, event);
    match outcome.function_error.clone() {
        Some(error) => (error, outcome),
        None => panic!("it was answered: {}", String::from_utf8_lossy(&outcome.payload)),
    }
}

/// As many bytes as asked for, in which a lost, doubled or misplaced piece shows.
pub fn pattern(length: usize) -> Vec<u8> {
    // A period that no power of two and no usual buffer size is a multiple of.
    (0..length).map(|index| (index % 251) as u8).collect()
}
