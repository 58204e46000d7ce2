//! serde's [`Deserializer`](de::Deserializer) of JSON.

use core::str::FromStr;

use serde::de::{self, Visitor};

use super::FromJson;
use super::access::{Members, Variant};
use super::error::{DeError, ErrorKind};
use super::in_place::BASE64;
use super::raw::{LENIENT, RAW};
use super::reader::Reader;
use super::text::{Captured, InPlace, Text};
use crate::bytes::base64;
use crate::bytes::number::decimal;
use crate::error::Error;

/// Reads a JSON text in place, as serde's [`Deserializer`](de::Deserializer). For a whole text,
/// [`from_slice`](super::from_slice) is shorter.
pub struct Deserializer<'de, T = InPlace<'de>> {
    pub(super) reader: Reader<'de, T>,
}

impl<'de> Deserializer<'de> {
    /// Creates a deserializer of `text`, which it overwrites.
    pub fn new(text: &'de mut [u8]) -> Self {
        Self { reader: Reader::new(InPlace::new(text)) }
    }

    /// Reads the whole text.
    ///
    /// # Errors
    /// Returns those of [`from_slice`](super::from_slice).
    pub fn all<V: FromJson<'de>>(&mut self) -> Result<V, Error> {
        let value = V::read(self);
        self.finish(value)
    }

    /// Reads a string, and returns it unescaped, to be decoded further in place. It isn't checked
    /// to be UTF-8. Returns `None` for null.
    pub(crate) fn string_mut(&mut self) -> Result<Option<&'de mut [u8]>, DeError> {
        if self.reader.peek() == b'n' {
            self.null()?;
            return Ok(None);
        }
        self.reader.string_mut().map(Some)
    }
}

impl<'de> Deserializer<'de, Captured<'de>> {
    /// Creates a deserializer of a captured value.
    pub(super) fn captured(text: &'de [u8]) -> Self {
        Self { reader: Reader::new(Captured::new(text)) }
    }
}

impl<'de, T: Text<'de>> Deserializer<'de, T> {
    /// Returns `value`, or adds the position to its error. Checks that the text ends.
    pub(crate) fn finish<V>(&mut self, value: Result<V, DeError>) -> Result<V, Error> {
        value.and_then(|value| self.reader.end().map(|()| value)).map_err(|error| self.error(error))
    }

    /// Adds the position to `error`.
    pub fn error(&self, error: DeError) -> Error {
        self.reader.error(error)
    }

    /// Reads a non-negative integer.
    fn unsigned(&mut self) -> Result<u64, DeError> {
        self.reader.number(ErrorKind::NoNumber)?;
        decimal(self.reader.token()).ok_or_else(|| self.reader.fail_token(ErrorKind::Range))
    }

    fn signed(&mut self) -> Result<i64, DeError> {
        self.reader.number(ErrorKind::NoNumber)?;
        let value = match self.reader.token() {
            [b'-', digits @ ..] => {
                decimal(digits).and_then(|value| 0i64.checked_sub_unsigned(value))
            }
            digits => decimal(digits).and_then(|value| value.try_into().ok()),
        };
        value.ok_or_else(|| self.reader.fail_token(ErrorKind::Range))
    }

    fn float<F: Float>(&mut self) -> Result<F, DeError> {
        self.reader.number(ErrorKind::NoNumber)?;
        self.float_token()
    }

    /// Returns the value of the last token, a number.
    fn float_token<F: Float>(&mut self) -> Result<F, DeError> {
        let value = str::from_utf8(self.reader.token()).ok().and_then(|text| text.parse().ok());
        value
            .filter(|&value: &F| value.into().is_finite())
            .ok_or_else(|| self.reader.fail_token(ErrorKind::Range))
    }

    fn bool(&mut self) -> Result<bool, DeError> {
        let value = self.reader.peek() == b't';
        self.reader.word(if value { b"true" } else { b"false" }, ErrorKind::NoBool)?;
        Ok(value)
    }

    fn null(&mut self) -> Result<(), DeError> {
        self.reader.peek();
        self.reader.word(b"null", ErrorKind::NoNull)
    }

    fn string(&mut self) -> Result<&'de str, DeError> {
        self.reader.string(ErrorKind::NoString)
    }

    fn base64(&mut self) -> Result<&'de [u8], DeError> {
        let start = self.reader.start();
        let text = self.reader.string_mut()?;
        let length = base64::decode_in_place(text)
            .map_err(|_| self.reader.fail_at(start, ErrorKind::Base64))?;
        Ok(text.get(..length).unwrap_or_default())
    }
}

/// An `f32` or an `f64`.
trait Float: FromStr + Copy + Into<f64> {}

impl Float for f32 {}
impl Float for f64 {}

macro_rules! integers {
    ($($deserialize:ident $visit:ident $read:ident)*) => {$(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
            visitor.$visit(self.$read()?)
        }
    )*};
}

impl<'de, T: Text<'de>> de::Deserializer<'de> for &mut Deserializer<'de, T> {
    type Error = DeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        match self.reader.peek() {
            b'{' => self.deserialize_map(visitor),
            b'[' => self.deserialize_seq(visitor),
            b't' | b'f' => self.deserialize_bool(visitor),
            b'n' => self.deserialize_unit(visitor),
            b'-' | b'0'..=b'9' => {
                self.reader.number(ErrorKind::Syntax)?;
                let signed = match self.reader.token() {
                    // Only floats have -0.
                    [b'-', digits @ ..] => decimal(digits)
                        .filter(|&value| value > 0)
                        .and_then(|value| 0i64.checked_sub_unsigned(value)),
                    digits => match decimal(digits) {
                        Some(value) => return visitor.visit_u64(value),
                        None => None,
                    },
                };
                match signed {
                    Some(value) => visitor.visit_i64(value),
                    None => visitor.visit_f64(self.float_token()?),
                }
            }
            _ => visitor.visit_borrowed_str(self.reader.string(ErrorKind::Syntax)?),
        }
    }

    integers! {
        deserialize_u8 visit_u64 unsigned
        deserialize_u16 visit_u64 unsigned
        deserialize_u32 visit_u64 unsigned
        deserialize_u64 visit_u64 unsigned
        deserialize_i8 visit_i64 signed
        deserialize_i16 visit_i64 signed
        deserialize_i32 visit_i64 signed
        deserialize_i64 visit_i64 signed
        deserialize_bool visit_bool bool
        deserialize_str visit_borrowed_str string
        deserialize_string visit_borrowed_str string
        deserialize_char visit_borrowed_str string
        deserialize_identifier visit_borrowed_str string
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        visitor.visit_f32(self.float::<f32>()?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        visitor.visit_f64(self.float::<f64>()?)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        visitor.visit_borrowed_bytes(self.string()?.as_bytes())
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        if self.reader.peek() == b'n' {
            self.null()?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.null()?;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DeError> {
        self.deserialize_unit(visitor)
    }

    /// The types of this module pass a name that selects how they are read.
    // Inlined, so that only what the program's types need is linked.
    #[inline(always)]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DeError> {
        match name {
            RAW => visitor.visit_borrowed_bytes(self.reader.capture(false)?),
            LENIENT => visitor.visit_borrowed_bytes(self.reader.capture(true)?),
            BASE64 => visitor.visit_borrowed_bytes(self.base64()?),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.reader.open(b'[', ErrorKind::NoArray)?;
        let mut elements = Members::new(self, b']');
        let value = visitor.visit_seq(&mut elements)?;
        elements.end()?;
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, DeError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, DeError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.reader.open(b'{', ErrorKind::NoObject)?;
        let mut fields = Members::new(self, b'}');
        let value = visitor.visit_map(&mut fields)?;
        fields.end()?;
        Ok(value)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeError> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeError> {
        if self.reader.is_string() {
            return visitor.visit_enum(Variant::new(self, true));
        }
        self.reader.open(b'{', ErrorKind::NoVariant)?;
        let value = visitor.visit_enum(Variant::new(self, false))?;
        if self.reader.close(b'}') {
            Ok(value)
        } else {
            Err(self.reader.fail(ErrorKind::NoVariant))
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.reader.skip()?;
        visitor.visit_unit()
    }
}
