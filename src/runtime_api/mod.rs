//! The Lambda Runtime API ([AWS: Using the Lambda runtime API for custom runtimes][api]), without
//! input or output.
//!
//! - [`endpoint`] parses its address.
//! - [`request`] writes its requests.
//! - [`invocation`] reads the head of a reply to GET /next.
//! - [`answer`] is a response or an error.
//! - [`exchange`] is the state machine that decides the next action.
//!
//! [api]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

pub mod answer;
pub mod endpoint;
pub mod exchange;
pub mod invocation;
pub mod request;

#[cfg(test)]
mod tests;
