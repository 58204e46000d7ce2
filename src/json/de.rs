//! The [`Deserializer`].

use core::marker::PhantomData;
use core::str::FromStr;

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Visitor};

use super::access::{Members, Variant};
use super::base64;
use super::in_place::{ASIDE, BASE64};
use super::raw::RAW;
use super::reader::{Number, Reader};
use crate::error::Error;

/// Reads a JSON text in place: serde's [`Deserializer`](de::Deserializer). [`from_slice`](super::from_slice) is shorter, where it does.
pub struct Deserializer<'de> {
    pub(super) reader: Reader<'de>,
    aside: Option<&'de mut [u8]>,
}

impl<'de> Deserializer<'de> {
    /// A deserializer of `text`, which it will change.
    pub const fn new(text: &'de mut [u8]) -> Self {
        Self { reader: Reader::new(text), aside: None }
    }

    /// A deserializer of what was captured.
    pub(super) const fn captured(text: &'de [u8]) -> Self {
        Self { reader: Reader::captured(text), aside: None }
    }

    /// Reads the next value.
    ///
    /// # Errors
    /// Those of [`from_slice`](super::from_slice), but [`Error::JSON_TRAILING`].
    pub fn value<T: Deserialize<'de>>(&mut self) -> Result<T, Error> {
        self.read(PhantomData)
    }

    /// Reads to the end of the text.
    ///
    /// # Errors
    /// [`Error::JSON_TRAILING`], if there is anything but blanks.
    pub fn end(&mut self) -> Result<(), Error> {
        self.reader.end()
    }

    /// The string of the field that was of the type [`Aside`](super::Aside), if it has been read and was not null.
    pub const fn take_aside(&mut self) -> Option<&'de mut [u8]> {
        self.aside.take()
    }

    /// Reads the next value. Its place becomes that of an error that has none, as it came from the type.
    pub(super) fn read<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let start = self.reader.start();
        seed.deserialize(&mut *self).map_err(|error| if error.number().is_none() { error.with(start) } else { error })
    }

    fn integer(&mut self) -> Result<(Number, u64), Error> {
        let start = self.reader.start();
        let number = self.reader.number(Error::JSON_NO_INTEGER)?;
        let is_integer = !self.reader.text_of(&number).contains(['.', 'e', 'E']);
        let error = if is_integer { Error::JSON_RANGE } else { Error::JSON_NO_INTEGER };
        let integer = number.integer.ok_or(error.with(start))?;
        Ok((number, integer))
    }

    fn unsigned(&mut self) -> Result<u64, Error> {
        let start = self.reader.start();
        let (number, integer) = self.integer()?;
        if number.is_negative && integer > 0 { Err(Error::JSON_RANGE.with(start)) } else { Ok(integer) }
    }

    fn signed(&mut self) -> Result<i64, Error> {
        let start = self.reader.start();
        let (number, integer) = self.integer()?;
        signed(&number, integer).ok_or(Error::JSON_RANGE.with(start))
    }

    fn float<F: Float>(&mut self) -> Result<F, Error> {
        let start = self.reader.start();
        let number = self.reader.number(Error::JSON_NO_NUMBER)?;
        self.float_of(&number).ok_or(Error::JSON_RANGE.with(start))
    }

    fn float_of<F: Float>(&self, number: &Number) -> Option<F> {
        self.reader.text_of(number).parse().ok().filter(|&value: &F| value.into().is_finite())
    }

    fn bool(&mut self) -> Result<bool, Error> {
        let value = self.reader.peek() == b't';
        self.reader.word(if value { b"true" } else { b"false" }, Error::JSON_NO_BOOL)?;
        Ok(value)
    }

    fn null(&mut self) -> Result<(), Error> {
        self.reader.peek();
        self.reader.word(b"null", Error::JSON_NO_NULL)
    }

    fn string(&mut self) -> Result<&'de str, Error> {
        self.reader.string(Error::JSON_NO_STRING)
    }

    fn base64(&mut self) -> Result<&'de [u8], Error> {
        let start = self.reader.start();
        let text = self.reader.string_mut()?;
        let length = base64::decode_in_place(text).map_err(|_| Error::JSON_BASE64.with(start))?;
        Ok(text.get(..length).unwrap_or_default())
    }

    /// Sets a string aside; says whether it was one, and not null.
    fn set_aside(&mut self) -> Result<bool, Error> {
        if self.reader.peek() == b'n' {
            self.null()?;
            return Ok(false);
        }
        self.aside = Some(self.reader.string_mut()?);
        Ok(true)
    }
}

/// A float of either size.
trait Float: FromStr + Copy + Into<f64> {}

impl Float for f32 {}
impl Float for f64 {}

/// The integer with its sign; `None` if it is beyond 64 bits.
fn signed(number: &Number, integer: u64) -> Option<i64> {
    if number.is_negative { 0i64.checked_sub_unsigned(integer) } else { integer.try_into().ok() }
}

macro_rules! integers {
    ($($deserialize:ident $visit:ident $read:ident)*) => {$(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit(self.$read()?)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for &mut Deserializer<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.reader.peek() {
            b'{' => self.deserialize_map(visitor),
            b'[' => self.deserialize_seq(visitor),
            b't' | b'f' => self.deserialize_bool(visitor),
            b'n' => self.deserialize_unit(visitor),
            b'-' | b'0'..=b'9' => {
                let start = self.reader.place();
                let number = self.reader.number(Error::JSON_VALUE)?;
                let unsigned = number.integer.filter(|_| !number.is_negative);
                // -0 is a float, as only floats have it.
                let signed = number.integer.filter(|&integer| integer > 0).and_then(|integer| signed(&number, integer));
                match (unsigned, signed) {
                    (Some(integer), _) => visitor.visit_u64(integer),
                    (None, Some(integer)) => visitor.visit_i64(integer),
                    (None, None) => visitor.visit_f64(self.float_of(&number).ok_or(Error::JSON_RANGE.with(start))?),
                }
            }
            _ => visitor.visit_borrowed_str(self.reader.string(Error::JSON_VALUE)?),
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

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_f32(self.float::<f32>()?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_f64(self.float::<f64>()?)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_bytes(self.string()?.as_bytes())
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.reader.peek() == b'n' {
            self.null()?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.null()?;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    /// The types of this module tell by their names how they want to be read.
    // Inlined so that only what the program's types need is linked.
    #[inline(always)]
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        match name {
            RAW => visitor.visit_borrowed_bytes(self.reader.capture()?),
            BASE64 => visitor.visit_borrowed_bytes(self.base64()?),
            ASIDE => visitor.visit_bool(self.set_aside()?),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.reader.open(b'[', Error::JSON_NO_ARRAY)?;
        let mut elements = Members::new(self, b']');
        let value = visitor.visit_seq(&mut elements)?;
        elements.end()?;
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.reader.open(b'{', Error::JSON_NO_OBJECT)?;
        let mut fields = Members::new(self, b'}');
        let value = visitor.visit_map(&mut fields)?;
        fields.end()?;
        Ok(value)
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        if self.reader.is_string() {
            return visitor.visit_enum(Variant::new(self, true));
        }
        self.reader.open(b'{', Error::JSON_NO_VARIANT)?;
        let value = visitor.visit_enum(Variant::new(self, false))?;
        if self.reader.more(true, b'}')? { Err(self.reader.error(Error::JSON_NO_VARIANT)) } else { Ok(value) }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.reader.skip()?;
        visitor.visit_unit()
    }
}
