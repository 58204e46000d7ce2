//! Strings: every escape, at every position.

use std::string::String;
use std::vec::Vec;
use std::{format, vec};

use super::de::check;
use crate::error::Error;
use crate::json::{RawJson, from_slice};

/// The distance between the characters that a test tries.
const STEP: usize = if cfg!(miri) { 16_411 } else { 1 };

/// Returns the `\uXXXX` of a character: two of them beyond U+FFFF.
fn escaped(character: char, is_upper: bool) -> String {
    let units =
        |unit: &u16| if is_upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") };
    character.encode_utf16(&mut [0; 2]).iter().map(units).collect()
}

#[test]
fn every_character_escaped() {
    let all = || ('\0'..=char::MAX).step_by(STEP);
    let expected: String = all().collect();
    for is_upper in [false, true] {
        let text: String = all().map(|character| escaped(character, is_upper)).collect();
        let text = format!("\"{text}\"");
        let mut own = Vec::from(&text[..]);
        assert!(from_slice::<&str>(&mut own).unwrap() == expected);
        let mut own = Vec::from(&text[..]);
        assert!(from_slice::<RawJson>(&mut own).unwrap().as_str() == Some(&expected));
    }
}

#[test]
fn every_character_as_it_is() {
    let is_unescaped = |character: &char| *character >= ' ' && !matches!(character, '"' | '\\');
    let expected: String = ('\0'..=char::MAX).step_by(STEP).filter(is_unescaped).collect();
    let mut own = Vec::from(format!("\"{expected}\""));
    assert!(from_slice::<&str>(&mut own).unwrap() == expected);
}

#[test]
fn the_short_escapes() {
    let mut own = Vec::from(&br#""\"\\\/\b\f\n\r\t""#[..]);
    assert_eq!(from_slice(&mut own), Ok("\"\\/\x08\x0c\n\r\t"));
}

/// Escapes and their characters.
const ESCAPES: [(&str, &str); 7] = [
    ("\\n", "\n"),
    ("\\u0000", "\0"),
    ("\\u007F", "\u{7f}"),
    ("\\u00e9", "\u{e9}"),
    ("\\uFFFF", "\u{ffff}"),
    ("\\uD83D\\uDE00", "\u{1f600}"),
    ("\\u0022", "\""),
];

#[test]
fn an_escape_at_every_place() {
    let most = if cfg!(miri) { 2 } else { 20 };
    for before in 0..most {
        for after in 0..most {
            for filler in ["x", "\u{e9}", "\u{20ac}"] {
                for (escape, character) in ESCAPES {
                    let (before, after) = (filler.repeat(before), filler.repeat(after));
                    let text = format!("\"{before}{escape}{escape}{after}{escape}\"");
                    let expected = format!("{before}{character}{character}{after}{character}");
                    let mut own = Vec::from(&text[..]);
                    assert_eq!(from_slice(&mut own), Ok(&expected[..]));
                    let mut own = Vec::from(&text[..]);
                    let raw: RawJson = from_slice(&mut own).unwrap();
                    assert_eq!(
                        (raw.as_str(), raw.read()),
                        (Some(&expected[..]), Ok(&expected[..]))
                    );
                }
            }
        }
    }
}

#[test]
fn a_control_character_at_every_place() {
    for length in (0..20).step_by(if cfg!(miri) { 3 } else { 1 }) {
        for place in 0..length {
            for byte in (0..b' ').step_by(if cfg!(miri) { 31 } else { 1 }) {
                let mut text = vec![b'x'; length + 2];
                (text[0], text[place + 1], text[length + 1]) = (b'"', byte, b'"');
                check(
                    &text,
                    from_slice::<&str>(&mut text.clone()),
                    Error::JSON_CONTROL_CHARACTER,
                    place + 2,
                );
            }
        }
    }
    // DEL isn't a control character in RFC 8259.
    assert_eq!(from_slice(&mut b"\"\x7f\"".to_vec()), Ok("\x7f"));
}

#[test]
fn the_end_of_a_string_at_every_place() {
    for length in (0..40).step_by(if cfg!(miri) { 7 } else { 1 }) {
        for filler in [b'!', b'#', b'[', b']', b' ', 0x7f, b'\x5b'] {
            let inside = vec![filler; length];
            let mut text = [b"\"", &inside[..], b"\" \"\\"].concat();
            check(&text.clone(), from_slice::<&str>(&mut text), Error::JSON_TRAILING, length + 4);
            let mut own = [b"\"", &inside[..], b"\""].concat();
            assert_eq!(from_slice::<&[u8]>(&mut own), Ok(&inside[..]));
        }
    }
}

#[test]
fn invalid_escapes() {
    for escape in [
        "\\a",
        "\\x41",
        "\\'",
        "\\0",
        "\\N",
        "\\U0041",
        "\\ ",
        "\\u",
        "\\u1",
        "\\u12",
        "\\u123",
        "\\u 123",
        "\\u+123",
        "\\u-123",
        "\\u00g0",
        "\\u{41}",
        "\\u\u{e9}00",
        // Unpaired surrogates.
        "\\ud800",
        "\\udbff",
        "\\uDC00",
        "\\udfff",
        "\\ud800x",
        "\\ud800\\n",
        "\\ud800\\u0041",
        "\\ud800\\ud800",
        "\\udc00\\ud800",
        "\\ud800\\udbff",
        "\\ud800\\ue000",
        "\\ud800 \\udc00",
        "\\ud800\\\\udc00",
        "\\ud800\\udc0",
    ] {
        for before in ["", "x", "\\n", "\\ud83d\\ude00", "\u{e9}\\u0041"] {
            let text = format!("\"{before}{escape}\"");
            let place = before.len() + 2;
            check(
                text.as_bytes(),
                from_slice::<&str>(&mut Vec::from(&text[..])),
                Error::JSON_ESCAPE,
                place,
            );
            check(
                text.as_bytes(),
                from_slice::<RawJson>(&mut Vec::from(&text[..])).map(drop),
                Error::JSON_ESCAPE,
                place,
            );
        }
    }
}

#[test]
fn strings_that_are_not_utf8() {
    for bad in [
        &b"\x80"[..],
        b"\xbf",
        b"\xc0\x80",
        b"\xc1\xbf",
        b"\xc3",
        b"\xc3x",
        b"\xe0\x80\x80",
        b"\xe2\x82",
        b"\xed\xa0\x80",
        b"\xed\xbf\xbf",
        b"\xf0\x80\x80\x80",
        b"\xf0\x9f\x98",
        b"\xf4\x90\x80\x80",
        b"\xf5\x80\x80\x80",
        b"\xfe",
        b"\xff",
    ] {
        for (before, after) in [("", ""), ("x", "y"), ("\\n", "\\u00e9")] {
            let text = [b"\"", before.as_bytes(), bad, after.as_bytes(), b"\""].concat();
            let place = text.len() + 1;
            check(&text, from_slice::<&str>(&mut text.clone()), Error::JSON_UTF8, place);
            check(&text, from_slice::<&[u8]>(&mut text.clone()), Error::JSON_UTF8, place);
            check(
                &text,
                from_slice::<RawJson>(&mut text.clone()).map(drop),
                Error::JSON_UTF8,
                place,
            );
        }
    }
    // An unescaped character doesn't complete the bytes around it.
    let text = b"\"\xc3\\u0041\xa9\"";
    check(text, from_slice::<&str>(&mut text.to_vec()), Error::JSON_UTF8, text.len() + 1);
}
