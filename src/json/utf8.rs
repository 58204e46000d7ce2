//! UTF-8 ([RFC 3629](https://www.rfc-editor.org/rfc/rfc3629)).

/// `text`, if it is UTF-8.
pub(super) fn checked(text: &[u8]) -> Option<&str> {
    str::from_utf8(text).ok()
}
