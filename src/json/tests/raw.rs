//! Captured values.

use std::string::ToString;
use std::vec::Vec;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::de::check;
use crate::error::Error;
use crate::json::{Base64, RawJson, from_slice};

#[derive(Debug, Deserialize, PartialEq)]
struct Inner<'a> {
    text: &'a str,
    numbers: [i8; 2],
}

#[derive(Deserialize)]
struct Outer<'a> {
    before: &'a str,
    #[serde(borrow)]
    raw: RawJson<'a>,
    #[serde(borrow, default)]
    missing: RawJson<'a>,
    #[serde(borrow)]
    null: Option<RawJson<'a>>,
    after: &'a str,
}

#[test]
fn a_captured_value_is_read_repeatedly() {
    let mut text =
        br#"{"before":"\n","raw": { "text" : "a\"\u00e9\ud83d\ude00\\" , "numbers":[ 1 ,-2] , "\u0061":"" } ,"null":null,"after":"\t"}"#
            .to_vec();
    let outer: Outer = from_slice(&mut text).unwrap();
    assert_eq!((outer.before, outer.after), ("\n", "\t"));
    assert!(outer.missing.is_null() && outer.null.is_none() && !outer.raw.is_null());
    let expected = Inner { text: "a\"\u{e9}\u{1f600}\\", numbers: [1, -2] };
    for _ in 0..2 {
        assert_eq!(outer.raw.read(), Ok(Inner { ..expected }));
    }
    let names: Vec<_> = outer.raw.fields().map(|(name, _)| name).collect();
    assert_eq!(names, ["text", "numbers", "a"]);
    let (_, value) = outer.raw.fields().next().unwrap();
    assert_eq!(value.as_str(), Some(expected.text));
    assert_eq!(value.to_string(), r#""a\"é😀\\""#);
    assert_eq!(outer.raw.to_string(), r#"{ "text" : "a\"é😀\\" , "numbers":[ 1 ,-2] , "a":"" }"#);
    assert_eq!(std::format!("{:?}", outer.raw), outer.raw.to_string());
}

#[test]
fn display_is_valid_json() {
    for text in [
        r#""""#,
        r#""\u0000\u001f\u007f\"\\\/\b\f\n\r\t\u00e9""#,
        r#"["\u0061","b","\"","\\\"",""]"#,
        r#"{"\n":{"\"":["\ud83d\ude00",{}]},"plain":"\u0022}{][,:"}"#,
        r#"{"a":"]}\"","b":"\u005d\u007d\u0022"}"#,
        " -12.5e+3 ",
        "true",
        "[ ]",
        "{\n}",
    ] {
        let mut own = Vec::from(text);
        let raw: RawJson = from_slice(&mut own).unwrap();
        let mut shown = Vec::from(raw.to_string());
        let again: RawJson = from_slice(&mut shown).unwrap();
        assert_eq!(again.to_string(), raw.to_string(), "{text}");
        assert_eq!(again.read::<IgnoredAny>(), Ok(IgnoredAny), "{text}");
        assert_eq!(again.as_str(), raw.as_str());
    }
}

#[test]
fn fields_and_elements_are_in_order() {
    let mut text =
        br#"{"\u0061":["x\n","]",[1,[2]],{"b":"}"}, null ,-1.5],"":true,"a":{}}"#.to_vec();
    let raw: RawJson = from_slice(&mut text).unwrap();
    let fields: Vec<_> = raw.fields().map(|(name, value)| (name, value.to_string())).collect();
    assert_eq!(fields.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["a", "", "a"]);
    assert_eq!((&fields[1].1[..], &fields[2].1[..]), ("true", "{}"));
    let (_, array) = raw.fields().next().unwrap();
    let elements: Vec<_> = array.elements().map(|element| element.to_string()).collect();
    assert_eq!(elements, [r#""x\n""#, r#""]""#, "[1,[2]]", r#"{"b":"}"}"#, "null", "-1.5"]);
    let mut inner = array.elements();
    assert_eq!(inner.nth(2).map(|element| element.elements().count()), Some(2));
    assert!(inner.last().unwrap().read() == Ok(-1.5));
    // Values of other kinds have none.
    assert_eq!(
        (array.fields().count(), raw.elements().count(), RawJson::default().fields().count()),
        (0, 0, 0)
    );
    let mut scalars = br#"["[1]",7,"{\"a\":1}"]"#.to_vec();
    let scalars: RawJson = from_slice(&mut scalars).unwrap();
    assert!(
        scalars
            .elements()
            .all(|scalar| scalar.elements().next().is_none() && scalar.fields().next().is_none())
    );
    assert!(raw.as_str().is_none());
}

#[test]
fn iterators_stay_at_the_end() {
    let mut text = b"[1]".to_vec();
    let raw: RawJson = from_slice(&mut text).unwrap();
    let mut elements = raw.elements();
    assert!(elements.next().is_some() && elements.next().is_none() && elements.next().is_none());
}

#[test]
fn captured_values_are_nested() {
    let mut text = br#"{"raw":{"raw":"\"\u0041\"","before":"1","null":[],"after":"2"},"before":"","null":"\\","after":""}"#.to_vec();
    let outer: Outer = from_slice(&mut text).unwrap();
    assert_eq!(outer.null.unwrap().as_str(), Some("\\"));
    let inner: Outer = outer.raw.read().unwrap();
    assert_eq!((inner.before, inner.raw.as_str(), inner.after), ("1", Some("\"A\""), "2"));
    let innermost: RawJson = inner.raw.read().unwrap();
    assert_eq!(innermost.as_str(), Some("\"A\""));
}

#[test]
fn errors_have_the_position_in_the_captured_value() {
    let text =
        br#"{"raw": {"text":"\u0041",  "numbers":[1,200]},"before":"","null":null,"after":""}"#;
    let mut own = text.to_vec();
    let outer: Outer = from_slice(&mut own).unwrap();
    // Unescaping keeps the length of a captured string.
    let part = &text[8..45];
    check(part, outer.raw.read::<Inner>(), Error::JSON_UNFIT, 36);
    check(part, outer.raw.read::<&str>(), Error::JSON_NO_STRING, 1);
    check(part, outer.raw.read::<[u8; 1]>(), Error::JSON_NO_ARRAY, 1);
    check(b"null", RawJson::default().read::<u8>(), Error::JSON_NO_NUMBER, 1);
    check(b"null", RawJson::default().read::<(u8,)>(), Error::JSON_NO_ARRAY, 1);
}

#[test]
fn captured_strings_are_not_decoded_in_place() {
    let mut text = br#"["aGk=","x"]"#.to_vec();
    let raw: RawJson = from_slice(&mut text).unwrap();
    let [first, second]: [RawJson; 2] = raw.read().unwrap();
    check(b"\"aGk=\"", first.read::<Base64>(), Error::JSON_UNCHANGEABLE, 7);
    assert_eq!(second.read(), Ok("x"));
}

#[test]
fn fields_are_found_by_their_names() {
    let mut text = br#"{"a":{"b\u00e9":[7]},"a":1,"":"x"}"#.to_vec();
    let raw: RawJson = from_slice(&mut text).unwrap();
    assert_eq!(raw.get("a").get("bé").to_string(), "[7]");
    assert_eq!(raw.get("").as_str(), Some("x"));
    for absent in [raw.get("A"), raw.get("a").get("b"), raw.get("").get("x"), raw.get("b")] {
        assert!(absent.is_null());
    }
}

#[test]
fn scalars_are_text() {
    let mut text = br#"["a","\u00e9\n","",7,-1.5e+3,true,false,null,[],{}]"#.to_vec();
    let raw: RawJson = from_slice(&mut text).unwrap();
    let texts: std::vec::Vec<_> = raw.elements().map(RawJson::as_text).collect();
    let expected = ["a", "é\n", "", "7", "-1.5e+3", "true", "false"].map(Some);
    assert_eq!(texts[..7], expected);
    assert_eq!(texts[7..], [None; 3]);
}

#[test]
fn captured_values_are_serialized() {
    let text = br#"{"t":["x","y \u00e9\"\n"],"n":[0,-7,18446744073709551615,1.5,-0.0,1e300],"o":{"":{}},"b":[true,false,null,[]]}"#;
    let mut own = text.to_vec();
    let raw: RawJson = from_slice(&mut own).unwrap();
    let mut buffer = [0; 512];
    let written = crate::json::to_slice(&raw, &mut buffer).unwrap();
    let expected = "{\"t\":[\"x\",\"y é\\\"\\n\"],\"n\":[0,-7,18446744073709551615,1.5,-0.0,1e300],\"o\":{\"\":{}},\"b\":[true,false,null,[]]}";
    assert_eq!(str::from_utf8(written), Ok(expected));
    let small = &mut [0; 20];
    assert_eq!(crate::json::to_slice(&raw, small), Err(Error::JSON_TOO_LONG));
}
