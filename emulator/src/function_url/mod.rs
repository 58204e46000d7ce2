//! The function's URL. An HTTP request becomes an event of payload format 2.0, and the function's
//! answer an HTTP response (developer guide, "Invoking Lambda function URLs":
//! <https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>).
//!
//! The function decides for each answer whether it is streamed. On Lambda, the URL's invoke mode
//! has to match. A client that disconnects doesn't stop the invocation.

mod answer;
mod event;

use std::future::pending;
use std::sync::Arc;

use http_body_util::Either;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Request, Response, StatusCode};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::mpsc::Receiver;

use crate::delivery::{self, AnswerStart, BodyStep, Piece};
use crate::function::Function;
use crate::http::{
    self, Peer, Read, Reply, header, header_value, leave_rest_unread, read, reply, sized,
};
use crate::{Cookies, InvokeOptions, LARGEST_PAYLOAD, ids};
use answer::{Head, Malformed};

/// The content type of a streamed answer that begins with a prelude: the JSON of its status,
/// headers and cookies, followed by eight zero bytes.
const WITH_PRELUDE: &str = "application/vnd.awslambda.http-integration-response";
const SEPARATOR: [u8; 8] = [0; 8];

/// The largest prelude in bytes. Lambda's limit isn't documented.
const LONGEST_PRELUDE: usize = 1 << 20;

pub(crate) async fn serve(listener: TcpListener, function: Arc<Function>) {
    http::serve(listener, pending(), move |request| respond(function.clone(), request)).await;
}

async fn respond(function: Arc<Function>, request: Request<Incoming>) -> Response<Reply> {
    let request_id = ids::uuid();
    let mut response = match accept(request, &request_id, function.cookies()).await {
        Ok((event, options)) => invoke(function, event, options).await,
        Err(refused) => refused,
    };
    response.headers_mut().entry("x-amzn-requestid").or_insert_with(|| header_value(&request_id));
    response
}

/// Converts a request to an event, unless it is too large.
async fn accept(
    request: Request<Incoming>,
    request_id: &str,
    cookies: Cookies,
) -> Result<(String, InvokeOptions), Response<Reply>> {
    let (head, mut body) = request.into_parts();
    let bytes = match read(&mut body, LARGEST_PAYLOAD).await {
        Read::Whole { bytes, .. } => bytes,
        Read::TooLarge(over) => return Err(leave_rest_unread(body, over, too_large()).await),
        Read::Cut => {
            return Err(refusal(StatusCode::BAD_REQUEST, "The request's body is incomplete"));
        }
    };
    let peer =
        head.extensions.get::<Peer>().expect("the server notes where a request comes from").0;
    let trace_id =
        header(&head.headers, "x-amzn-trace-id").map_or_else(ids::trace_id, str::to_owned);
    let event = event::of_request(&head, &bytes, peer, request_id, &trace_id, cookies);
    if event.len() > LARGEST_PAYLOAD {
        return Err(too_large());
    }
    Ok((
        event,
        InvokeOptions {
            request_id: Some(request_id.to_owned()),
            trace_id: Some(trace_id),
            ..InvokeOptions::default()
        },
    ))
}

async fn invoke(function: Arc<Function>, event: String, options: InvokeOptions) -> Response<Reply> {
    let (caller, mut pieces) = delivery::caller();
    // A separate task runs the invocation, so that a client that disconnects doesn't stop it.
    let running = function.clone();
    tokio::spawn(async move { running.deliver(event.into(), options, caller).await });
    let response = match pieces.recv().await {
        Some(Piece::Start(begun)) if !begun.streamed => whole(pieces).await,
        Some(Piece::Start(begun)) if has_prelude(&begun) => after_prelude(pieces).await,
        Some(Piece::Start(begun)) => Ok(raw(begun, pieces)),
        // The function has failed without an answer, or the emulator has.
        _ => Ok(bad_gateway()),
    };
    response.unwrap_or_else(|malformed| {
        function.note(&format!("function URL: 502 Bad Gateway, since {malformed}"));
        bad_gateway()
    })
}

/// Responds with an answer that isn't streamed.
async fn whole(mut pieces: Receiver<Piece>) -> Result<Response<Reply>, Malformed> {
    let mut answer = Bytes::new();
    if let Some(Piece::Data(data)) = pieces.recv().await {
        answer = data;
    }
    let (head, body) = answer::whole(answer)?;
    Ok(head.response(sized(body)))
}

/// Responds with a streamed answer whose prelude has the response's head.
async fn after_prelude(mut pieces: Receiver<Piece>) -> Result<Response<Reply>, Malformed> {
    let mut held = Vec::new();
    loop {
        let searched = held.len().saturating_sub(SEPARATOR.len() - 1);
        match pieces.recv().await {
            Some(Piece::Data(data)) => held.extend_from_slice(&data),
            Some(Piece::End(outcome)) if outcome.function_error.is_none() => {
                return Err(format!(
                    "the stream ended after {} bytes, before the eight zero bytes that end a prelude",
                    held.len()
                ));
            }
            _ => return Ok(bad_gateway()),
        }
        let found =
            held[searched..].windows(SEPARATOR.len()).position(|window| window == SEPARATOR);
        if let Some(at) = found.map(|at| searched + at) {
            let head = answer::prelude(&held[..at])?;
            let rest = held.split_off(at + SEPARATOR.len());
            return Ok(head.response(body(Some(Piece::Data(rest.into())), pieces)));
        }
        if held.len() > LONGEST_PRELUDE {
            return Err(format!(
                "the first {} bytes of the stream lack the eight zero bytes that end a prelude",
                held.len()
            ));
        }
    }
}

/// Responds with a streamed answer without a prelude.
fn raw(begun: AnswerStart, pieces: Receiver<Piece>) -> Response<Reply> {
    let content_type = begun.content_type.unwrap_or(HeaderValue::from_static(answer::BYTES));
    let mut head = Head::default();
    head.headers.insert(CONTENT_TYPE, content_type);
    head.response(body(None, pieces))
}

/// Returns the body of a streamed answer. If the function fails, the body breaks off, so that the
/// client notices.
fn body(first: Option<Piece>, pieces: Receiver<Piece>) -> Reply {
    let write = |piece| match piece {
        Piece::Start(_) => BodyStep::Nothing,
        Piece::Data(data) => BodyStep::Bytes(data),
        Piece::End(outcome) if outcome.function_error.is_some() => BodyStep::Cut,
        Piece::End(_) => BodyStep::End,
    };
    Either::Right(delivery::body(first, pieces, write))
}

fn has_prelude(begun: &AnswerStart) -> bool {
    let content_type =
        begun.content_type.as_ref().and_then(|value| value.to_str().ok()).unwrap_or_default();
    event::media_type(content_type).eq_ignore_ascii_case(WITH_PRELUDE)
}

fn bad_gateway() -> Response<Reply> {
    reply(StatusCode::BAD_GATEWAY, "text/plain", "Internal Server Error")
}

fn too_large() -> Response<Reply> {
    refusal(
        StatusCode::PAYLOAD_TOO_LARGE,
        &format!("The request makes an event of more than {LARGEST_PAYLOAD} bytes"),
    )
}

fn refusal(status: StatusCode, message: &str) -> Response<Reply> {
    reply(status, "application/json", json!({ "Message": message }).to_string())
}
