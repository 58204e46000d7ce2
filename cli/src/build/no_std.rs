//! Explains the compiler's errors of a bare program that uses std.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value;

use crate::project::{Dependency, Target, text};

/// The parts of std that a bare program often lacks, and what to use instead.
const INSTEAD: [(&[&str], &str); 4] = [
    (
        &["println", "eprintln", "print", "eprint", "dbg"],
        "to log, use the crate `log` with barelambda's feature `log`",
    ),
    (
        &["String", "Vec", "Box", "Rc", "Arc", "vec", "format", "ToString", "ToOwned"],
        "for strings and lists, use the crate `heapless`, or `extern crate alloc` with barelambda's \
         feature `alloc` and `entry!(handler, heap = BYTES)`",
    ),
    (
        &["HashMap", "HashSet"],
        "for maps, use `heapless::LinearMap` or, with the feature `alloc`, \
         `alloc::collections::BTreeMap`",
    ),
    (&["std"], "for most of `std`, use `core`, which has the same paths"),
];

/// Dependencies that don't compile without their feature `alloc` or `std`.
const NEED_ALLOC: [&str; 1] = ["serde_json"];

/// The end of each explanation.
const OTHERWISE: &str = "\
Or make it a std program, with barelambda's feature `std` and without the line `#![cfg_attr(…, no_std, \
no_main)]`. docs/no-std.md in barelambda's repository says more.";

/// How a program uses std.
#[derive(Debug, Default)]
pub struct StdUse {
    /// The crate through which std is linked, if the compiler has found two panic handlers.
    linked_by: Option<String>,
    /// The names of std that the compiler hasn't found.
    missing: BTreeSet<String>,
    /// The packages whose feature `std` is enabled.
    with_std: BTreeSet<String>,
}

impl StdUse {
    /// Adds an error of the compiler.
    pub fn add_error(&mut self, message: &Value) {
        let words = text(&message["message"]);
        if message["code"]["code"] == "E0152" && words.contains("`panic_impl`") {
            let notes = message["children"].as_array().map(Vec::as_slice).unwrap_or_default();
            let by = notes.iter().find_map(|note| {
                let (_, rest) = text(&note["message"]).split_once("in crate `std` (which `")?;
                rest.split('`').next()
            });
            self.linked_by = by.map(str::to_owned).or(self.linked_by.take());
        }
        if message["level"] == "error" && words.starts_with("cannot find") {
            let name = words.split('`').nth(1).unwrap_or_default();
            if INSTEAD.iter().any(|(names, _)| names.contains(&name)) {
                self.missing.insert(name.to_owned());
            }
        }
    }

    /// Adds a package that is linked into the program.
    pub fn add_package(&mut self, id: &str, features: &[String]) {
        if features.iter().any(|feature| feature == "std") {
            self.with_std.insert(name_in(id).to_owned());
        }
    }

    /// Returns the crate through which std is linked, if it is a dependency of the program.
    pub fn linked_by(&self, target: &Target) -> Option<&str> {
        self.linked_by.as_deref().filter(|by| !is_own(by, target))
    }

    /// Returns what is wrong and what to do, if the build has failed because of std. `tree` is why
    /// the crate [`Self::linked_by`] is there, as `cargo tree --invert` prints it.
    pub fn explanation(&self, target: &Target, tree: Option<&str>) -> Option<String> {
        let mut out = String::new();
        // Writing to a string can't fail.
        if let Some(by) = &self.linked_by {
            let enables_std = |one: &&Dependency| {
                self.with_std.contains(&one.name)
                    && (one.default_features || one.features.iter().any(|feature| feature == "std"))
            };
            let at_fault: Vec<_> = target.dependencies.iter().filter(enables_std).collect();
            if is_own(by, target) {
                let _ = writeln!(
                    out,
                    "`{}` is linked with std, which a bare program doesn't have. Begin its file with:\n\n    \
                     #![cfg_attr(all(target_env = \"musl\", not(test)), no_std, no_main)]\n",
                    target.name
                );
            } else if at_fault.is_empty() {
                let _ = writeln!(
                    out,
                    "the dependency `{by}` needs std, which a bare program doesn't have. `cargo tree` \
                     says why it is linked:\n\n{}",
                    indented(tree.unwrap_or(by))
                );
            } else {
                let list: Vec<_> = at_fault.iter().map(|one| format!("`{}`", one.name)).collect();
                let _ = writeln!(
                    out,
                    "the feature `std` is enabled in {}, and a bare program has no std. In Cargo.toml:\n",
                    list.join(", ")
                );
                for one in at_fault {
                    let _ = writeln!(out, "    {}", without_std(one));
                }
                let _ = writeln!(
                    out,
                    "\nIf something is missing then, add the dependency's feature `alloc`, and barelambda's \
                     feature `alloc` with `entry!(handler, heap = BYTES)`."
                );
            }
        } else if !self.missing.is_empty() {
            let list: Vec<_> = self.missing.iter().map(|name| format!("`{name}`")).collect();
            let _ = writeln!(out, "a bare program has no std, and so no {}:\n", list.join(", "));
            for (_, words) in INSTEAD
                .iter()
                .filter(|(names, _)| names.iter().any(|name| self.missing.contains(*name)))
            {
                let _ = writeln!(out, "  - {words}");
            }
            out.push('\n');
        } else {
            return None;
        }
        out.push_str(OTHERWISE);
        Some(out)
    }
}

/// Returns whether the compiler's name of a crate is that of the target's own.
fn is_own(name: &str, target: &Target) -> bool {
    [&target.name, &target.package].iter().any(|own| own.replace('-', "_") == name)
}

/// Returns the line of Cargo.toml for a dependency without its feature `std`.
fn without_std(dependency: &Dependency) -> String {
    let kept = dependency.features.iter().map(String::as_str).filter(|feature| *feature != "std");
    let needed = NEED_ALLOC.iter().any(|name| *name == dependency.name).then_some("alloc");
    let mut features: Vec<String> =
        kept.chain(needed).map(|feature| format!("\"{feature}\"")).collect();
    features.dedup();
    let features = if features.is_empty() {
        String::new()
    } else {
        format!(", features = [{}]", features.join(", "))
    };
    let requirement = dependency.requirement.trim_start_matches('^');
    format!(
        "{} = {{ version = \"{requirement}\", default-features = false{features} }}",
        dependency.name
    )
}

/// Returns the name in a package id: `registry+https://…#NAME@VERSION` or `path+file://…/NAME#VERSION`.
fn name_in(id: &str) -> &str {
    let (source, fragment) = id.rsplit_once('#').unwrap_or(("", id));
    match fragment.split_once('@') {
        Some((name, _)) => name,
        None => source.rsplit('/').next().unwrap_or(source),
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::project::TargetKind;

    fn target(dependencies: &[(&str, bool, &[&str])]) -> Target {
        let dependency = |&(name, default_features, features): &(&str, bool, &[&str])| Dependency {
            name: name.to_owned(),
            requirement: "^1.2".to_owned(),
            features: features.iter().map(|&feature| feature.to_owned()).collect(),
            default_features,
        };
        Target {
            name: "my-function".to_owned(),
            kind: TargetKind::Binary,
            package: "my-function".to_owned(),
            manifest: "Cargo.toml".into(),
            required_features: Vec::new(),
            setup: None,
            for_host: false,
            dependencies: dependencies.iter().map(dependency).collect(),
        }
    }

    /// The compiler's error if std is linked through a crate.
    fn duplicate(by: &str) -> Value {
        json!({
            "level": "error", "message": "found duplicate lang item `panic_impl`", "code": {"code": "E0152"},
            "children": [{"message": format!("the lang item is first defined in crate `std` (which `{by}` depends on)")}],
        })
    }

    fn explained(std_use: &StdUse, target: &Target, tree: Option<&str>) -> String {
        std_use.explanation(target, tree).expect("std is the reason")
    }

    #[test]
    fn the_dependencies_that_enable_std_get_a_line_for_cargo_toml() {
        let mut std_use = StdUse::default();
        for name in
            ["serde_core@1.0.0", "serde_json@1.0.154", "serde@1.0.0", "memchr@2.8.3", "log@0.4.1"]
        {
            std_use.add_package(&format!("registry+https://x#{name}"), &["std".to_owned()]);
        }
        std_use.add_package("registry+https://x#heapless@0.9.1", &["serde".to_owned()]);
        std_use.add_error(&duplicate("serde_core"));
        let target = target(&[
            ("barelambda", true, &[]),
            ("heapless", true, &["serde"]),
            ("log", false, &[]),
            ("serde", true, &["derive", "std"]),
            ("serde_json", true, &[]),
        ]);
        let words = explained(&std_use, &target, None);
        let lines: Vec<&str> = words.lines().filter(|line| line.starts_with("    ")).collect();
        assert_eq!(
            lines,
            [
                r#"    serde = { version = "1.2", default-features = false, features = ["derive"] }"#,
                r#"    serde_json = { version = "1.2", default-features = false, features = ["alloc"] }"#,
            ],
            "{words}"
        );
    }

    #[test]
    fn a_dependency_without_the_feature_is_shown_with_its_tree() {
        let mut std_use = StdUse::default();
        std_use.add_error(&duplicate("ureq"));
        let words =
            explained(&std_use, &target(&[("ureq", true, &[])]), Some("ureq v3.0.0\n└── x"));
        assert!(words.contains("`ureq` needs std") && words.contains("    └── x\n"), "{words}");
        assert_eq!(std_use.linked_by(&target(&[])), Some("ureq"));
    }

    #[test]
    fn a_missing_first_line_is_named() {
        let mut std_use = StdUse::default();
        std_use.add_error(&duplicate("my_function"));
        assert_eq!(std_use.linked_by(&target(&[])), None);
        let words = explained(&std_use, &target(&[("serde_json", true, &[])]), None);
        assert!(words.contains("\n    #![cfg_attr(all(target_env = \"musl\""), "{words}");
    }

    #[test]
    fn names_of_std_have_a_replacement_and_other_errors_have_none() {
        let mut std_use = StdUse::default();
        let mut add = |words: &str| std_use.add_error(&json!({"level": "error", "message": words}));
        add("cannot find value `x` in this scope");
        add("mismatched types");
        assert!(std_use.explanation(&target(&[]), None).is_none());
        let mut add = |words: &str| std_use.add_error(&json!({"level": "error", "message": words}));
        add("cannot find macro `println` in this scope");
        add("cannot find type `HashMap` in this scope");
        add("cannot find module or crate `std` in this scope");
        let words = explained(&std_use, &target(&[]), None);
        for part in ["`HashMap`, `println`, `std`", "the crate `log`", "BTreeMap", "use `core`"] {
            assert!(words.contains(part), "{part}: {words}");
        }
        assert!(!words.contains("heapless`, or"), "{words}");
    }

    #[test]
    fn package_ids_have_names() {
        assert_eq!(
            name_in("registry+https://github.com/rust-lang/crates.io-index#serde@1.0.2"),
            "serde"
        );
        assert_eq!(name_in("path+file:///home/me/my-function#0.1.0"), "my-function");
        assert_eq!(name_in("path+file:///home/me/folder#name@0.1.0"), "name");
    }
}
