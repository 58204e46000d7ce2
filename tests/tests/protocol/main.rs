//! The Runtime API as our programs speak it: against the emulator, and against scripted servers that fail in every way.

mod aarch64;
mod conformance;
mod connections;
mod diagnostics;
mod endpoints;
mod endurance;
mod examples;
mod executable;
mod heads;
mod logging;
mod memcheck;
mod payloads;
mod replies;
mod soak;
mod statuses;
mod streamed_answers;
mod streams;
