//! For musl targets: compiles memcpy and similar functions, which bare programs have too, into a
//! separate member of the library, so that it needs no libc. A linker uses the member only if one
//! of the functions isn't defined yet. Each symbol is weak, so that a later definition, which is
//! linked for another function, replaces it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The functions that compilers generate calls of, and those that core calls.
const SOURCE: &str = "../src/sys/memory.rs";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={SOURCE}");
    if env::var("CARGO_CFG_TARGET_ENV").as_deref() != Ok("musl") {
        return;
    }
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let mut object = compiled(&folder.join("memory.o"));
    weaken(&mut object);
    fs::write(folder.join("libbarelambda_memory.a"), archive(&object))
        .expect("OUT_DIR can be written");
    println!("cargo:rustc-link-search=native={}", folder.display());
    println!("cargo:rustc-link-lib=static:+bundle=barelambda_memory");
}

/// Compiles the functions alone, position-independent as the library is.
fn compiled(object: &Path) -> Vec<u8> {
    let status = Command::new(env::var_os("RUSTC").expect("cargo sets RUSTC"))
        .args(["--crate-type=lib", "--crate-name=memory", "--edition=2024", "--emit=obj"])
        .args(["-Copt-level=z", "-Ccodegen-units=1", "-Cpanic=abort", "-Crelocation-model=pic"])
        .arg("--target")
        .arg(env::var_os("TARGET").expect("cargo sets TARGET"))
        .arg("-o")
        .args([object, Path::new(SOURCE)])
        .status()
        .expect("rustc runs");
    assert!(status.success(), "rustc {SOURCE}: {status}");
    fs::read(object).expect("rustc has written the object file")
}

/// Returns an archive with one member (`ar(5)`): a magic string, and a text header with fields of
/// fixed widths. Cargo adds the index when it makes the library.
fn archive(object: &[u8]) -> Vec<u8> {
    let [date, owner, group, mode] = ["0", "0", "0", "644"];
    let name = "memory.o/";
    let size = object.len();
    let header = format!("{name:16}{date:12}{owner:6}{group:6}{mode:8}{size:<10}`\n");
    [b"!<arch>\n", header.as_bytes(), object].concat()
}

/// Makes the global definitions of an object file weak (System V ABI, chapter 4: ELF header,
/// sections, symbol table).
fn weaken(object: &mut [u8]) {
    const SHT_SYMTAB: u64 = 2;
    const SYMBOL: usize = 24;
    const GLOBAL: u8 = 1;
    const WEAK: u8 = 2;
    let number = |object: &[u8], at: usize, size: usize| {
        object[at..at + size].iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
    };
    assert!(object.starts_with(b"\x7fELF\x02\x01"), "the object file is 64-bit and little-endian");
    let [sections, section_size, count] =
        [(40, 8), (58, 2), (60, 2)].map(|(at, size)| number(object, at, size) as usize);
    for section in (0..count).map(|index| sections + index * section_size) {
        if number(object, section + 4, 4) != SHT_SYMTAB {
            continue;
        }
        let [start, size] = [24, 32].map(|at| number(object, section + at, 8) as usize);
        for symbol in (start..start + size).step_by(SYMBOL) {
            let is_defined = number(object, symbol + 6, 2) != 0;
            if is_defined && object[symbol + 4] >> 4 == GLOBAL {
                object[symbol + 4] = WEAK << 4 | object[symbol + 4] & 15;
            }
        }
    }
}
