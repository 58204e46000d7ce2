//! Batches, and strings that are decoded in place.

use std::string::{String, ToString};
use std::vec::Vec;

use serde::Deserialize;

use super::de::check;
use crate::error::Error;
use crate::json::{Base64, Records, RecordsByName, from_slice};

#[derive(Debug, Deserialize, PartialEq)]
struct Record<'a> {
    id: u8,
    text: Option<&'a str>,
}

/// Returns the records, or errors with their positions, or the error of `Records::new`.
fn read(text: &str) -> (Vec<String>, Option<String>) {
    let mut own = Vec::from(text);
    match Records::<Record>::new(&mut own, "Records") {
        Err(error) => (Vec::new(), Some(without_path(error))),
        Ok(mut records) => {
            let all = records
                .by_ref()
                .map(|record| {
                    record.map_or_else(without_path, |record| {
                        std::format!("{} {:?}", record.id, record.text)
                    })
                })
                .collect();
            assert!(records.next().is_none());
            (all, None)
        }
    }
}

fn without_path(error: Error) -> String {
    std::format!("{} {}", error.message(), error.number().unwrap_or_default())
}

#[test]
fn each_record_is_read_when_it_is_asked_for() {
    let (records, error) = read(
        r#" { "first":["\n",{}], "Rec\u006frds" : [ {"id":1,"text":"\u00e9"} ,{"id":2, "more":[]}] , "last":"\t" } "#,
    );
    assert_eq!(records, ["1 Some(\"é\")", "2 None"]);
    assert_eq!(error, None);
    assert_eq!(read(r#"{"Records":[]}"#), (Vec::new(), None));
}

#[test]
fn a_bad_record_is_an_error_and_the_next_one_follows() {
    let text = r#"{"Records":[{"id":1},{"id":"x"},{"id":300},[],{"id":3,"text":"\q"},{"text":null},{"id":4,},{"id":5}{},tru,{"id":6}]}"#;
    let (records, _) = read(text);
    let expected = [
        "1 None",
        "expected a number at byte 28",
        "invalid value before byte 42",
        "expected an object at byte 44",
        "invalid escape at byte 63",
        "missing field before byte 81",
        "expected value at byte 90",
        "5 None",
        "expected value at byte 100",
    ];
    assert_eq!(records, expected);
    let (records, _) = read(r#"{"Records":[{"id":1 "},{"id":2}]}"#);
    assert_eq!(records, ["expected value at byte 21"]);
    let (records, _) = read(r#"{"Records":[tru,{"id":1}x,{"id":2}]}"#);
    assert_eq!(records, ["expected an object at byte 13", "1 None", "expected value at byte 25"]);
}

#[test]
fn errors_around_the_records() {
    for (text, error) in [
        ("", "EOF while parsing at byte 1"),
        ("7", "expected an object at byte 1"),
        ("{}", "missing field before byte 3"),
        (r#"{"records":[]} "#, "missing field before byte 16"),
        (r#"{"Records":{}}"#, "expected an array at byte 12"),
        (r#"{"Records":null}"#, "expected an array at byte 12"),
        (r#"{"Records""#, "EOF while parsing at byte 11"),
        (r#"{"a":01,"Records":[]}"#, "invalid number at byte 8"),
        (r#"{"a":"\ud800","Records":[]}"#, "invalid escape at byte 7"),
        ("{\"a\u{1}\":1}", "control character in a string at byte 4"),
    ] {
        assert_eq!(read(text), (Vec::new(), Some(error.into())), "{text}");
    }
    for (after, error) in [
        ("", "EOF while parsing at byte 21"),
        ("]", "EOF while parsing at byte 22"),
        ("]}x", "trailing characters at byte 23"),
        ("]]", "expected value at byte 22"),
        (",]}", "expected value at byte 22"),
        ("]\"a\":1}", "expected value at byte 22"),
        ("],\"a\":}", "expected value at byte 27"),
        ("],\"a\":\"\\x\"}", "invalid escape at byte 28"),
        ("],}", "expected value at byte 23"),
    ] {
        let text = [r#"{"Records":[{"id":1}"#, after].concat();
        assert_eq!(read(&text).0, ["1 None", error], "{text}");
    }
}

#[test]
fn records_that_are_cut_anywhere_end_too_early() {
    let text =
        r#"{"a":["\n"],"Records":[{"id":1,"text":"\u0041"},{"id":2},{"id":3}],"b":{"c":"\\"}}"#;
    assert_eq!(read(text).0.len(), 3);
    for length in (0..text.len()).step_by(if cfg!(miri) { 5 } else { 1 }) {
        let (records, error) = read(&text[..length]);
        let last = error.or(records.last().cloned()).unwrap();
        let is_end = last == std::format!("EOF while parsing at byte {}", length + 1);
        assert!(is_end || last.starts_with("invalid escape at byte"), "{length}: {last}");
    }
}

#[test]
fn a_record_that_does_not_end_is_an_error_at_the_end() {
    for text in [
        &b"{\"Records\":[\"a"[..],
        b"{\"Records\":[\"a\\",
        b"{\"Records\":[{\"a\\\"",
        b"{\"Records\":[[1,{}",
        b"{\"Records\":[tru",
    ] {
        let mut own = text.to_vec();
        let mut records = Records::<serde::de::IgnoredAny>::new(&mut own, "Records").unwrap();
        check(text, records.next().unwrap(), Error::JSON_END, text.len() + 1);
    }
}

#[derive(Debug, Deserialize)]
struct Encoded<'a> {
    #[serde(borrow, default)]
    data: Base64<'a>,
    last: &'a str,
}

#[test]
fn base64_is_decoded_in_place() {
    let mut text = br#"{"data":"aGVs\u0062G8\/","last":"\n"}"#.to_vec();
    let encoded: Encoded = from_slice(&mut text).unwrap();
    assert_eq!((&encoded.data[..], encoded.last), (&b"hello?"[..], "\n"));
}

#[test]
fn invalid_base64() {
    for (text, error, place) in [
        (&br#"{"data":"aGV","last":""}"#[..], Error::JSON_BASE64, 9),
        (br#"{"data": "aGV*","last":""}"#, Error::JSON_BASE64, 10),
        (br#"{"data":"aGVs\n","last":""}"#, Error::JSON_BASE64, 9),
        (br#"{"data":null,"last":""}"#, Error::JSON_NO_STRING, 9),
        (br#"{"data":"a","#, Error::JSON_BASE64, 9),
        (br#"{"data":"aaaa"#, Error::JSON_END, 14),
        (b"{\"data\":\"\xff\"}", Error::JSON_BASE64, 9),
    ] {
        check(text, from_slice::<Encoded>(&mut text.to_vec()), error, place);
    }
    let mut empty = b"\"\"".to_vec();
    assert_eq!(from_slice(&mut empty), Ok(Base64(b"")));
}

#[test]
fn a_text_that_is_an_array_has_the_records_itself() {
    assert_eq!(
        read(r#" [ {"id":1,"text":"\u00e9"} ,{"id":2}] "#),
        (std::vec!["1 Some(\"é\")".to_string(), "2 None".to_string()], None)
    );
    assert_eq!(read("[]"), (Vec::new(), None));
    let (records, _) = read(r#"[{"id":1}] 2"#);
    assert_eq!(records, ["1 None", "trailing characters at byte 12"]);
    let (records, _) = read(r#"[{"id":1}"#);
    assert_eq!(records, ["1 None", "EOF while parsing at byte 10"]);
}

/// Returns the groups of records with their names, and errors.
fn groups(text: &str) -> Vec<String> {
    let mut own = Vec::from(text);
    let groups = match from_slice::<RecordsByName<Record>>(&mut own) {
        Ok(groups) => groups,
        Err(error) => return std::vec![without_path(error)],
    };
    let mut all = Vec::new();
    for group in groups {
        match group {
            Ok((name, records)) => all.extend(records.map(|record| match record {
                Ok(record) => std::format!("{name} {}", record.id),
                Err(error) => std::format!("{name} {}", without_path(error)),
            })),
            Err(error) => all.push(without_path(error)),
        }
    }
    all
}

#[test]
fn arrays_in_an_object_are_read_one_after_the_other() {
    assert_eq!(
        groups(r#" {"a\u00e9":[{"id":1},{"id":2}] , "":[],"b":[{"id":3}]} "#),
        ["aé 1", "aé 2", "b 3"]
    );
    assert!(groups("{}").is_empty());
    assert_eq!(
        groups(r#"{"a":[{"id":"x"},{"id":2}],"b":[{"id":3} 4],"c":7,"d":[]}"#),
        [
            "a expected a number at byte 13",
            "a 2",
            "b 3",
            "b expected value at byte 42",
            "expected an array at byte 49"
        ]
    );
    assert_eq!(groups(r#"{"a":[]"#), ["EOF while parsing at byte 8"]);
    assert_eq!(groups("[]"), ["expected an object at byte 1"]);
    assert_eq!(groups(r#"{"a":[],}"#), ["expected value at byte 9"]);
}
