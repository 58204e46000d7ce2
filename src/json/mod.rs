//! JSON, read in place and written without an allocator, through [serde](https://serde.rs).
//!
//! The types are those of serde: whatever derives `Deserialize` is read, and whatever derives `Serialize` is written. What is borrowed,
//! `&'a str` above all, is borrowed from the text itself, which is unescaped where it lies: nothing is copied, and nothing allocated.
//!
//! ```
//! use barelambda::json;
//!
//! #[derive(serde::Deserialize)]
//! struct Order<'a> {
//!     name: &'a str,
//!     count: u32,
//! }
//!
//! let mut text = *br#"{"name":"Zo\u00eb \ud83d\ude00","note":["ignored"],"count":3}"#;
//! let order: Order = json::from_slice(&mut text)?;
//! assert_eq!((order.name, order.count), ("Zoë \u{1f600}", 3));
//! # Ok::<(), barelambda::Error>(())
//! ```
//!
//! # What is read
//! Texts as [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259) defines them, all of them checked, also where a field is ignored: a
//! control character in a string, an escape that does not exist, half of a surrogate pair, bytes that are not UTF-8, a malformed number,
//! and anything behind the value are errors. (A body that is set [aside](Aside) is found to be UTF-8 when it is read as text.) Each [`Error`] names what is wrong and the place of the byte, counted from 1; with the Cargo
//! feature `error-path` also the fields that lead to it.
//!
//! - Integers have at most 64 bits; those of 128 bits are not read. A number with a fraction or an exponent is no integer, and -0 is one.
//! - `&[u8]` is the bytes of a string, after unescaping; [`Base64`] is what a string of base64 stands for.
//! - A struct is read from an object, and not from an array. A field that comes twice is an error if the struct has it.
//! - Enums are tagged externally, as is serde's default: `"Unit"`, `{"Newtype":1}`, `{"Struct":{"field":1}}`.
//! - The names of an object's fields are strings, so a map's keys are strings, chars or unit variants.
//! - What is ignored may be of any size. All nesting is bounded by [`DEPTH_LIMIT`], and with it the stack that reading takes.
//! - [`RawJson`] is a part that is read later, as often as wanted.

mod access;
mod compound;
mod de;
mod error;
mod in_place;
mod raw;
mod reader;
mod records;
pub(crate) mod ser;
mod string;
mod text;

#[cfg(test)]
mod tests;

pub use de::Deserializer;
pub use error::DeError;
pub use in_place::{Aside, Base64};
pub use raw::{Elements, Fields, RawJson};
pub use records::Records;
pub use ser::to_slice;

use serde::Deserialize;

use crate::error::Error;

/// How many arrays and objects may be in each other.
pub const DEPTH_LIMIT: u8 = 127;

/// What can be read from a JSON text in place: every type that is `Deserialize`, and those of [`events`](crate::events) that keep a part of
/// the text for themselves, to be decoded further.
pub trait FromJson<'a>: Sized {
    /// Reads all of `text`.
    ///
    /// # Errors
    /// Those of [`from_slice`].
    fn from_json(text: &'a mut [u8]) -> Result<Self, Error>;
}

impl<'a, T: Deserialize<'a>> FromJson<'a> for T {
    fn from_json(text: &'a mut [u8]) -> Result<Self, Error> {
        Deserializer::new(text).all()
    }
}

/// Reads all of `text`, in place: it is not JSON any more after that.
///
/// # Errors
/// Those whose names begin with `JSON_`, with the place of the byte. They are of the type `Function.InvalidJson`.
pub fn from_slice<'a, T: FromJson<'a>>(text: &'a mut [u8]) -> Result<T, Error> {
    T::from_json(text)
}
