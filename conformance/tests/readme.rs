//! The README lists the checks of the code.

use std::fmt::Write;
use std::path::Path;

use barelambda_conformance::checks;

const BEGIN: &str = "<!-- checks -->\n";

#[test]
fn the_readme_lists_every_check() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, listed) = readme.split_once(BEGIN).expect("the README has the marker of the list");
    let list = list();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{list}")).unwrap();
        return;
    }
    assert_eq!(
        listed, list,
        "the README's list differs from the code: run this test with BLESS=1 to write it"
    );
}

fn list() -> String {
    let mut text = String::new();
    let mut group = None;
    for check in checks() {
        if group != Some(check.group) {
            group = Some(check.group);
            write!(
                text,
                "\n### {}\n\n| check | what Lambda requires | source |\n|---|---|---|\n",
                check.group.title()
            )
            .unwrap();
        }
        writeln!(text, "| `{}` | {} | {} |", check.name, check.requires, check.source).unwrap();
    }
    text
}
