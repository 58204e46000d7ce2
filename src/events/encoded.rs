//! Texts that stand for something else, and are decoded into a buffer.

use crate::bytes::base64;
use crate::error::Error;

/// Bytes that stand in an event as base64, where they are not decoded in place.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Base64Text<'a> {
    text: &'a str,
}

impl<'a> Base64Text<'a> {
    /// `text`, which should be base64.
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text }
    }

    /// The base64.
    pub const fn as_str(self) -> &'a str {
        self.text
    }

    /// The bytes, decoded into `buffer`, which takes as many bytes as the base64 has characters. They stand at its front.
    ///
    /// # Errors
    /// [`Error::DECODING_BUFFER`] if it is smaller; [`Error::JSON_BASE64`], with the place in the text, counted from 1.
    pub fn decode_into(self, buffer: &mut [u8]) -> Result<&mut [u8], Error> {
        let buffer = buffer.get_mut(..self.text.len()).ok_or(Error::DECODING_BUFFER)?;
        buffer.copy_from_slice(self.text.as_bytes());
        let len = base64::decode_in_place(buffer).map_err(|index| Error::JSON_BASE64.with(index as u32 + 1))?;
        Ok(buffer.get_mut(..len).unwrap_or_default())
    }
}

/// Decodes what is encoded as in the query of a URL, into `buffer`: `+` is a blank, and `%` begins a byte in hexadecimal. Keys of S3, and
/// what a load balancer passes on, are of this form
/// ([URL Standard, section 5.1](https://url.spec.whatwg.org/#urlencoded-parsing)).
///
/// `buffer` takes as many bytes as the result; as many as `text` has are always enough.
///
/// ```
/// let mut buffer = [0; 64];
/// assert_eq!(barelambda::events::url_decode("a+caf%C3%A9%2B", &mut buffer), Ok("a café+"));
/// ```
///
/// # Errors
/// [`Error::DECODING_BUFFER`] if it is smaller; [`Error::URL_ENCODING`] for a `%` without two hexadecimal digits, and for bytes that are
/// not UTF-8.
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
