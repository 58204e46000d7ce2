//! The Lambda Runtime API ([AWS: Using the Lambda runtime API for custom runtimes][api]), without any input or output.
//!
//! - [`endpoint`] reads where it is.
//! - [`request`] makes its requests.
//! - [`invocation`] reads what /next says of an invocation.
//! - [`answer`] is what is sent back, errors included.
//! - [`exchange`] is the state machine that says what to do next.
//!
//! [api]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

pub mod answer;
pub mod endpoint;
pub mod exchange;
pub mod invocation;
pub mod request;

#[cfg(test)]
mod tests;
