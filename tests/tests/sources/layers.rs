//! What the modules of the library and of `barelambda-aws` may import from each other, read from
//! the sources: no dependency but std.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::imports::{Sources, folder, src};

/// Each folder or file at the root of `src`, its layer, and what it imports. All of it is in the
/// same layer or in one below, as the table in the documentation of the crate has it. `lib.rs` and
/// the binaries may import everything, and nothing imports them.
const LAYERS: &[(&str, u8, &[&str])] = &[
    ("bytes", 0, &[]),
    ("error", 0, &["bytes"]),
    ("http1", 1, &["bytes", "error"]),
    ("json", 1, &["bytes", "error"]),
    ("sys", 1, &["bytes", "error"]),
    ("runtime_api", 2, &["bytes", "error", "http1"]),
    ("conversation", 3, &["bytes", "error", "http1", "log", "runtime_api"]),
    ("log", 3, &["bytes", "error", "json", "runtime_api", "sys"]),
    ("metrics", 3, &["bytes", "error", "sys"]),
    // `Event::http` returns a type of `events`, whose `BatchItemFailures` is made of a responder:
    // no circle of files.
    ("events", 4, &["bytes", "error", "handler", "json"]),
    ("handler", 4, &["bytes", "conversation", "error", "events", "json", "runtime_api", "sys"]),
    ("exec", 5, &["bytes", "error", "handler", "log", "runtime", "runtime_api", "sys"]),
    (
        "runtime",
        5,
        &["bytes", "conversation", "error", "handler", "http1", "log", "runtime_api", "sys"],
    ),
    (
        "entry",
        6,
        &["bytes", "conversation", "error", "handler", "log", "runtime", "runtime_api", "sys"],
    ),
    (
        "testing",
        6,
        &["bytes", "conversation", "error", "handler", "http1", "runtime", "runtime_api", "sys"],
    ),
];

/// The only folder whose files may import each other in a circle: serde's traits call each other
/// for what is nested.
const CIRCLES: &str = "json";

#[test]
fn each_folder_imports_what_the_list_says() {
    let sources = Sources::read("");
    let mut found: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for (from, to) in sources.imports() {
        let (from_folder, to_folder) = (folder(from), folder(to));
        if from_folder != to_folder && from_folder != "lib" && from_folder != "bin" {
            found.entry(from_folder).or_default().insert(to_folder, from);
        }
    }
    let mut wrong = Vec::new();
    for (from, imports) in &found {
        let listed = LAYERS.iter().find(|(name, ..)| name == from);
        let allowed = listed.map(|(.., allowed)| *allowed).unwrap_or_default();
        wrong.extend(
            imports
                .iter()
                .filter(|(to, _)| !allowed.contains(to))
                .map(|(to, file)| format!("{file} imports {to}")),
        );
    }
    for (from, layer, allowed) in LAYERS {
        let imports = found.get(from).cloned().unwrap_or_default();
        wrong.extend(
            allowed
                .iter()
                .filter(|to| !imports.contains_key(**to))
                .map(|to| format!("{from} does not import {to}, but may")),
        );
        let above = allowed
            .iter()
            .filter(|to| LAYERS.iter().all(|(name, other, _)| name != *to || other > layer));
        wrong.extend(above.map(|to| format!("{from} may import {to}, which is not below it")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The modules of `barelambda-aws`, and their layers.
const AWS_LAYERS: &[(&str, u8)] = &[
    ("error", 0),
    ("json", 0),
    ("random", 0),
    ("service", 0),
    ("stream", 0),
    ("url", 0),
    ("dns", 1),
    ("http", 1),
    ("reply", 1),
    ("request", 1),
    ("retry", 1),
    ("sigv4", 1),
    ("tls", 1),
    ("net", 2),
    ("channel", 3),
    ("credentials", 3),
    ("reply_stream", 3),
    ("settings", 3),
    ("signatures", 3),
    ("aws", 4),
    ("client", 4),
    ("https", 4),
    ("lambda", 4),
    ("s3", 4),
];

#[test]
fn the_modules_of_aws_import_from_their_layer_and_below() {
    let sources = Sources::read("aws");
    let layer = |file: &str| {
        let listed = AWS_LAYERS.iter().find(|(name, _)| *name == folder(file));
        listed.unwrap_or_else(|| panic!("{file} has no layer")).1
    };
    let upwards: Vec<_> = sources
        .imports()
        .into_iter()
        .filter(|(from, to)| *from != "lib.rs" && (*to == "lib.rs" || layer(to) > layer(from)))
        .collect();
    assert!(upwards.is_empty(), "{upwards:#?}");
}

#[test]
fn files_do_not_import_each_other_in_a_circle() {
    for crate_folder in ["", "aws"] {
        let sources = Sources::read(crate_folder);
        let mut imports: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (from, to) in sources.imports() {
            imports.entry(from).or_default().insert(to);
        }
        let reaches_itself = |file: &&&str| {
            let mut reached = BTreeSet::new();
            let mut open = vec![**file];
            while let Some(next) = open.pop() {
                let further = imports.get(next).into_iter().flatten().copied();
                open.extend(further.filter(|next| reached.insert(*next)));
            }
            reached.contains(**file)
        };
        // `json` is also a file of aws, which imports nothing.
        let in_circles: Vec<_> =
            imports.keys().filter(|file| folder(file) != CIRCLES).filter(reaches_itself).collect();
        assert!(in_circles.is_empty(), "{in_circles:#?}");
    }
}

#[test]
fn the_tables_in_the_documentation_have_the_layers() {
    let listed = LAYERS.iter().map(|(name, layer, _)| ((*name).to_owned(), *layer)).collect();
    assert_eq!(documented(""), listed);
    let listed = AWS_LAYERS.iter().map(|(name, layer)| ((*name).to_owned(), *layer)).collect();
    assert_eq!(documented("aws"), listed);
}

/// Returns the modules in the table of a crate's documentation, and their layers.
fn documented(crate_folder: &str) -> BTreeSet<(String, u8)> {
    let text = fs::read_to_string(src(crate_folder).join("lib.rs")).expect("lib.rs can be read");
    let mut documented = BTreeSet::new();
    for line in text.lines() {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        if let ["//!", layer, modules, ..] = cells[..]
            && let Ok(layer) = layer.parse::<u8>()
        {
            // What is between backquotes, without `mod@` or the like before it.
            let names = modules
                .split('`')
                .skip(1)
                .step_by(2)
                .map(|name| name.rsplit('@').next().unwrap_or(name));
            documented.extend(names.map(|name| (name.to_owned(), layer)));
        }
    }
    documented
}
