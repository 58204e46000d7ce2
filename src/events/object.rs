//! Structs that are read from a captured part of the event. For nested ones this takes half the code of serde's derive, whose every struct
//! brings a state machine of its own: here a table of names is enough.

use serde::de::Error;

use crate::json::RawJson;

/// Declares a struct with the names of its fields in JSON: `= "name"` is a field that must be there, and `= "name" or default` is one that
/// may be missing or null. It is `Deserialize`, also in place: nothing in it is decoded further.
macro_rules! object {
    ($(#[$meta:meta])* pub struct $name:ident<'a> {
        $($(#[$doc:meta])* pub $field:ident: $type:ty = $json:literal $(or $default:ident)?,)*
    }) => {
        $(#[$meta])*
        #[derive(Debug)]
        pub struct $name<'a> {
            $($(#[$doc])* pub $field: $type,)*
        }

        impl<'a> $crate::events::object::FromField<'a> for $name<'a> {
            const IS_TEXT: bool = false;

            fn from_field(field: &$crate::events::object::Field<'a>) -> Result<Self, $crate::events::object::Misfit> {
                Self::from_raw(field.raw)
            }
        }

        impl<'a> $name<'a> {
            const NAMES: &'static [$crate::events::object::Name] = &[$($crate::events::object::Name {
                name: $json,
                is_text: <$type as $crate::events::object::FromField<'a>>::IS_TEXT,
                is_required: true $(&& $crate::events::object::$default!())?,
            },)*];

            fn from_raw(raw: $crate::json::RawJson<'a>) -> Result<Self, $crate::events::object::Misfit> {
                const COUNT: usize = [$($json),*].len();
                let mut fields = [$crate::events::object::Field::default(); COUNT];
                $crate::events::object::pick(raw, Self::NAMES, &mut fields)?;
                let [$($field),*] = &fields;
                Ok(Self { $($field: $crate::events::object::FromField::from_field($field)?,)* })
            }
        }

        impl<'de: 'a, 'a> serde::Deserialize<'de> for $name<'a> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let raw = <$crate::json::RawJson<'_> as serde::Deserialize>::deserialize(deserializer)?;
                Self::from_raw(raw).map_err($crate::events::object::Misfit::into_error)
            }
        }
    };
}

macro_rules! default {
    () => {
        false
    };
}

pub(super) use {default, object};

/// The name of a field, and what must be there.
pub(super) struct Name {
    pub(super) name: &'static str,
    pub(super) is_text: bool,
    pub(super) is_required: bool,
}

/// A field as it was found.
#[derive(Copy, Clone, Default)]
pub(super) struct Field<'a> {
    /// Null, if there is none.
    pub(super) raw: RawJson<'a>,
    /// If it is a text: empty otherwise.
    pub(super) text: &'a str,
}

/// What is made of a field.
pub(super) trait FromField<'a>: Sized {
    /// Whether it must be a text.
    const IS_TEXT: bool;

    /// Reads `field`.
    fn from_field(field: &Field<'a>) -> Result<Self, Misfit>;
}

/// Why a captured part does not fit a type.
#[derive(Copy, Clone, Debug)]
pub(super) enum Misfit {
    /// A field that must be there is missing or null.
    Missing,
    /// A field comes twice.
    Duplicate,
    /// A value is of another kind.
    Kind,
}

impl Misfit {
    /// As serde has it.
    #[cold]
    pub(super) fn into_error<E: Error>(self) -> E {
        match self {
            Self::Missing => E::missing_field(""),
            Self::Duplicate => E::duplicate_field(""),
            Self::Kind => E::custom("a value is of another kind"),
        }
    }
}

/// Finds the fields of `object` that `names` has, each at its place there.
#[inline(never)]
pub(super) fn pick<'a>(object: RawJson<'a>, names: &[Name], fields: &mut [Field<'a>]) -> Result<(), Misfit> {
    if object.text().first() != Some(&b'{') {
        return Err(Misfit::Kind);
    }
    for (name, raw) in object.fields() {
        for (wanted, field) in names.iter().zip(fields.iter_mut()) {
            if wanted.name == name {
                if !field.raw.is_null() {
                    return Err(Misfit::Duplicate);
                }
                field.raw = raw;
            }
        }
    }
    for (name, field) in names.iter().zip(fields) {
        if field.raw.is_null() {
            if name.is_required {
                return Err(Misfit::Missing);
            }
        } else if name.is_text {
            field.text = field.raw.as_str().ok_or(Misfit::Kind)?;
        }
    }
    Ok(())
}

impl<'a> FromField<'a> for &'a str {
    const IS_TEXT: bool = true;

    fn from_field(field: &Field<'a>) -> Result<Self, Misfit> {
        Ok(field.text)
    }
}

impl<'a> FromField<'a> for Option<&'a str> {
    const IS_TEXT: bool = true;

    fn from_field(field: &Field<'a>) -> Result<Self, Misfit> {
        Ok(if field.raw.is_null() { None } else { Some(field.text) })
    }
}

impl<'a> FromField<'a> for RawJson<'a> {
    const IS_TEXT: bool = false;

    fn from_field(field: &Field<'a>) -> Result<Self, Misfit> {
        Ok(field.raw)
    }
}

impl FromField<'_> for Option<u64> {
    const IS_TEXT: bool = false;

    fn from_field(field: &Field<'_>) -> Result<Self, Misfit> {
        field.raw.read().map_err(|_| Misfit::Kind)
    }
}

impl FromField<'_> for u64 {
    const IS_TEXT: bool = false;

    fn from_field(field: &Field<'_>) -> Result<Self, Misfit> {
        Option::<u64>::from_field(field).map(Option::unwrap_or_default)
    }
}
