//! Compares written JSON with serde_json.

use std::collections::BTreeMap;
use std::fmt;

use barelambda::{Error, json};
use serde::Serialize;
use serde::ser::{self, SerializeMap, SerializeSeq, Serializer};

#[derive(Serialize)]
struct Unit;

#[derive(Serialize)]
struct Newtype(i32);

#[derive(Serialize)]
struct Pair(u8, &'static str);

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Choice {
    UnitVariant,
    NewtypeVariant(&'static str),
    TupleVariant(u8, char),
    EmptyTuple(),
    StructVariant { first: Option<u8>, second: () },
    EmptyStruct {},
}

#[derive(Serialize)]
#[serde(tag = "kind")]
enum Tagged {
    Circle { radius: u32 },
    Newtype(Inner),
}

#[derive(Serialize)]
struct Inner {
    #[serde(rename = "a \"quoted\"\nname")]
    value: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    absent: Option<u8>,
}

#[derive(Serialize)]
struct Flat {
    before: bool,
    #[serde(flatten)]
    inner: Inner,
    #[serde(flatten)]
    rest: BTreeMap<&'static str, u8>,
}

/// Serialized by `collect_str`.
struct Shown(&'static [&'static str]);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| f.write_str(piece))
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Serialized by `serialize_bytes`.
struct Bytes(&'static [u8]);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

/// A map with one entry.
struct Entry<K, V>(K, V);

impl<K: Serialize, V: Serialize> Serialize for Entry<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(&self.0, &self.1)?;
        map.end()
    }
}

fn written<T: Serialize + ?Sized>(value: &T) -> String {
    let mut buffer = vec![0; 1 << 16];
    String::from_utf8(
        json::to_slice(value, &mut buffer).expect("the value can be written").to_vec(),
    )
    .expect("JSON is UTF-8")
}

#[track_caller]
fn same<T: Serialize + ?Sized>(value: &T) {
    assert_eq!(written(value), serde_json::to_string(value).expect("serde_json can write it"));
}

#[track_caller]
fn fails<T: Serialize + ?Sized>(value: &T, error: Error) {
    assert_eq!(json::to_slice(value, &mut [0; 1024]), Err(error));
}

#[test]
fn scalars() {
    same(&());
    same(&Unit);
    same(&(true, false));
    same(&(i8::MIN, i16::MIN, i32::MIN, i64::MIN, -1, 0));
    same(&(u8::MAX, u16::MAX, u32::MAX, u64::MAX, i64::MAX));
    same(&(i128::from(i64::MIN), i128::from(u64::MAX), u128::from(u64::MAX), 0_u128, -1_i128));
    same(&[Some(1), None]);
    same(&Some(Some("x")));
}

#[test]
fn structures() {
    same(&Newtype(-5));
    same(&Pair(1, "\""));
    same(&[
        Choice::UnitVariant,
        Choice::NewtypeVariant("x"),
        Choice::TupleVariant(1, '"'),
        Choice::EmptyTuple(),
    ]);
    same(&[Choice::StructVariant { first: Some(1), second: () }, Choice::EmptyStruct {}]);
    same(&[Choice::StructVariant { first: None, second: () }]);
    same(&Tagged::Circle { radius: 3 });
    same(&Tagged::Newtype(Inner { value: 1, absent: None }));
    same(&Flat {
        before: true,
        inner: Inner { value: 2, absent: Some(3) },
        rest: BTreeMap::from([("y", 1), ("z", 2)]),
    });
    same::<[u8]>(&[]);
    same(&[[[0_u8; 0]; 2]; 2]);
    same(&BTreeMap::<String, u8>::new());
    same(&(Bytes(b""), Bytes(b"\0\xff"), Bytes(b"[{")));
    same(&("[", "{", ["[", "{"], Entry("{", "["), Entry("[", Entry("{", "{"))));
    same(
        &serde_json::json!({"a": [1, -2, 3.5, null, true, {"b": {}}], "c": "d\u{1}", "": [[], {}]}),
    );
}

#[test]
fn keys() {
    same(&BTreeMap::from([("a\"\n", 1), ("", 2)]));
    same(&BTreeMap::from([(i64::MIN, 1), (-1, 2), (0, 3), (i64::MAX, 4)]));
    same(&BTreeMap::from([(u64::MAX, Some(1))]));
    same(&BTreeMap::from([(true, 1), (false, 2)]));
    same(&BTreeMap::from([('"', 1), ('é', 2)]));
    same(&Entry(Choice::UnitVariant, Choice::NewtypeVariant("x")));
    same(&Entry(Newtype(-3), 1));
    same(&Entry(Some("some"), 1));
    same(&Entry(1.5, 1));
    same(&Entry(-0.0_f32, 1));
    same(&Entry(Shown(&["a", "\"b"]), Shown(&["\\"])));
    same(&Entry(7_i128, 1));
    fails(&Entry((), 1), Error::JSON_KEY);
    fails(&Entry(None::<&str>, 1), Error::JSON_KEY);
    fails(&Entry(f64::NAN, 1), Error::JSON_KEY);
    fails(&Entry([1], 1), Error::JSON_KEY);
    fails(&Entry(Bytes(b"a"), 1), Error::JSON_KEY);
    fails(&[Entry(Entry("a", 1), 1)], Error::JSON_KEY);
    fails(&Entry(Choice::NewtypeVariant("x"), 1), Error::JSON_KEY);
    fails(&Entry(Inner { value: 1, absent: None }, 1), Error::JSON_KEY);
}

#[test]
fn every_character() {
    let all: Vec<char> = ('\0'..=char::MAX).collect();
    let mut buffer = vec![0; 1 << 23];
    let text: String = all.iter().collect();
    assert_eq!(
        json::to_slice(&text, &mut buffer),
        Ok(serde_json::to_vec(&text).unwrap().as_slice())
    );
    assert_eq!(
        serde_json::from_slice::<String>(json::to_slice(&text, &mut buffer).unwrap()).unwrap(),
        text
    );
    assert_eq!(json::to_slice(&all, &mut buffer), Ok(serde_json::to_vec(&all).unwrap().as_slice()));
    same(&Shown(&["\0\u{1}", "\"", "é\u{10ffff}\u{7f}", "\\\n"]));
}

/// Returns the next number of a xorshift generator, so that failures are reproducible.
fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// Compares floats, without the plus sign that some versions of serde_json write in an exponent.
#[track_caller]
fn same_floats(value: f64) {
    let values = (value, -value, value as f32, -value as f32);
    let expected = serde_json::to_string(&values).unwrap().replace("e+", "e");
    assert_eq!(written(&values), expected);
    if value.is_finite() {
        assert_eq!(written(&value).parse().map(f64::to_bits), Ok(value.to_bits()));
    }
}

#[test]
fn floats() {
    for value in [
        0.0,
        1.0,
        0.1,
        0.3,
        1.5,
        19.99,
        100.0,
        1e15,
        1e16,
        1e17,
        123456789012345680.0,
        5e-324,
        f64::MIN_POSITIVE,
        f64::MAX,
    ] {
        same_floats(value);
    }
    for value in [
        f64::NAN,
        f64::INFINITY,
        f64::EPSILON,
        f64::from(f32::MIN_POSITIVE),
        f64::from(f32::MAX),
        1e-45,
        9007199254740993.0,
    ] {
        same_floats(value);
    }
    // The distance to the next float changes at powers of two, and the number of digits at powers
    // of ten.
    for exponent in -1074..1024 {
        let power = if exponent < -1022 {
            f64::from_bits(1 << (exponent + 1074))
        } else {
            f64::from_bits(((exponent + 1023) as u64) << 52)
        };
        for value in [power, power.next_down(), power.next_up()] {
            same_floats(value);
        }
    }
    for exponent in -150..128 {
        let power = if exponent < -126 {
            f32::from_bits(1 << (exponent + 149).max(0))
        } else {
            f32::from_bits(((exponent + 127) as u32) << 23)
        };
        for value in [power, power.next_down(), power.next_up()] {
            same_floats(f64::from(value));
        }
    }
    for exponent in -330..309 {
        let power: f64 = format!("1e{exponent}").parse().unwrap();
        for value in [power, power.next_down(), power.next_up(), power * 9.5] {
            same_floats(value);
        }
    }
    let mut state = 0x9e37_79b9_7f4a_7c15;
    for _ in 0..3_000 {
        same_floats(f64::from_bits(random(&mut state)));
        same_floats(f64::from(f32::from_bits(random(&mut state) as u32)));
        same_floats((random(&mut state) % 10_000_000) as f64 / 1000.0);
    }
}

/// Fails with a custom error after an element.
struct Broken;

impl Serialize for Broken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        list.serialize_element(&1)?;
        Err(ser::Error::custom("broken"))
    }
}

struct ShownBroken;

impl fmt::Display for ShownBroken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("begun")?;
        Err(fmt::Error)
    }
}

impl Serialize for ShownBroken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Ignores the error of its value.
struct Swallowing<T>(T);

impl<T: Serialize> Serialize for Swallowing<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        _ = list.serialize_element(&self.0);
        list.end()
    }
}

#[test]
fn failures_are_named() {
    fails(&(i128::from(i64::MIN) - 1), Error::JSON_INTEGER);
    fails(&[i128::from(u64::MAX) + 1], Error::JSON_INTEGER);
    fails(&Some(u128::MAX), Error::JSON_INTEGER);
    fails(&("a", Broken), Error::JSON_UNWRITABLE);
    fails(&ShownBroken, Error::JSON_UNWRITABLE);
    fails(&Entry(ShownBroken, 1), Error::JSON_UNWRITABLE);
    fails(&Swallowing(u128::MAX), Error::JSON_INTEGER);
    fails(&Swallowing(Entry((), ())), Error::JSON_KEY);
}

#[test]
fn an_endless_list_is_a_failure() {
    struct Endless;
    impl Serialize for Endless {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq(0_u64..)
        }
    }
    struct EndlessMap;
    impl Serialize for EndlessMap {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map((0_u64..).map(|key| (key, ())))
        }
    }
    fails(&Endless, Error::JSON_TOO_LONG);
    fails(&EndlessMap, Error::JSON_TOO_LONG);
}

#[test]
fn a_value_fits_or_is_a_failure_at_every_buffer_size() {
    let value = (
        Flat {
            before: true,
            inner: Inner { value: u64::MAX, absent: Some(3) },
            rest: BTreeMap::from([("y", 1)]),
        },
        [
            Choice::TupleVariant(1, '\u{1f600}'),
            Choice::StructVariant { first: Some(1), second: () },
            Choice::NewtypeVariant("\n"),
        ],
        BTreeMap::from([(1, -2.5), (-3, 1e300), (i64::MIN, f64::NAN)]),
        Entry(true, Bytes(b"ab")),
        Shown(&["a\u{1}", "é"]),
        Unit,
    );
    let expected = serde_json::to_string(&value).unwrap().replace("e+", "e");
    for size in 0..=expected.len() + 2 {
        let mut buffer = vec![b'.'; size + 8];
        let (room, guard) = buffer.split_at_mut(size);
        let result = json::to_slice(&value, room);
        assert_eq!(
            result,
            if size < expected.len() { Err(Error::JSON_TOO_LONG) } else { Ok(expected.as_bytes()) },
            "{size}"
        );
        assert!(guard.iter().all(|byte| *byte == b'.'), "{size}");
    }
}
