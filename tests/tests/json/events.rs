//! The types for events, with the files in examples/events: whole, mutated and cut.

use std::collections::{BTreeSet, BinaryHeap};

use barelambda::Error;
use serde_json::{Map, Value, json};

use crate::event_cases::{CASES, Case, GROUPS, Object};

impl Case {
    fn value(&self) -> Value {
        serde_json::from_str(self.text).expect("the file is JSON")
    }

    fn read(&self, value: &Value) -> Result<String, Error> {
        (self.read)(&mut value.to_string().into_bytes())
    }

    /// Returns the object at `pointer`, if the types define its fields.
    fn object(&self, pointer: &str) -> Option<&Object> {
        let parts =
            pointer.split('/').map(|part| if part.parse::<usize>().is_ok() { "*" } else { part });
        let pattern = parts.collect::<Vec<_>>().join("/");
        self.objects.iter().find(|object| object.pointer == pattern)
    }
}

/// Returns the pointers to all objects in `value`.
fn objects(value: &Value) -> Vec<String> {
    fn visit(value: &Value, pointer: &str, all: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                all.push(pointer.to_owned());
                for (name, value) in fields {
                    visit(
                        value,
                        &format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")),
                        all,
                    );
                }
            }
            Value::Array(elements) => {
                for (index, value) in elements.iter().enumerate() {
                    visit(value, &format!("{pointer}/{index}"), all);
                }
            }
            _ => {}
        }
    }
    let mut all = Vec::new();
    visit(value, "", &mut all);
    all
}

fn fields<'v>(value: &'v mut Value, pointer: &str) -> &'v mut Map<String, Value> {
    value.pointer_mut(pointer).and_then(Value::as_object_mut).expect("there is an object")
}

#[test]
fn the_files_have_every_kind_of_escape() {
    let all: String = CASES.iter().map(|case| case.text).collect();
    for hard in [
        "\\\"",
        "\\n",
        "\\\\",
        "\\/",
        "\\u00e9",
        "\\ud83d\\ude00",
        "\\u0000",
        "é",
        "😀",
        ": null",
        "\\t",
    ] {
        assert!(all.contains(hard), "{hard}");
    }
}

#[test]
fn the_values_do_not_depend_on_the_formatting() {
    for case in CASES {
        let name = case.name;
        let value = case.value();
        let read = (case.read)(&mut case.text.as_bytes().to_vec())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        // This has another order of fields, and only the required escapes.
        let sorted = case.read(&value).unwrap_or_else(|error| panic!("{name}: {error}"));
        let characters =
            |text: &str| without_blanks(text).chars().collect::<BinaryHeap<_>>().into_sorted_vec();
        assert_eq!(characters(&read), characters(&sorted), "{name}");
        let mut pretty = serde_json::to_vec_pretty(&value).expect("a value can be written");
        let mut escaped = String::new();
        escape(&value, &mut escaped);
        for text in [&mut pretty, &mut escaped.into_bytes()] {
            let read = (case.read)(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(without_blanks(&read), without_blanks(&sorted), "{name}");
        }
    }
}

/// Removes white space. Fields that are parsed lazily keep that of the event, and have more in
/// place of escapes.
fn without_blanks(text: &str) -> String {
    text.replace([' ', '\n'], "")
}

/// Writes `value` with every character of every string as `\uXXXX`.
fn escape(value: &Value, to: &mut String) {
    fn text(text: &str, to: &mut String) {
        to.push('"');
        for (index, unit) in text.encode_utf16().enumerate() {
            let hex =
                if index % 2 == 0 { format!("\\u{unit:04x}") } else { format!("\\u{unit:04X}") };
            to.push_str(&hex);
        }
        to.push('"');
    }
    match value {
        Value::String(value) => text(value, to),
        Value::Array(elements) => {
            to.push('[');
            for (index, element) in elements.iter().enumerate() {
                to.push_str(if index > 0 { "," } else { "" });
                escape(element, to);
            }
            to.push(']');
        }
        Value::Object(fields) => {
            to.push('{');
            for (index, (name, value)) in fields.iter().enumerate() {
                to.push_str(if index > 0 { "," } else { "" });
                text(name, to);
                to.push(':');
                escape(value, to);
            }
            to.push('}');
        }
        _ => to.push_str(&value.to_string()),
    }
}

#[test]
fn unknown_fields_change_nothing() {
    let unknown: [Value; 4] = [
        Value::Null,
        json!({"": [1.5e300, -7, {"\u{0}\"\\": [[], {}, "\u{1f600}"]}]}),
        json!("\u{1f600}\"\n"),
        json!([true, false, 18_446_744_073_709_551_615_u64]),
    ];
    for case in CASES {
        let value = case.value();
        let read = case.read(&value).expect("the file can be read");
        for pointer in objects(&value).into_iter().filter(|one| !GROUPS.contains(&one.as_str())) {
            for unknown in &unknown {
                let mut changed = value.clone();
                // The names sort before, between and after the others.
                for name in ["\u{1}!", "kk", "\u{1f600}\"z"] {
                    fields(&mut changed, &pointer).insert(name.to_owned(), unknown.clone());
                }
                let result = case.read(&changed);
                match case.object(&pointer) {
                    Some(_) => assert_eq!(result.as_ref(), Ok(&read), "{} {pointer}", case.name),
                    None => assert!(result.is_ok(), "{} {pointer}: {result:?}", case.name),
                }
            }
        }
    }
}

#[test]
fn fields_may_be_missing_or_null_unless_they_are_required() {
    for case in CASES {
        let value = case.value();
        let mut seen = BTreeSet::new();
        for pointer in objects(&value).into_iter().filter(|one| !GROUPS.contains(&one.as_str())) {
            let names: Vec<String> = fields(&mut value.clone(), &pointer).keys().cloned().collect();
            for name in names {
                let place = format!("{} {pointer} {name}", case.name);
                let object = case.object(&pointer);
                let is_in = |list: fn(&Object) -> &[&str]| {
                    object.is_some_and(|object| list(object).contains(&name.as_str()))
                };
                let is_required = is_in(|object| object.required);
                let is_never_null = is_required && !is_in(|object| object.may_be_null)
                    || is_in(|object| object.never_null);
                if let Some(object) = object {
                    seen.insert((object.pointer, name.clone()));
                }

                let mut changed = value.clone();
                fields(&mut changed, &pointer).remove(&name);
                match case.read(&changed) {
                    Err(error) if is_required => {
                        assert_eq!(error.message(), Error::JSON_MISSING_FIELD.message(), "{place}")
                    }
                    result => assert!(result.is_ok() && !is_required, "{place}: {result:?}"),
                }

                fields(&mut changed, &pointer).insert(name, Value::Null);
                match case.read(&changed) {
                    Err(error) if is_never_null => {
                        assert_eq!(error.error_type(), "Function.InvalidJson", "{place}")
                    }
                    result => assert!(result.is_ok() && !is_never_null, "{place}: {result:?}"),
                }
            }
        }
        for object in case.objects {
            for name in object.required.iter().chain(object.never_null) {
                assert!(
                    seen.contains(&(object.pointer, (*name).to_owned())),
                    "{} {} {name}",
                    case.name,
                    object.pointer
                );
            }
        }
    }
}

#[test]
fn a_cut_event_is_a_failure() {
    for case in CASES {
        let text = case.text.trim_end().as_bytes();
        for end in 0..text.len() {
            assert!((case.read)(&mut text[..end].to_vec()).is_err(), "{} {end}", case.name);
        }
    }
}

#[test]
fn no_byte_causes_a_panic() {
    for case in CASES {
        for place in 0..case.text.len() {
            for byte in *b"\"\\]\xff" {
                let mut text = case.text.as_bytes().to_vec();
                text[place] = byte;
                // It depends on the place whether this is an error.
                _ = (case.read)(&mut text);
            }
        }
    }
}
