//! The Runtime API of one process, with the statuses of the real server.

mod machine;
mod session;
mod stream;

use std::sync::Arc;
use std::time::Instant;

use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, ORIGIN};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::json;

pub(crate) use machine::{Event, FunctionAnswer, Machine, Measured, State};
pub(crate) use session::Session;

use crate::delivery::{AnswerStart, Caller, Piece};
use crate::http::{
    Read, Reply, chunked, header, leave_rest_unread, leave_unread, read, reply, sized,
};
use crate::outcome::error_json;
use crate::{CHUNKED_FROM, EventFraming, FunctionError, LARGEST_RESPONSE};
use machine::Refusal;
use stream::failed_in_mid_stream;

const JSON: &str = "application/json";

/// The Runtime API of one process.
pub(crate) struct RuntimeApi {
    pub session: Arc<Session>,
    pub framing: EventFraming,
    /// Reads `/proc` of the process. Called when an answer is complete, before the process
    /// receives its reply.
    pub measure: Box<dyn Fn() -> Measured + Send + Sync>,
}

impl RuntimeApi {
    pub async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Response<Reply> {
        // Only browsers send it, for a web page, which must not answer in place of the function.
        if request.headers().contains_key(ORIGIN) {
            let words = "403 not for web pages\n";
            let words = reply(StatusCode::FORBIDDEN, "text/plain; charset=utf-8", words);
            return leave_unread(request.into_body(), words).await;
        }
        let path = request.uri().path().to_owned();
        let segments: Vec<&str> = path.split('/').collect();
        let (method, endpoint) = match segments[..] {
            ["", "2018-06-01", "runtime", "invocation", "next"] => (Method::GET, Endpoint::Next),
            ["", "2018-06-01", "runtime", "invocation", id, "response"] => {
                (Method::POST, Endpoint::Response(id))
            }
            ["", "2018-06-01", "runtime", "invocation", id, "error"] => {
                (Method::POST, Endpoint::Error(id))
            }
            ["", "2018-06-01", "runtime", "init", "error"] => (Method::POST, Endpoint::InitError),
            _ => {
                let words = reply(
                    StatusCode::NOT_FOUND,
                    "text/plain; charset=utf-8",
                    "404 page not found\n",
                );
                return leave_unread(request.into_body(), words).await;
            }
        };
        if request.method() != method {
            let mut words = Response::new(sized(""));
            *words.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
            return leave_unread(request.into_body(), words).await;
        }
        let post = match endpoint {
            Endpoint::Next => return self.next(request).await,
            Endpoint::Response(id) => Post::Response(id.to_owned()),
            Endpoint::Error(id) => Post::Error(id.to_owned()),
            Endpoint::InitError => Post::InitError,
        };
        // A separate task handles the request, since hyper drops the future of an answer when the
        // client closes the connection. A process may exit right after it has sent its request,
        // which counts all the same.
        self.session.change(Machine::begin_post);
        let taken = tokio::spawn(async move {
            let response = match post {
                Post::Response(id) => self.response(&id, request).await,
                Post::Error(id) => self.error(&id, request).await,
                Post::InitError => self.init_error(request).await,
            };
            self.session.change(Machine::end_post);
            response
        });
        taken.await.unwrap_or_else(|error| {
            let words = format!("The emulator failed: {error}");
            refuse(&Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", words))
        })
    }

    async fn next(&self, request: Request<Incoming>) -> Response<Reply> {
        if let Err(refusal) = self.session.change(Machine::next) {
            return leave_unread(request.into_body(), refuse(&refusal)).await;
        }
        // The connection of an ended process may seem open, when it holds further requests. So this
        // waits for the end of the process as well.
        let event = self.session.wait_until(|machine| match machine.deliver() {
            None => machine.exit().map(|_| None),
            event => Some(event),
        });
        let Some(event) = event.await else { return refuse(&truncated()) };
        let as_one_chunk = match self.framing {
            EventFraming::Auto => event.payload.len() >= CHUNKED_FROM,
            EventFraming::ContentLength => false,
            EventFraming::Chunked => true,
        };
        let mut response =
            Response::new(if as_one_chunk { chunked(event.payload) } else { sized(event.payload) });
        *response.headers_mut() = event.headers;
        response
    }

    async fn response(&self, id: &str, request: Request<Incoming>) -> Response<Reply> {
        let (head, body) = request.into_parts();
        let invocation_id = header(&head.headers, "lambda-runtime-invocation-id");
        let begun = self
            .session
            .change(|machine| machine.begin_answer("InvocationResponse", id, invocation_id));
        let caller = match begun {
            Ok(caller) => caller,
            Err(refusal) => return leave_unread(body, refuse(&refusal)).await,
        };
        let streamed = match header(&head.headers, "lambda-runtime-function-response-mode") {
            None | Some("") | Some("buffered") => false,
            Some("streaming") => true,
            // From here on the process is stuck, as it is on Lambda.
            Some(other) => {
                let message = format!("Invalid function response mode: {other}");
                let refusal =
                    Refusal::new(StatusCode::BAD_REQUEST, "InvalidFunctionResponseMode", message);
                return leave_unread(body, refuse(&refusal)).await;
            }
        };
        let begun = AnswerStart { content_type: head.headers.get(CONTENT_TYPE).cloned(), streamed };
        match caller {
            Some(caller) if streamed => self.stream(body, begun, &caller).await,
            caller => self.collect(body, begun, caller).await,
        }
    }

    /// Reads a whole answer, since its caller waits for the whole or the function doesn't stream.
    async fn collect(
        &self,
        mut body: Incoming,
        begun: AnswerStart,
        caller: Option<Caller>,
    ) -> Response<Reply> {
        match read(&mut body, LARGEST_RESPONSE).await {
            Read::Whole { bytes, trailers } => {
                match (failed_in_mid_stream(&trailers), caller) {
                    (Some((payload, error)), _) => self.finish(payload, Some(error)),
                    (None, None) => self.finish(bytes, None),
                    (None, Some(caller)) => {
                        caller.send(Piece::Start(begun)).await;
                        if !bytes.is_empty() {
                            caller.send(Piece::Data(bytes)).await;
                        }
                        self.finish(Bytes::new(), None);
                    }
                }
                accepted()
            }
            Read::TooLarge(over) => self.too_large(body, LARGEST_RESPONSE, over).await,
            Read::Cut if begun.streamed => self.cut_off(),
            // The process is stuck, and its caller waits for the timeout, as observed on the real
            // server.
            Read::Cut => refuse(&truncated()),
        }
    }

    /// Ends an invocation whose answer is larger than `limit` bytes. `over` bytes after the limit
    /// have been read.
    async fn too_large(&self, body: Incoming, limit: usize, over: usize) -> Response<Reply> {
        let words =
            format!("Response payload size exceeded maximum allowed payload size ({limit} bytes).");
        let error = FunctionError::found("Function.ResponseSizeTooLarge", &words);
        self.finish(error.json().into(), Some(error));
        let words = format!("Exceeded maximum allowed payload size ({limit} bytes).");
        let refusal = Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", words);
        leave_rest_unread(body, over, refuse(&refusal)).await
    }

    async fn error(&self, id: &str, request: Request<Incoming>) -> Response<Reply> {
        let (head, mut body) = request.into_parts();
        let invocation_id = header(&head.headers, "lambda-runtime-invocation-id");
        let begun = self
            .session
            .change(|machine| machine.begin_answer("InvocationErrorResponse", id, invocation_id));
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

    fn answer_of(&self, payload: Bytes, error: Option<FunctionError>) -> FunctionAnswer {
        let at = Instant::now();
        FunctionAnswer { payload, error, at, measured: (self.measure)() }
    }
}

enum Endpoint<'p> {
    Next,
    Response(&'p str),
    Error(&'p str),
    InitError,
}

/// An [`Endpoint`] whose body is read in a separate task.
enum Post {
    Response(String),
    Error(String),
    InitError,
}

async fn read_error(headers: &HeaderMap, body: &mut Incoming) -> Option<(Bytes, FunctionError)> {
    let error_type = header(headers, "lambda-runtime-function-error-type");
    match read(body, LARGEST_RESPONSE).await {
        Read::Whole { bytes, .. } => {
            let error = FunctionError::from_report(&bytes, error_type);
            Some((bytes, error))
        }
        // As on Lambda, an error that is too large keeps its type and loses its text.
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
    Refusal::new(
        StatusCode::BAD_REQUEST,
        "TruncatedHTTPRequest",
        "HTTP request detected as truncated",
    )
}
