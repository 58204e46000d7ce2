//! Runs programs under the emulator.

use std::path::Path;

use barelambda_emulator::{Emulator, FunctionError, InvokeOptions, Options, Outcome};

/// Starts an emulator.
pub fn start(options: Options) -> Emulator {
    Emulator::start(options).expect("the emulator starts")
}

/// Starts an emulator that runs `program` with the default options.
pub fn serve(program: impl AsRef<Path>) -> Emulator {
    start(Options::new(program.as_ref()))
}

/// Invokes with the default options.
pub fn invoke(emulator: &Emulator, event: impl Into<Vec<u8>>) -> Outcome {
    emulator.invoke(event, InvokeOptions::default())
}

/// Invokes, and returns the response.
///
/// # Panics
/// The function failed.
pub fn answer(emulator: &Emulator, event: impl Into<Vec<u8>>) -> Vec<u8> {
    let outcome = invoke(emulator, event);
    assert_eq!(outcome.function_error, None, "log:\n{}", outcome.log);
    outcome.payload
}

/// Invokes, and returns the error.
///
/// # Panics
/// The function didn't fail.
pub fn failure(emulator: &Emulator, event: impl Into<Vec<u8>>) -> (FunctionError, Outcome) {
    let outcome = invoke(emulator, event);
    match outcome.function_error.clone() {
        Some(error) => (error, outcome),
        None => panic!("the function responded: {}", String::from_utf8_lossy(&outcome.payload)),
    }
}

/// Returns `length` bytes in which a lost, doubled or misplaced piece is detectable.
pub fn pattern(length: usize) -> Vec<u8> {
    // The period is a prime, so buffer sizes aren't multiples of it.
    (0..length).map(|index| (index % 251) as u8).collect()
}
