//! The body of an answer that reports an error.

use core::fmt;

use super::Error;
use crate::bytes::cursor::Cursor;
use crate::bytes::json_escape::escape_cut;

/// Writes the body of an error, `{"errorType":…,"stackTrace":[],"errorMessage":…}`, into a buffer
/// of at least 256 bytes. A message that doesn't fit is cut.
///
/// ```
/// use barelambda::runtime_api::answer::ErrorBody;
///
/// let mut buffer = [0; 256];
/// let mut body = ErrorBody::new("Function.Example", &mut buffer);
/// body.push("a \"quoted\" word\n");
/// assert_eq!(
///     body.finish(),
///     br#"{"errorType":"Function.Example","stackTrace":[],"errorMessage":"a \"quoted\" word\n"}"#
/// );
/// ```
pub struct ErrorBody<'a> {
    cursor: Cursor<'a>,
}

/// The largest number of digits in a number.
const LONGEST_NUMBER: usize = 10;

impl<'a> ErrorBody<'a> {
    /// The text before the error type, the text after it, and the text after the message.
    pub(crate) const BEGIN: &'static [u8] = b"{\"errorType\":\"";
    pub(crate) const MESSAGE: &'static [u8] = b"\",\"stackTrace\":[],\"errorMessage\":\"";
    pub(crate) const END: &'static [u8] = b"\"}";

    /// The minimum size of the buffer, in bytes.
    pub const MIN: usize = 256;

    /// Begins the body of an error of the type `error_type`, with an empty message.
    pub fn new(error_type: &str, buffer: &'a mut [u8]) -> Self {
        Self::of_type(error_type.as_bytes(), buffer)
    }

    /// As [`new`](Self::new), for bytes that are UTF-8.
    pub(crate) fn of_type(error_type: &[u8], buffer: &'a mut [u8]) -> Self {
        let mut cursor = Cursor::new(buffer);
        cursor.push(Self::BEGIN);
        escape_cut(&mut cursor, error_type, Self::MESSAGE.len() + Self::END.len());
        cursor.push(Self::MESSAGE);
        Self { cursor }
    }

    /// Returns the body of an error whose type and message need no escapes. Each has at most a
    /// third of [`MIN`](Self::MIN) bytes, so it fits.
    pub(crate) fn plain(error: Error, buffer: &mut [u8]) -> &[u8] {
        let mut cursor = Cursor::new(buffer);
        cursor.push(Self::BEGIN);
        cursor.push(error.error_type().as_bytes());
        cursor.push(Self::MESSAGE);
        cursor.push(error.message_bytes());
        if let Some(number) = error.number() {
            cursor.push(b" ");
            cursor.push_number(number.into());
        }
        cursor.push(Self::END);
        cursor.into_written()
    }

    /// Returns the body of an error.
    pub(crate) fn escaped(error: Error, buffer: &mut [u8]) -> &[u8] {
        let mut body = ErrorBody::new(error.error_type(), buffer);
        body.push_error(error);
        body.finish()
    }

    /// Appends to the message.
    pub fn push(&mut self, text: &str) {
        self.push_bytes(text.as_bytes());
    }

    /// As [`push`](Self::push), for bytes that are UTF-8.
    pub(crate) fn push_bytes(&mut self, text: &[u8]) {
        escape_cut(&mut self.cursor, text, Self::END.len());
    }

    /// Appends a number to the message. A number that doesn't fit is omitted.
    pub fn push_number(&mut self, number: u32) {
        if self.cursor.room() > LONGEST_NUMBER + Self::END.len() {
            self.cursor.push_number(number.into());
        }
    }

    /// Appends an error's message, with its number.
    pub fn push_error(&mut self, error: Error) {
        self.push_bytes(error.message_bytes());
        if let Some(number) = error.number() {
            self.push(" ");
            self.push_number(number);
        }
        if !error.path().is_empty() {
            self.push(", in ");
            self.push(error.path());
        }
    }

    /// Returns the body.
    pub fn finish(mut self) -> &'a [u8] {
        self.cursor.push(Self::END);
        self.cursor.into_written()
    }
}

impl fmt::Write for ErrorBody<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::fmt::Write;

    #[test]
    fn every_character_is_escaped_as_in_json() {
        let mut buffer = [0; 512];
        let mut body = ErrorBody::new("Function.\"A\"", &mut buffer);
        body.write_str("\0\t\u{1f}\\/\u{7f}é\u{1f600}").unwrap();
        body.push_error(Error::CONNECT.with(111));
        assert_eq!(
            str::from_utf8(body.finish()).unwrap(),
            "{\"errorType\":\"Function.\\\"A\\\"\",\"stackTrace\":[],\"errorMessage\":\"\
             \\u0000\\t\\u001f\\\\/\u{7f}é\u{1f600}cannot connect: os error 111\"}"
        );
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        for size in ErrorBody::MIN..ErrorBody::MIN + 16 {
            let mut buffer = std::vec![0; size];
            let mut body = ErrorBody::new(&"t".repeat(1000), &mut buffer);
            for text in ["é\u{1f600}\"\0", "more"].iter().cycle().take(100) {
                body.push(text);
                body.push_number(1234);
            }
            let text = str::from_utf8(body.finish()).unwrap();
            assert!(text.starts_with("{\"errorType\":\"ttt") && text.ends_with("\"}"), "{text}");
            assert!(text.contains("\",\"stackTrace\":[],\"errorMessage\":\""), "{text}");
        }
        let mut buffer = std::vec![0; ErrorBody::MIN];
        let mut body = ErrorBody::new("T", &mut buffer);
        body.push(&"é".repeat(200));
        let text = str::from_utf8(body.finish()).unwrap();
        assert!(text.ends_with("é\"}") && text.len() > 240, "{text}");
    }
}
