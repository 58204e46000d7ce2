//! The C library and its header: the declared, defined and undefined symbols.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use barelambda_tests::c_programs::{compile, folder, include, library, run};
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::Architecture;
use barelambda_tests::{cargo, tools};

/// The functions that the program defines instead of the library.
const OF_THE_PROGRAM: [&str; 2] = ["barelambda_handler", "barelambda_init"];

#[test]
#[ignore = "needs g++; run `bash .ci/full`"]
fn the_header_compiles_alone_as_c99_and_cpp17() {
    let source = cargo::scratch("c-header").join("alone.c");
    fs::write(&source, "#include <barelambda.h>\ntypedef barelambda_text not_empty;\n")
        .expect("a source can be written");
    for (compiler, standard, language) in
        [("cc", "-std=c99", "c"), ("cc", "-std=c11", "c"), ("c++", "-std=c++17", "c++")]
    {
        let mut command = Command::new(tools::for_c(compiler));
        command.args([
            standard,
            "-Wall",
            "-Wextra",
            "-Werror",
            "-pedantic",
            "-fsyntax-only",
            "-x",
            language,
            "-I",
        ]);
        run(command.arg(include()).arg(&source));
    }
}

#[test]
#[ignore = "needs binutils; run `bash .ci/full`"]
fn the_library_has_exactly_the_functions_of_the_header() {
    let declared = declared();
    assert!(declared.contains("barelambda_respond") && declared.len() > 20, "{declared:?}");
    for architecture in Architecture::ALL {
        let symbols = symbols(architecture);
        let defined = symbols
            .iter()
            .filter(|(kind, name)| *kind == 'T' && name.starts_with("barelambda_"))
            .map(|(_, name)| name.clone());
        let defined: BTreeSet<String> = defined.chain(OF_THE_PROGRAM.map(str::to_owned)).collect();
        assert_eq!(declared, defined, "{architecture:?}");
    }
}

fn the_library_needs_only_its_own_symbols(architecture: Architecture) {
    let symbols = symbols(architecture);
    let needed: BTreeSet<&str> =
        symbols.iter().filter(|(kind, _)| *kind == 'U').map(|(_, name)| name.as_str()).collect();
    let brought = ["bcmp", "memcmp", "memcpy", "memmove", "memset", "strlen"];
    assert!(needed.iter().all(|name| brought.contains(name)), "{architecture:?}: {needed:?}");
    // On aarch64, the compiler names the shared beginnings and ends of functions after the
    // registers that they save, so that any object file may define them.
    let gives_way: BTreeSet<&str> = symbols
        .iter()
        .filter(|(kind, name)| *kind == 'W' && !name.starts_with("OUTLINED_FUNCTION_"))
        .map(|(_, name)| name.as_str())
        .collect();
    assert_eq!(gives_way, ["_start", "main"].into(), "{architecture:?}");
    let may_be_missing: BTreeSet<&str> =
        symbols.iter().filter(|(kind, _)| *kind == 'w').map(|(_, name)| name.as_str()).collect();
    assert_eq!(
        may_be_missing,
        ["barelambda_handler", "barelambda_init", "environ"].into(),
        "{architecture:?}"
    );
}
on_each_architecture!(
    the_library_needs_only_its_own_symbols,
    "needs binutils; run `bash .ci/full`",
    "needs binutils and qemu-user-static; run `bash .ci/full`"
);

/// Links with the compiler's default linker instead of the Makefile's.
#[test]
#[ignore = "needs binutils; run `bash .ci/full`"]
fn no_panic_and_no_formatting_is_linked_into_the_echo() {
    let source = folder().join("echo.c");
    let first = ["cc", "-std=c99", "-Os", "-ffreestanding", "-nostdlib", "-static"];
    let program =
        compile(&first, &source, Architecture::X86_64, "no-panic", &["-Wl,--gc-sections"]);
    let symbols = run(Command::new(tools::for_c("nm")).arg(program));
    assert!(symbols.contains("barelambda_respond"), "{symbols}");
    for word in ["panic", "fmt", "compiler_builtins", "barelambda_stream"] {
        let found: Vec<&str> = symbols.lines().filter(|line| line.contains(word)).collect();
        assert!(found.is_empty(), "{found:?}");
    }
}

/// Returns the functions that the header declares: the names before a parenthesis, in lines that
/// begin a declaration.
fn declared() -> BTreeSet<String> {
    let header =
        fs::read_to_string(include().join("barelambda.h")).expect("the header can be read");
    let lines = header.lines().filter(|line| {
        !line.starts_with([' ', '/', '*', '#', '}']) && !line.starts_with("typedef")
    });
    let before = lines.filter_map(|line| line.split_once('(').map(|(before, _)| before));
    let names = before.filter_map(|before| before.rsplit([' ', '*']).next().map(str::to_owned));
    names.filter(|name| name.starts_with("barelambda_")).collect()
}

/// Returns the symbols of the library's own object file, each with its type in the output of nm.
fn symbols(architecture: Architecture) -> Vec<(char, String)> {
    let listed =
        run(Command::new(tools::for_c("nm")).arg("--extern-only").arg(library(architecture)));
    let own = listed
        .split("\n\n")
        .find(|member| member.trim_start().starts_with("barelambda-"))
        .expect("the library has its own object file");
    let words =
        |line: &str| line.split_whitespace().rev().take(2).map(str::to_owned).collect::<Vec<_>>();
    let symbols = own.lines().filter_map(|line| match &words(line)[..] {
        [name, kind] if kind.len() == 1 => {
            Some((kind.chars().next().unwrap_or_default(), name.clone()))
        }
        _ => None,
    });
    symbols.filter(|(_, name)| !name.starts_with("_ZN")).collect()
}
