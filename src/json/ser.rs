//! Writes values as JSON ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)), in serde_json's
//! representation.

use core::fmt::{self, Display, Write};
use core::mem;

use serde::ser::{self, Serialize};

use super::error::INVALID_JSON;
use crate::bytes::cursor::Cursor;
use crate::bytes::float;
use crate::bytes::json_escape::escape;
use crate::error::{Error, errors};

errors! {
    /// A JSON text doesn't fit into its buffer.
    JSON_TOO_LONG = INVALID_JSON, "the JSON is longer than its buffer";
    /// The key of a map isn't a string, a number, a boolean or a unit variant of an enum.
    JSON_KEY = INVALID_JSON, "cannot write JSON: the key of a map is neither text nor a number";
    /// An integer is beyond 64 bits.
    JSON_INTEGER = INVALID_JSON, "cannot write JSON: an integer is beyond 64 bits";
    /// The value's `Serialize` or `Display` implementation returned an error.
    JSON_UNWRITABLE = INVALID_JSON, "the value cannot be written as JSON";
}

/// Writes `value` as JSON to the start of `buffer`, and returns the written part.
///
/// The representation is serde_json's, without whitespace. Enums are externally tagged. Bytes are
/// an array of numbers. Floats are the shortest text that parses to the same float, or `null` if
/// they aren't finite. The keys of a map may be strings, numbers, booleans and unit variants.
/// Integers have at most 64 bits: an `i128` or `u128` beyond them is an error. This function
/// doesn't panic. A value that is written through [`Display`] links `core::fmt`; a float doesn't.
///
/// ```
/// let mut buffer = [0; 64];
/// assert_eq!(barelambda::json::to_slice(&("a \"b\"\n", 1, [None, Some('é')]), &mut buffer)?, r#"["a \"b\"\n",1,[null,"é"]]"#.as_bytes());
/// # Ok::<(), barelambda::Error>(())
/// ```
///
/// # Errors
/// Returns [`Error::JSON_TOO_LONG`] if the JSON doesn't fit, [`Error::JSON_KEY`],
/// [`Error::JSON_INTEGER`], and [`Error::JSON_UNWRITABLE`] if the value's own `Serialize` fails.
pub fn to_slice<'b, T: Serialize + ?Sized>(
    value: &T,
    buffer: &'b mut [u8],
) -> Result<&'b [u8], Error> {
    let mut cursor = Cursor::new(buffer);
    write(&mut cursor, value, Error::JSON_TOO_LONG)?;
    Ok(cursor.into_written())
}

/// Appends `value`, or nothing if that fails.
///
/// # Errors
/// Returns those of [`to_slice`], with `too_long` if the JSON doesn't fit. Later writes then fail
/// too.
pub(crate) fn write<T: Serialize + ?Sized>(
    cursor: &mut Cursor<'_>,
    value: &T,
    too_long: Error,
) -> Result<(), Error> {
    let start = cursor.len();
    let mut serializer = Serializer { cursor, error: too_long, failed: false };
    let failed = value.serialize(&mut serializer).is_err();
    serializer.finish(failed, start)
}

/// The serializer of [`to_slice`]. It goes on after an overflow and remembers it, because derived
/// code is smaller without a check after each piece. Only elements and entries stop early, because
/// there may be many of them.
pub(super) struct Serializer<'c, 'b> {
    pub(super) cursor: &'c mut Cursor<'b>,
    /// The error to return, if there is one.
    error: Error,
    /// Whether there is an error other than an overflow.
    failed: bool,
}

/// An error that the serializer knows more about.
#[derive(Debug)]
pub(super) struct SerError;

impl Display for SerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Error::JSON_UNWRITABLE.message())
    }
}

impl ser::StdError for SerError {}

impl ser::Error for SerError {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

impl Serializer<'_, '_> {
    fn finish(self, failed: bool, start: usize) -> Result<(), Error> {
        if self.failed || self.cursor.is_full() {
            self.cursor.truncate(start);
            return Err(self.error);
        }
        if failed {
            self.cursor.truncate(start);
            return Err(Error::JSON_UNWRITABLE);
        }
        Ok(())
    }

    pub(super) fn push(&mut self, text: &str) {
        self.cursor.push(text.as_bytes());
    }

    #[cold]
    fn fail(&mut self, error: Error) -> SerError {
        self.error = error;
        self.failed = true;
        SerError
    }

    /// Writes a comma, unless this is the first item of its array or object.
    pub(super) fn separate(&mut self) -> Result<(), SerError> {
        if !matches!(self.cursor.written().last(), Some(b'[' | b'{')) {
            self.push(",");
        }
        if self.cursor.is_full() { Err(SerError) } else { Ok(()) }
    }

    fn sign(&mut self, is_negative: bool) {
        if is_negative {
            self.push("-");
        }
    }

    fn string(&mut self, text: &str) {
        self.push("\"");
        escape(self.cursor, text);
        self.push("\"");
    }

    pub(super) fn name(&mut self, name: &str) {
        _ = self.separate();
        self.string(name);
        self.push(":");
    }

    fn variant(&mut self, name: &str) {
        self.push("{");
        self.name(name);
    }

    /// Ends a key that was written as a value at `start`, and quotes it if it isn't a string.
    pub(super) fn end_key(&mut self, start: usize) -> Result<(), SerError> {
        match self.cursor.written().get(start) {
            Some(b'"') => {}
            Some(b'n' | b'[' | b'{') => return Err(self.fail(Error::JSON_KEY)),
            _ => {
                self.push("\"\"");
                let mut before = b'"';
                for byte in self.cursor.written_mut().iter_mut().skip(start) {
                    mem::swap(byte, &mut before);
                }
            }
        }
        self.push(":");
        Ok(())
    }
}

pub(super) type Done = Result<(), SerError>;

impl<'s, 'c, 'b> ser::Serializer for &'s mut Serializer<'c, 'b> {
    type Ok = ();
    type Error = SerError;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    fn serialize_bool(self, value: bool) -> Done {
        self.push(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Done {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Done {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Done {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Done {
        self.sign(value < 0);
        self.serialize_u64(value.unsigned_abs())
    }

    fn serialize_i128(self, value: i128) -> Done {
        match (i64::try_from(value), u64::try_from(value)) {
            (Ok(value), _) => self.serialize_i64(value),
            (_, Ok(value)) => self.serialize_u64(value),
            _ => Err(self.fail(Error::JSON_INTEGER)),
        }
    }

    fn serialize_u8(self, value: u8) -> Done {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Done {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Done {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Done {
        self.cursor.push_number(value);
        Ok(())
    }

    fn serialize_u128(self, value: u128) -> Done {
        match u64::try_from(value) {
            Ok(value) => self.serialize_u64(value),
            Err(_) => Err(self.fail(Error::JSON_INTEGER)),
        }
    }

    fn serialize_f32(self, value: f32) -> Done {
        if !value.is_finite() {
            return self.serialize_unit();
        }
        self.sign(value.is_sign_negative());
        float::write(self.cursor, value.abs().to_bits().into(), &float::F32);
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Done {
        if !value.is_finite() {
            return self.serialize_unit();
        }
        self.sign(value.is_sign_negative());
        float::write(self.cursor, value.abs().to_bits(), &float::F64);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Done {
        self.string(value.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Done {
        self.string(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Done {
        self.push("[");
        for byte in value {
            self.separate()?;
            self.serialize_u8(*byte)?;
        }
        self.push("]");
        Ok(())
    }

    fn serialize_none(self) -> Done {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Done {
        self.push("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Done {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Done {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Done {
        self.variant(variant);
        value.serialize(&mut *self)?;
        self.push("}");
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, SerError> {
        self.push("[");
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, SerError> {
        self.push("[");
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, SerError> {
        self.push("[");
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self, SerError> {
        self.variant(variant);
        self.push("[");
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, SerError> {
        self.push("{");
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, SerError> {
        self.push("{");
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self, SerError> {
        self.variant(variant);
        self.push("{");
        Ok(self)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Done {
        self.push("\"");
        let shown = write!(Escaped(self.cursor), "{value}");
        self.push("\"");
        shown.map_err(|_| SerError)
    }
}

/// Escapes text as it is formatted.
struct Escaped<'c, 'b>(&'c mut Cursor<'b>);

impl fmt::Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if escape(self.0, text) { Ok(()) } else { Err(fmt::Error) }
    }
}
