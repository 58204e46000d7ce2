//! What is in arrays, objects and enums.

use serde::de::{DeserializeSeed, Deserializer as _, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::de::Deserializer;
use crate::error::Error;

/// The elements of an array, or the fields of an object, which was opened.
pub(super) struct Members<'d, 'de> {
    deserializer: &'d mut Deserializer<'de>,
    /// What closes it.
    bracket: u8,
    is_first: bool,
    has_ended: bool,
}

impl<'d, 'de> Members<'d, 'de> {
    pub(super) const fn new(deserializer: &'d mut Deserializer<'de>, bracket: u8) -> Self {
        Self { deserializer, bracket, is_first: true, has_ended: false }
    }

    /// Closes it, unless that has been done.
    ///
    /// # Errors
    /// [`Error::JSON_LENGTH`], if there is more than was read.
    pub(super) fn end(&mut self) -> Result<(), Error> {
        if self.more()? { Err(self.deserializer.reader.error(Error::JSON_LENGTH)) } else { Ok(()) }
    }

    fn more(&mut self) -> Result<bool, Error> {
        self.has_ended = self.has_ended || !self.deserializer.reader.more(self.is_first, self.bracket)?;
        self.is_first = false;
        Ok(!self.has_ended)
    }
}

impl<'de> SeqAccess<'de> for &mut Members<'_, 'de> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        if self.more()? { self.deserializer.read(seed).map(Some) } else { Ok(None) }
    }
}

impl<'de> MapAccess<'de> for &mut Members<'_, 'de> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        if !self.more()? {
            return Ok(None);
        }
        if !self.deserializer.reader.is_string() {
            return Err(self.deserializer.reader.unexpected(Error::JSON_NAME));
        }
        self.deserializer.read(seed).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        self.deserializer.reader.expect(b':', Error::JSON_COLON)?;
        self.deserializer.read(seed)
    }
}

/// A variant of an enum: a string, or the only field of an object, which was opened.
pub(super) struct Variant<'d, 'de> {
    deserializer: &'d mut Deserializer<'de>,
    is_unit: bool,
}

impl<'d, 'de> Variant<'d, 'de> {
    pub(super) const fn new(deserializer: &'d mut Deserializer<'de>, is_unit: bool) -> Self {
        Self { deserializer, is_unit }
    }

    /// Goes to what the variant holds.
    fn content(self) -> Result<&'d mut Deserializer<'de>, Error> {
        if self.is_unit {
            return Err(self.deserializer.reader.error(Error::JSON_UNFIT));
        }
        self.deserializer.reader.expect(b':', Error::JSON_COLON)?;
        Ok(self.deserializer)
    }
}

impl<'de> EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Error> {
        if !self.deserializer.reader.is_string() {
            return Err(self.deserializer.reader.unexpected(Error::JSON_NO_VARIANT));
        }
        Ok((self.deserializer.read(seed)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        if self.is_unit {
            return Ok(());
        }
        let deserializer = self.content()?;
        serde::Deserialize::deserialize(deserializer)
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        self.content()?.read(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.content()?.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        self.content()?.deserialize_map(visitor)
    }
}
