//! What a server returned.

use alloc::string::String;
use alloc::vec::Vec;

use barelambda::http1::response::find;
use barelambda::json::{self, FromJson, RawJson};
use barelambda::{Error, Responder, Response};

use crate::error::REFUSED;

/// The longest body in which the name of an error is looked for.
const ERROR_BODY_LIMIT: usize = 64 * 1024;

/// A complete reply of any status: one of 300 or more isn't an [`Error`], since only
/// the caller knows what it means. [`success`](Self::success) makes it one.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    status: u16,
    head: Vec<u8>,
    body: Vec<u8>,
    failure: Failure,
}

/// The error that a service names in its reply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Failure {
    code: String,
    message: String,
}

impl Reply {
    /// Creates a reply from the header section and the decoded body.
    pub(crate) fn new(status: u16, head: Vec<u8>, body: Vec<u8>) -> Self {
        let failure = if status >= 300 { Failure::find(&head, &body) } else { Failure::default() };
        Self { status, head, body, failure }
    }

    /// Looks for an error of the service in the body, too, although the status is 200. If it has no
    /// code, `otherwise` is the code.
    pub(crate) fn with_late_error(mut self, otherwise: &str) -> Self {
        if self.is_success() {
            self.failure = Failure::find(&self.head, &self.body);
            if self.failure.code.is_empty() {
                self.failure.code = otherwise.into();
            }
        }
        self
    }

    /// The status code, from 200 to 599.
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// Whether the status is 2xx, and the reply names no error.
    pub const fn is_success(&self) -> bool {
        self.status < 300 && self.failure.code.is_empty()
    }

    /// The value of a header, or `None` if it's missing or isn't UTF-8. Names are
    /// case-insensitive.
    pub fn header(&self, name: &str) -> Option<&str> {
        str::from_utf8(find(&self.head, name.as_bytes())?).ok()
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Takes the body out of the reply.
    pub fn into_body(self) -> Vec<u8> {
        self.body
    }

    /// Reads the body as JSON, in place: strings borrow from it, and afterwards it isn't JSON any
    /// more.
    ///
    /// # Errors
    /// Returns those of [`json::from_slice`].
    pub fn json<'a, T: FromJson<'a>>(&'a mut self) -> Result<T, Error> {
        json::from_slice(&mut self.body)
    }

    /// The name of the service's error, such as `ConditionalCheckFailedException` or `NoSuchKey`.
    /// It is empty after a success, and if the reply has none, as one to a HEAD request.
    pub fn code(&self) -> &str {
        &self.failure.code
    }

    /// The message of the service's error, or an empty string.
    pub fn message(&self) -> &str {
        &self.failure.message
    }

    /// Returns the reply if it is a [success](Self::is_success).
    ///
    /// # Errors
    /// [`REFUSED`] with the status.
    pub fn success(self) -> Result<Self, Error> {
        if self.is_success() { Ok(self) } else { Err(REFUSED.with(self.status.into())) }
    }

    /// Responds to the invocation with the service's error: the type `Aws.Refused`, and a message
    /// that consists of the status, the [code](Self::code) and the [message](Self::message), as in
    /// `400 ValidationException: …`.
    ///
    /// # Errors
    /// The result is always `Ok`, as that of [`Responder::fail`].
    pub fn fail<'a>(&self, responder: Responder<'a>) -> Response<'a> {
        let (status, code, message) = (self.status, self.code(), self.message());
        responder.fail(REFUSED.error_type(), format_args!("{status} {code}: {message}"))
    }
}

impl Failure {
    /// Finds the error of a service: in the header `x-amzn-errortype`, in a JSON body's `__type` or
    /// `code`, or in an XML body's `Code` ([AWS JSON: error
    /// responses](https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html#operation-error-serialization)).
    fn find(head: &[u8], body: &[u8]) -> Self {
        let mut found = Self::default();
        if let Some(body) = body.get(..ERROR_BODY_LIMIT.min(body.len())) {
            match body.trim_ascii_start().first() {
                Some(b'{') => found.read_json(body),
                Some(b'<') => found.read_xml(body),
                _ => {}
            }
        }
        if let Some(name) = find(head, b"x-amzn-errortype")
            && let Ok(name) = str::from_utf8(name)
        {
            found.code = without_namespace(name).into();
        }
        found
    }

    fn read_json(&mut self, body: &[u8]) {
        // Strings are unescaped in place, and the caller may want the body as it is.
        let mut copy = Vec::new();
        if copy.try_reserve_exact(body.len()).is_err() {
            return;
        }
        copy.extend_from_slice(body);
        let Ok(body) = json::from_slice::<RawJson>(&mut copy) else { return };
        for (name, value) in body.fields() {
            let Some(text) = value.as_str() else { continue };
            match name {
                "__type" => self.code = without_namespace(text).into(),
                "code" | "Code" | "errorType" if self.code.is_empty() => {
                    self.code = without_namespace(text).into();
                }
                "message" | "Message" | "errorMessage" => self.message = text.into(),
                _ => {}
            }
        }
    }

    fn read_xml(&mut self, body: &[u8]) {
        let Ok(body) = str::from_utf8(body) else { return };
        self.code = element(body, "Code").map(unescape).unwrap_or_default();
        self.message = element(body, "Message").map(unescape).unwrap_or_default();
    }
}

/// Returns the name in `namespace#Name:http://…`.
fn without_namespace(name: &str) -> &str {
    let name = name.split(':').next().unwrap_or_default();
    name.rsplit('#').next().unwrap_or_default().trim()
}

/// Returns the text of the first element with this name, which has neither attributes nor
/// elements in it.
fn element<'x>(xml: &'x str, name: &str) -> Option<&'x str> {
    xml.match_indices(name).find_map(|(at, _)| {
        let rest = xml.get(at + name.len()..)?.strip_prefix('>')?;
        xml.get(..at)?.strip_suffix('<')?;
        let (text, end) = rest.split_once('<')?;
        end.strip_prefix('/')?.starts_with(name).then_some(text)
    })
}

/// Replaces the five entities that XML defines.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        rest = after;
        let entities = [("amp;", '&'), ("lt;", '<'), ("gt;", '>'), ("quot;", '"'), ("apos;", '\'')];
        match entities.iter().find_map(|(name, is)| Some((after.strip_prefix(name)?, is))) {
            Some((after, is)) => {
                plain.push(*is);
                rest = after;
            }
            None => plain.push('&'),
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(head: &str, body: &str) -> (String, String) {
        let reply = Reply::new(400, head.into(), body.into());
        (reply.code().into(), reply.message().into())
    }

    #[test]
    fn finds_the_errors_of_every_protocol() {
        for (head, body, code, message) in [
            (
                "",
                r#"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"a \"b\""}"#,
                "ConditionalCheckFailedException",
                "a \"b\"",
            ),
            ("", r#"{"message":"m","code":"Slow"}"#, "Slow", "m"),
            (
                "x-amzn-ErrorType: ResourceNotFoundException:http://internal.amazon.com/\r\n\r\n",
                r#"{"Message":"Function not found","Type":"User"}"#,
                "ResourceNotFoundException",
                "Function not found",
            ),
            (
                "",
                "<?xml version=\"1.0\"?>\n<Error><Code>NoSuchKey</Code><Message>not &lt;here&gt; &amp; &odd;</Message></Error>",
                "NoSuchKey",
                "not <here> & &odd;",
            ),
            (
                "",
                "<ErrorResponse xmlns=\"x\"><Error><Type>Sender</Type><Code>InvalidParameter</Code><Message>m</Message></Error></ErrorResponse>",
                "InvalidParameter",
                "m",
            ),
            ("", "<html>Bad Gateway</html>", "", ""),
            ("", "{\"message\":", "", ""),
            ("", "", "", ""),
            ("", "<Code>", "", ""),
            ("", "<Code>x</Other>", "", ""),
        ] {
            assert_eq!(failure(head, body), (code.into(), message.into()), "{body}");
        }
    }

    #[test]
    fn a_reply_cut_anywhere_is_no_panic() {
        for body in [
            "<Error><Code>NoSuchKey</Code><Message>a &amp; b</Message></Error>",
            r#"{"__type":"a#B","message":"m\n"}"#,
        ] {
            for len in 0..body.len() {
                failure("", &body[..len]);
            }
        }
    }

    #[test]
    fn a_late_error_has_a_code() {
        let late = |body: &str, otherwise| {
            let reply = Reply::new(200, Vec::new(), body.into()).with_late_error(otherwise);
            (String::from(reply.code()), String::from(reply.message()), reply.is_success())
        };
        let error = r#"{"errorType":"Oops","errorMessage":"m"}"#;
        assert_eq!(late(error, "Unhandled"), ("Oops".into(), "m".into(), false));
        // Lambda's own errors had no type before 2023.
        let timeout = r#"{"errorMessage":"Task timed out after 3.00 seconds"}"#;
        let message = "Task timed out after 3.00 seconds";
        assert_eq!(late(timeout, "Unhandled"), ("Unhandled".into(), message.into(), false));
        assert_eq!(late("null", "Unhandled"), ("Unhandled".into(), String::new(), false));
        assert_eq!(late("<CopyObjectResult/>", ""), (String::new(), String::new(), true));
    }

    #[test]
    fn a_success_has_no_error() {
        let reply = Reply::new(
            200,
            b"HTTP/1.1 200 OK\r\nETag: \"x\"\r\n\r\n".into(),
            br#"{"code":"x"}"#.into(),
        );
        assert_eq!((reply.code(), reply.header("etag")), ("", Some("\"x\"")));
        let mut reply = reply.success().unwrap();
        assert_eq!(reply.json::<RawJson>().unwrap().fields().count(), 1);
        let refused = Reply::new(404, Vec::new(), Vec::new()).success().unwrap_err();
        assert_eq!(refused, REFUSED.with(404));
    }
}
