//! The Runtime API of one process: requests in, statuses as the real server gives them.

mod machine;
mod session;

use std::sync::Arc;
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::body::{Bytes, Incoming};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::json;

pub(crate) use machine::{Answer, Event, Machine, Measured, State};
pub(crate) use session::Session;

use crate::http::{Read, Reply, header, leave_rest_unread, leave_unread, read, reply};
use crate::outcome::error_json;
use crate::{CHUNKED_FROM, EventFraming, FunctionError, LARGEST_RESPONSE};
use machine::Refusal;

/// The largest streamed answer, in bytes (200 MiB): it is buffered here.
const LARGEST_STREAM: usize = 200 << 20;

const JSON: &str = "application/json";

/// Everything that answering one process's requests takes.
pub(crate) struct RuntimeApi {
    pub session: Arc<Session>,
    pub framing: EventFraming,
    /// Reads `/proc` of the process; called when an answer is whole, before the process hears of it.
    pub measure: Box<dyn Fn() -> Measured + Send + Sync>,
}

impl RuntimeApi {
    pub async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Response<Reply> {
        let path = request.uri().path().to_owned();
        let segments: Vec<&str> = path.split('/').collect();
        let (method, call) = match segments[..] {
            ["", "2018-06-01", "runtime", "invocation", "next"] => (Method::GET, Call::Next),
            ["", "2018-06-01", "runtime", "invocation", id, "response"] => (Method::POST, Call::Response(id)),
            ["", "2018-06-01", "runtime", "invocation", id, "error"] => (Method::POST, Call::Error(id)),
            ["", "2018-06-01", "runtime", "init", "error"] => (Method::POST, Call::InitError),
            _ => {
                let words = reply(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", "404 page not found\n");
                return leave_unread(request.into_body(), words).await;
            }
        };
        if request.method() != method {
            let mut words = Response::new(Reply::sized(""));
            *words.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
            return leave_unread(request.into_body(), words).await;
        }
        match call {
            Call::Next => self.next(request).await,
            Call::Response(id) => self.response(id, request).await,
            Call::Error(id) => self.error(id, request).await,
            Call::InitError => self.init_error(request).await,
        }
    }

    async fn next(&self, request: Request<Incoming>) -> Response<Reply> {
        if let Err(refusal) = self.session.change(Machine::next) {
            return leave_unread(request.into_body(), refuse(&refusal)).await;
        }
        let event = self.session.wait_until(Machine::deliver).await;
        let chunked = match self.framing {
            EventFraming::Auto => event.payload.len() >= CHUNKED_FROM,
            EventFraming::ContentLength => false,
            EventFraming::Chunked => true,
        };
        let mut response = Response::new(if chunked { Reply::chunked(event.payload) } else { Reply::sized(event.payload) });
        *response.headers_mut() = event.headers;
        response
    }

    async fn response(&self, id: &str, request: Request<Incoming>) -> Response<Reply> {
        let (head, mut body) = request.into_parts();
        let invocation_id = header(&head.headers, "lambda-runtime-invocation-id");
        let begun = self.session.change(|machine| machine.begin_answer("InvocationResponse", id, invocation_id));
        if let Err(refusal) = begun {
            return leave_unread(body, refuse(&refusal)).await;
        }
        let limit = match header(&head.headers, "lambda-runtime-function-response-mode") {
            None | Some("") | Some("buffered") => LARGEST_RESPONSE,
            Some("streaming") => LARGEST_STREAM,
            // From here on the process is stuck, as it is on Lambda.
            Some(other) => {
                let message = format!("Invalid function response mode: {other}");
                let refusal = Refusal::new(StatusCode::BAD_REQUEST, "InvalidFunctionResponseMode", message);
                return leave_unread(body, refuse(&refusal)).await;
            }
        };
        match read(&mut body, limit).await {
            Read::Whole { bytes, trailers } => {
                match failed_in_mid_stream(&trailers) {
                    Some((payload, error)) => self.finish(payload, Some(error)),
                    None => self.finish(bytes, None),
                }
                accepted()
            }
            Read::TooLarge(over) => {
                let words = format!("Response payload size exceeded maximum allowed payload size ({limit} bytes).");
                let payload = error_json("Function.ResponseSizeTooLarge", &words);
                let error = FunctionError::from_report(payload.as_bytes(), Some("Function.ResponseSizeTooLarge"));
                self.finish(payload.into(), Some(error));
                let words = format!("Exceeded maximum allowed payload size ({limit} bytes).");
                let refusal = Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", words);
                leave_rest_unread(body, over, refuse(&refusal)).await
            }
            Read::Cut => refuse(&truncated()),
        }
    }

    async fn error(&self, id: &str, request: Request<Incoming>) -> Response<Reply> {
        let (head, mut body) = request.into_parts();
        let invocation_id = header(&head.headers, "lambda-runtime-invocation-id");
        let begun = self.session.change(|machine| machine.begin_answer("InvocationErrorResponse", id, invocation_id));
        if let Err(refusal) = begun {
            return leave_unread(body, refuse(&refusal)).await;
        }
        match read_error(&head.headers, &mut body).await {
            Some((payload, error)) => {
                self.finish(payload, Some(error));
                accepted()
            }
            None => refuse(&truncated()),
        }
    }

    async fn init_error(&self, request: Request<Incoming>) -> Response<Reply> {
        let (head, mut body) = request.into_parts();
        if let Err(refusal) = self.session.change(Machine::begin_init_error) {
            return leave_unread(body, refuse(&refusal)).await;
        }
        match read_error(&head.headers, &mut body).await {
            Some((payload, error)) => {
                let error = self.answer_of(payload, Some(error));
                self.session.change(|machine| machine.init_failed(error));
                accepted()
            }
            None => refuse(&truncated()),
        }
    }

    fn finish(&self, payload: Bytes, error: Option<FunctionError>) {
        let answer = self.answer_of(payload, error);
        self.session.change(|machine| machine.answered(answer));
    }

    fn answer_of(&self, payload: Bytes, error: Option<FunctionError>) -> Answer {
        let at = Instant::now();
        Answer { payload, error, at, measured: (self.measure)() }
    }
}

enum Call<'p> {
    Next,
    Response(&'p str),
    Error(&'p str),
    InitError,
}

/// The error that the trailers of a stream speak of, as the caller gets it.
fn failed_in_mid_stream(trailers: &HeaderMap) -> Option<(Bytes, FunctionError)> {
    let error_type = header(trailers, "lambda-runtime-function-error-type")?;
    let body = header(trailers, "lambda-runtime-function-error-body").unwrap_or_default();
    let payload = BASE64.decode(body).unwrap_or_default();
    let error = FunctionError::from_report(&payload, Some(error_type));
    Some((payload.into(), error))
}

async fn read_error(headers: &HeaderMap, body: &mut Incoming) -> Option<(Bytes, FunctionError)> {
    let error_type = header(headers, "lambda-runtime-function-error-type");
    match read(body, LARGEST_RESPONSE).await {
        Read::Whole { bytes, .. } => {
            let error = FunctionError::from_report(&bytes, error_type);
            Some((bytes, error))
        }
        // As Lambda does with an error that is too large: its type is kept, its text is not.
        Read::TooLarge(_) => {
            let error = FunctionError::from_report(b"", error_type);
            Some((Bytes::from(error_json(&error.error_type, "")), error))
        }
        Read::Cut => None,
    }
}

fn accepted() -> Response<Reply> {
    reply(StatusCode::ACCEPTED, JSON, &b"{\"status\":\"OK\"}\n"[..])
}

fn refuse(refusal: &Refusal) -> Response<Reply> {
    let body = json!({"errorMessage": refusal.message, "errorType": refusal.error_type});
    reply(refusal.status, JSON, format!("{body}\n"))
}

fn truncated() -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "TruncatedHTTPRequest", "HTTP request detected as truncated")
}
