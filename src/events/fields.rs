//! Names with values, and lists of texts, of any number: they stay as they came, and are looked through when they are asked for something.

use core::iter;

use core::marker::PhantomData;

use serde::{Deserialize, Serialize, Serializer};

use crate::bytes::name::is_same_name;
use crate::json::{Fields, RawJson};

/// The header fields of a request. Names are compared without regard to case
/// ([RFC 9110, section 5.1](https://www.rfc-editor.org/rfc/rfc9110#section-5.1)).
///
/// The values may be texts or, as in `multiValueHeaders`, lists of texts; null and anything else counts as no value. There is no limit to
/// the number of fields: nothing is stored, and each call looks through the object.
#[derive(Copy, Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Headers<'a> {
    #[serde(borrow)]
    object: RawJson<'a>,
}

/// Names with values: query parameters, path parameters, stage variables, claims. Names are compared byte by byte.
///
/// The values may be texts or, as in `multiValueQueryStringParameters`, lists of texts; null and anything else counts as no value. There
/// is no limit to the number of names: nothing is stored, and each call looks through the object.
#[derive(Copy, Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Parameters<'a> {
    #[serde(borrow)]
    object: RawJson<'a>,
}

/// A list of texts, of any number. Elements that are no texts are passed over.
#[derive(Copy, Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Texts<'a> {
    #[serde(borrow)]
    array: RawJson<'a>,
}

/// Values of one kind, each with a name. Names are compared byte by byte, and there may be any number of them.
#[derive(Copy, Clone, Debug, Default)]
pub struct Named<'a, V> {
    object: RawJson<'a>,
    kind: PhantomData<V>,
}

impl<'a, V: From<RawJson<'a>>> Named<'a, V> {
    /// The value with the name `name`.
    pub fn get(&self, name: &str) -> Option<V> {
        self.iter().find(|(other, _)| name == *other).map(|(_, value)| value)
    }

    /// All values, each with its name, in their order.
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
    /// The first value of the field `name`.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.object.fields().filter(|(other, _)| is_same_name(name.as_bytes(), other.as_bytes())).find_map(|(_, value)| first(value))
    }

    /// All values of the field `name`, in their order. Values that a service has joined by commas are one.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(other, _)| is_same_name(name.as_bytes(), other.as_bytes())).map(|(_, value)| value)
    }

    /// Every value with its name, in their order. A name with several values comes several times.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        values(self.object)
    }

    /// These, or `others` if there are none of these.
    pub(super) fn or(self, others: Self) -> Self {
        if self.is_empty() { others } else { self }
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl<'a> Parameters<'a> {
    /// The first value of `name`.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        let mut fields = self.object.fields();
        iter::from_fn(|| next(&mut fields, name)).find_map(first)
    }

    /// All values of `name`, in their order.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(other, _)| name == *other).map(|(_, value)| value)
    }

    /// Every value with its name, in their order. A name with several values comes several times.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        values(self.object)
    }

    /// These, or `others` if there are none of these.
    pub(super) fn or(self, others: Self) -> Self {
        if self.is_empty() { others } else { self }
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl<'a> Texts<'a> {
    /// The texts, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> {
        self.array.elements().filter_map(|element| element.as_str())
    }

    /// Whether `text` is among them.
    pub fn contains(&self, text: &str) -> bool {
        self.iter().any(|other| other == text)
    }

    /// Whether there is none.
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

/// The object as it came, for answers that have the question in them; null if there was none.
impl Serialize for Parameters<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.object.serialize(serializer)
    }
}

/// The text that `value` is, or the first one in it.
fn first(value: RawJson<'_>) -> Option<&str> {
    value.as_str().or_else(|| value.elements().find_map(RawJson::as_str))
}

/// The values of `object`, each with its name.
fn values<'a>(object: RawJson<'a>) -> impl Iterator<Item = (&'a str, &'a str)> {
    object.fields().flat_map(|(name, value)| {
        let texts = value.elements().filter_map(|element| element.as_str());
        value.as_str().into_iter().chain(texts).map(move |value| (name, value))
    })
}

/// The field `name` of `object`; null if there is none.
pub(super) fn field<'a>(object: RawJson<'a>, name: &str) -> RawJson<'a> {
    next(&mut object.fields(), name).unwrap_or_default()
}

/// The next of `fields` that has this name.
#[inline(never)]
fn next<'a>(fields: &mut Fields<'a>, name: &str) -> Option<RawJson<'a>> {
    fields.find(|(other, _)| name == *other).map(|(_, value)| value)
}
