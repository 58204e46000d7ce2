//! Types of every kind in serde's data model.
//!
//! The names of the fields are short, so that the fuzzer finds them.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use barelambda::json::RawJson;
use heapless::index_map::FnvIndexMap;
use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A string, borrowed if it can be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Text<'a>(pub Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;

        impl<'de> Visitor<'de> for Visit {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.into())))
            }
        }

        deserializer.deserialize_str(Visit)
    }
}

/// Bytes, from a string, or from an array with serde_json.
#[derive(Debug, Default, PartialEq)]
pub struct Bytes<'a>(pub Cow<'a, [u8]>);

impl<'de: 'a, 'a> Deserialize<'de> for Bytes<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;

        impl<'de> Visitor<'de> for Visit {
            type Value = Bytes<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_borrowed_bytes<E: de::Error>(self, bytes: &'de [u8]) -> Result<Bytes<'de>, E> {
                Ok(Bytes(Cow::Borrowed(bytes)))
            }

            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Bytes<'de>, E> {
                Ok(Bytes(Cow::Owned(bytes.into())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Bytes<'de>, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = elements.next_element()? {
                    bytes.push(byte);
                }
                Ok(Bytes(Cow::Owned(bytes)))
            }
        }

        deserializer.deserialize_bytes(Visit)
    }
}

macro_rules! floats {
    ($($name:ident $type:ident)*) => {$(
        /// A float that is compared bit by bit.
        #[derive(Debug, Default, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $type);

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.0.to_bits() == other.0.to_bits()
            }
        }
    )*};
}

floats! {
    Single f32
    Double f64
}

/// Any value, with numbers by their type, and fields in order and repeated.
#[derive(Debug, PartialEq)]
pub enum Any<'a> {
    Null,
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(Double),
    Text(Text<'a>),
    Array(Vec<Any<'a>>),
    Object(Vec<(Text<'a>, Any<'a>)>),
}

impl<'de: 'a, 'a> Deserialize<'de> for Any<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;

        impl<'de> Visitor<'de> for Visit {
            type Value = Any<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_unit<E>(self) -> Result<Any<'de>, E> {
                Ok(Any::Null)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Any<'de>, E> {
                Ok(Any::Bool(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Any<'de>, E> {
                Ok(Any::Signed(value))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Any<'de>, E> {
                Ok(Any::Unsigned(value))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Any<'de>, E> {
                Ok(Any::Float(Double(value)))
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Any<'de>, E> {
                Ok(Any::Text(Text(Cow::Borrowed(text))))
            }

            fn visit_str<E>(self, text: &str) -> Result<Any<'de>, E> {
                Ok(Any::Text(Text(Cow::Owned(text.into()))))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Any<'de>, A::Error> {
                let mut array = Vec::new();
                while let Some(element) = elements.next_element()? {
                    array.push(element);
                }
                Ok(Any::Array(array))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Any<'de>, A::Error> {
                let mut object = Vec::new();
                while let Some(field) = fields.next_entry()? {
                    object.push(field);
                }
                Ok(Any::Object(object))
            }
        }

        deserializer.deserialize_any(Visit)
    }
}

/// A value that both sides read later.
pub trait Later<'a>: Deserialize<'a> {
    /// Reads the value.
    fn any(&self) -> Option<Any<'a>>;
}

impl<'a> Later<'a> for RawJson<'a> {
    fn any(&self) -> Option<Any<'a>> {
        self.read().ok()
    }
}

impl<'a> Later<'a> for &'a RawValue {
    fn any(&self) -> Option<Any<'a>> {
        serde_json::from_str(self.get()).ok()
    }
}

/// An enum of every kind of variant.
#[derive(Debug, Deserialize, PartialEq)]
pub enum Choice<'a> {
    U,
    N(u8),
    #[serde(borrow)]
    S(Text<'a>),
    T(u8, Text<'a>),
    F {
        #[serde(borrow)]
        s: Text<'a>,
        o: Option<bool>,
    },
    B(Option<Box<Choice<'a>>>),
    E(()),
}

/// An enum that is the key of a map.
#[derive(Debug, Deserialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "lowercase")]
pub enum Key {
    A,
    B,
    #[serde(alias = "\u{e9}")]
    C,
}

/// Enums that serde reads twice.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "t")]
pub enum Tagged<'a> {
    A {
        #[serde(borrow)]
        s: Text<'a>,
        n: Option<i32>,
    },
    B,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(untagged)]
pub enum Untagged<'a> {
    Number(i16),
    Float(Double),
    #[serde(borrow)]
    Text(Text<'a>),
    Struct {
        a: bool,
    },
    Several(Vec<u8>),
}

/// A recursive struct.
#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
pub struct Nested<'a> {
    #[serde(borrow)]
    n: Option<Box<Nested<'a>>>,
    s: Text<'a>,
    v: heapless::Vec<i8, 3>,
}

/// A struct that requires its fields, and rejects others.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Strict<'a> {
    #[serde(borrow)]
    s: Text<'a>,
    a: u8,
    o: Option<bool>,
}

/// A struct that ignores everything.
#[derive(Debug, Deserialize, PartialEq)]
pub struct Nothing {}

#[derive(Debug, Default, Deserialize, PartialEq)]
pub struct Unit;

#[derive(Debug, Default, Deserialize, PartialEq)]
pub struct Newtype<'a>(#[serde(borrow)] Text<'a>);

#[derive(Debug, Default, Deserialize, PartialEq)]
pub struct Pair<'a>(#[serde(borrow)] Text<'a>, u16);

macro_rules! kinds {
    ($($(#[$attribute:meta])* $name:ident: $type:ty,)*) => {
        /// A struct with a field of every kind. All of them may be missing.
        #[derive(Debug, Deserialize)]
        #[serde(default)]
        pub struct Kinds<'a, R> {
            $($(#[$attribute])* $name: $type,)*
            /// A field that is read later.
            r: Option<R>,
            rs: heapless::Vec<R, 4>,
            lifetime: PhantomData<&'a ()>,
        }

        impl<R> Default for Kinds<'_, R> {
            fn default() -> Self {
                Self { $($name: Default::default(),)* r: None, rs: Default::default(), lifetime: PhantomData }
            }
        }

        impl<'a, 'b, R: Later<'a>, S: Later<'b>> PartialEq<Kinds<'b, S>> for Kinds<'a, R> {
            fn eq(&self, other: &Kinds<'b, S>) -> bool {
                let same = |one: &[R], two: &[S]| one.len() == two.len() && one.iter().zip(two).all(|(one, two)| one.any() == two.any());
                $(self.$name == other.$name &&)* same(self.r.as_slice(), other.r.as_slice()) && same(&self.rs, &other.rs)
            }
        }
    };
}

kinds! {
    #[serde(borrow)]
    s: Text<'a>,
    c: char,
    b: bool,
    z: (),
    w: Unit,
    #[serde(borrow)]
    o: Option<Text<'a>>,
    oo: Option<Option<u8>>,
    u1: u8,
    u2: u16,
    u4: u32,
    u8: u64,
    i1: i8,
    i2: i16,
    i4: i32,
    i8: i64,
    f: Single,
    d: Double,
    #[serde(borrow)]
    n: Nested<'a>,
    #[serde(borrow)]
    q: Option<Strict<'a>>,
    #[serde(borrow)]
    e: Option<Choice<'a>>,
    #[serde(borrow)]
    es: heapless::Vec<Choice<'a>, 4>,
    #[serde(borrow)]
    t: (u8, Text<'a>, bool),
    #[serde(borrow)]
    nt: Newtype<'a>,
    #[serde(borrow)]
    p: Pair<'a>,
    a: [i8; 3],
    v: heapless::Vec<u16, 4>,
    #[serde(borrow)]
    vs: heapless::Vec<Text<'a>, 4>,
    vv: heapless::Vec<heapless::Vec<bool, 2>, 2>,
    h: heapless::String<4>,
    #[serde(borrow)]
    m: FnvIndexMap<Text<'a>, i32, 4>,
    mc: FnvIndexMap<char, u8, 4>,
    mk: FnvIndexMap<Key, Single, 4>,
    mn: FnvIndexMap<u16, (), 4>,
    mb: FnvIndexMap<bool, IgnoredAny, 2>,
    #[serde(borrow)]
    y: Bytes<'a>,
    g: IgnoredAny,
    #[serde(borrow)]
    x: Option<Any<'a>>,
    #[serde(borrow)]
    k: Option<Tagged<'a>>,
    #[serde(borrow)]
    j: Option<Untagged<'a>>,
}
