//! Structs over objects, whose fields are read by name. serde's derive generates a state machine
//! for each struct, with several times the code.

use serde::de::Deserializer;

use super::body::Body;
use super::field::FromField;
use crate::json::{self, DeError, FromJson, RawJson};

/// Declares a struct over an object, with the names of its fields in JSON.
///
/// - `pub NAME: TYPE = "name"` is a required field. It is read and checked with the object.
/// - After `on demand`, each field is a method, which searches the object when it is called. A
///   field that is missing, null or of another type is `None`, empty or zero. The code of methods
///   that aren't called isn't linked.
/// - After `in place`, the last field is read by its type, so that its value can be decoded in
///   place. It may be missing if it is `or Default`. A [`Body`] `as base64` is encoded. `as
///   request` is for the body of an HTTP request, and `as message` for one that the struct keeps.
/// - In a `request`, a `message` and a `struct NAME as request`, strings that aren't UTF-8 aren't
///   errors: clients send what HTTP allows.
///
/// The method `get` returns any field by its name, except the one that is read in place.
macro_rules! object {
    ($(#[$meta:meta])* pub struct $name:ident<'a> $(as $mode:ident)? {
        $($(#[$doc:meta])* pub $field:ident: $type:ty = $json:literal,)*
        $(on demand
        $($(#[$late_doc:meta])* pub $late:ident: $late_type:ty = $late_json:literal,)*)?
    }) => {
        $(#[$meta])*
        #[derive(Copy, Clone)]
        pub struct $name<'a> {
            all: $crate::json::RawJson<'a>,
            $($(#[$doc])* pub $field: $type,)*
        }

        impl<'a> $name<'a> {
            $crate::events::object::methods! { $($($(#[$late_doc])* $late: $late_type = $late_json,)*)? }
        }

        $crate::events::object::from_raw! { $name $($field: $type = $json)* }

        impl<'de: 'a, 'a> serde::Deserialize<'de> for $name<'a> {
            fn deserialize<Source: serde::Deserializer<'de>>(deserializer: Source) -> Result<Self, Source::Error> {
                $crate::events::object::captured(deserializer, $crate::events::object::is_lenient!($($mode)?))
            }
        }

        impl core::fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), &self.$field))*
                    $($(.field(stringify!($late), &self.$late()))*)?
                    .finish()
            }
        }
    };
    ($(#[$meta:meta])* pub struct $name:ident<'a $(, $param:ident = $is:ty)?> {
        $($(#[$doc:meta])* pub $field:ident: $type:ty = $json:literal,)*
        $(on demand
        $($(#[$late_doc:meta])* pub $late:ident: $late_type:ty = $late_json:literal,)*)?
        in place
        $(#[$place_doc:meta])* $vis:vis $place:ident: $place_type:ty = $place_json:literal $(or $place_default:ident)? $(as $mode:ident)?,
    }) => {
        $(#[$meta])*
        pub struct $name<'a $(, $param = $is)?> {
            all: $crate::json::Pieces<'a>,
            $($(#[$doc])* pub $field: $type,)*
            $(#[$place_doc])* $vis $place: $place_type,
        }

        impl<'a $(, $param)?> $name<'a $(, $param)?> {
            $crate::events::object::methods! { $($($(#[$late_doc])* $late: $late_type = $late_json,)*)? }
        }

        impl<'a $(, $param)?> $crate::events::object::ReadObject<'a> for $name<'a $(, $param)?>
        where
            $place_type: $crate::events::object::InPlace<'a $(, Taken: $place_default)?>,
        {
            fn read_object(deserializer: &mut $crate::json::Deserializer<'a>) -> Result<Self, $crate::json::DeError> {
                let mut around = $crate::json::Around::open(deserializer)?;
                let mut $place = None;
                while around.next_to(deserializer, $place_json, $crate::events::object::is_lenient!($($mode)?))? {
                    $place = Some(around.value(deserializer, $place_json, |deserializer| {
                        <$place_type as $crate::events::object::InPlace<'a>>::take(deserializer)
                    })?);
                }
                let all = around.pieces(deserializer);
                Ok(Self {
                    $($field: $crate::events::field::FromField::required($crate::events::field::find(all.fields(), $json), $json)?,)*
                    $place: $crate::events::object::InPlace::from_taken(
                        $crate::events::object::place!($place, $place_json $(, $place_default)?),
                        $crate::events::object::is_base64!(all $($mode)?),
                    ),
                    all,
                })
            }
        }

        $crate::events::object::from_json! { [$($mode)?] $name<'a $(, $param)?>, $place_type $(, $place_default)? }

        impl<$($param: core::fmt::Debug)?> core::fmt::Debug for $name<'_ $(, $param)?> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), &self.$field))*
                    $($(.field(stringify!($late), &self.$late()))*)?
                    .field(stringify!($place), &self.$place)
                    .finish()
            }
        }
    };
}

/// The methods of an object's struct.
macro_rules! methods {
    ($($(#[$doc:meta])* $late:ident: $type:ty = $json:literal,)*) => {
        /// Returns the field `name` of the object as JSON; null if it is missing. The name is AWS's,
        /// and case-insensitive.
        pub fn get(&self, name: &str) -> $crate::json::RawJson<'a> {
            $crate::events::field::find(self.all.fields(), name)
        }

        $($(#[$doc])*
        pub fn $late(&self) -> $type {
            $crate::events::field::Look::look(self.get($json))
        })*
    };
}

/// The conversion of a captured object. It can't fail if there are no required fields.
macro_rules! from_raw {
    ($name:ident) => {
        impl<'a> From<$crate::json::RawJson<'a>> for $name<'a> {
            fn from(all: $crate::json::RawJson<'a>) -> Self {
                Self { all }
            }
        }
    };
    ($name:ident $($field:ident: $type:ty = $json:literal)*) => {
        impl<'a> $crate::events::field::FromField<'a> for $name<'a> {
            fn from_field(all: $crate::json::RawJson<'a>) -> Result<Self, $crate::json::DeError> {
                Ok(Self { $($field: $crate::events::field::FromField::required($crate::events::field::find(all.fields(), $json), $json)?,)* all })
            }
        }
    };
}

/// Implements `FromJson`, but not for HTTP requests, whose bodies would be lost.
macro_rules! from_json {
    ([request] $($any:tt)*) => {};
    ([$($mode:ident)?] $name:ident<'a $(, $param:ident)?>, $place_type:ty $(, $default:ident)?) => {
        impl<'a $(, $param)?> $crate::json::FromJson<'a> for $name<'a $(, $param)?>
        where
            $place_type: $crate::events::object::InPlace<'a $(, Taken: $default)?>,
        {
            fn read(deserializer: &mut $crate::json::Deserializer<'a>) -> Result<Self, $crate::json::DeError> {
                $crate::events::object::ReadObject::read_object(deserializer)
            }
        }
    };
}

/// Whether a string that can't be read isn't an error: clients send what HTTP allows.
macro_rules! is_lenient {
    (request) => {
        true
    };
    (message) => {
        true
    };
    ($($other:ident)?) => {
        false
    };
}

/// Whether the field that is read in place is base64. For requests, `http::from_slice` asks later.
macro_rules! is_base64 {
    ($all:ident base64) => {
        true
    };
    ($all:ident message) => {
        $crate::events::field::Look::look($crate::events::field::find(
            $all.fields(),
            "isBase64Encoded",
        ))
    };
    ($all:ident $($other:ident)?) => {
        false
    };
}

macro_rules! place {
    ($place:ident, $json:literal) => {
        $place.ok_or_else(|| <$crate::json::DeError as serde::de::Error>::missing_field($json))?
    };
    ($place:ident, $json:literal, Default) => {
        $place.unwrap_or_default()
    };
}

pub(super) use {from_json, from_raw, is_base64, is_lenient, methods, object, place};

/// A struct with a field that is read in place.
pub trait ReadObject<'a>: Sized {
    /// Reads an object.
    fn read_object(deserializer: &mut json::Deserializer<'a>) -> Result<Self, DeError>;
}

/// The type of a field that is read in place.
pub trait InPlace<'a>: Sized {
    /// What is read first. A [`Body`] is built afterwards, so that the compiler sees whether it is
    /// base64, and links the decoder only then.
    type Taken;

    /// Reads the next value.
    fn take(deserializer: &mut json::Deserializer<'a>) -> Result<Self::Taken, DeError>;

    /// Returns the value. `is_base64` says whether a [`Body`] is encoded.
    fn from_taken(taken: Self::Taken, is_base64: bool) -> Self;
}

impl<'a, T: FromJson<'a>> InPlace<'a> for T {
    type Taken = T;

    fn take(deserializer: &mut json::Deserializer<'a>) -> Result<T, DeError> {
        T::read(deserializer)
    }

    fn from_taken(taken: T, _: bool) -> T {
        taken
    }
}

impl<'a> InPlace<'a> for Body<'a> {
    type Taken = &'a mut [u8];

    fn take(deserializer: &mut json::Deserializer<'a>) -> Result<&'a mut [u8], DeError> {
        deserializer.string_mut().map(Option::unwrap_or_default)
    }

    fn from_taken(taken: &'a mut [u8], is_base64: bool) -> Self {
        Self::new(taken, is_base64)
    }
}

/// Captures a value as raw JSON, and converts it.
#[inline(always)]
pub(super) fn captured<'de, D: Deserializer<'de>, T: FromField<'de>>(
    deserializer: D,
    is_lenient: bool,
) -> Result<T, D::Error> {
    T::from_field(RawJson::capture(deserializer, is_lenient)?).map_err(DeError::into_other)
}
