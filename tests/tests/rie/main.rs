//! Programs with AWS's server and clients: the Runtime Interface Emulator (RIE), the AWS CLI and
//! the AWS SDK for Python.

mod aws_cli;
mod classic;
mod conformance;
mod managed;
mod peer;
mod streaming_sdk;
