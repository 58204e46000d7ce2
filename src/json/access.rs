//! What is in arrays, objects and enums.

use serde::de::{DeserializeSeed, Deserializer as _, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::de::Deserializer;
use super::failure::Failure;
use crate::error::Error;

/// The elements of an array, or the fields of an object, which was opened.
pub(super) struct Members<'d, 'de> {
    deserializer: &'d mut Deserializer<'de>,
    /// What closes it; zero when that has been read.
    bracket: u8,
}

impl<'d, 'de> Members<'d, 'de> {
    pub(super) const fn new(deserializer: &'d mut Deserializer<'de>, bracket: u8) -> Self {
        Self { deserializer, bracket }
    }

    /// Closes it, unless that has been done.
    ///
    /// # Errors
    /// [`Error::JSON_LENGTH`], if there is more than was read.
    pub(super) fn end(&mut self) -> Result<(), Failure> {
        if self.more()? { Err(self.deserializer.reader.fail(Error::JSON_LENGTH)) } else { Ok(()) }
    }

    fn more(&mut self) -> Result<bool, Failure> {
        if self.bracket == 0 {
            return Ok(false);
        }
        let more = self.deserializer.reader.more(self.bracket)?;
        if !more {
            self.bracket = 0;
        }
        Ok(more)
    }
}

impl<'de> SeqAccess<'de> for &mut Members<'_, 'de> {
    type Error = Failure;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Failure> {
        if self.more()? { seed.deserialize(&mut *self.deserializer).map(Some) } else { Ok(None) }
    }
}

impl<'de> MapAccess<'de> for &mut Members<'_, 'de> {
    type Error = Failure;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Failure> {
        if !self.more()? {
            return Ok(None);
        }
        let name = seed.deserialize(&mut *self.deserializer)?;
        self.deserializer.reader.colon()?;
        Ok(Some(name))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Failure> {
        seed.deserialize(&mut *self.deserializer)
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
    fn content(self) -> Result<&'d mut Deserializer<'de>, Failure> {
        if self.is_unit {
            return Err(self.deserializer.reader.fail(Error::JSON_UNFIT));
        }
        self.deserializer.reader.colon()?;
        Ok(self.deserializer)
    }
}

impl<'de> EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Failure;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Failure> {
        if !self.deserializer.reader.is_string() {
            return Err(self.deserializer.reader.fail(Error::JSON_NO_VARIANT));
        }
        Ok((seed.deserialize(&mut *self.deserializer)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Failure;

    fn unit_variant(self) -> Result<(), Failure> {
        if self.is_unit {
            return Ok(());
        }
        let deserializer = self.content()?;
        serde::Deserialize::deserialize(deserializer)
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Failure> {
        seed.deserialize(self.content()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Failure> {
        self.content()?.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Failure> {
        self.content()?.deserialize_map(visitor)
    }
}
