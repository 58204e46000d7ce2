//! The answers to an invocation.

use serde_json::json;

use crate::defects::{self, defect};
use crate::invocation::Invocation;

#[derive(Clone)]
pub enum Answer {
    Response(Vec<u8>),
    Error { kind: &'static str, message: &'static str },
}

impl Answer {
    /// Returns the POST, head and body.
    pub fn request(&self, address: &str, invocation: &Invocation) -> Vec<u8> {
        let mut headers = String::new();
        let mut word = "response";
        let body = match self {
            Self::Response(body) => body.clone(),
            Self::Error { kind, message } => {
                word = if defect("error-as-response") { "response" } else { "error" };
                headers += &error_type(kind);
                error_body(kind, message)
            }
        };
        let skip =
            defect("no-invocation-id") || (word == "error" && defect("no-invocation-id-on-error"));
        if let Some(id) = invocation.invocation_id.as_ref().filter(|_| !skip) {
            headers += &format!("Lambda-Runtime-Invocation-Id: {id}\r\n");
        }
        defects::headers(&mut headers);
        let target = format!(
            "/2018-06-01/runtime/invocation/{}/{word}",
            defects::answered_id(&invocation.request_id)
        );
        post(address, &target, &headers, &body)
    }
}

/// Returns the POST that reports a failed initialisation.
pub fn init_error(address: &str, message: &str) -> Vec<u8> {
    let body = error_body("Function.Init", message);
    post(address, "/2018-06-01/runtime/init/error", &error_type("Function.Init"), &body)
}

/// Returns the JSON of an error.
pub fn error_body(kind: &str, message: &str) -> Vec<u8> {
    if defect("error-in-plain-text") {
        return message.as_bytes().to_vec();
    }
    if defect("error-without-message") {
        return json!({"errorType": kind}).to_string().into_bytes();
    }
    json!({"errorMessage": message, "errorType": kind, "stackTrace": []}).to_string().into_bytes()
}

fn error_type(kind: &str) -> String {
    match () {
        () if defect("empty-error-type") => "Lambda-Runtime-Function-Error-Type: \r\n".to_owned(),
        () => format!("Lambda-Runtime-Function-Error-Type: {kind}\r\n"),
    }
}

fn post(address: &str, target: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let method = if defect("puts-answers") { "PUT" } else { "POST" };
    let length =
        if defect("content-length-too-small") { body.len().saturating_sub(1) } else { body.len() };
    let head = format!(
        "{method} {target} HTTP/1.1\r\nHost: {address}\r\n{headers}Content-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}
