//! What is read into which type, and what is an error where.

use core::fmt::{self, Debug};
use std::vec::Vec;

use heapless::index_map::FnvIndexMap;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{DEPTH_LIMIT, RawJson, Records, from_slice};
use crate::error::Error;

#[derive(Debug, Deserialize, PartialEq)]
struct Unit;

#[derive(Debug, Deserialize, PartialEq)]
struct Newtype<'a>(&'a str);

#[derive(Debug, Deserialize, PartialEq)]
struct Pair(u8, bool);

#[derive(Debug, Deserialize, PartialEq)]
struct Inner<'a> {
    name: &'a str,
    count: u32,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Strict {
    a: u8,
    b: Option<u8>,
}

#[derive(Debug, Deserialize, PartialEq)]
enum Choice<'a> {
    Unit,
    Newtype(u8),
    Tuple(u8, &'a str),
    Struct { name: &'a str },
}

#[derive(Debug, Deserialize, PartialEq, Eq, Hash)]
enum Key {
    A,
    B,
}

/// Compares what comes of reading each text into a type; the text is changed, so it has to be a copy.
macro_rules! reads {
    ($($type:ty: $text:expr => $value:expr;)*) => {$(
        let mut text = Vec::from(&$text[..]);
        assert_eq!(from_slice::<$type>(&mut text), Ok($value), "{}", $text.escape_ascii());
    )*};
}

/// Compares error and place.
macro_rules! fails {
    ($($type:ty: $text:expr => $error:ident $place:expr;)*) => {$(
        let mut text = Vec::from(&$text[..]);
        check($text, from_slice::<$type>(&mut text), Error::$error, $place);
    )*};
}

pub(super) fn check<T: Debug>(text: &[u8], result: Result<T, Error>, expected: Error, place: usize) {
    let error = result.expect_err("there is an error");
    let (found, expected) = ((error.message(), error.number()), (expected.message(), Some(place as u32)));
    assert_eq!(found, expected, "{}", text.escape_ascii());
    assert_eq!(error.error_type(), "Function.InvalidJson");
}

#[test]
fn scalars_of_every_kind() {
    reads! {
        bool: b" true " => true;
        bool: b"\t\r\nfalse\n" => false;
        (): b"null" => ();
        Unit: b"null" => Unit;
        &str: b"\"\"" => "";
        Newtype: br#""a\tb""# => Newtype("a\tb");
        char: br#""\ud83d\ude00""# => '\u{1f600}';
        &[u8]: br#""\u00e9\u0000""# => "\u{e9}\0".as_bytes();
        heapless::String<4>: br#""\u20acx""# => heapless::String::try_from("\u{20ac}x").unwrap();
        Option<u8>: b"null" => None;
        Option<u8>: b" 5" => Some(5);
        Option<Option<&str>>: b"\"\"" => Some(Some(""));
        IgnoredAny: b"[{}, {\"a\":[1,\"\\n\"]}]" => IgnoredAny;
    }
}

#[test]
fn integers_to_their_limits() {
    reads! {
        u8: b"255" => u8::MAX;
        u16: b"65535" => u16::MAX;
        u32: b"4294967295" => u32::MAX;
        u64: b"18446744073709551615" => u64::MAX;
        i8: b"-128" => i8::MIN;
        i8: b"127" => i8::MAX;
        i16: b"-32768" => i16::MIN;
        i32: b"-2147483648" => i32::MIN;
        i64: b"-9223372036854775808" => i64::MIN;
        i64: b"9223372036854775807" => i64::MAX;
        i64: b"-0" => 0;
        u64: b"0" => 0;
    }
    fails! {
        u8: b"[256]" => JSON_NO_NUMBER 1;
        u8: b"256" => JSON_UNFIT 4;
        i8: b" -129 " => JSON_UNFIT 6;
        u64: b" 18446744073709551616" => JSON_RANGE 2;
        u64: b"99999999999999999999999" => JSON_RANGE 1;
        u8: b"-1" => JSON_RANGE 1;
        u8: b"-0" => JSON_RANGE 1;
        i64: b"9223372036854775808" => JSON_RANGE 1;
        i64: b"-9223372036854775809" => JSON_RANGE 1;
        u8: b"1.0" => JSON_RANGE 1;
        i8: b"1e0" => JSON_RANGE 1;
        u128: b"1" => JSON_UNFIT 1;
        i128: b"1" => JSON_UNFIT 1;
    }
}

#[test]
fn floats_are_the_nearest() {
    for (text, value) in [
        ("0", 0.0),
        ("-0", -0.0),
        ("-0.0", -0.0),
        ("1", 1.0),
        ("-1.5e+3", -1500.0),
        ("1E-2", 0.01),
        ("5e-324", f64::from_bits(1)),
        ("2.4703282292062327e-324", 0.0),
        ("1.7976931348623157e308", f64::MAX),
        ("9007199254740993", 9_007_199_254_740_992.0),
        ("18446744073709551616", 18_446_744_073_709_551_616.0),
        ("0e999999999999", 0.0),
        ("1e-999999999999", 0.0),
    ] {
        let mut own = Vec::from(text);
        let read: f64 = from_slice(&mut own).unwrap();
        assert_eq!(read.to_bits(), f64::to_bits(value), "{text}");
    }
    reads! {
        f32: b"16777217" => 16_777_216.0;
        f32: b"3.4028235e38" => f32::MAX;
        f32: b"1e-45" => f32::from_bits(1);
    }
    fails! {
        f32: b"3.4028236e38" => JSON_RANGE 1;
        f64: b"[1e309" => JSON_NO_NUMBER 1;
        f64: b" -1e309" => JSON_RANGE 2;
        f64: b"\"1\"" => JSON_NO_NUMBER 1;
        f64: b"NaN" => JSON_NO_NUMBER 1;
    }
}

#[test]
fn compounds_of_every_kind() {
    reads! {
        (): b"\nnull" => ();
        [u8; 2]: b"[1,2]" => [1, 2];
        (u8, &str, ()): br#"[1,"\\",null]"# => (1, "\\", ());
        Pair: b" [ 1 , true ] " => Pair(1, true);
        heapless::Vec<u8, 3>: b"[1,2]" => heapless::Vec::from_slice(&[1, 2]).unwrap();
        heapless::Vec<&str, 2>: b"[]" => heapless::Vec::new();
        Inner: br#"{"na\u006de":"\"","ignored":[{"x":{}}],"count":7}"# => Inner { name: "\"", count: 7 };
        Strict: br#"{"a":1}"# => Strict { a: 1, b: None };
        [Choice; 3]: br#"["Unit",{"Unit":null},{"Newtype":7}]"# => [Choice::Unit, Choice::Unit, Choice::Newtype(7)];
        [Choice; 2]: br#"[{"Tuple":[1,"\/"]},{"Struct":{"name":"x"}}]"# => [Choice::Tuple(1, "/"), Choice::Struct { name: "x" }];
    }
    let mut text = *br#"{"a":1,"\u0062":-2,"a":3}"#;
    let map: FnvIndexMap<&str, i8, 4> = from_slice(&mut text).unwrap();
    assert!(map.iter().eq([(&"a", &3), (&"b", &-2)]));
    let mut text = *br#"{"\u20ac":true,"x":false}"#;
    let map: FnvIndexMap<char, bool, 2> = from_slice(&mut text).unwrap();
    assert!(map.iter().eq([(&'\u{20ac}', &true), (&'x', &false)]));
    let mut text = *br#"{"B":[],"A":{}}"#;
    let map: FnvIndexMap<Key, IgnoredAny, 2> = from_slice(&mut text).unwrap();
    assert!(map.keys().eq([&Key::B, &Key::A]));
}

#[test]
fn another_value_than_the_type_has() {
    fails! {
        &str: b" 1" => JSON_NO_STRING 2;
        char: b"null" => JSON_NO_STRING 1;
        &[u8]: b"[1]" => JSON_NO_STRING 1;
        u8: b"\"1\"" => JSON_NO_NUMBER 1;
        i64: b"true" => JSON_NO_NUMBER 1;
        bool: b"0" => JSON_NO_BOOL 1;
        bool: b"trUe" => JSON_NO_BOOL 3;
        (): b"{}" => JSON_NO_NULL 1;
        Unit: b"nil" => JSON_NO_NULL 2;
        [u8; 1]: b"{}" => JSON_NO_ARRAY 1;
        heapless::Vec<u8, 1>: b"\n\n1" => JSON_NO_ARRAY 3;
        Inner: b"[\"a\",1]" => JSON_NO_OBJECT 1;
        FnvIndexMap<&str, u8, 2>: b"null" => JSON_NO_OBJECT 1;
        FnvIndexMap<u8, u8, 2>: br#"{"1":2}"# => JSON_NO_NUMBER 2;
        FnvIndexMap<bool, u8, 2>: br#"{"true":2}"# => JSON_NO_BOOL 2;
        Choice: b"1" => JSON_NO_VARIANT 1;
        Choice: b"{}" => JSON_NO_VARIANT 2;
        Choice: br#"{"Newtype":1,"Newtype":1}"# => JSON_NO_VARIANT 13;
        Choice: br#"{"Unit":1}"# => JSON_NO_NULL 9;
        Choice: br#"{"Struct":["x"]}"# => JSON_NO_OBJECT 11;
    }
}

#[test]
fn a_value_that_its_type_refuses() {
    fails! {
        char: b"\"ab\"" => JSON_UNFIT 5;
        char: b"\"\" " => JSON_UNFIT 3;
        heapless::String<2>: b"\"abc\"" => JSON_UNFIT 6;
        Choice: b"\"Newtype\"" => JSON_UNFIT 10;
        Inner: b"{\"name\":\"x\"}" => JSON_MISSING_FIELD 13;
        Inner: b"{ }" => JSON_MISSING_FIELD 4;
        Strict: br#"{"a":1,"c":2}"# => JSON_UNKNOWN_FIELD 11;
        Inner: br#"{"name":"x","name":"y"}"# => JSON_DUPLICATE_FIELD 19;
        Choice: b"\"Other\"" => JSON_UNKNOWN_VARIANT 8;
        Choice: b"{\"Other\":1}" => JSON_UNKNOWN_VARIANT 9;
        [u8; 2]: b"[1]" => JSON_LENGTH 4;
        [u8; 2]: b"[1,2,3]" => JSON_LENGTH 6;
        heapless::Vec<u8, 2>: b"[1,2,3]" => JSON_LENGTH 7;
        Pair: b"[]" => JSON_LENGTH 3;
        FnvIndexMap<&str, (), 2>: br#"{"a":null,"b":null,"c":null}"# => JSON_LENGTH 28;
        Choice: br#"{"Tuple":[1]}"# => JSON_LENGTH 13;
    }
}

#[test]
fn what_is_no_json() {
    fails! {
        IgnoredAny: b"" => JSON_END 1;
        IgnoredAny: b" \n" => JSON_END 3;
        u8: b"1 2" => JSON_TRAILING 3;
        Inner: br#"{"name":"","count":1}]"# => JSON_TRAILING 22;
        IgnoredAny: b"[1,]" => JSON_SYNTAX 4;
        IgnoredAny: b"[,1]" => JSON_SYNTAX 2;
        IgnoredAny: b"[1 2]" => JSON_SYNTAX 4;
        IgnoredAny: b"[1}" => JSON_SYNTAX 3;
        IgnoredAny: b"{\"a\":1]" => JSON_SYNTAX 7;
        IgnoredAny: b"{\"a\" 1}" => JSON_SYNTAX 6;
        IgnoredAny: b"{\"a\":}" => JSON_SYNTAX 6;
        IgnoredAny: b"{a:1}" => JSON_SYNTAX 2;
        IgnoredAny: b"{1:1}" => JSON_SYNTAX 2;
        IgnoredAny: b"{\"a\":1,}" => JSON_SYNTAX 8;
        IgnoredAny: b"tru " => JSON_SYNTAX 4;
        IgnoredAny: b"nulL" => JSON_SYNTAX 4;
        IgnoredAny: b"'a'" => JSON_SYNTAX 1;
        IgnoredAny: b"\0" => JSON_SYNTAX 1;
        IgnoredAny: b"\xef\xbb\xbf1" => JSON_SYNTAX 1;
        IgnoredAny: b"/**/1" => JSON_SYNTAX 1;
        [u8; 2]: b"[1;2]" => JSON_SYNTAX 3;
        [u8; 1]: b"[1,]" => JSON_LENGTH 4;
        Inner: b"{\"name\"=\"x\"}" => JSON_SYNTAX 8;
        Inner: b"{,}" => JSON_SYNTAX 2;
        RawJson: b"[1,]" => JSON_SYNTAX 4;
        RawJson: b"[1] 2" => JSON_TRAILING 5;
    }
}

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
        ("1.5.5", 4),
        ("0x10", 2),
        ("1_000", 2),
        ("Infinity", 1),
        ("-Infinity", 2),
    ] {
        // Each with something behind it, so that the text does not end there.
        let text = std::format!("[{text} ]");
        let results = [
            from_slice::<[f64; 1]>(&mut Vec::from(&text[..])).map(drop),
            from_slice::<[i8; 1]>(&mut Vec::from(&text[..])).map(drop),
            from_slice::<IgnoredAny>(&mut Vec::from(&text[..])).map(drop),
        ];
        for result in results {
            let error = result.unwrap_err();
            assert_eq!(error.number(), Some(place + 1), "{text}: {error}");
            let known = [Error::JSON_NUMBER, Error::JSON_NO_NUMBER, Error::JSON_SYNTAX, Error::JSON_RANGE, Error::JSON_LENGTH];
            assert!(known.iter().any(|known| known.message() == error.message()), "{text}: {error}");
        }
    }
}

#[test]
fn what_comes_behind_a_variant_is_read() {
    fails! {
        [Choice; 2]: br#"[{"Newtype":1}{"Newtype":2}]"# => JSON_SYNTAX 15;
    }
    // No variant stays open: there are more than may be in each other.
    let many = [&b"["[..], &br#"{"Newtype":1},"#.repeat(200), b"\"Unit\"]"].concat();
    let mut text = many.clone();
    assert!(from_slice::<heapless::Vec<Choice, 256>>(&mut text).is_ok_and(|choices| choices.len() == 201));
}

const SAMPLE: &[u8] = br#" {"s": "a\n\u00e9\ud83d\ude00z", "n" :[-12.5e+3,0,17 ], "o":{"a":true,"b":[false,null,{}]}, "e":{"Tuple":[1,"\\"]},"i":"\/"} "#;

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
    assert_eq!((sample.s, sample.n, &o[..]), ("a\n\u{e9}\u{1f600}z", (-12500.0, 0, 17), r#"{"a":true,"b":[false,null,{}]}"#));
    assert_eq!(sample.e, Choice::Tuple(1, "\\"));
    let whole = SAMPLE.trim_ascii_end().len();
    for length in 0..whole {
        let cut = &SAMPLE[..length];
        let mut copies = [cut.to_vec(), cut.to_vec(), cut.to_vec()];
        let [typed, raw, ignored] = &mut copies;
        let errors = [
            from_slice::<Sample>(typed).unwrap_err(),
            from_slice::<RawJson>(raw).unwrap_err(),
            from_slice::<IgnoredAny>(ignored).unwrap_err(),
        ];
        for error in errors {
            let is_end = error.message() == Error::JSON_END.message() && error.number() == Some(length as u32 + 1);
            let escape = error.number().and_then(|place| SAMPLE.get(place as usize - 1..length));
            let is_cut_escape = error.message() == Error::JSON_ESCAPE.message()
                && escape.is_some_and(|escape| escape.starts_with(b"\\") && escape.len() < 12);
            assert!(is_end || is_cut_escape, "{}: {error}", cut.escape_ascii());
        }
    }
}

#[test]
fn any_byte_anywhere_is_no_panic() {
    for at in 0..SAMPLE.len() {
        for byte in if cfg!(miri) { [0, b'"', b'\\', 0xff].iter().copied().collect::<Vec<_>>() } else { (0..=255).collect() } {
            let mut text = SAMPLE.to_vec();
            text[at] = byte;
            let (typed, ignored) = (&mut text.clone(), &mut text.clone());
            let typed = from_slice::<Sample>(typed).map(drop);
            let ignored = from_slice::<IgnoredAny>(ignored).map(drop);
            assert!(ignored.is_ok() || typed.is_err(), "{}", text.escape_ascii());
            for error in [typed, ignored].into_iter().filter_map(Result::err) {
                assert!(error.number().is_some_and(|place| (1..=text.len() + 1).contains(&(place as usize))), "{error}");
            }
        }
    }
}

/// How many arrays or objects are in each other, read level by level.
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
fn nesting_has_a_bound() {
    let limit = usize::from(DEPTH_LIMIT);
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[[],{\"a\":{},\"b\":", "}]")] {
        let inner = if open == "[" { "" } else { "[]" };
        let levels = open.matches(['[', '{']).count() - open.matches(['}', ']']).count();
        let text = |depth: usize| [open.repeat((depth - inner.len() / 2) / levels), inner.into(), close.repeat((depth - inner.len() / 2) / levels)].concat();
        let depth = limit - (limit - inner.len() / 2) % levels;
        let good = text(depth);
        let bad = text(depth + levels);
        let place = {
            let mut open = 0;
            let beyond = |byte: &u8| {
                open += i32::from(matches!(byte, b'[' | b'{')) - i32::from(matches!(byte, b']' | b'}'));
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
        check(bad.as_bytes(), from_slice::<Depth>(&mut Vec::from(&bad[..])), Error::JSON_DEPTH, place + 1);
        check(bad.as_bytes(), from_slice::<IgnoredAny>(&mut Vec::from(&bad[..])), Error::JSON_DEPTH, place + 1);
        check(bad.as_bytes(), from_slice::<RawJson>(&mut Vec::from(&bad[..])).map(drop), Error::JSON_DEPTH, place + 1);
    }
    // What is beside counts no more.
    let beside = ["[", &"[[]],".repeat(1000), "[]]"].concat();
    assert_eq!(from_slice(&mut Vec::from(beside)), Ok(Depth(3)));
}

#[test]
fn what_is_ignored_is_checked() {
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

#[test]
fn a_record_that_does_not_end_is_an_error_at_the_end() {
    for text in [&b"{\"Records\":[\"a"[..], b"{\"Records\":[\"a\\", b"{\"Records\":[{\"a\\\"", b"{\"Records\":[[1,{}", b"{\"Records\":[tru"] {
        let mut own = text.to_vec();
        let mut records = Records::<IgnoredAny>::new(&mut own, "Records").unwrap();
        check(text, records.next().unwrap(), Error::JSON_END, text.len() + 1);
    }
}
