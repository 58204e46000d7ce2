//! For musl targets: copies memcpy and similar functions from the target's `libc.a` into the
//! library, so that it needs no libc. Each remains a separate member, which a linker uses only if
//! the function isn't defined yet. Each symbol is weak, so that a later definition, which is linked
//! for another function, replaces it.

use std::path::PathBuf;
use std::{env, fs};

/// The build script of the root package, which finds the libraries of the target.
#[allow(dead_code)]
#[path = "../build.rs"]
mod root;

/// The functions that compilers generate calls of, and those that core calls.
const FUNCTIONS: [&str; 6] = ["bcmp", "memcmp", "memcpy", "memmove", "memset", "strlen"];

/// The layout of an archive (`ar(5)`): a magic string, and members at even offsets. Before each
/// member is a text header with fixed fields.
const MARK: &[u8] = b"!<arch>\n";
const HEADER: usize = 60;
const NAME: usize = 16;
const SIZE: std::ops::Range<usize> = 48..58;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=../build.rs");
    if env::var("CARGO_CFG_TARGET_ENV").as_deref() != Ok("musl") {
        return;
    }
    let libc = root::target_libdir().join("self-contained/libc.a");
    let archive = fs::read(&libc).unwrap_or_else(|error| panic!("{}: {error}", libc.display()));
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(folder.join("libbarelambda_memory.a"), chosen(&archive))
        .expect("OUT_DIR can be written");
    println!("cargo:rustc-link-search=native={}", folder.display());
    println!("cargo:rustc-link-lib=static:+bundle=barelambda_memory");
}

/// Returns an archive of the members that define the functions.
fn chosen(archive: &[u8]) -> Vec<u8> {
    let mut rest = archive.strip_prefix(MARK).expect("libc.a is an archive");
    let mut chosen = MARK.to_vec();
    let mut missing = FUNCTIONS.to_vec();
    while rest.len() >= HEADER {
        let name = std::str::from_utf8(&rest[..NAME]).expect("names are ASCII");
        let size: usize = std::str::from_utf8(&rest[SIZE])
            .ok()
            .and_then(|size| size.trim().parse().ok())
            .expect("a member has a size");
        let (member, after) = rest.split_at((HEADER + size.next_multiple_of(2)).min(rest.len()));
        // `memcpy.lo/`, padded with spaces.
        let stem = name.split('.').next().unwrap_or_default();
        if let Some(index) = missing.iter().position(|function| *function == stem) {
            missing.remove(index);
            let at = chosen.len() + HEADER;
            chosen.extend_from_slice(member);
            weaken(&mut chosen[at..at + size]);
        }
        rest = after;
    }
    assert!(missing.is_empty(), "libc.a has no members for {missing:?}");
    chosen
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
    assert!(object.starts_with(b"\x7fELF\x02\x01"), "libc.a has 64-bit little-endian object files");
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
