//! Maps and lists of strings, of any size. They stay in the event as JSON, and each call searches
//! them.

use core::iter;
use core::marker::PhantomData;

use serde::{Deserialize, Serialize, Serializer};

use crate::bytes::name::is_same_name;
use crate::json::{Fields, RawJson};

/// The header fields of a request. Names are case-insensitive ([RFC 9110, section
/// 5.1](https://www.rfc-editor.org/rfc/rfc9110#section-5.1)).
///
/// A value is a string or, as in `multiValueHeaders`, a list of strings. Numbers and booleans are
/// their text in JSON; null and objects are skipped. A value that isn't UTF-8 is skipped too. The
/// number of fields is unlimited: nothing is stored, and each call searches the JSON object.
#[derive(Copy, Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Headers<'a> {
    #[serde(borrow)]
    object: RawJson<'a>,
}

/// Values by name: query parameters, path parameters, stage variables, claims. Names are
/// case-sensitive.
///
/// A value is a string or, as in `multiValueQueryStringParameters`, a list of strings. Numbers and
/// booleans are their text in JSON, for example `true`. Null and objects are skipped;
/// [`raw`](Self::raw) returns them. The number of names is unlimited: nothing is stored, and each
/// call searches the JSON object.
#[derive(Copy, Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Parameters<'a> {
    #[serde(borrow)]
    object: RawJson<'a>,
}

/// A list of strings. Its length is unlimited. Numbers and booleans are their text in JSON; other
/// elements are skipped.
#[derive(Copy, Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Texts<'a> {
    #[serde(borrow)]
    array: RawJson<'a>,
}

/// Values of one type, by name. Names are case-sensitive. Their number is unlimited.
#[derive(Copy, Clone, Debug, Default)]
pub struct Named<'a, V> {
    object: RawJson<'a>,
    kind: PhantomData<V>,
}

impl<'a, V: From<RawJson<'a>>> Named<'a, V> {
    /// Returns the value of `name`.
    pub fn get(&self, name: &str) -> Option<V> {
        self.iter().find(|(other, _)| name == *other).map(|(_, value)| value)
    }

    /// Iterates over the pairs of name and value, in their order in the event.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, V)> {
        self.object.fields().map(|(name, value)| (name, V::from(value)))
    }
}

impl<'a, V> From<RawJson<'a>> for Named<'a, V> {
    fn from(object: RawJson<'a>) -> Self {
        Self { object, kind: PhantomData }
    }
}

impl<'a> Headers<'a> {
    /// Returns the first value of the field `name`.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.object
            .fields()
            .filter(|(other, _)| is_same_name(name.as_bytes(), other.as_bytes()))
            .find_map(|(_, value)| first(value))
    }

    /// Iterates over the values of the field `name`, in their order in the event. Values that a
    /// service has joined by commas are one value.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.iter()
            .filter(move |(other, _)| is_same_name(name.as_bytes(), other.as_bytes()))
            .map(|(_, value)| value)
    }

    /// Iterates over the pairs of name and value, in their order in the event. A name with several
    /// values is repeated.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        values(self.object)
    }

    /// Returns `self`, or `others` if `self` is empty.
    pub(super) fn or(self, others: Self) -> Self {
        if self.is_empty() { others } else { self }
    }

    /// Returns whether there aren't any values.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl<'a> Parameters<'a> {
    /// Returns the first value of `name`.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        let mut fields = self.object.fields();
        iter::from_fn(|| next(&mut fields, name)).find_map(first)
    }

    /// Returns the first value of `name` as JSON, for example an object; null if it is missing.
    pub fn raw(&self, name: &str) -> RawJson<'a> {
        self.object.get(name)
    }

    /// Iterates over the values of `name`, in their order in the event.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(other, _)| name == *other).map(|(_, value)| value)
    }

    /// Iterates over the pairs of name and value, in their order in the event. A name with several
    /// values is repeated.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        values(self.object)
    }

    /// Returns `self`, or `others` if `self` is empty.
    pub(super) fn or(self, others: Self) -> Self {
        if self.is_empty() { others } else { self }
    }

    /// Returns whether there aren't any values.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl<'a> Texts<'a> {
    /// Iterates over the strings.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> {
        self.array.elements().filter_map(|element| element.as_text())
    }

    /// Returns whether the list contains `text`.
    pub fn contains(&self, text: &str) -> bool {
        self.iter().any(|other| other == text)
    }

    /// Returns whether there aren't any strings.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl<'a> From<RawJson<'a>> for Headers<'a> {
    fn from(object: RawJson<'a>) -> Self {
        Self { object }
    }
}

impl<'a> From<RawJson<'a>> for Parameters<'a> {
    fn from(object: RawJson<'a>) -> Self {
        Self { object }
    }
}

impl<'a> From<RawJson<'a>> for Texts<'a> {
    fn from(array: RawJson<'a>) -> Self {
        Self { array }
    }
}

/// Serializes the unchanged object, for responses that include the request; null if it was missing.
impl Serialize for Parameters<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.object.serialize(serializer)
    }
}

/// Returns `value` if it is text, or else the first text in it.
fn first(value: RawJson<'_>) -> Option<&str> {
    value.as_text().or_else(|| value.elements().find_map(RawJson::as_text))
}

/// Iterates over the strings in `object`, each with its name.
fn values<'a>(object: RawJson<'a>) -> impl Iterator<Item = (&'a str, &'a str)> {
    object.fields().flat_map(|(name, value)| {
        let texts = value.elements().filter_map(|element| element.as_text());
        value.as_text().into_iter().chain(texts).map(move |value| (name, value))
    })
}

/// Returns the value of the next field with this name.
#[inline(never)]
fn next<'a>(fields: &mut Fields<'a>, name: &str) -> Option<RawJson<'a>> {
    fields.find(|(other, _)| name == *other).map(|(_, value)| value)
}
