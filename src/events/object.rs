//! Structs that are deserialized from objects by a table of names. serde's derive generates a state
//! machine for each struct, with two to three times the code.

use core::fmt;
use core::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::body::Body;
use crate::bytes::decimal::decimal;
use crate::bytes::json_path::ForPath;
use crate::bytes::name::is_same_name;
use crate::json::{Aside, RawJson};

/// Declares a struct that implements `Deserialize`, with the names of its fields in JSON.
/// `= "name"` is a required field, and `= "name" or default` is one that may be missing or null.
/// The fields are captured as raw JSON first. Only the last one may be deserialized by serde
/// instead, so that its value can be decoded in place.
macro_rules! object {
    ($(#[$meta:meta])* pub struct $name:ident<'a> {
        $($(#[$doc:meta])* pub $field:ident: $type:ty = $json:literal $(or $default:ident)?,)*
    }) => {
        $(#[$meta])*
        #[derive(Debug)]
        pub struct $name<'a> {
            $($(#[$doc])* pub $field: $type,)*
        }

        impl<'a> $name<'a> {
            const TABLE: $crate::events::object::Table = $crate::events::object::Table {
                names: concat!($($json, "\n"),*),
                texts: $crate::events::object::bits(&[$(<$type as $crate::events::object::FromField<'a>>::IS_TEXT),*]),
                optional: $crate::events::object::bits(&[$($crate::events::object::is_optional!($($default)?)),*]),
            };
        }

        impl<'a> $crate::events::object::FromField<'a> for $name<'a> {
            const IS_TEXT: bool = false;

            fn from_field(field: &$crate::events::object::Field<'a>) -> Result<Self, $crate::events::object::ErrorKind> {
                const COUNT: usize = [$($json),*].len();
                let mut fields = [$crate::events::object::Field::default(); COUNT];
                $crate::events::object::pick(field.raw, &Self::TABLE, &mut fields)?;
                let [$($field),*] = &fields;
                Ok(Self { $($field: $crate::events::object::FromField::from_field($field)?,)* })
            }
        }

        impl<'de: 'a, 'a> serde::Deserialize<'de> for $name<'a> {
            fn deserialize<Source: serde::Deserializer<'de>>(deserializer: Source) -> Result<Self, Source::Error> {
                $crate::events::object::captured(deserializer)
            }
        }
    };
    ($(#[$meta:meta])* pub struct $name:ident<'a $(, $param:ident = $is:ty)?> {
        $($(#[$doc:meta])* pub $field:ident: $type:ty = $json:literal $(or $default:ident)?,)*
        in place
        $(#[$place_meta:meta])* $vis:vis $place:ident: $place_type:ty = $place_json:literal $(or $place_default:ident)?,
    }) => {
        $(#[$meta])*
        #[derive(Debug)]
        pub struct $name<'a $(, $param = $is)?> {
            $($(#[$doc])* pub $field: $type,)*
            $(#[$place_meta])* $vis $place: $place_type,
        }

        impl<'a $(, $param)?> $name<'a $(, $param)?> {
            const TABLE: $crate::events::object::Table = $crate::events::object::Table {
                names: concat!($($json, "\n"),*),
                texts: $crate::events::object::bits(&[$(<$type as $crate::events::object::FromField<'a>>::IS_TEXT),*]),
                optional: $crate::events::object::bits(&[$($crate::events::object::is_optional!($($default)?)),*]),
            };
        }

        impl<'de: 'a, 'a $(, $param)?> $crate::events::object::InPlace<'de> for $name<'a $(, $param)?>
        where
            $place_type: $crate::events::object::Place<'de>,
        {
            fn read<A: serde::de::MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
                const COUNT: usize = [$($json),*].len();
                let mut fields = [$crate::events::object::Field::default(); COUNT];
                let mut $place = None;
                while $crate::events::object::pick_to(&mut map, $place_json, &Self::TABLE, &mut fields)? {
                    if $place.is_some() {
                        return Err($crate::events::object::ErrorKind::Duplicate.into_error());
                    }
                    $place = Some(<$place_type as $crate::events::object::Place<'de>>::read(&mut map)?);
                }
                $crate::events::object::check(&Self::TABLE, &mut fields)
                    .and_then(|()| {
                        let [$($field),*] = &fields;
                        Ok(Self {
                            $($field: $crate::events::object::FromField::from_field($field)?,)*
                            $place: $crate::events::object::place!($place, $place_json $(, $place_default)?),
                        })
                    })
                    .map_err($crate::events::object::ErrorKind::into_error)
            }
        }

        impl<'de: 'a, 'a $(, $param: serde::Deserialize<'de>)?> serde::Deserialize<'de> for $name<'a $(, $param)?> {
            fn deserialize<Source: serde::Deserializer<'de>>(deserializer: Source) -> Result<Self, Source::Error> {
                $crate::events::object::Object::deserialize(deserializer).map(|object| object.0)
            }
        }
    };
}

macro_rules! is_optional {
    () => {
        false
    };
    (default) => {
        true
    };
}

macro_rules! place {
    ($place:ident, $json:literal) => {
        $place.ok_or($crate::events::object::ErrorKind::Missing(
            $crate::events::object::FieldName::new($json),
        ))?
    };
    ($place:ident, $json:literal, default) => {
        $place.unwrap_or_default()
    };
}

pub(super) use {is_optional, object, place};

/// The fields of a struct.
pub(super) struct Table {
    /// The names, each followed by a line feed. They are case-insensitive: SNS itself writes
    /// `SigningCertUrl` in events, and `SigningCertURL` in queues.
    pub(super) names: &'static str,
    /// A bit for each field that must be a string, the lowest for the first.
    pub(super) texts: u32,
    /// A bit for each field that may be missing or null.
    pub(super) optional: u32,
}

/// The name of a missing field, for the path in an error. Without the feature `error-path` it is
/// empty.
pub(super) type FieldName = ForPath<&'static str>;

/// Returns a bit for each value, the lowest for the first.
pub(super) const fn bits(values: &[bool]) -> u32 {
    let mut bits = 0;
    let mut index = values.len();
    while index > 0 {
        index -= 1;
        bits = bits << 1 | values[index] as u32;
    }
    bits
}

/// A captured field.
#[derive(Copy, Clone, Default)]
pub(super) struct Field<'a> {
    /// The raw JSON; null if the field is missing.
    pub(super) raw: RawJson<'a>,
    /// The string, if the field must be one; otherwise empty.
    pub(super) text: &'a str,
}

/// A type that is converted from a captured field.
pub(super) trait FromField<'a>: Sized {
    /// Whether the field must be a string.
    const IS_TEXT: bool = false;

    /// Converts `field`.
    fn from_field(field: &Field<'a>) -> Result<Self, ErrorKind>;
}

/// A struct with a field that is deserialized in place.
pub(super) trait InPlace<'de>: Sized {
    /// Deserializes the fields of an object.
    fn read<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error>;
}

/// The type of a field that is deserialized in place.
pub(super) trait Place<'de>: Sized {
    /// Deserializes the next value of `map`.
    fn read<A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error>;
}

impl<'de, T: Deserialize<'de>> Place<'de> for T {
    fn read<A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error> {
        map.next_value()
    }
}

/// The string is set aside, and the caller of [`with_body`] fills the body with it.
impl<'de: 'a, 'a> Place<'de> for Body<'a> {
    fn read<A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error> {
        map.next_value::<Aside>()?;
        Ok(Self::default())
    }
}

/// Why an object doesn't match a struct.
#[derive(Copy, Clone, Debug)]
pub(super) enum ErrorKind {
    /// The required field of this name is missing or null.
    Missing(FieldName),
    /// A field occurs twice.
    Duplicate,
    /// A value has the wrong type.
    Kind,
}

impl ErrorKind {
    /// Converts it to serde's error.
    #[cold]
    pub(super) fn into_error<E: Error>(self) -> E {
        match self {
            Self::Missing(name) => E::missing_field(name.get()),
            Self::Duplicate => E::duplicate_field(""),
            Self::Kind => E::custom("a value of another kind"),
        }
    }
}

/// Captures a value as raw JSON, and converts it.
pub(super) fn captured<'de, D: Deserializer<'de>, T: FromField<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let raw = RawJson::deserialize(deserializer)?;
    T::from_field(&Field { raw, text: "" }).map_err(ErrorKind::into_error)
}

/// Deserializes `text` as a struct that contains a [`Body`]. Returns it with an empty body, and the
/// body's bytes.
///
/// # Errors
/// Those of [`json::from_slice`](crate::json::from_slice).
pub(super) fn with_body<'a, T: InPlace<'a>>(
    text: &'a mut [u8],
) -> Result<(T, &'a mut [u8]), crate::Error> {
    let mut deserializer = crate::json::Deserializer::setting_aside(text);
    let Object(value) = deserializer.all()?;
    Ok((value, deserializer.take_aside().unwrap_or_default()))
}

/// The `Deserialize` implementation of structs with a field that is deserialized in place.
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: InPlace<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields(PhantomData)).map(Self)
    }
}

struct Fields<T>(PhantomData<T>);

impl<'de, T: InPlace<'de>> Visitor<'de> for Fields<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::read(map)
    }
}

/// Captures the fields of `map` that are in `table`, each at its index there, until the value of
/// the field `place` is next. Returns whether it is.
pub(super) fn pick_to<'de, A: MapAccess<'de>>(
    map: &mut A,
    place: &str,
    table: &Table,
    fields: &mut [Field<'de>],
) -> Result<bool, A::Error> {
    while let Some(name) = map.next_key::<&str>()? {
        if is_same_name(place.as_bytes(), name.as_bytes()) {
            return Ok(true);
        }
        match find(name, table, fields) {
            Some(field) if !field.raw.is_null() => return Err(ErrorKind::Duplicate.into_error()),
            Some(field) => field.raw = map.next_value()?,
            None => drop(map.next_value::<IgnoredAny>()?),
        }
    }
    Ok(false)
}

/// Captures the fields of `object` that are in `table`, each at its index there, and checks them.
pub(super) fn pick<'a>(
    object: RawJson<'a>,
    table: &Table,
    fields: &mut [Field<'a>],
) -> Result<(), ErrorKind> {
    if object.text().first() != Some(&b'{') {
        return Err(ErrorKind::Kind);
    }
    for (name, raw) in object.fields() {
        if let Some(field) = find(name, table, fields) {
            if !field.raw.is_null() {
                return Err(ErrorKind::Duplicate);
            }
            field.raw = raw;
        }
    }
    check(table, fields)
}

fn find<'f, 'a>(
    name: &str,
    table: &Table,
    fields: &'f mut [Field<'a>],
) -> Option<&'f mut Field<'a>> {
    let mut names = table.names.as_bytes().split(|byte| *byte == b'\n');
    fields.get_mut(names.position(|other| is_same_name(other, name.as_bytes()))?)
}

/// Checks that the required fields are present, and reads the strings.
pub(super) fn check(table: &Table, fields: &mut [Field<'_>]) -> Result<(), ErrorKind> {
    let (mut texts, mut optional) = (table.texts, table.optional);
    for (index, field) in fields.iter_mut().enumerate() {
        if field.raw.is_null() {
            if optional & 1 == 0 {
                return Err(ErrorKind::Missing(FieldName::of(|| {
                    table.names.split('\n').nth(index).unwrap_or_default()
                })));
            }
        } else if texts & 1 != 0 {
            field.text = field.raw.as_str().ok_or(ErrorKind::Kind)?;
        }
        texts >>= 1;
        optional >>= 1;
    }
    Ok(())
}

impl<'a> FromField<'a> for &'a str {
    const IS_TEXT: bool = true;

    fn from_field(field: &Field<'a>) -> Result<Self, ErrorKind> {
        Ok(field.text)
    }
}

impl<'a> FromField<'a> for Option<&'a str> {
    const IS_TEXT: bool = true;

    fn from_field(field: &Field<'a>) -> Result<Self, ErrorKind> {
        Ok(if field.raw.is_null() { None } else { Some(field.text) })
    }
}

/// Raw JSON, or a type that reads it later.
impl<'a, T: From<RawJson<'a>>> FromField<'a> for T {
    fn from_field(field: &Field<'a>) -> Result<Self, ErrorKind> {
        Ok(Self::from(field.raw))
    }
}

impl FromField<'_> for bool {
    fn from_field(field: &Field<'_>) -> Result<Self, ErrorKind> {
        match field.raw.text() {
            b"true" => Ok(true),
            b"false" | b"null" => Ok(false),
            _ => Err(ErrorKind::Kind),
        }
    }
}

impl FromField<'_> for u64 {
    fn from_field(field: &Field<'_>) -> Result<Self, ErrorKind> {
        Option::from_field(field).map(Option::unwrap_or_default)
    }
}

impl FromField<'_> for Option<u64> {
    fn from_field(field: &Field<'_>) -> Result<Self, ErrorKind> {
        if field.raw.is_null() {
            Ok(None)
        } else {
            decimal(field.raw.text()).map(Some).ok_or(ErrorKind::Kind)
        }
    }
}
