use std::sync::Arc;

use http_body_util::Either;
use hyper::Response;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use serde_json::{Map, Value};

use super::event_stream::event;
use super::{ApiError, EXECUTED_VERSION, InvokeCall, log_tail};
use crate::Outcome;
use crate::delivery::{self, BodyStep, Piece};
use crate::function::Function;
use crate::http::Reply;

/// The content type of an answer when the function sets none.
const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// InvokeWithResponseStream: sends a `PayloadChunk` for each piece of the answer as it arrives, and
/// `InvokeComplete` at the end.
pub(super) async fn answer(
    function: Arc<Function>,
    payload: Bytes,
    call: InvokeCall,
) -> Result<Response<Reply>, ApiError> {
    let (caller, mut pieces) = delivery::caller();
    // A separate task runs the invocation, so that a caller that disconnects doesn't stop it.
    tokio::spawn(async move { function.deliver(payload, call.options, caller).await });
    // The head of the response carries the answer's content type, so it waits for that.
    let first = pieces.recv().await;
    let content_type = match &first {
        None => return Err(ApiError::service("The emulator failed")),
        Some(Piece::Start(begun)) => begun.content_type.clone().unwrap_or(BYTES),
        Some(_) => BYTES,
    };
    let messages = move |piece| match piece {
        Piece::Start(_) => BodyStep::Nothing,
        Piece::Data(data) => {
            BodyStep::Bytes(event("PayloadChunk", "application/octet-stream", &data))
        }
        Piece::End(outcome) => BodyStep::Last(event(
            "InvokeComplete",
            "application/json",
            complete(&outcome, call.tail).as_bytes(),
        )),
    };
    let mut response = Response::new(Either::Right(delivery::body(first, pieces, messages)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/vnd.amazon.eventstream"));
    headers.insert("x-amzn-remapped-content-type", content_type);
    headers.insert(
        HeaderName::from_static(EXECUTED_VERSION.0),
        HeaderValue::from_static(EXECUTED_VERSION.1),
    );
    Ok(response)
}

/// Returns the JSON of `InvokeComplete`. An error that the function reports, before or during its
/// answer, has the code `Unhandled`, and its JSON as details. An error that Lambda finds has its
/// type as the code, and its message as details.
fn complete(outcome: &Outcome, tail: bool) -> String {
    let mut fields = Map::new();
    let mut set = |name: &str, value: String| fields.insert(name.to_owned(), Value::from(value));
    match &outcome.function_error {
        None => {}
        Some(error) if error.found_by_lambda => {
            set("ErrorCode", error.error_type.clone());
            set("ErrorDetails", error.message.clone());
        }
        Some(_) => {
            set("ErrorCode", "Unhandled".to_owned());
            set("ErrorDetails", String::from_utf8_lossy(&outcome.payload).into_owned());
        }
    }
    if tail {
        set("LogResult", log_tail(outcome));
    }
    Value::from(fields).to_string()
}
