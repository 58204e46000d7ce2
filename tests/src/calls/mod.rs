//! Calls of a bare program to servers on this machine.
//!
//! - [`probe`] is the program, under the emulator.
//! - [`server`] is a server of HTTP, with or without TLS, whose every byte is set by a test.
//! - [`reply`] has the replies.

pub mod probe;
pub mod reply;
pub mod server;
