//! The events of AWS's services, as types that borrow from the event. Nothing is copied, and
//! nothing has a fixed capacity.
//!
//! | source | type | read with |
//! |---|---|---|
//! | API Gateway HTTP API (payload format 2.0), function URL | [`api_gateway_v2::Request`] | [`Event::http`](crate::Event::http) |
//! | API Gateway REST API (payload format 1.0) | [`api_gateway_v1::Request`] | [`Event::http`](crate::Event::http) |
//! | Application Load Balancer | [`alb::Request`] | [`Event::http`](crate::Event::http) |
//! | VPC Lattice | [`vpc_lattice::Request`], [`vpc_lattice::RequestV1`] | [`Event::http`](crate::Event::http) |
//! | API Gateway WebSocket API | [`websocket::Request`] | [`Event::json`](crate::Event::json) |
//! | Lambda authorizers | [`authorizer::TokenRequest`], [`authorizer::RequestV1`], [`authorizer::RequestV2`] | [`Event::json`](crate::Event::json) |
//! | SQS | [`sqs::Message`] | [`Event::records`](crate::Event::records) |
//! | SNS | [`sns::Record`] | [`Event::records`](crate::Event::records) |
//! | S3 | [`s3::Record`] | [`Event::records`](crate::Event::records) |
//! | DynamoDB streams | [`dynamodb::Record`] | [`Event::records`](crate::Event::records) |
//! | Kinesis Data Streams | [`kinesis::Record`] | [`Event::records`](crate::Event::records) |
//! | tumbling windows | [`TimeWindow`] | [`Event::json`](crate::Event::json) |
//! | EventBridge, schedules | [`EventBridge`] | [`Event::json`](crate::Event::json) |
//! | Cognito user pools | [`cognito::Trigger`] | [`Event::json`](crate::Event::json) |
//! | CloudWatch Logs | [`cloudwatch_logs::Event`] | [`Event::json`](crate::Event::json) |
//! | CloudWatch alarms | [`cloudwatch_alarms::Event`] | [`Event::json`](crate::Event::json) |
//! | Kafka | [`kafka::Event`] | [`Event::json`](crate::Event::json) |
//! | Amazon MQ | [`activemq::Event`], [`rabbitmq::Event`] | [`Event::json`](crate::Event::json) |
//! | Data Firehose | [`firehose::Event`] | [`Event::json`](crate::Event::json) |
//! | DocumentDB | [`documentdb::Event`] | [`Event::json`](crate::Event::json) |
//! | SES | [`ses::Record`] | [`Event::records`](crate::Event::records) |
//! | AppSync | [`appsync::Resolver`], [`appsync::AuthorizationRequest`] | [`Event::json`](crate::Event::json) |
//! | CloudFormation custom resources | [`cloudformation::Request`] | [`Event::json`](crate::Event::json) |
//! | S3 Object Lambda | [`s3_object_lambda::Event`] | [`Event::json`](crate::Event::json) |
//! | Secrets Manager rotation | [`secrets_manager::Rotation`] | [`Event::json`](crate::Event::json) |
//! | IoT custom authorizers | [`iot::AuthorizationRequest`] | [`Event::json`](crate::Event::json) |
//! | Lex V2 | [`lex::Event`] | [`Event::json`](crate::Event::json) |
//! | Connect | [`connect::Event`] | [`Event::json`](crate::Event::json) |
//! | Config | [`config::Event`] | [`Event::json`](crate::Event::json) |
//! | CodePipeline | [`codepipeline::Event`] | [`Event::json`](crate::Event::json) |
//!
//! The fields have AWS's names, in Rust's style: `isBase64Encoded` is `is_base64_encoded`. Names in
//! the event are case-insensitive, because SNS itself writes both `SigningCertUrl` and
//! `SigningCertURL`.
//!
//! - A field of a struct is required: it is an error if it is missing, or of another type.
//! - A method reads its field when it is called. A field that AWS may omit or send as null is an
//!   `Option`, or empty. Others are empty or zero if they are missing, as from an event that was
//!   written by hand. A number or boolean where a string is expected is its text. If a field occurs
//!   twice, the first counts.
//! - `get` returns any field as [`RawJson`](crate::json::RawJson), also one that has no method, or
//!   that AWS adds later. `get("tags").get("owner")` goes deeper.
//!
//! [Headers, query parameters](http) and [attributes](dynamodb::Item) are unlimited in number, and
//! searched by each call. A [`Body`] is decoded from base64 or JSON on demand, in place. A
//! [`RawJson`](crate::json::RawJson) is a part of the event that can be deserialized into a custom
//! type.

pub mod activemq;
pub mod alb;
pub mod api_gateway_v1;
pub mod api_gateway_v2;
pub mod appsync;
pub mod authorizer;
mod batch;
mod body;
pub mod cloudformation;
pub mod cloudwatch_alarms;
pub mod cloudwatch_logs;
pub mod codepipeline;
pub mod cognito;
pub mod config;
pub mod connect;
pub mod documentdb;
pub mod dynamodb;
mod encoded;
mod error;
mod event_bridge;
mod field;
mod fields;
pub mod firehose;
#[cfg(feature = "inflate")]
mod gzip;
pub mod http;
pub mod iot;
pub mod kafka;
pub mod kinesis;
pub mod lex;
mod object;
pub mod rabbitmq;
pub mod s3;
pub mod s3_object_lambda;
pub mod secrets_manager;
pub mod ses;
pub mod sns;
pub mod sqs;
mod time;
pub mod vpc_lattice;
pub mod websocket;
mod window;

pub use batch::BatchItemFailures;
pub use body::Body;
pub use encoded::{Base64Text, url_decode};
pub use event_bridge::EventBridge;
pub use fields::Named;
#[cfg(feature = "inflate")]
pub use gzip::gunzip;
pub use time::Timestamp;
pub use window::{Bounds, TimeWindow};

#[cfg(test)]
mod tests;
