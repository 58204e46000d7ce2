//! The conformance suite's function with the official `lambda_runtime`. README.md has its version,
//! and how to run it.
//!
//! It handles each event as the crate's documentation recommends. If the crate's API can't do
//! something, it echoes the event, as the suite's contract requires.

use std::collections::HashMap;
use std::pin::Pin;
use std::time::Duration;

use async_stream::stream;
use bytes::Bytes;
use futures_core::Stream;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use lambda_runtime::{Context, Error, FunctionResponse, LambdaEvent, MetadataPrelude, StreamResponse, run_concurrent, service_fn, tracing};
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

/// Unchanged JSON text.
type Json = Box<RawValue>;
type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send>>;
type Response = FunctionResponse<Json, Chunks>;

/// One byte more than Lambda's limit, including the quotation marks.
const TOO_LARGE: usize = 6_291_557;

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    match std::env::var("CONFORMANCE_INIT").as_deref() {
        Ok("error") => return Err(asked_for_error()),
        Ok("panic") => panic!("asked for a panic"),
        _ => {}
    }
    run_concurrent(service_fn(handler)).await
}

async fn handler(event: LambdaEvent<Json>) -> Result<Response, Error> {
    let (event, context) = event.into_parts();
    Ok(match event.get() {
        "\"conformance:error\"" => return Err(asked_for_error()),
        "\"conformance:panic\"" => panic!("asked for a panic"),
        "\"conformance:exit\"" => std::process::exit(3),
        "\"conformance:large\"" => FunctionResponse::BufferedResponse(to_raw_value(&"x".repeat(TOO_LARGE - 2))?),
        "\"conformance:slow\"" => {
            tokio::time::sleep(Duration::from_secs(1)).await;
            FunctionResponse::BufferedResponse(event)
        }
        "\"conformance:context\"" => FunctionResponse::BufferedResponse(described(&context)?),
        "\"conformance:stream\"" => streamed(stream! {
            yield Ok(Bytes::from("one\n"));
            tokio::time::sleep(Duration::from_millis(200)).await;
            yield Ok(Bytes::from("two\n"));
            tokio::time::sleep(Duration::from_millis(200)).await;
            yield Ok(Bytes::from("three\n"));
        }),
        "\"conformance:stream-http\"" => {
            let headers = [(CONTENT_TYPE, "text/plain"), (HeaderName::from_static("x-conformance"), "yes")];
            FunctionResponse::StreamingResponse(StreamResponse {
                metadata_prelude: MetadataPrelude {
                    status_code: StatusCode::CREATED,
                    headers: headers.map(|(name, value)| (name, HeaderValue::from_static(value))).into_iter().collect::<HeaderMap>(),
                    cookies: vec!["a=b".into()],
                },
                stream: Box::pin(stream! {
                    yield Ok(Bytes::from("one\n"));
                    yield Ok(Bytes::from("two\n"));
                }),
            })
        }
        "\"conformance:stream-empty\"" => streamed(stream! {
            for item in [] {
                yield item;
            }
        }),
        "\"conformance:stream-large\"" => streamed(stream! {
            for _ in 0..20 * 16 {
                yield Ok(Bytes::from_static(&[b'x'; 1 << 16]));
            }
        }),
        "\"conformance:stream-error\"" => streamed(stream! {
            yield Ok(Bytes::from("one\n"));
            yield Err(asked_for_error());
        }),
        "\"conformance:stream-panic\"" => streamed(stream! {
            yield Ok(Bytes::from("one\n"));
            panic!("asked for a panic");
        }),
        "\"conformance:stream-error-first\"" => streamed(stream! {
            yield Err(asked_for_error());
        }),
        _ => FunctionResponse::BufferedResponse(event),
    })
}

fn asked_for_error() -> Error {
    "the event asked for an error".into()
}

fn streamed(chunks: impl Stream<Item = Result<Bytes, Error>> + Send + 'static) -> Response {
    let chunks: Chunks = Box::pin(chunks);
    FunctionResponse::StreamingResponse(StreamResponse::from(chunks))
}

/// Writes the context as JSON. The two fields that the crate parses get their original names.
fn described(context: &Context) -> Result<Json, Error> {
    let client_context = context.client_context.as_ref().map(|context| {
        let client = [
            ("installation_id", &context.client.installation_id),
            ("app_title", &context.client.app_title),
            ("app_version_name", &context.client.app_version_name),
            ("app_version_code", &context.client.app_version_code),
            ("app_package_name", &context.client.app_package_name),
        ];
        let client: HashMap<_, _> = client.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let fields = [("client", json!(client)), ("custom", json!(context.custom)), ("environment", json!(context.environment))];
        fields.into_iter().filter(|(_, value)| *value != json!({})).collect::<HashMap<_, _>>()
    });
    let identity = context
        .identity
        .as_ref()
        .map(|identity| json!({"cognitoIdentityId": identity.identity_id, "cognitoIdentityPoolId": identity.identity_pool_id}));
    Ok(to_raw_value(&json!({
        "requestId": context.request_id,
        "deadlineMs": context.deadline,
        "invokedFunctionArn": context.invoked_function_arn,
        "traceId": context.xray_trace_id,
        "clientContext": client_context,
        "identity": identity,
        "tenantId": context.tenant_id,
    }))?)
}
