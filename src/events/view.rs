//! Structs over objects whose fields handlers seldom read. A field is read when it's asked for, and
//! the code of unused fields isn't linked.

use super::fields::field;
use super::object::{ErrorKind, Field, FieldName, FromField};
use crate::json::RawJson;

/// Declares a struct over an object whose fields handlers seldom read. Each field is a method,
/// which searches the object when it is called. A field that is missing, null or of another type is
/// `None`, empty or zero. Only the last field, after `needs`, is required when the object is
/// deserialized.
macro_rules! view {
    ($(#[$meta:meta])* pub struct $name:ident<'a> {
        $($(#[$doc:meta])* pub $field:ident: $type:ty = $json:literal,)*
        $(needs
        $(#[$need_doc:meta])* pub $need:ident: $need_type:ty = $need_json:literal,)?
    }) => {
        $(#[$meta])*
        #[derive(Copy, Clone, Default)]
        pub struct $name<'a> {
            object: $crate::json::RawJson<'a>,
            $($need: $need_type,)?
        }

        impl<'a> $name<'a> {
            $($(#[$doc])*
            pub fn $field(&self) -> $type {
                $crate::events::view::Look::look($crate::events::fields::field(self.object, $json))
            })*

            $($(#[$need_doc])*
            pub const fn $need(&self) -> $need_type {
                self.$need
            })?
        }

        impl<'a> $crate::events::object::FromField<'a> for $name<'a> {
            fn from_field(field: &$crate::events::object::Field<'a>) -> Result<Self, $crate::events::object::ErrorKind> {
                $(let $need = $crate::events::view::needed(field.raw, $need_json)?;)?
                Ok(Self { object: field.raw, $($need)? })
            }
        }

        impl core::fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), &self.$field()))*
                    $(.field(stringify!($need), &self.$need()))?
                    .finish()
            }
        }
    };
}

pub(super) use view;

/// The type of a view's field.
pub(super) trait Look<'a> {
    /// Converts `value`, which is null if the field is missing.
    fn look(value: RawJson<'a>) -> Self;
}

impl<'a> Look<'a> for Option<&'a str> {
    fn look(value: RawJson<'a>) -> Self {
        value.as_str()
    }
}

impl<'a> Look<'a> for &'a str {
    fn look(value: RawJson<'a>) -> Self {
        value.as_str().unwrap_or_default()
    }
}

impl Look<'_> for u64 {
    fn look(value: RawJson<'_>) -> Self {
        value.read().unwrap_or_default()
    }
}

impl<'a, T: From<RawJson<'a>>> Look<'a> for T {
    fn look(value: RawJson<'a>) -> Self {
        Self::from(value)
    }
}

/// Converts the field `name` of `object`, which is required.
pub(super) fn needed<'a, T: FromField<'a>>(
    object: RawJson<'a>,
    name: &'static str,
) -> Result<T, ErrorKind> {
    let raw = field(object, name);
    if raw.is_null() {
        return Err(ErrorKind::Missing(FieldName::new(name)));
    }
    let text = if T::IS_TEXT { raw.as_str().ok_or(ErrorKind::Kind)? } else { "" };
    T::from_field(&Field { raw, text })
}
