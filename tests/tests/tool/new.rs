//! `cargo barelambda new`: each template is tested, invoked and packaged in its folder, and nothing
//! is overwritten.

use std::fs;
use std::path::Path;

use barelambda_tests::cargo::{root, scratch};
use barelambda_tests::new_function::{CRATES, MADE, NewFunction, home};
use barelambda_tests::packages::{fail, members, succeed, tool};
use serde_json::Value;

/// Checks the response to a template's event.
fn assert_answer(template: &str, answer: &str) {
    let wanted = match template {
        "hello" | "c" => "\"hello, world\"",
        "json" => r#","cents":750}"#,
        "function-url" => r#""statusCode":201"#,
        "sqs-batch" => {
            r#"{"batchItemFailures":[{"itemIdentifier":"7c6b5a49-3827-4160-9f8e-d7c6b5a49382"}]}"#
        }
        "std" => r#"{"words":3,"letters":11}"#,
        "stream" => "data: 1\n\ndata: 2\n\ndata: 3\n\ndata: 4\n\ndata: 5\n\n",
        _ => r#""event":{"name":"Ada"}"#,
    };
    assert!(answer.contains(wanted), "{template}: {answer}");
}

fn works(template: &str, included: &[&str]) {
    let function = NewFunction::make(&format!("works-{template}"), template, "my-function");
    let tested = function.test();
    if CRATES.contains(&template) {
        assert!(
            tested.contains("test result: ok.") && !tested.contains("running 0 tests"),
            "{template}: {tested}"
        );
    }
    assert_answer(template, &function.invoke("x86_64"));
    let names: Vec<String> =
        members(&function.package("x86_64")).into_iter().map(|member| member.name).collect();
    assert_eq!(names, [&["bootstrap"], included].concat(), "{template}");
    let variables = fs::read_to_string(function.folder().join("terraform/terraform.auto.tfvars"))
        .expect("the variables can be read");
    assert!(
        variables.contains("\"my-function\"") && variables.contains("dist/my-function-arm64.zip"),
        "{variables}"
    );
}

#[test]
#[ignore = "needs Python 3 and qemu-user-static; run `bash .ci/full`"]
fn crates_are_tested_invoked_and_packaged() {
    for template in CRATES {
        works(template, &[]);
    }
}

#[test]
#[ignore = "needs make and qemu-user-static; run `bash .ci/full`"]
fn a_folder_with_a_makefile_is_tested_invoked_and_packaged() {
    let [c, shell] = MADE;
    works(c, &[]);
    works(shell, &["handler.sh"]);
}

#[test]
fn the_next_commands_are_named() {
    let home = home("next");
    let (out, err) =
        succeed(&home, &["new", "deep/er", "--path", root().to_str().expect("the path is UTF-8")]);
    assert_eq!(out, "", "stdout is for results");
    for command in [
        "cd deep/er",
        "cargo test",
        "cargo barelambda invoke",
        "cargo barelambda package",
        "terraform",
    ] {
        assert!(err.contains(command), "{command}: {err}");
    }
    // Without --path, it depends on the clone that the tool was built from.
    let (_, err) = succeed(&home, &["new", "unpublished"]);
    assert!(err.contains("note: barelambda isn't on crates.io yet"), "{err}");
    assert!(!err.contains("also applies"), "{err}");
    let manifest = fs::read_to_string(home.join("unpublished/Cargo.toml")).expect("a manifest");
    let clone = root().canonicalize().expect("it exists");
    assert!(manifest.contains(&format!("path = {clone:?}")), "{manifest}");
    fs::remove_dir_all(home).expect("the folder can be removed");
}

/// Returns the entries of a folder, with their sizes.
fn listing(folder: &Path) -> Vec<String> {
    let entry = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry.expect("an entry");
        format!("{} {}", entry.path().display(), entry.metadata().expect("the entry exists").len())
    };
    let mut entries: Vec<String> =
        fs::read_dir(folder).expect("the folder exists").map(entry).collect();
    entries.sort();
    entries
}

#[test]
fn nothing_is_overwritten() {
    let folder = scratch("new-overwritten");
    fs::create_dir_all(folder.join("taken")).expect("a folder can be made");
    fs::create_dir_all(folder.join("empty")).expect("a folder can be made");
    fs::write(folder.join("taken/.hidden"), "mine").expect("a file can be written");
    fs::write(folder.join("file"), "mine").expect("a file can be written");
    std::os::unix::fs::symlink("nowhere", folder.join("link")).expect("a link can be made");
    let before = (listing(&folder), listing(&folder.join("taken")));
    for name in ["taken", "file", "link"] {
        let words = fail(&folder, &["new", name]);
        assert!(words.contains(name) && words.contains("already exists"), "{words}");
    }
    assert_eq!(before, (listing(&folder), listing(&folder.join("taken"))));
    succeed(&folder, &["new", "empty"]);
    assert!(folder.join("empty/Cargo.toml").is_file());
    let (_, err) = succeed(&folder, &["new", "empty/within"]);
    assert!(
        err.contains("also applies the flags in") && err.contains("empty/.cargo/config.toml"),
        "{err}"
    );
}

#[test]
fn a_folder_with_files_becomes_a_function() {
    let folder = scratch("new-init").join("greeter");
    fs::create_dir_all(&folder).expect("a folder can be made");
    let file = |name: &str| fs::read_to_string(folder.join(name)).expect("the file can be read");
    fs::write(folder.join("README.md"), "mine").expect("a file can be written");
    fs::write(folder.join(".gitignore"), "/dist\nmine").expect("a file can be written");
    let (_, err) = succeed(&folder, &["init", "--template", "json"]);
    assert!(
        err.contains("Created `greeter` from the template `json`") && !err.contains("cd "),
        "{err}"
    );
    assert!(file("Cargo.toml").contains("name = \"greeter\""), "{}", file("Cargo.toml"));
    assert_eq!(file("README.md"), "mine");
    let ignored = file(".gitignore");
    assert!(
        ignored.starts_with("/dist\nmine\n/target\n") && ignored.contains("\ntfplan\n"),
        "{ignored}"
    );
    let before = listing(&folder);
    let words = fail(&folder, &["init"]);
    assert!(words.contains("already has Cargo.toml, ") && !words.contains("README.md"), "{words}");
    assert_eq!(before, listing(&folder));
    let words = fail(&folder, &["new", "."]);
    assert!(
        words.contains("already exists") && words.contains("`cargo barelambda init`"),
        "{words}"
    );
}

#[test]
fn the_current_folder_can_be_the_new_one_and_becomes_a_repository() {
    let home = home("here");
    let here = home.join("here");
    fs::create_dir(&here).expect("a folder can be made");
    succeed(&here, &["new", "."]);
    assert!(here.join("Cargo.toml").is_file() && here.join(".git").is_dir());
    succeed(&here, &["new", "inner", "--name", "other"]);
    assert!(!here.join("inner/.git").exists(), "it is in a repository");
    let manifest = fs::read_to_string(here.join("inner/Cargo.toml")).expect("a manifest");
    assert!(manifest.contains("name = \"other\""), "{manifest}");
    succeed(&home, &["new", "plain", "--vcs", "none"]);
    assert!(!home.join("plain/.git").exists());
    // Neighbours refer to each other by relative paths, and `..` is resolved.
    let clone = home.join("clone");
    fs::create_dir_all(clone.join(".cargo")).expect("a folder can be made");
    fs::write(clone.join("Cargo.toml"), "name = \"barelambda\"\n").expect("a file can be written");
    fs::write(clone.join(".cargo/config.toml"), "-Tbarelambda.x").expect("a file can be written");
    let (_, err) = succeed(&clone, &["new", "../neighbour", "--path", "."]);
    assert!(!err.contains("warning"), "{err}");
    let manifest = fs::read_to_string(home.join("neighbour/Cargo.toml")).expect("a manifest");
    assert!(manifest.contains("path = \"../clone\""), "{manifest}");
    let (_, err) = succeed(&clone, &["new", "inside", "--path", "."]);
    assert!(err.contains("warning: cargo also applies the flags in"), "{err}");
    fs::remove_dir_all(home).expect("the folder can be removed");
}

#[test]
fn a_failure_leaves_no_files() {
    let folder = scratch("new-refused");
    fs::write(folder.join("file"), "").expect("a file can be written");
    let long = "x".repeat(65);
    for name in ["1st", "a b", "a.b", "ä", &long] {
        let words = fail(&folder, &["new", name]);
        assert!(
            words.contains(name)
                && words.contains("letters, digits, `-` and `_`")
                && words.contains("64"),
            "{name}: {words}"
        );
    }
    for name in ["fn", "build"] {
        let words = fail(&folder, &["new", name]);
        assert!(words.contains(&format!("`{name}`")) && words.contains("reserved"), "{words}");
    }
    let words = fail(&folder, &["new", "name", "--path", "nowhere"]);
    assert!(words.contains("--path nowhere") && words.contains("No such file"), "{words}");
    let words = fail(&folder, &["new", "name", "--path", "."]);
    assert!(words.contains("--path .") && words.contains("no package `barelambda`"), "{words}");
    let words = fail(&folder, &["new", "file/name"]);
    assert!(words.contains("file"), "{words}");
    let output = tool(&folder)
        .args(["new", "name", "--template", "cobol"])
        .output()
        .expect("the tool can be started");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && words.contains("function-url"), "{words}");
    assert_eq!(listing(&folder), [format!("{} 0", folder.join("file").display())]);
}

#[test]
fn a_crate_inside_another_workspace_is_separate() {
    let home = home("nested");
    fs::write(home.join("Cargo.toml"), "[workspace]\nmembers = []\nresolver = \"3\"\n")
        .expect("a file can be written");
    let root = root().to_str().expect("the path is UTF-8");
    succeed(&home, &["new", "inner", "--path", root]);
    let metadata = barelambda_tests::cargo::cargo(&home.join("inner"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .expect("cargo can be started");
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("cargo prints JSON");
    assert_eq!(
        Path::new(metadata["workspace_root"].as_str().expect("a path")).file_name(),
        Some("inner".as_ref())
    );
    fs::remove_dir_all(home).expect("the folder can be removed");
}
