//! serde's access to arrays, objects and enums.

use serde::de::{
    DeserializeSeed, Deserializer as _, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::de::Deserializer;
use super::error::{DeError, ErrorKind};
use super::text::Text;
use crate::bytes::json_path::ForPath;

/// The elements of an open array, or the fields of an open object.
pub(super) struct Members<'d, 'de, T> {
    deserializer: &'d mut Deserializer<'de, T>,
    /// The closing bracket, or zero once that has been read.
    bracket: u8,
    /// The name of the current field.
    name: ForPath<&'de str>,
    /// The number of elements read so far.
    count: ForPath<usize>,
}

impl<'d, 'de, T: Text<'de>> Members<'d, 'de, T> {
    pub(super) const fn new(deserializer: &'d mut Deserializer<'de, T>, bracket: u8) -> Self {
        Self { deserializer, bracket, name: ForPath::new(""), count: ForPath::new(0) }
    }

    /// Reads the closing bracket, unless it has been read.
    ///
    /// # Errors
    /// Returns [`Error::JSON_LENGTH`](crate::Error::JSON_LENGTH) if there are more elements.
    pub(super) fn end(&mut self) -> Result<(), DeError> {
        if self.more()? { Err(self.deserializer.reader.fail(ErrorKind::Length)) } else { Ok(()) }
    }

    fn more(&mut self) -> Result<bool, DeError> {
        self.deserializer.reader.more(&mut self.bracket)?;
        Ok(self.bracket != 0)
    }

    fn read<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, DeError> {
        let value = seed.deserialize(&mut *self.deserializer);
        match value {
            Ok(_) => self.count = ForPath::new(self.count.get() + 1),
            Err(error) => {
                let path = &mut self.deserializer.reader.path;
                if path.as_str().is_empty() {
                    path.prepend_name(error.name.get());
                }
                if self.bracket == b']' {
                    path.prepend_index(self.count.get());
                } else {
                    path.prepend_name(self.name.get());
                }
            }
        }
        value
    }
}

impl<'de, T: Text<'de>> SeqAccess<'de> for &mut Members<'_, 'de, T> {
    type Error = DeError;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, DeError> {
        if self.more()? { self.read(seed).map(Some) } else { Ok(None) }
    }
}

impl<'de, T: Text<'de>> MapAccess<'de> for &mut Members<'_, 'de, T> {
    type Error = DeError;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, DeError> {
        if !self.more()? {
            return Ok(None);
        }
        let name = seed.deserialize(&mut *self.deserializer)?;
        self.name = self.deserializer.reader.last;
        self.deserializer.reader.colon()?;
        Ok(Some(name))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, DeError> {
        self.read(seed)
    }
}

/// A variant of an enum: a string, or the only field of an open object.
pub(super) struct Variant<'d, 'de, T> {
    deserializer: &'d mut Deserializer<'de, T>,
    is_unit: bool,
}

impl<'d, 'de, T: Text<'de>> Variant<'d, 'de, T> {
    pub(super) const fn new(deserializer: &'d mut Deserializer<'de, T>, is_unit: bool) -> Self {
        Self { deserializer, is_unit }
    }

    /// Moves to the content of the variant.
    fn content(self) -> Result<&'d mut Deserializer<'de, T>, DeError> {
        if self.is_unit {
            return Err(self.deserializer.reader.fail_after(ErrorKind::Unfit));
        }
        self.deserializer.reader.colon()?;
        Ok(self.deserializer)
    }
}

impl<'de, T: Text<'de>> EnumAccess<'de> for Variant<'_, 'de, T> {
    type Error = DeError;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), DeError> {
        if !self.deserializer.reader.is_string() {
            return Err(self.deserializer.reader.fail(ErrorKind::NoVariant));
        }
        Ok((seed.deserialize(&mut *self.deserializer)?, self))
    }
}

impl<'de, T: Text<'de>> VariantAccess<'de> for Variant<'_, 'de, T> {
    type Error = DeError;

    fn unit_variant(self) -> Result<(), DeError> {
        if self.is_unit {
            return Ok(());
        }
        let deserializer = self.content()?;
        serde::Deserialize::deserialize(deserializer)
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, DeError> {
        seed.deserialize(self.content()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, DeError> {
        self.content()?.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeError> {
        self.content()?.deserialize_map(visitor)
    }
}
