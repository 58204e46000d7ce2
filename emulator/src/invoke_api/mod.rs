//! The Invoke API for AWS clients. Any name, alias or ARN is the emulator's one function. The
//! operations are Invoke and InvokeWithResponseStream.

mod event_stream;
mod streaming;

use std::future::pending;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::body::Incoming;
use hyper::header::HeaderName;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::function::Function;
use crate::http::{self, Read, Reply, header, header_value, leave_unread, read, reply, sized};
use crate::{InvokeOptions, LARGEST_ASYNCHRONOUS_PAYLOAD, LARGEST_PAYLOAD, Outcome, ids};

/// How many bytes of the log's end `X-Amz-Log-Type: Tail` returns.
const TAIL: usize = 4 << 10;

/// The header with the version that has run. There is only this one.
const EXECUTED_VERSION: (&str, &str) = ("x-amz-executed-version", "$LATEST");

/// The memory for the payloads of asynchronous invocations that wait, in KiB. With more, they are
/// refused, as by Lambda when its queue is full.
const QUEUE_KIB: usize = 64 << 10;

pub(crate) async fn serve(listener: TcpListener, function: Arc<Function>) {
    // Without an address, which doesn't happen, the server counts as one for this machine.
    let address = listener.local_addr().unwrap_or((Ipv4Addr::LOCALHOST, 0).into());
    let server = Arc::new(Server { function, address, queue: Arc::new(Semaphore::new(QUEUE_KIB)) });
    http::serve(listener, pending(), move |request| answer(server.clone(), request)).await;
}

struct Server {
    function: Arc<Function>,
    address: SocketAddr,
    /// A permit for each free KiB of the queue.
    queue: Arc<Semaphore>,
}

async fn answer(server: Arc<Server>, request: Request<Incoming>) -> Response<Reply> {
    let request_id = ids::uuid();
    let mut response = match invoke(&server, request, &request_id).await {
        Ok(response) => response,
        Err((error, body)) => {
            let response = error.response();
            match body {
                Some(body) => leave_unread(body, response).await,
                None => response,
            }
        }
    };
    response.headers_mut().insert("x-amzn-requestid", header_value(&request_id));
    response
}

/// An error of the API itself, and the unread body of its request.
type Refused = (ApiError, Option<Incoming>);

async fn invoke(
    server: &Server,
    request: Request<Incoming>,
    request_id: &str,
) -> Result<Response<Reply>, Refused> {
    let (head, mut body) = request.into_parts();
    if let Some(why) = http::foreign(&head.headers, server.address) {
        return Err((ApiError::forbidden(why), Some(body)));
    }
    let function = server.function.clone();
    let call = match InvokeCall::read(
        head.method,
        head.uri.path(),
        head.uri.query(),
        &head.headers,
        request_id,
    ) {
        Ok(call) => call,
        Err(error) => return Err((error, Some(body))),
    };
    let limit = match call.invocation_type {
        InvocationType::Event => LARGEST_ASYNCHRONOUS_PAYLOAD,
        InvocationType::RequestResponse | InvocationType::DryRun => LARGEST_PAYLOAD,
    };
    let payload = match read(&mut body, limit).await {
        Read::Whole { bytes, .. } => bytes,
        Read::TooLarge(_) => return Err((ApiError::too_large(limit), Some(body))),
        Read::Cut => return Err((ApiError::content("The request's body is incomplete"), None)),
    };
    if !function.accepts_raw_payloads()
        && let Err(words) = check_payload(&payload)
    {
        return Err((ApiError::content(&words), None));
    }
    match call.invocation_type {
        InvocationType::RequestResponse if call.streamed => {
            streaming::answer(function, payload, call).await.map_err(|error| (error, None))
        }
        InvocationType::DryRun => Ok(empty(StatusCode::NO_CONTENT)),
        InvocationType::Event => {
            // Each event has at least one permit, so that their number is limited too.
            let kib = u32::try_from(payload.len() / 1024 + 1).unwrap_or(u32::MAX);
            let Ok(room) = server.queue.clone().try_acquire_many_owned(kib) else {
                return Err((ApiError::too_many(), None));
            };
            tokio::spawn(async move {
                function.invoke(payload, call.options).await;
                drop(room);
            });
            Ok(empty(StatusCode::ACCEPTED))
        }
        InvocationType::RequestResponse => {
            // A separate task runs the invocation, so that a caller that disconnects doesn't stop
            // it.
            let running = tokio::spawn(async move { function.invoke(payload, call.options).await });
            match running.await {
                Ok(outcome) => Ok(answered(outcome, call.tail)),
                Err(error) => {
                    Err((ApiError::service(&format!("The emulator failed: {error}")), None))
                }
            }
        }
    }
}

/// Checks that a payload is JSON or empty, as Lambda's Invoke API does before it invokes a
/// function.
///
/// # Errors
/// The message of Lambda's `InvalidRequestContentException`, and what is wrong.
pub fn check_payload(payload: &[u8]) -> Result<(), String> {
    if payload.is_empty() {
        return Ok(());
    }
    // A raw value isn't stored, and may be nested to any depth.
    match serde_json::from_slice::<&RawValue>(payload) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!(
            "Could not parse request body into json: Could not parse payload into json: {error}"
        )),
    }
}

/// A request to the Invoke API.
#[derive(Debug)]
struct InvokeCall {
    invocation_type: InvocationType,
    /// Whether the operation is InvokeWithResponseStream.
    streamed: bool,
    tail: bool,
    options: InvokeOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InvocationType {
    RequestResponse,
    Event,
    DryRun,
}

impl InvokeCall {
    fn read(
        method: Method,
        path: &str,
        query: Option<&str>,
        headers: &HeaderMap,
        request_id: &str,
    ) -> Result<Self, ApiError> {
        let segments: Vec<&str> = path.split('/').collect();
        let (name, streamed) = match segments[..] {
            ["", "2015-03-31", "functions", name, "invocations"] => (name, false),
            ["", "2021-11-15", "functions", name, "response-streaming-invocations"] => (name, true),
            _ => return Err(ApiError::unknown_path(path)),
        };
        if method != Method::POST {
            return Err(ApiError::method(&method));
        }
        let mut function = decoded(name);
        if let Some(qualifier) = qualifier(query) {
            function = format!("{function}:{qualifier}");
        }
        let invocation_type = match header(headers, "x-amz-invocation-type") {
            None | Some("RequestResponse") => InvocationType::RequestResponse,
            Some("Event") if !streamed => InvocationType::Event,
            Some("DryRun") => InvocationType::DryRun,
            Some(other) => {
                return Err(ApiError::parameter(&format!("Unknown invocation type: {other}")));
            }
        };
        let tail = match header(headers, "x-amz-log-type") {
            None | Some("None") => false,
            Some("Tail") => true,
            Some(other) => return Err(ApiError::parameter(&format!("Unknown log type: {other}"))),
        };
        let client_context =
            header(headers, "x-amz-client-context").map(client_context).transpose()?;
        let options = InvokeOptions {
            request_id: Some(request_id.to_owned()),
            function: Some(function),
            trace_id: header(headers, "x-amzn-trace-id").map(str::to_owned),
            tenant_id: header(headers, "x-amz-tenant-id").map(str::to_owned),
            client_context,
            ..InvokeOptions::default()
        };
        Ok(Self { invocation_type, streamed, tail, options })
    }
}

fn answered(outcome: Outcome, tail: bool) -> Response<Reply> {
    let log = tail.then(|| log_tail(&outcome));
    let failed = outcome.function_error.is_some();
    let mut response = reply(StatusCode::OK, "application/json", outcome.payload);
    let mut set = |name, value: &str| {
        response.headers_mut().insert(HeaderName::from_static(name), header_value(value))
    };
    set(EXECUTED_VERSION.0, EXECUTED_VERSION.1);
    if failed {
        set("x-amz-function-error", "Unhandled");
    }
    if let Some(log) = log {
        set("x-amz-log-result", &log);
    }
    response
}

/// Returns the end of the log in base64, with the lines that Lambda writes around the function's
/// output.
fn log_tail(outcome: &Outcome) -> String {
    let Outcome { request_id, log, .. } = outcome;
    let line_feed = if log.is_empty() || log.ends_with('\n') { "" } else { "\n" };
    let text = format!(
        "START RequestId: {request_id} Version: $LATEST\n{log}{line_feed}END RequestId: {request_id}\n{}\n",
        outcome.report_line()
    );
    BASE64.encode(&text.as_bytes()[text.len().saturating_sub(TAIL)..])
}

/// Decodes a client context, which is JSON in base64.
fn client_context(base64: &str) -> Result<String, ApiError> {
    let wrong = || ApiError::content("Client context must be a valid Base64-encoded JSON object.");
    let bytes = BASE64.decode(base64).map_err(|_| wrong())?;
    let text = String::from_utf8(bytes).map_err(|_| wrong())?;
    match serde_json::from_str(&text) {
        Ok(Value::Object(_)) => Ok(text),
        _ => Err(wrong()),
    }
}

fn qualifier(query: Option<&str>) -> Option<String> {
    let pairs = query?.split('&');
    pairs
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, _)| *name == "Qualifier")
        .map(|(_, value)| decoded(value))
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn empty(status: StatusCode) -> Response<Reply> {
    let mut response = Response::new(sized(""));
    *response.status_mut() = status;
    response
}

/// An error in AWS's format: the type in a header, the party at fault and a message in the body.
#[derive(Debug)]
struct ApiError {
    status: StatusCode,
    kind: &'static str,
    fault: &'static str,
    message: String,
}

impl ApiError {
    fn user(status: StatusCode, kind: &'static str, message: String) -> Self {
        Self { status, kind, fault: "User", message }
    }

    fn content(message: &str) -> Self {
        Self::user(StatusCode::BAD_REQUEST, "InvalidRequestContentException", message.to_owned())
    }

    fn parameter(message: &str) -> Self {
        Self::user(StatusCode::BAD_REQUEST, "InvalidParameterValueException", message.to_owned())
    }

    fn too_large(limit: usize) -> Self {
        let message =
            format!("Request must be smaller than {limit} bytes for the InvokeFunction operation");
        // The type that Lambda sends; the API's reference calls it RequestTooLargeException.
        Self::user(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLargeException", message)
    }

    fn forbidden(message: String) -> Self {
        Self::user(StatusCode::FORBIDDEN, "AccessDeniedException", message)
    }

    fn too_many() -> Self {
        let message = "Rate Exceeded: too many asynchronous invocations are waiting".to_owned();
        Self::user(StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", message)
    }

    fn unknown_path(path: &str) -> Self {
        let message = format!(
            "unknown path {path}: expected POST /2015-03-31/functions/NAME/invocations or POST \
             /2021-11-15/functions/NAME/response-streaming-invocations"
        );
        Self::user(StatusCode::NOT_FOUND, "UnknownOperationException", message)
    }

    fn method(method: &Method) -> Self {
        let message = format!("A function is invoked by POST, not by {method}");
        Self::user(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowedException", message)
    }

    fn service(message: &str) -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self { status, kind: "ServiceException", fault: "Service", message: message.to_owned() }
    }

    fn response(&self) -> Response<Reply> {
        let body = json!({"Type": self.fault, "message": self.message}).to_string();
        let mut response = reply(self.status, "application/json", body);
        response.headers_mut().insert("x-amzn-errortype", header_value(self.kind));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_json_or_empty() {
        let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
        for good in [&b""[..], b"{}", b" \"text\"\r\n", b"-7", b"null", &deep] {
            assert_eq!(check_payload(good), Ok(()));
        }
        for bad in
            [&b"not json"[..], b"{", b"{}{}", b" ", b"\xef\xbb\xbf{}", b"\"\xff\"", b"01", b"NaN"]
        {
            let words = check_payload(bad).unwrap_err();
            assert!(words.starts_with("Could not parse request body into json: "), "{words}");
        }
    }

    #[test]
    fn names_and_qualifiers_are_decoded() {
        let call = |path, query| {
            InvokeCall::read(Method::POST, path, query, &HeaderMap::new(), "id").unwrap()
        };
        let plain = call(
            "/2015-03-31/functions/arn%3Aaws%3Alambda%3Ax%3A1%3Afunction%3Af/invocations",
            None,
        );
        assert_eq!(plain.options.function.unwrap(), "arn:aws:lambda:x:1:function:f");
        assert_eq!(plain.invocation_type, InvocationType::RequestResponse);
        let qualified =
            call("/2015-03-31/functions/f/invocations", Some("a=b&Qualifier=%24LATEST"));
        assert_eq!(qualified.options.function.unwrap(), "f:$LATEST");
    }

    #[test]
    fn a_client_context_is_the_base64_of_a_json_object() {
        assert_eq!(client_context(&BASE64.encode(r#"{"custom":{}}"#)).unwrap(), r#"{"custom":{}}"#);
        for wrong in ["%", &BASE64.encode("[]"), &BASE64.encode("{"), &BASE64.encode([0xff])] {
            let error = client_context(wrong).unwrap_err();
            assert_eq!(
                (error.status, error.kind),
                (StatusCode::BAD_REQUEST, "InvalidRequestContentException")
            );
        }
    }
}
