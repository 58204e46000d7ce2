//! Sockets. Everything else in this crate is free of input and output.

pub(crate) mod connection;
pub(crate) mod deadline;
pub(crate) mod file;
pub(crate) mod resolve;
pub(crate) mod socket;
