//! Strings that are decoded in place after they have been unescaped.

use core::fmt;
use core::ops::Deref;

use serde::de::{self, Deserialize, Visitor};

/// The name that makes the deserializer decode a string.
pub(super) const BASE64: &str = "$barelambda::json::Base64";

/// The bytes that a string encodes in base64 ([RFC 4648, section
/// 4](https://www.rfc-editor.org/rfc/rfc4648#section-4)), decoded in place.
///
/// ```
/// use barelambda::json::{self, Base64};
///
/// let mut text = *br#""aGVsbG8=""#;
/// let data: Base64 = json::from_slice(&mut text)?;
/// assert_eq!(*data, *b"hello");
/// # Ok::<(), barelambda::Error>(())
/// ```
///
/// Reading fails with [`Error::JSON_BASE64`](crate::Error::JSON_BASE64) if the string isn't base64,
/// and with [`Error::JSON_UNCHANGEABLE`](crate::Error::JSON_UNCHANGEABLE) if it is in a
/// [`RawJson`](super::RawJson).
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Base64<'a>(pub &'a [u8]);

impl Deref for Base64<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Base64<'a> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(BASE64, Decode)
    }
}

struct Decode;

impl<'de> Visitor<'de> for Decode {
    type Value = Base64<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("base64 in barelambda's JSON")
    }

    fn visit_borrowed_bytes<E: de::Error>(self, bytes: &'de [u8]) -> Result<Base64<'de>, E> {
        Ok(Base64(bytes))
    }
}
