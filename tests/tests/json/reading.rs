//! Compares JSON with serde_json: the checks of the fuzz targets, on generated and damaged texts.

#[expect(dead_code, reason = "the fuzz targets use the rest")]
#[path = "../../../fuzz/src/lib.rs"]
mod fuzz;

use barelambda::json::{self, RawJson};
use fuzz::differences::is_listed;
use fuzz::types::{Bytes, Kinds, Nested};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

/// The number of texts that each test reads.
const CASES: u32 = 150_000;

/// The names of the fields of the types in `fuzz`, and of variants of their enums.
const NAMES: &str = "s c b z w o oo u1 u2 u4 u8 i1 i2 i4 i8 f d n q e es t nt p a v vs vv h m mc mk mn mb y g x k j r rs U N S T F B E A Records";

const NUMBERS: &str = "0 -0 1 7 -1 127 128 -128 -129 255 256 32767 -32768 65535 65536 4294967295 4294967296 -2147483648 9223372036854775807 \
    9223372036854775808 -9223372036854775808 -9223372036854775809 18446744073709551615 18446744073709551616 1.5 -0.0 1e5 1E-7 12.5e+3 5e-324 \
    2e-324 1.7976931348623157e308 1e309 3.4028235e38 3.4028236e38 16777217 9007199254740993 0.1 123456789012345678901234567890 0e99999 01 1. -";

const PIECES: [&str; 40] = [
    "a",
    "B",
    "z",
    " ",
    "/",
    "[",
    "}",
    ",",
    ":",
    "0",
    "\u{7f}",
    "\u{e9}",
    "\u{20ac}",
    "\u{1f600}",
    "\\n",
    "\\t",
    "\\\"",
    "\\\\",
    "\\/",
    "\\b",
    "\\u0041",
    "\\u0000",
    "\\u00e9",
    "\\u00E9",
    "\\u20ac",
    "\\ud83d\\ude00",
    "\\ud800",
    "\\udc00",
    "\\uD83D\\uDE0",
    "\\q",
    "\\u",
    "\u{1}",
    "\n",
    "'",
    "abcdefgh",
    "x\\\"y",
    "true",
    "1",
    "{",
    "]",
];

/// The tokens that are inserted to damage a text.
const TOKENS: [&[u8]; 28] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\"",
    b"\\",
    b"null",
    b"true",
    b"0",
    b"-",
    b".",
    b"e",
    b" ",
    b"\n",
    b"\0",
    b"\x1f",
    b"\xc3",
    b"\xa9",
    b"\xff",
    b"\xed\xa0\x80",
    b"\\ud800",
    b"\\u0022",
    b"{\"a\":",
    b"[[[[[[[[",
    b"]]]]]]]]",
    b"\"s\":",
];

#[test]
fn valid_texts() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let (mut values, mut structs) = (0, 0);
    for _ in 0..CASES {
        let mut text = String::new();
        random.value(&mut text, 6);
        fuzz::reading::compare(text.as_bytes());
        values += u32::from(same_value(text.as_bytes()));
        structs += u32::from(json::from_slice::<Kinds<RawJson>>(&mut text.into_bytes()).is_ok());
    }
    // Most texts must be valid, so that the comparison has a meaning.
    assert!(values > CASES / 2 && structs > CASES / 10, "{values} values and {structs} structs");
}

/// Reads `text` into a type of each side. Returns whether ours succeeded, whether theirs did, and
/// whether the difference is listed.
macro_rules! reads {
    ($text:expr, $ours:ty, $theirs:ty) => {{
        let mut own = $text.to_vec();
        let ours = json::from_slice::<$ours>(&mut own).map(drop);
        let theirs = serde_json::from_slice::<$theirs>($text).map(drop);
        let listed = is_listed($text, ours, theirs.as_ref().map(|()| ()));
        (ours.is_ok(), theirs.is_ok(), listed)
    }};
}

#[test]
fn each_listed_difference_exists() {
    let deep = ["[".repeat(128), "]".repeat(128)].concat();
    let deep = deep.as_bytes();
    let theirs_alone = [
        reads!(br#""\ud800""#, IgnoredAny, IgnoredAny),
        reads!(br#""\udc00""#, Bytes, Bytes),
        reads!(b"[\"\xff\"]", IgnoredAny, IgnoredAny),
        reads!(b"\"\xff\"", Bytes, Bytes),
        reads!(b"\"\x1f\"", Bytes, Bytes),
        reads!(deep, IgnoredAny, IgnoredAny),
        reads!(deep, RawJson, &RawValue),
        reads!(br#"[null,"",[]]"#, Nested, Nested),
        reads!(br#"{"mn":{"1":null}}"#, Kinds<RawJson>, Kinds<&RawValue>),
        reads!(br#"{"mb":{"true":1}}"#, Kinds<RawJson>, Kinds<&RawValue>),
        reads!(b"[1,2]", Bytes, Bytes),
    ];
    assert_eq!(theirs_alone, [(false, true, true); 11]);
    assert_eq!(
        [reads!(b"-0", i8, i8), reads!(b"[ -0]", [i64; 1], [i64; 1])],
        [(true, false, true); 2]
    );
    // Similar differences aren't listed.
    assert_eq!(
        [reads!(b"\"\x1f\"", Bytes, IgnoredAny), reads!(b"1", &str, u8)],
        [(false, false, false), (false, true, false)]
    );
}

/// Integers of 128 bits aren't supported. That's a difference of a type, not of a text.
#[test]
fn integers_of_128_bits() {
    #[derive(Debug, Deserialize)]
    struct Wide {
        #[expect(dead_code, reason = "the field is never read")]
        wide: u128,
    }
    assert_eq!(reads!(br#"{"wide":1}"#, Wide, Wide), (false, true, false));
}

#[test]
fn damaged_texts() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..CASES {
        let mut text = String::new();
        random.value(&mut text, 5);
        let mut text = text.into_bytes();
        for _ in 0..=random.below(3) {
            random.damage(&mut text);
        }
        fuzz::reading::compare(&text);
        same_value(&text);
    }
}

#[test]
fn the_seeds_whole_cut_and_damaged() {
    let mut random = Random(0xda94_2042_e4dd_58b5);
    let folder = barelambda_tests::cargo::root().join("fuzz/seeds/json_differential");
    for file in std::fs::read_dir(folder).expect("there are seeds") {
        let seed = std::fs::read(file.expect("the folder can be read").path())
            .expect("a seed can be read");
        fuzz::reading::compare(&seed);
        for length in 0..seed.len() {
            fuzz::reading::compare(&seed[..length]);
        }
        for _ in 0..1000 {
            let mut text = seed.clone();
            random.damage(&mut text);
            fuzz::reading::compare(&text);
        }
    }
}

#[test]
fn written_values() {
    let mut random = Random(0xbf58_476d_1ce4_e5b9);
    for _ in 0..CASES / 10 {
        let bytes: Vec<u8> = (0..random.below(64)).map(|_| random.next() as u8).collect();
        fuzz::writing::compare(&bytes);
    }
}

/// Compares the `Value`s that both read. Returns whether the text is valid.
fn same_value(text: &[u8]) -> bool {
    let mut own = text.to_vec();
    let ours = json::from_slice::<Value>(&mut own).ok();
    assert_eq!(ours, serde_json::from_slice::<Value>(text).ok(), "{}", text.escape_ascii());
    ours.is_some()
}

/// A pseudorandom generator (Marsaglia, "Xorshift RNGs", 2003), so that failures are reproducible.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn word<'a>(&mut self, words: &'a str) -> &'a str {
        let count = words.split_ascii_whitespace().count();
        words.split_ascii_whitespace().nth(self.below(count)).unwrap_or_default()
    }

    /// Appends a value that nests at most `depth` deep.
    fn value(&mut self, text: &mut String, depth: usize) {
        self.blank(text);
        match self.below(if depth == 0 { 7 } else { 16 }) {
            0 => text.push_str("null"),
            1 => text.push_str(if self.below(2) == 0 { "true" } else { "false" }),
            2..4 => text.push_str(self.word(NUMBERS)),
            4 => text.push_str(&self.below(300).to_string()),
            5 | 6 => self.string(text),
            7..9 => self.several(text, "[", "]", |random, text| random.value(text, depth - 1)),
            9..11 => self.several(text, "[", "]", |random, text| {
                text.push_str(&random.below(9).to_string())
            }),
            _ => self.several(text, "{", "}", |random, text| random.field(text, depth - 1)),
        }
        self.blank(text);
    }

    /// Appends a field, whose value often has the type of the field with that name.
    fn field(&mut self, text: &mut String, depth: usize) {
        let name = self.word(NAMES);
        match self.below(12) {
            0 => self.string(text),
            1 => text.extend(["\"\\u", &format!("{:04x}", name.as_bytes()[0]), &name[1..], "\""]),
            _ => text.extend(["\"", name, "\""]),
        }
        self.blank(text);
        text.push(':');
        let fitting: &[&str] = match name {
            "s" | "o" | "nt" | "h" | "y" => &[r#""\u00e9""#, r#""a""#],
            "c" => &[r#""\ud83d\ude00""#, r#""c""#],
            "b" => &["true", "false"],
            "z" | "w" => &["null"],
            "n" => &[r#"{"s":"\n","v":[1,-0]}"#, r#"{"n":{"n":null}}"#, r#"[null,"",[]]"#],
            "q" => &[r#"{"s":"","a":1,"o":true}"#, r#"{"s":"","a":1}"#, "null"],
            "e" | "B" => &[
                r#""U""#,
                r#"{"N":7}"#,
                r#"{"S":"\t"}"#,
                r#"{"T":[1,"x"]}"#,
                r#"{"F":{"s":"x"}}"#,
                r#"{"B":"U"}"#,
                r#"{"E":null}"#,
                r#""N""#,
            ],
            "es" => &[
                r#"["U",{"U":null},{"N":1},{"B":null}]"#,
                r#"[{"T":[1,""]},{"F":{"s":"","o":true}}]"#,
            ],
            "t" => &[r#"[1,"\"",true]"#],
            "p" => &[r#"["x",2]"#],
            "a" => &["[1,-2,3]", "1"],
            "v" => &["[1,65535]", "[1,2]", "[1,-2]"],
            "vs" => &[r#"["a","\\"]"#],
            "vv" => &["[[true],[]]"],
            "m" => &[r#"{"a":1,"\u0061":-2}"#, r#"{"a":1,"b":2,"c":3,"d":4,"e":5}"#],
            "mc" => &[r#"{"x":1,"\u20ac":2}"#],
            "mk" => &[r#"{"a":1.5,"\u00e9":-0.0}"#],
            "mn" => &[r#"{"1":null}"#],
            "mb" => &[r#"{"true":1}"#],
            "k" => &[r#"{"t":"A","s":"x","n":-5}"#, r#"{"t":"B"}"#, r#"{"s":"x","t":"A"}"#],
            "j" => &["300", "1.5", r#""x""#, r#"{"a":true}"#, "[1,2]"],
            "Records" => &[r#"[{"s":"a"},{"s":"\u0041","v":[-1]},{"s":1},[]]"#],
            _ => &[],
        };
        if fitting.is_empty() || self.below(4) == 0 {
            self.value(text, depth);
        } else {
            text.push_str(fitting[self.below(fitting.len())]);
        }
    }

    fn string(&mut self, text: &mut String) {
        // Invalid characters are rare, since otherwise few texts would be valid.
        let limit = if self.below(20) == 0 { PIECES.len() } else { 26 };
        text.push('"');
        for _ in 0..self.below(12) {
            text.push_str(PIECES[self.below(limit)]);
        }
        text.push('"');
    }

    fn several(
        &mut self,
        text: &mut String,
        open: &str,
        close: &str,
        mut one: impl FnMut(&mut Self, &mut String),
    ) {
        text.push_str(open);
        self.blank(text);
        for index in 0..self.below(5) {
            if index > 0 {
                text.push(',');
                self.blank(text);
            }
            one(self, text);
        }
        text.push_str(close);
    }

    fn blank(&mut self, text: &mut String) {
        if self.below(8) == 0 {
            text.push_str([" ", "\n", "\t\r", "  "][self.below(4)]);
        }
    }

    /// Changes one place.
    fn damage(&mut self, text: &mut Vec<u8>) {
        let place = self.below(text.len() + 1);
        let end = (place + self.below(9)).min(text.len());
        match self.below(6) {
            0 => text.truncate(place),
            1 => drop(text.drain(place..end)),
            2 => drop(text.splice(place..end.min(place + 1), [self.next() as u8])),
            3 => {
                let again = text[place..end].to_vec();
                drop(text.splice(place..place, again));
            }
            _ => drop(text.splice(place..place, TOKENS[self.below(TOKENS.len())].iter().copied())),
        }
    }
}
