//! Which types can be read from which values, and the errors with their positions.

use core::fmt::Debug;
use std::vec::Vec;

use heapless::index_map::FnvIndexMap;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::error::Error;
use crate::json::{RawJson, from_slice};

#[derive(Debug, Deserialize, PartialEq)]
struct Unit;

#[derive(Debug, Deserialize, PartialEq)]
struct Newtype<'a>(&'a str);

#[derive(Debug, Deserialize, PartialEq)]
struct Pair(u8, bool);

#[derive(Debug, Deserialize, PartialEq)]
pub(super) struct Inner<'a> {
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
pub(super) enum Choice<'a> {
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

/// Compares the values that texts are read as. Each text is copied, because reading changes it.
macro_rules! reads {
    ($($type:ty: $text:expr => $value:expr;)*) => {$(
        let mut text = Vec::from(&$text[..]);
        assert_eq!(from_slice::<$type>(&mut text), Ok($value), "{}", $text.escape_ascii());
    )*};
}

/// Compares errors and their positions.
macro_rules! fails {
    ($($type:ty: $text:expr => $error:ident $place:expr;)*) => {$(
        let mut text = Vec::from(&$text[..]);
        check($text, from_slice::<$type>(&mut text), Error::$error, $place);
    )*};
}

pub(super) fn check<T: Debug>(
    text: &[u8],
    result: Result<T, Error>,
    expected: Error,
    place: usize,
) {
    let error = result.expect_err("there is an error");
    let (found, expected) =
        ((error.message(), error.number()), (expected.message(), Some(place as u32)));
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
fn a_value_of_another_type() {
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
fn a_value_that_its_type_rejects() {
    fails! {
        char: b"\"ab\"" => JSON_UNFIT 5;
        char: b"\"\" " => JSON_UNFIT 3;
        heapless::String<2>: b"\"abc\"" => JSON_LENGTH 6;
        Choice: b"\"Newtype\"" => JSON_UNFIT 10;
        Inner: b"{\"name\":\"x\"}" => JSON_MISSING_FIELD 13;
        Inner: b"{ }" => JSON_MISSING_FIELD 4;
        Strict: br#"{"a":1,"c":2}"# => JSON_UNKNOWN_FIELD 11;
        Inner: br#"{"name":"x","name":"y"}"# => JSON_DUPLICATE_FIELD 20;
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
fn invalid_json() {
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
fn a_variant_is_closed() {
    fails! {
        [Choice; 2]: br#"[{"Newtype":1}{"Newtype":2}]"# => JSON_SYNTAX 15;
    }
    // Each variant must be closed: there are more of them than the depth limit.
    let many = [&b"["[..], &br#"{"Newtype":1},"#.repeat(200), b"\"Unit\"]"].concat();
    let mut text = many.clone();
    assert!(
        from_slice::<heapless::Vec<Choice, 256>>(&mut text)
            .is_ok_and(|choices| choices.len() == 201)
    );
}
