//! JSON, read in place and written without an allocator, through [serde](https://serde.rs).
//!
//! Any type that implements `Deserialize` can be read, and any type that implements `Serialize` can
//! be written. Strings are unescaped in place, so a `&'a str` borrows from the text: nothing is
//! copied or allocated.
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
//! The text must follow [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259), and all of it is
//! checked, ignored fields included. Errors are a control character in a string, an unknown escape,
//! an unpaired surrogate, invalid UTF-8, a malformed number, and anything after the value. Each
//! [`Error`] has a message and the position of the byte, counted from 1. With the Cargo feature
//! `error-path` it also has the path of fields to the value.
//!
//! - Integers have at most 64 bits; `i128` and `u128` can't be read. A number with a fraction or an
//!   exponent isn't an integer; -0 is a signed one.
//! - `&[u8]` is the unescaped bytes of a string. [`Base64`] is the bytes that a string encodes.
//! - A struct is read from an object, never from an array. Repeating a field of the struct is an
//!   error.
//! - Enums are externally tagged, serde's default: `"Unit"`, `{"Newtype":1}`,
//!   `{"Struct":{"field":1}}`. serde's attributes `tag`, `untagged` and `flatten` need its feature
//!   `alloc`; see [below](#other-enums-and-flattened-structs).
//! - The names of an object's fields are strings, so the keys of a map are strings, chars or unit
//!   variants.
//! - Ignored values may have any size. Nesting is limited to [`DEPTH_LIMIT`], which also bounds the
//!   stack.
//! - [`RawJson`] is a checked value that can be read later, any number of times.
//!
//! # Other enums, and flattened structs
//! serde's derive buffers the value of an enum with `tag` or `untagged`, or of a struct with
//! `flatten`, in a type that needs an allocator: without one, the compiler doesn't find `Content`.
//! A [`RawJson`] takes its place. It can be read more than once, as different types, each of which
//! ignores the fields of the others:
//!
//! ```
//! use barelambda::json::{self, RawJson};
//!
//! #[derive(serde::Deserialize)]
//! struct Order<'a> {
//!     item: &'a str,
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Page {
//!     page: u32,
//! }
//!
//! let mut text = *br#"{"type":"order","item":"tea","page":2}"#;
//! let value: RawJson = json::from_slice(&mut text)?;
//! // In place of `#[serde(tag = "type")]`:
//! match value.get("type").as_str() {
//!     Some("order") => assert_eq!(value.read::<Order>()?.item, "tea"),
//!     _ => unreachable!(),
//! }
//! // In place of `#[serde(flatten)]`:
//! let (order, page): (Order, Page) = (value.read()?, value.read()?);
//! assert_eq!((order.item, page.page), ("tea", 2));
//! // In place of `#[serde(untagged)]`:
//! assert!(value.read::<u32>().is_err() && value.read::<Page>().is_ok());
//! # Ok::<(), barelambda::Error>(())
//! ```

mod access;
mod around;
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

pub(crate) use around::Around;
pub use de::Deserializer;
pub use error::DeError;
pub use in_place::Base64;
pub(crate) use raw::Pieces;
pub use raw::{Elements, Fields, RawJson};
pub use records::{Records, RecordsByName};
pub use ser::to_slice;

use serde::Deserialize;

use crate::error::Error;

/// The deepest nesting of arrays and objects.
pub const DEPTH_LIMIT: u8 = 127;

/// A type that can be read from a JSON text in place. Every `Deserialize` type is one, and so are
/// the types of the module `events` that keep a part of the text to decode it further.
pub trait FromJson<'a>: Sized {
    /// Reads the next value of a text.
    ///
    /// # Errors
    /// Returns the reason why it can't be read, without the position.
    fn read(deserializer: &mut Deserializer<'a>) -> Result<Self, DeError>;

    /// Reads the whole `text`.
    ///
    /// # Errors
    /// Returns those of [`from_slice`].
    fn from_json(text: &'a mut [u8]) -> Result<Self, Error> {
        Deserializer::new(text).all()
    }
}

impl<'a, T: Deserialize<'a>> FromJson<'a> for T {
    fn read(deserializer: &mut Deserializer<'a>) -> Result<Self, DeError> {
        T::deserialize(deserializer)
    }
}

/// Reads the whole `text` in place. Afterwards `text` isn't JSON any more.
///
/// # Errors
/// Returns an error whose name begins with `JSON_`, with the position of the byte. Its type is
/// `Function.InvalidJson`.
pub fn from_slice<'a, T: FromJson<'a>>(text: &'a mut [u8]) -> Result<T, Error> {
    T::from_json(text)
}
