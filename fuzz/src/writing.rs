//! Generates values of every kind in serde's data model from bytes, and writes them with both.

use std::{fmt, io};

use barelambda::Error;
use barelambda::json;
use serde::ser::{
    Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use serde_json::ser::{CompactFormatter, Formatter};

use super::source::Source;
use super::types::Any;

/// The limit of nesting.
const DEPTH: usize = 8;
const NAMES: [&str; 4] = ["a", "some_name", "\u{e9}\"", ""];

/// Generates a value from `bytes`, writes it with both, into buffers that are large enough and too
/// small, and reads it back.
///
/// # Panics
/// They differ. Two differences are intended: integers beyond 64 bits are an error, and a positive
/// exponent has no sign.
pub fn compare(bytes: &[u8]) {
    let value = Source { bytes }.value(DEPTH);
    let mut theirs = Vec::new();
    let theirs = value
        .serialize(&mut serde_json::Serializer::with_formatter(&mut theirs, WithoutPlus))
        .map(|()| theirs);
    let mut buffer = vec![0; theirs.as_ref().map_or(0, Vec::len) + 1024];
    let ours = json::to_slice(&value, &mut buffer);
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => {
            assert!(
                ours == theirs,
                "{value:?}: {} instead of {}",
                ours.escape_ascii(),
                theirs.escape_ascii()
            );
            for size in [theirs.len(), theirs.len() - 1, theirs.len() / 2] {
                let mut buffer = vec![0; size];
                let again = json::to_slice(&value, &mut buffer);
                let expected =
                    if size < theirs.len() { Err(Error::JSON_TOO_LONG) } else { Ok(&theirs[..]) };
                assert_eq!(again, expected, "{value:?} in {size} bytes");
            }
            let mut text = theirs.clone();
            let ours = json::from_slice::<Any>(&mut text);
            assert_eq!(ours.ok(), serde_json::from_slice(&theirs).ok(), "{value:?}");
        }
        (Err(error), Ok(_)) => assert!(
            error == Error::JSON_INTEGER && value.has_large_integer(),
            "{error} for {value:?}"
        ),
        (Err(_), Err(_)) => {}
        (Ok(ours), Err(error)) => {
            panic!("{value:?} is written as {} instead of {error}", ours.escape_ascii())
        }
    }
}

/// Writes like serde_json, but floats without a plus sign.
struct WithoutPlus;

impl Formatter for WithoutPlus {
    fn write_f32<W: io::Write + ?Sized>(&mut self, writer: &mut W, value: f32) -> io::Result<()> {
        write_without_plus(writer, |text| CompactFormatter.write_f32(text, value))
    }

    fn write_f64<W: io::Write + ?Sized>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        write_without_plus(writer, |text| CompactFormatter.write_f64(text, value))
    }
}

fn write_without_plus<W: io::Write + ?Sized>(
    writer: &mut W,
    write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>,
) -> io::Result<()> {
    let mut text = Vec::new();
    write(&mut text)?;
    text.retain(|byte| *byte != b'+');
    writer.write_all(&text)
}

/// A value of every kind of serde's data model.
#[derive(Debug)]
enum Made {
    Unit,
    UnitStruct,
    UnitVariant(usize),
    Bool(bool),
    I8(i8),
    I16(i16),
    I32(i32),
    I64(i64),
    I128(i128),
    U8(u8),
    U16(u16),
    U32(u32),
    U64(u64),
    U128(u128),
    F32(f32),
    F64(f64),
    Char(char),
    Str(String),
    Shown(Vec<String>),
    Bytes(Vec<u8>),
    None,
    Some(Box<Made>),
    Newtype(Box<Made>),
    NewtypeVariant(usize, Box<Made>),
    Seq(Vec<Made>),
    Tuple(Vec<Made>),
    TupleStruct(Vec<Made>),
    TupleVariant(usize, Vec<Made>),
    Map(Vec<(Made, Made)>),
    Struct(Vec<Made>),
    StructVariant(usize, Vec<Made>),
    Failing,
}

impl Made {
    fn has_large_integer(&self) -> bool {
        match self {
            Self::I128(value) => i64::try_from(*value).is_err() && u64::try_from(*value).is_err(),
            Self::U128(value) => u64::try_from(*value).is_err(),
            Self::Some(value) | Self::Newtype(value) | Self::NewtypeVariant(_, value) => {
                value.has_large_integer()
            }
            Self::Seq(values)
            | Self::Tuple(values)
            | Self::TupleStruct(values)
            | Self::TupleVariant(_, values)
            | Self::Struct(values)
            | Self::StructVariant(_, values) => values.iter().any(Self::has_large_integer),
            Self::Map(entries) => entries
                .iter()
                .any(|(key, value)| key.has_large_integer() || value.has_large_integer()),
            _ => false,
        }
    }
}

impl Serialize for Made {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unit => serializer.serialize_unit(),
            Self::UnitStruct => serializer.serialize_unit_struct("Name"),
            Self::UnitVariant(name) => serializer.serialize_unit_variant("Name", 0, NAMES[*name]),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::I8(value) => serializer.serialize_i8(*value),
            Self::I16(value) => serializer.serialize_i16(*value),
            Self::I32(value) => serializer.serialize_i32(*value),
            Self::I64(value) => serializer.serialize_i64(*value),
            Self::I128(value) => serializer.serialize_i128(*value),
            Self::U8(value) => serializer.serialize_u8(*value),
            Self::U16(value) => serializer.serialize_u16(*value),
            Self::U32(value) => serializer.serialize_u32(*value),
            Self::U64(value) => serializer.serialize_u64(*value),
            Self::U128(value) => serializer.serialize_u128(*value),
            Self::F32(value) => serializer.serialize_f32(*value),
            Self::F64(value) => serializer.serialize_f64(*value),
            Self::Char(value) => serializer.serialize_char(*value),
            Self::Str(value) => serializer.serialize_str(value),
            Self::Shown(pieces) => serializer.collect_str(&Shown(pieces)),
            Self::Bytes(bytes) => serializer.serialize_bytes(bytes),
            Self::None => serializer.serialize_none(),
            Self::Some(value) => serializer.serialize_some(value),
            Self::Newtype(value) => serializer.serialize_newtype_struct("Name", value),
            Self::NewtypeVariant(name, value) => {
                serializer.serialize_newtype_variant("Name", 0, NAMES[*name], value)
            }
            Self::Seq(values) => {
                let mut seq = serializer.serialize_seq(None)?;
                values.iter().try_for_each(|value| seq.serialize_element(value))?;
                seq.end()
            }
            Self::Tuple(values) => {
                let mut tuple = serializer.serialize_tuple(values.len())?;
                values.iter().try_for_each(|value| tuple.serialize_element(value))?;
                tuple.end()
            }
            Self::TupleStruct(values) => {
                let mut tuple = serializer.serialize_tuple_struct("Name", values.len())?;
                values.iter().try_for_each(|value| tuple.serialize_field(value))?;
                tuple.end()
            }
            Self::TupleVariant(name, values) => {
                let mut tuple =
                    serializer.serialize_tuple_variant("Name", 0, NAMES[*name], values.len())?;
                values.iter().try_for_each(|value| tuple.serialize_field(value))?;
                tuple.end()
            }
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(None)?;
                entries.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
                map.end()
            }
            Self::Struct(values) => {
                let mut fields = serializer.serialize_struct("Name", values.len())?;
                values
                    .iter()
                    .zip(NAMES)
                    .try_for_each(|(value, name)| fields.serialize_field(name, value))?;
                fields.end()
            }
            Self::StructVariant(name, values) => {
                let mut fields =
                    serializer.serialize_struct_variant("Name", 0, NAMES[*name], values.len())?;
                values
                    .iter()
                    .zip(NAMES)
                    .try_for_each(|(value, name)| fields.serialize_field(name, value))?;
                fields.end()
            }
            Self::Failing => Err(S::Error::custom("it fails")),
        }
    }
}

/// Formats text piece by piece.
struct Shown<'a>(&'a [String]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| f.write_str(piece))
    }
}

impl Source<'_> {
    fn name(&mut self) -> usize {
        usize::from(self.byte()) % NAMES.len()
    }

    fn text(&mut self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }

    /// Generates at most four values, and none when the bytes are used up.
    fn several<T>(&mut self, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = self.byte() % 5;
        (0..count).map_while(|_| (!self.bytes.is_empty()).then(|| make(self))).collect()
    }

    fn value(&mut self, depth: usize) -> Made {
        let Some(depth) = depth.checked_sub(1) else { return Made::Unit };
        match self.byte() % 32 {
            0 => Made::Unit,
            1 => Made::UnitStruct,
            2 => Made::UnitVariant(self.name()),
            3 => Made::Bool(self.byte() > 127),
            4 => Made::I8(i8::from_le_bytes(self.array())),
            5 => Made::I16(i16::from_le_bytes(self.array())),
            6 => Made::I32(i32::from_le_bytes(self.array())),
            7 => Made::I64(i64::from_le_bytes(self.array())),
            8 => Made::I128(i64::from_le_bytes(self.array()).into()),
            9 => Made::I128(i128::from_le_bytes(self.array())),
            10 => Made::U8(self.byte()),
            11 => Made::U16(u16::from_le_bytes(self.array())),
            12 => Made::U32(u32::from_le_bytes(self.array())),
            13 => Made::U64(u64::from_le_bytes(self.array())),
            14 => Made::U128(u128::from_le_bytes(self.array())),
            15 => Made::F32(f32::from_le_bytes(self.array())),
            16 => Made::F64(f64::from_le_bytes(self.array())),
            17 => Made::Char(
                char::from_u32(u32::from_le_bytes(self.array()) & 0x1f_ffff).unwrap_or('\u{fffd}'),
            ),
            18 => Made::Str(self.text()),
            19 => Made::Shown(self.several(Self::text)),
            20 => Made::Bytes(self.bytes()),
            21 => Made::None,
            22 => Made::Some(self.value(depth).into()),
            23 => Made::Newtype(self.value(depth).into()),
            24 => Made::NewtypeVariant(self.name(), self.value(depth).into()),
            25 => Made::Seq(self.several(|source| source.value(depth))),
            26 => Made::Tuple(self.several(|source| source.value(depth))),
            27 => Made::TupleStruct(self.several(|source| source.value(depth))),
            28 => Made::TupleVariant(self.name(), self.several(|source| source.value(depth))),
            29 => Made::Map(self.several(|source| (source.value(depth), source.value(depth)))),
            30 => Made::Struct(self.several(|source| source.value(depth))),
            _ if self.bytes.len() % 16 == 15 => Made::Failing,
            _ => Made::StructVariant(self.name(), self.several(|source| source.value(depth))),
        }
    }
}
