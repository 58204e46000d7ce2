//! The C library and its header: what they declare, define and need.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use barelambda_tests::c_programs::{compile, folder, include, library, run};
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::Architecture;
use barelambda_tests::{cargo, tools};

/// The functions that the program defines, and the library does not.
const OF_THE_PROGRAM: [&str; 2] = ["barelambda_handler", "barelambda_init"];

#[test]
#[ignore = "needs g++; run `bash .ci/full`"]
fn the_header_is_c99_and_cpp17_by_itself() {
    let source = cargo::scratch("c-header").join("alone.c");
    fs::write(&source, "#include <barelambda.h>\ntypedef barelambda_text not_empty;\n").expect("a source can be written");
    for (compiler, standard, language) in [("cc", "-std=c99", "c"), ("cc", "-std=c11", "c"), ("c++", "-std=c++17", "c++")] {
        let mut command = Command::new(tools::for_c(compiler));
        command.args([standard, "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", "-x", language, "-I"]);
        run(command.arg(include()).arg(&source));
    }
}

#[test]
#[ignore = "needs binutils; run `bash .ci/full`"]
fn every_function_in_the_header_is_in_the_library_and_no_other() {
    let declared = declared();
    assert!(declared.contains("barelambda_respond") && declared.len() > 20, "{declared:?}");
    for architecture in Architecture::ALL {
        let symbols = symbols(architecture);
        let defined = symbols.iter().filter(|(kind, name)| *kind == 'T' && name.starts_with("barelambda_")).map(|(_, name)| name.clone());
        let defined: BTreeSet<String> = defined.chain(OF_THE_PROGRAM.map(str::to_owned)).collect();
        assert_eq!(declared, defined, "{architecture:?}");
    }
}

fn the_library_needs_nothing_but_what_it_brings(architecture: Architecture) {
    let symbols = symbols(architecture);
    let needed: BTreeSet<&str> = symbols.iter().filter(|(kind, _)| *kind == 'U').map(|(_, name)| name.as_str()).collect();
    let brought = ["bcmp", "memcmp", "memcpy", "memmove", "memset", "strlen"];
    assert!(needed.iter().all(|name| brought.contains(name)), "{architecture:?}: {needed:?}");
    let gives_way: BTreeSet<&str> = symbols.iter().filter(|(kind, _)| *kind == 'W').map(|(_, name)| name.as_str()).collect();
    assert_eq!(gives_way, ["_start", "main"].into(), "{architecture:?}");
    let may_be_missing: BTreeSet<&str> = symbols.iter().filter(|(kind, _)| *kind == 'w').map(|(_, name)| name.as_str()).collect();
    assert_eq!(may_be_missing, ["barelambda_handler", "barelambda_init", "environ"].into(), "{architecture:?}");
}
on_each_architecture!(
    the_library_needs_nothing_but_what_it_brings,
    "needs binutils; run `bash .ci/full`",
    "needs binutils and qemu-user-static; run `bash .ci/full`"
);

/// Without the Makefile's linker: the one of the compiler, as most would call it.
#[test]
#[ignore = "needs binutils; run `bash .ci/full`"]
fn no_panic_and_no_formatting_is_linked_into_the_echo() {
    let source = folder().join("echo.c");
    let first = ["cc", "-std=c99", "-Os", "-ffreestanding", "-nostdlib", "-static"];
    let program = compile(&first, &source, Architecture::X86_64, "no-panic", &["-Wl,--gc-sections"]);
    let symbols = run(Command::new(tools::for_c("nm")).arg(program));
    assert!(symbols.contains("barelambda_respond"), "{symbols}");
    for word in ["panic", "fmt", "compiler_builtins", "barelambda_stream"] {
        let found: Vec<&str> = symbols.lines().filter(|line| line.contains(word)).collect();
        assert!(found.is_empty(), "{found:?}");
    }
}

/// The functions that the header declares: names before a parenthesis, in lines that begin a declaration.
fn declared() -> BTreeSet<String> {
    let header = fs::read_to_string(include().join("barelambda.h")).expect("the header can be read");
    let lines = header.lines().filter(|line| !line.starts_with([' ', '/', '*', '#', '}']) && !line.starts_with("typedef"));
    let before = lines.filter_map(|line| line.split_once('(').map(|(before, _)| before));
    let names = before.filter_map(|before| before.rsplit([' ', '*']).next().map(str::to_owned));
    names.filter(|name| name.starts_with("barelambda_")).collect()
}

/// The symbols of the library's own object file: as nm has them, a kind and a name.
fn symbols(architecture: Architecture) -> Vec<(char, String)> {
    let listed = run(Command::new(tools::for_c("nm")).arg("--extern-only").arg(library(architecture)));
    let own =
        listed.split("\n\n").find(|member| member.trim_start().starts_with("barelambda-")).expect("the library has a member of its own");
    let words = |line: &str| line.split_whitespace().rev().take(2).map(str::to_owned).collect::<Vec<_>>();
    let symbols = own.lines().filter_map(|line| match &words(line)[..] {
        [name, kind] if kind.len() == 1 => Some((kind.chars().next().unwrap_or_default(), name.clone())),
        _ => None,
    });
    symbols.filter(|(_, name)| !name.starts_with("_ZN")).collect()
}
