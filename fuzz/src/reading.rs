//! Parses the same text with both, into every type.

use std::fmt::{self, Debug};

use barelambda::Error;
use barelambda::json::{self, RawJson, Records};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::differences::is_listed;
use super::types::{Any, Choice, Double, Kinds, Later, Nested, Nothing, Single, Strict, Text};

/// Parses `text` into a type of each side, and compares the results. The second type defaults to
/// the first.
macro_rules! same {
    ($text:ident, $type:ty) => {
        same!($text, $type, $type)
    };
    ($text:ident, $ours:ty, $theirs:ty) => {
        same!($text, $ours, $theirs, |ours, theirs| ours == theirs)
    };
    ($text:ident, $ours:ty, $theirs:ty, $are_same:expr) => {{
        let mut own = $text.to_vec();
        judge(
            $text,
            json::from_slice::<$ours>(&mut own),
            serde_json::from_slice::<$theirs>($text),
            $are_same,
        )
    }};
}

/// Parses `text` with both, into every type that it may be.
///
/// # Panics
/// They differ, and the difference isn't [intended](is_listed).
pub fn compare(text: &[u8]) {
    (0..count(text)).for_each(|choice| compare_as(text, choice));
}

/// Like [`compare`], into one of the types, which the text selects, so that many more texts are
/// parsed in the same time.
pub fn compare_once(text: &[u8]) {
    // FNV-1a
    let hash = text.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    });
    compare_as(text, (hash >> 32) as usize % count(text));
}

/// Returns the number of types for `text`.
fn count(text: &[u8]) -> usize {
    match text.trim_ascii_start().first() {
        Some(b'{') => 8,
        Some(b'[') => 6,
        _ => 9,
    }
}

fn compare_as(text: &[u8], choice: usize) {
    match (choice, text.trim_ascii_start().first()) {
        (0, _) => same!(text, Any),
        (1, _) => same!(text, IgnoredAny),
        (2, _) => same!(text, RawJson, &RawValue, are_same_later),

        (3, Some(b'{')) => same!(text, Nothing),
        (4, Some(b'{')) => same!(text, Kinds<RawJson>, Kinds<&RawValue>),
        (5, Some(b'{')) => same!(text, Strict),
        (6, Some(b'{')) => same!(text, Choice),
        (_, Some(b'{')) => compare_records(text),

        (3, Some(b'[')) => same!(text, Vec<Kinds<RawJson>>, Vec<Kinds<&RawValue>>),
        (4, Some(b'[')) => same!(text, Vec<Choice>),
        (_, Some(b'[')) => same!(text, (Single, Nested, i64)),

        (3, _) => same!(text, Single),
        (4, _) => same!(text, Double),
        (5, _) => same!(text, u64),
        (6, _) => same!(text, i64),
        (7, _) => same!(text, char),
        _ => same!(text, Text),
    }
}

fn judge<O: Debug, T: Debug>(
    text: &[u8],
    ours: Result<O, Error>,
    theirs: serde_json::Result<T>,
    are_same: impl Fn(&O, &T) -> bool,
) {
    if let Err(error) = ours {
        let place = check_place(text, error);
        assert!(
            place == text.len() + 1 || error.message() != Error::JSON_END.message(),
            "{}: {error}",
            text.escape_ascii()
        );
    }
    compare_results(text, ours, theirs, are_same);
}

fn compare_results<O: Debug, T: Debug>(
    text: &[u8],
    ours: Result<O, Error>,
    theirs: serde_json::Result<T>,
    are_same: impl Fn(&O, &T) -> bool,
) {
    match (&ours, &theirs) {
        (Ok(ours), Ok(theirs)) => assert!(
            are_same(ours, theirs),
            "{}: {ours:?} instead of {theirs:?}",
            text.escape_ascii()
        ),
        (Err(_), Err(_)) => {}
        _ => {
            let is_listed = is_listed(
                text,
                ours.as_ref().map(|_| ()).map_err(|error| *error),
                theirs.as_ref().map(|_| ()),
            );
            assert!(is_listed, "{}: {ours:?} instead of {theirs:?}", text.escape_ascii());
        }
    }
}

/// Checks that an error has a place in the text, or the one after it, and returns the place.
fn check_place(text: &[u8], error: Error) -> usize {
    let place = error.number().expect("an error of JSON has a place") as usize;
    assert!((1..=text.len() + 1).contains(&place), "{}: {error}", text.escape_ascii());
    place
}

/// Checks that a value that is read later is the same when parsed, iterated and formatted.
fn are_same_later<'a, 'b>(ours: &RawJson<'a>, theirs: &&'b RawValue) -> bool {
    let any = theirs.any();
    let shown = ours.to_string();
    ours.any() == any
        && serde_json::from_str::<Any>(&shown).ok() == any
        && any.is_none_or(|any| looks_like(*ours, &any))
}

fn looks_like(raw: RawJson<'_>, any: &Any<'_>) -> bool {
    let is_same_kind = match any {
        Any::Object(fields) => {
            let mut raw = raw.fields();
            fields.iter().all(|(name, any)| {
                raw.next().is_some_and(|(raw_name, raw)| raw_name == name.0 && looks_like(raw, any))
            }) && raw.next().is_none()
        }
        Any::Array(elements) => {
            let mut raw = raw.elements();
            elements.iter().all(|any| raw.next().is_some_and(|raw| looks_like(raw, any)))
                && raw.next().is_none()
        }
        Any::Text(text) => raw.as_str() == Some(&text.0),
        any => raw.any().as_ref() == Some(any) && raw.is_null() == (*any == Any::Null),
    };
    let is_kind = |is_it: fn(&Any<'_>) -> bool, is_none: bool| is_it(any) || is_none;
    is_same_kind
        && is_kind(|any| matches!(any, Any::Object(_)), raw.fields().next().is_none())
        && is_kind(|any| matches!(any, Any::Array(_)), raw.elements().next().is_none())
        && is_kind(|any| matches!(any, Any::Text(_)), raw.as_str().is_none())
}

/// Parses a batch, record by record. Invalid text after the last record is one more error.
fn compare_records(text: &[u8]) {
    let mut own = text.to_vec();
    let is_listed = |error: Error| is_listed(text, Err(error), Ok(()));
    match (Records::<Nested>::new(&mut own, "Records"), serde_json::from_slice::<Batch>(text)) {
        (Ok(mut ours), Ok(Batch(Some(theirs)))) => {
            for theirs in theirs {
                let Some(ours) = ours.next() else {
                    panic!("{}: too few records", text.escape_ascii())
                };
                // serde_json counts places from the record's beginning.
                let text = if ours.is_ok() { theirs.get().as_bytes() } else { text };
                compare_results(
                    text,
                    ours,
                    serde_json::from_str::<Nested>(theirs.get()),
                    |ours, theirs| ours == theirs,
                );
            }
            let rest: Vec<_> = ours.collect();
            let is_good =
                matches!(rest[..], []) || matches!(rest[..], [Err(error)] if is_listed(error));
            assert!(is_good, "{}: {rest:?} after the records", text.escape_ascii());
        }
        (Ok(ours), Ok(Batch(None))) => {
            panic!("{}: {:?} without any records", text.escape_ascii(), ours.collect::<Vec<_>>())
        }
        (Ok(ours), Err(theirs)) => {
            let errors: Vec<_> = ours.filter_map(Result::err).collect();
            errors.iter().for_each(|error| _ = check_place(text, *error));
            assert!(!errors.is_empty(), "{}: no error instead of {theirs}", text.escape_ascii());
        }
        (Err(error), theirs) => {
            check_place(text, error);
            let is_good = match theirs {
                Ok(Batch(Some(_))) => is_listed(error),
                Ok(Batch(None)) => {
                    error.message() == Error::JSON_MISSING_FIELD.message() || is_listed(error)
                }
                Err(_) => true,
            };
            assert!(is_good, "{}: {error}", text.escape_ascii());
        }
    }
}

/// The first field `Records` of an object, parsed by serde_json.
struct Batch<'a>(Option<Vec<&'a RawValue>>);

impl<'de: 'a, 'a> Deserialize<'de> for Batch<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;

        impl<'de> Visitor<'de> for Visit {
            type Value = Batch<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Batch<'de>, A::Error> {
                let mut records = None;
                while let Some(name) = fields.next_key::<Text>()? {
                    if records.is_none() && name.0 == "Records" {
                        records = Some(fields.next_value()?);
                    } else {
                        fields.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(Batch(records))
            }
        }

        deserializer.deserialize_map(Visit)
    }
}
