//! `notices`: which packages are listed, with which texts.

mod support;

use support::{Folder, Ran, barelambda_in};

const MIT: &str = "Permission is hereby granted, free of charge, to any person obtaining a copy of this, and so on.\n";
const ISC: &str = "Permission to use this for any purpose with or without fee is hereby granted, provided that\nthe above stays.\n";

/// A program with these dependencies, each with the lines of its Cargo.toml's `[package]`.
fn project(name: &str, dependencies: &[(&str, &str)]) -> Folder {
    let folder = Folder::new(name);
    let mut manifest = "[package]\nname = \"app\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
        [workspace]\n[features]\nmore = [\"dep:optional\"]\n[dependencies]\n"
        .to_owned();
    for (name, lines) in dependencies {
        package(&folder, name, lines);
        manifest.push_str(&match *name {
            "optional" => "optional = { path = \"../optional\", optional = true }\n".to_owned(),
            "windows" => {
                "[target.'cfg(windows)'.dependencies]\nwindows = { path = \"../windows\" }\n"
                    .to_owned()
            }
            "built" => "[build-dependencies]\nbuilt = { path = \"../built\" }\n".to_owned(),
            "tested" => "[dev-dependencies]\ntested = { path = \"../tested\" }\n".to_owned(),
            name => format!("{name} = {{ path = \"../{name}\" }}\n"),
        });
    }
    if !dependencies.iter().any(|(name, _)| *name == "optional") {
        manifest = manifest.replace("\"dep:optional\"", "");
    }
    folder.file("app/Cargo.toml", &manifest);
    folder.file("app/src/main.rs", "fn main() {}\n");
    folder.file("app/examples/example.rs", "fn main() {}\n");
    folder
}

fn package(folder: &Folder, name: &str, lines: &str) {
    folder.file(
        &format!("{name}/Cargo.toml"),
        &format!(
            "[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2024\"\n{lines}\n"
        ),
    );
    folder.file(&format!("{name}/src/lib.rs"), "");
}

fn notices(folder: &Folder, words: &[&str]) -> Ran {
    let mut command = support::command(&[&["notices"], words].concat());
    command.current_dir(format!("{}/app", folder.path()));
    Ran::of(&mut command, "")
}

/// Returns the lines that begin with the name of a package of [`project`].
fn listed(ran: &Ran) -> Vec<&str> {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stdout.lines().filter(|line| line.ends_with(" 1.0.0")).collect()
}

#[test]
fn what_is_linked_is_listed_with_its_texts() {
    let folder = project(
        "notices",
        &[
            ("one", "license = \"MIT OR Apache-2.0\""),
            ("two", "license = \"Apache-2.0/MIT\""),
            ("three", "license = \"ISC\""),
            ("four", "license = \"MIT\"\nauthors = [\"Ada\", \"Grace\"]"),
            ("five", "license-file = \"terms.txt\""),
            ("mine", ""),
            ("macros", "license = \"MIT\"\n[lib]\nproc-macro = true"),
            ("optional", "license = \"MIT\""),
            ("windows", "license = \"MIT\""),
            ("built", "license = \"MIT\""),
            ("tested", "license = \"MIT\""),
        ],
    );
    folder.file("one/LICENSE-MIT", &format!("Copyright (c) 2020 One\n\n{MIT}"));
    folder.file("one/LICENSE-APACHE", "Apache License\nVersion 2.0, January 2004\n");
    folder
        .file("two/license-mit", &format!("Copyright (c) 2021 Two\n{}", MIT.replace(", ", ",\n")));
    folder.file("two/NOTICE", "Two contains Three.\n");
    folder.file("three/COPYING.txt", ISC);
    folder.file("five/terms.txt", "Ask Five first.\n");
    let ran = notices(&folder, &["app"]);
    // cargo may say that it waits for another one.
    let warning = "warning: four 1.0.0 has no file with the text of MIT: the notices have its standard words\n";
    assert!(
        ran.stderr.ends_with(warning) && ran.stderr.matches("warning").count() == 1,
        "{}",
        ran.stderr
    );
    // Sorted by text, then by name.
    assert_eq!(
        listed(&ran),
        ["five 1.0.0", "four 1.0.0", "one 1.0.0", "two 1.0.0", "three 1.0.0", "two 1.0.0"]
    );
    for words in [
        "one 1.0.0\n    Copyright (c) 2020 One\ntwo 1.0.0\n    Copyright (c) 2021 Two\n\nPermission is hereby granted, free of charge, to any person",
        "four 1.0.0\n    Copyright (c) Ada, Grace\nRust's standard library\n    Copyright (c) The Rust Project Contributors\nmusl\n",
        "five 1.0.0\n\nAsk Five first.\n",
        "two 1.0.0\n\nTwo contains Three.\n",
        "three 1.0.0\n\nPermission to use",
    ] {
        assert!(ran.stdout.contains(words), "{words:?} in {}", ran.stdout);
    }
    assert_eq!(ran.stdout.matches("to any person obtaining a copy of this, and").count(), 1);
    assert!(!ran.stdout.contains("Apache") && !ran.stdout.contains(folder.path()));

    assert!(listed(&notices(&folder, &["app", "--features", "more"])).contains(&"optional 1.0.0"));
    let example = notices(&folder, &["example"]);
    assert!(listed(&example).contains(&"tested 1.0.0"), "{}", example.stdout);
    let file = format!("{}/out/notices.txt", folder.path());
    let written = notices(&folder, &["app", "--output", &file]);
    assert_eq!((written.code, written.stdout.as_str()), (0, ""));
    assert_eq!(std::fs::read_to_string(file).unwrap(), ran.stdout);
}

#[test]
fn a_package_without_a_text_is_an_error() {
    for (lines, file, expected) in [
        (
            "license = \"MIT OR\"",
            None,
            "the package other 1.0.0 declares the licence `MIT OR`, which isn't an SPDX expression",
        ),
        (
            "license = \"ISC\"",
            None,
            "the package other 1.0.0 has no file with the text of its licence, ISC, for which there are no standard words here",
        ),
        (
            "license = \"MIT AND ISC\"",
            Some(("LICENSE-MIT", MIT.as_bytes())),
            "the text of its licence, ISC",
        ),
        ("license-file = \"absent\"", None, "absent: No such file"),
        (
            "license = \"MIT\"",
            Some(("LICENSE", &b"\xff"[..])),
            "LICENSE: stream did not contain valid UTF-8",
        ),
    ] {
        let folder = project("notices-errors", &[("other", lines)]);
        if let Some((name, bytes)) = file {
            std::fs::write(format!("{}/other/{name}", folder.path()), bytes).unwrap();
        }
        let ran = notices(&folder, &["app"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (3, ""), "{lines}");
        assert!(ran.stderr.contains(expected), "{lines}: {}", ran.stderr);
    }
    // An unknown licence with a file that isn't recognized.
    let folder = project("notices-unknown", &[("other", "license = \"LicenseRef-own\"")]);
    folder.file("other/LICENSE", "Ask first.\n");
    let ran = notices(&folder, &["app"]);
    assert!(ran.stdout.contains("\nother 1.0.0\n\nAsk first.\n"), "{}", ran.stdout);
}

#[test]
fn a_package_has_its_notices_only_once() {
    let folder = Folder::new("notices-package");
    let file = folder.file("THIRD-PARTY-NOTICES.txt", "mine\n");
    let ran = barelambda_in(&folder, &["package", "hello", "--notices", "--include", &file]);
    assert_eq!(ran.code, 3);
    assert!(
        ran.stderr.contains("conflicts with --notices, which adds a file of that name"),
        "{}",
        ran.stderr
    );
    let ran = barelambda_in(&folder, &["package", "--bootstrap", "b", "--notices"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
}
