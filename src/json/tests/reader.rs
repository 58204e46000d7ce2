//! Malformed, truncated and deeply nested texts: an error with its position, and never a panic.

use core::fmt;
use std::vec::Vec;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::de::{Choice, Inner, check};
use crate::error::Error;
use crate::json::{DEPTH_LIMIT, RawJson, from_slice};

#[test]
fn malformed_numbers() {
    for (text, place) in [
        ("-", 2),
        ("--1", 2),
        ("+1", 1),
        (".5", 1),
        ("01", 3),
        ("-01", 4),
        ("00", 3),
        ("1.", 3),
        ("1.e5", 5),
        ("1e", 3),
        ("1e+", 4),
        ("1E-x", 4),
        ("-.5", 4),
        ("-e5", 4),
        ("0x10", 2),
        ("1_000", 2),
        ("Infinity", 1),
        ("-Infinity", 2),
    ] {
        // More text follows, so that the error isn't the end of the text.
        let text = std::format!("[{text} ]");
        let results = [
            from_slice::<[f64; 1]>(&mut Vec::from(&text[..])).map(drop),
            from_slice::<[i8; 1]>(&mut Vec::from(&text[..])).map(drop),
            from_slice::<IgnoredAny>(&mut Vec::from(&text[..])).map(drop),
        ];
        for result in results {
            let error = result.unwrap_err();
            assert_eq!(error.number(), Some(place + 1), "{text}: {error}");
            let known = [
                Error::JSON_NUMBER,
                Error::JSON_NO_NUMBER,
                Error::JSON_SYNTAX,
                Error::JSON_RANGE,
                Error::JSON_LENGTH,
            ];
            assert!(
                known.iter().any(|known| known.message() == error.message()),
                "{text}: {error}"
            );
        }
    }
}

/// The distance between the bytes that a test tries.
const STEP: usize = if cfg!(miri) { 11 } else { 1 };

const SAMPLE: &[u8] =
    br#" {"s": "a\n\u00e9\ud83d\ude00z", "n" :[-12.5e+3,0,17 ], "o":{"a":true,"b":[false,null,{}]}, "e":{"Tuple":[1,"\\"]},"i":"\/"} "#;

#[derive(Debug, Deserialize, PartialEq)]
struct Sample<'a> {
    #[serde(borrow)]
    s: &'a str,
    n: (f64, u8, u8),
    #[serde(borrow)]
    o: RawJson<'a>,
    e: Choice<'a>,
}

impl PartialEq for RawJson<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::format!("{self}") == std::format!("{other}")
    }
}

#[test]
fn a_text_that_is_cut_anywhere_ends_too_early() {
    let mut own = SAMPLE.to_vec();
    let sample: Sample = from_slice(&mut own).unwrap();
    let o = std::format!("{}", sample.o);
    assert_eq!(
        (sample.s, sample.n, &o[..]),
        ("a\n\u{e9}\u{1f600}z", (-12500.0, 0, 17), r#"{"a":true,"b":[false,null,{}]}"#)
    );
    assert_eq!(sample.e, Choice::Tuple(1, "\\"));
    let whole = SAMPLE.trim_ascii_end().len();
    for length in (0..whole).step_by(STEP) {
        let cut = &SAMPLE[..length];
        let mut copies = [cut.to_vec(), cut.to_vec(), cut.to_vec()];
        let [typed, raw, ignored] = &mut copies;
        let errors = [
            from_slice::<Sample>(typed).unwrap_err(),
            from_slice::<RawJson>(raw).unwrap_err(),
            from_slice::<IgnoredAny>(ignored).unwrap_err(),
        ];
        for error in errors {
            let is_end = error.message() == Error::JSON_END.message()
                && error.number() == Some(length as u32 + 1);
            let escape = error.number().and_then(|place| SAMPLE.get(place as usize - 1..length));
            let is_cut_escape = error.message() == Error::JSON_ESCAPE.message()
                && escape.is_some_and(|escape| escape.starts_with(b"\\") && escape.len() < 12);
            assert!(is_end || is_cut_escape, "{}: {error}", cut.escape_ascii());
        }
    }
}

#[test]
fn any_byte_anywhere_never_panics() {
    for at in (0..SAMPLE.len()).step_by(STEP) {
        for byte in if cfg!(miri) { std::vec![0, b'"', b'\\', 0xff] } else { (0..=255).collect() } {
            let mut text = SAMPLE.to_vec();
            text[at] = byte;
            let (typed, ignored) = (&mut text.clone(), &mut text.clone());
            let typed = from_slice::<Sample>(typed).map(drop);
            let ignored = from_slice::<IgnoredAny>(ignored).map(drop);
            assert!(ignored.is_ok() || typed.is_err(), "{}", text.escape_ascii());
            for error in [typed, ignored].into_iter().filter_map(Result::err) {
                assert!(
                    error
                        .number()
                        .is_some_and(|place| (1..=text.len() + 1).contains(&(place as usize))),
                    "{error}"
                );
            }
        }
    }
}

/// The depth of nested arrays or objects, read level by level.
#[derive(Debug, PartialEq)]
struct Depth(usize);

impl<'de> Deserialize<'de> for Depth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;

        impl<'de> Visitor<'de> for Visit {
            type Value = Depth;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("arrays and objects")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Depth, A::Error> {
                let mut depth = 0;
                while let Some(Depth(inner)) = elements.next_element()? {
                    depth = depth.max(inner);
                }
                Ok(Depth(depth + 1))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Depth, A::Error> {
                let mut depth = 0;
                while let Some((_, Depth(inner))) = fields.next_entry::<&str, _>()? {
                    depth = depth.max(inner);
                }
                Ok(Depth(depth + 1))
            }
        }

        deserializer.deserialize_any(Visit)
    }
}

#[test]
fn nesting_is_limited() {
    let limit = usize::from(DEPTH_LIMIT);
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[[],{\"a\":{},\"b\":", "}]")] {
        let inner = if open == "[" { "" } else { "[]" };
        let levels = open.matches(['[', '{']).count() - open.matches(['}', ']']).count();
        let text = |depth: usize| {
            [
                open.repeat((depth - inner.len() / 2) / levels),
                inner.into(),
                close.repeat((depth - inner.len() / 2) / levels),
            ]
            .concat()
        };
        let depth = limit - (limit - inner.len() / 2) % levels;
        let good = text(depth);
        let bad = text(depth + levels);
        let place = {
            let mut open = 0;
            let beyond = |byte: &u8| {
                open +=
                    i32::from(matches!(byte, b'[' | b'{')) - i32::from(matches!(byte, b']' | b'}'));
                open == i32::from(DEPTH_LIMIT) + 1
            };
            bad.as_bytes().iter().position(beyond).unwrap() + 1
        };
        let mut own = Vec::from(&good[..]);
        assert_eq!(from_slice(&mut own), Ok(Depth(depth)));
        let mut own = Vec::from(&good[..]);
        assert_eq!(from_slice::<IgnoredAny>(&mut own), Ok(IgnoredAny));
        let mut own = Vec::from(&good[..]);
        let raw: RawJson = from_slice(&mut own).unwrap();
        assert_eq!(raw.read(), Ok(Depth(depth)));
        check(
            bad.as_bytes(),
            from_slice::<Depth>(&mut Vec::from(&bad[..])),
            Error::JSON_DEPTH,
            place + 1,
        );
        check(
            bad.as_bytes(),
            from_slice::<IgnoredAny>(&mut Vec::from(&bad[..])),
            Error::JSON_DEPTH,
            place + 1,
        );
        check(
            bad.as_bytes(),
            from_slice::<RawJson>(&mut Vec::from(&bad[..])).map(drop),
            Error::JSON_DEPTH,
            place + 1,
        );
    }
    // Siblings don't add to the depth.
    let beside = ["[", &"[[]],".repeat(200), "[]]"].concat();
    assert_eq!(from_slice(&mut Vec::from(beside)), Ok(Depth(3)));
}

#[test]
fn ignored_values_are_checked() {
    for (inside, error, place) in [
        (&b"\"\x01\""[..], Error::JSON_CONTROL_CHARACTER, 2),
        (b"\"a\\q\"", Error::JSON_ESCAPE, 3),
        (b"\"\\ud800\"", Error::JSON_ESCAPE, 2),
        (b"[\"\\udc00\"]", Error::JSON_ESCAPE, 3),
        (b"\"\xff\"", Error::JSON_UTF8, 4),
        (b"{\"\xed\xa0\x80\":1}", Error::JSON_UTF8, 7),
        (b"01", Error::JSON_NUMBER, 3),
        (b"[1,]", Error::JSON_SYNTAX, 4),
    ] {
        let text = [br#"{"name":"x","ignored":"#, inside, br#","count":1}"#].concat();
        check(&text, from_slice::<Inner>(&mut text.clone()), error, 22 + place);
        check(&text, from_slice::<IgnoredAny>(&mut text.clone()), error, 22 + place);
        check(&text, from_slice::<RawJson>(&mut text.clone()).map(drop), error, 22 + place);
    }
}
