//! Objects with one field that is read in place, and others that are captured.

use super::DeError;
use super::de::Deserializer;
use super::error::ErrorKind;
use super::raw::Pieces;
use super::text::{skip, skip_name};
use crate::bytes::name::is_same_name;

/// Reads the fields around the one that is read in place.
pub(crate) struct Around<'a> {
    /// The text before the value of that field.
    before: &'a [u8],
    /// Where the text that hasn't been handed out begins.
    start: usize,
    /// The closing bracket, or zero once that has been read.
    bracket: u8,
}

impl<'a> Around<'a> {
    /// Opens an object.
    pub(crate) fn open(deserializer: &mut Deserializer<'a>) -> Result<Self, DeError> {
        let reader = &mut deserializer.reader;
        reader.open(b'{', ErrorKind::NoObject)?;
        Ok(Self { before: b"", start: reader.at, bracket: b'}' })
    }

    /// Skips fields until the value of the field `name` is next, or until the end of the object.
    /// Returns whether the value is next. The name is case-insensitive.
    ///
    /// If `is_lenient`, a string in another field that isn't UTF-8 or has an invalid escape isn't
    /// an error, but can't be read afterwards.
    ///
    /// # Errors
    /// Returns [`Error::JSON_DUPLICATE_FIELD`](crate::Error::JSON_DUPLICATE_FIELD) if the field
    /// occurs twice.
    pub(crate) fn next_to(
        &mut self,
        deserializer: &mut Deserializer<'a>,
        name: &str,
        is_lenient: bool,
    ) -> Result<bool, DeError> {
        let reader = &mut deserializer.reader;
        loop {
            reader.more(&mut self.bracket)?;
            if self.bracket == 0 {
                return Ok(false);
            }
            skip_name(reader, is_lenient)?;
            let token = reader.token.clone();
            if is_same_name(reader.token(), name.as_bytes()) {
                if !self.before.is_empty() {
                    return Err(reader.fail_after(ErrorKind::DuplicateField));
                }
                reader.token = self.start..reader.at;
                self.before = reader.hand_out();
                return Ok(true);
            }
            let skipped = skip(reader, is_lenient);
            if skipped.is_err() {
                reader.prepend_name(token);
            }
            skipped?;
        }
    }

    /// Reads the value of the field `name`, which is next.
    pub(crate) fn value<V>(
        &mut self,
        deserializer: &mut Deserializer<'a>,
        name: &'static str,
        read: impl FnOnce(&mut Deserializer<'a>) -> Result<V, DeError>,
    ) -> Result<V, DeError> {
        let value = read(deserializer);
        if let Err(error) = &value {
            let path = &mut deserializer.reader.path;
            if path.as_str().is_empty() {
                path.prepend_name(error.name.get());
            }
            path.prepend_name(name);
        }
        self.start = deserializer.reader.at;
        value
    }

    /// Returns the fields that were skipped. The end of the object has been read.
    pub(crate) fn pieces(self, deserializer: &mut Deserializer<'a>) -> Pieces<'a> {
        let reader = &mut deserializer.reader;
        reader.token = self.start..reader.at;
        Pieces::new(self.before, reader.hand_out())
    }
}
