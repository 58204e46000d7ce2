//! The Runtime API: programs under the emulator, and with scripted servers that fail in every way.

mod aarch64;
mod alloc_programs;
mod bare_programs;
mod conformance;
mod connections;
mod diagnostics;
mod dynamodb_sdk;
mod endpoints;
mod endurance;
mod examples;
mod executable;
mod failures;
mod heads;
mod https;
mod logging;
mod memcheck;
mod payloads;
mod replies;
mod soak;
mod statuses;
mod std_programs;
mod streamed_answers;
mod streams;
