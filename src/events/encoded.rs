//! Encoded strings, decoded into a buffer.

use crate::bytes::base64;
use crate::error::Error;

/// A binary value as base64, decoded into a buffer and not in place.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Base64Text<'a> {
    text: &'a str,
}

impl<'a> Base64Text<'a> {
    /// Wraps `text`, which should be base64.
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text }
    }

    /// Returns the base64.
    pub const fn as_str(self) -> &'a str {
        self.text
    }

    /// Decodes the base64 into `buffer`, and returns the decoded bytes. The buffer must have at
    /// least the length of the base64.
    ///
    /// # Errors
    /// [`Error::DECODING_BUFFER`] if the buffer is smaller; [`Error::JSON_BASE64`] if the base64 is
    /// invalid, with the position in it, counted from 1.
    pub fn decode_into(self, buffer: &mut [u8]) -> Result<&mut [u8], Error> {
        let buffer = buffer.get_mut(..self.text.len()).ok_or(Error::DECODING_BUFFER)?;
        buffer.copy_from_slice(self.text.as_bytes());
        let len = base64::decode_in_place(buffer)
            .map_err(|index| Error::JSON_BASE64.with(index as u32 + 1))?;
        Ok(buffer.get_mut(..len).unwrap_or_default())
    }
}

/// Decodes a percent-encoded `text` into `buffer`, as in the query of a URL: `+` is a space, and
/// `%` precedes the two hexadecimal digits of a byte ([URL Standard, section
/// 5.1](https://url.spec.whatwg.org/#urlencoded-parsing)). S3 encodes keys so, and a load balancer
/// passes on paths and queries so.
///
/// The buffer must hold the result. The length of `text` is always enough.
///
/// ```
/// let mut buffer = [0; 64];
/// assert_eq!(barelambda::events::url_decode("a+caf%C3%A9%2B", &mut buffer), Ok("a café+"));
/// ```
///
/// # Errors
/// [`Error::DECODING_BUFFER`] if the buffer is smaller; [`Error::URL_ENCODING`] if two hexadecimal
/// digits don't follow a `%`, or if the result isn't valid UTF-8.
pub fn url_decode<'b>(text: &str, buffer: &'b mut [u8]) -> Result<&'b str, Error> {
    let mut free = buffer.iter_mut();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let decoded = match byte {
            b'+' => b' ',
            b'%' => hex(bytes.next())? << 4 | hex(bytes.next())?,
            _ => byte,
        };
        *free.next().ok_or(Error::DECODING_BUFFER)? = decoded;
    }
    let left = free.len();
    let len = buffer.len().saturating_sub(left);
    str::from_utf8(buffer.get(..len).unwrap_or_default()).map_err(|_| Error::URL_ENCODING)
}

fn hex(digit: Option<u8>) -> Result<u8, Error> {
    match digit {
        Some(digit @ b'0'..=b'9') => Ok(digit - b'0'),
        Some(digit @ b'A'..=b'F') => Ok(digit - b'A' + 10),
        Some(digit @ b'a'..=b'f') => Ok(digit - b'a' + 10),
        _ => Err(Error::URL_ENCODING),
    }
}
