//! The binary `exec`, which runs any program as the handler.

mod conformance;
mod deadline;
mod environment;
mod examples;
mod groups;
mod init;
mod lines;
mod log;
mod process;
mod soak;
mod stream;
mod wrapper;
