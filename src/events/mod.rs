//! The events of AWS's services, as types that borrow from the event. Nothing is copied and nothing has a fixed capacity.
//!
//! | source | type | read with |
//! |---|---|---|
//! | API Gateway HTTP API (payload format 2.0), function URL | [`api_gateway_v2::Request`] | [`Event::http`](crate::Event::http) |
//! | API Gateway REST API (payload format 1.0) | [`api_gateway_v1::Request`] | [`Event::http`](crate::Event::http) |
//! | Application Load Balancer | [`alb::Request`] | [`Event::http`](crate::Event::http) |
//! | SQS | [`sqs::Message`] | [`Event::records`](crate::Event::records) |
//! | SNS | [`sns::Record`] | [`Event::records`](crate::Event::records) |
//! | S3 | [`s3::Record`] | [`Event::records`](crate::Event::records) |
//! | DynamoDB streams | [`dynamodb::Record`] | [`Event::records`](crate::Event::records) |
//! | Kinesis Data Streams | [`kinesis::Record`] | [`Event::records`](crate::Event::records) |
//! | EventBridge, schedules | [`EventBridge`] | [`Event::json`](crate::Event::json) |
//! | Cognito user pools | [`cognito::Trigger`] | [`Event::json`](crate::Event::json) |
//!
//! The fields are named as AWS documents them, in the manner of Rust: `isBase64Encoded` is `is_base64_encoded`. In the event their case does
//! not matter, as SNS itself writes `SigningCertUrl` and `SigningCertURL`. Those that these types do
//! not have are passed over. What AWS may leave out or send as null is an `Option`, or empty. What a handler can hardly do without is an
//! error if it is missing; the rest of what AWS always sends may be missing in an event that was written by hand, and then is empty or
//! zero.
//!
//! What comes in any number ([headers, query parameters](http), [attributes](dynamodb::Item)) is looked through when it is asked for. A
//! [`Body`] is decoded in place when it is asked for, from base64 or from JSON; a [`RawJson`](crate::json::RawJson) is a part that can be
//! read as a type of your own.

pub mod alb;
pub mod api_gateway_v1;
pub mod api_gateway_v2;
mod batch;
mod body;
pub mod cognito;
pub mod dynamodb;
mod encoded;
mod error;
mod event_bridge;
mod fields;
pub mod http;
pub mod kinesis;
mod object;
pub mod s3;
pub mod sns;
pub mod sqs;
mod time;
mod view;

pub use batch::BatchItemFailures;
pub use body::Body;
pub use encoded::{Base64Text, url_decode};
pub use event_bridge::EventBridge;
pub use fields::Named;
pub use time::Timestamp;

#[cfg(test)]
mod tests;
