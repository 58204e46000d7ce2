//! For musl targets: puts memcpy and its like into the library, from the `libc.a` that comes with the target, so that it needs no libc. Each
//! stays a member of its own, which a linker takes only where nothing else has defined the function.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// What compiled code calls without having been told to, and what core calls.
const FUNCTIONS: [&str; 6] = ["bcmp", "memcmp", "memcpy", "memmove", "memset", "strlen"];

/// The layout of an archive (`ar(5)`): a mark, and members, each behind a header of text in fixed places, at an even offset.
const MARK: &[u8] = b"!<arch>\n";
const HEADER: usize = 60;
const NAME: usize = 16;
const SIZE: std::ops::Range<usize> = 48..58;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if env::var("CARGO_CFG_TARGET_ENV").as_deref() != Ok("musl") {
        return;
    }
    let libc = target_libdir().join("self-contained/libc.a");
    let archive = fs::read(&libc).unwrap_or_else(|error| panic!("{}: {error}", libc.display()));
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(folder.join("libbarelambda_memory.a"), chosen(&archive)).expect("OUT_DIR can be written");
    println!("cargo:rustc-link-search=native={}", folder.display());
    println!("cargo:rustc-link-lib=static:+bundle=barelambda_memory");
}

/// An archive of those members that have the functions.
fn chosen(archive: &[u8]) -> Vec<u8> {
    let mut rest = archive.strip_prefix(MARK).expect("libc.a is an archive");
    let mut chosen = MARK.to_vec();
    let mut missing = FUNCTIONS.to_vec();
    while rest.len() >= HEADER {
        let name = std::str::from_utf8(&rest[..NAME]).expect("names are ASCII");
        let size: usize = std::str::from_utf8(&rest[SIZE]).ok().and_then(|size| size.trim().parse().ok()).expect("a member has a size");
        let (member, behind) = rest.split_at((HEADER + size.next_multiple_of(2)).min(rest.len()));
        // `memcpy.lo/`, with blanks behind it.
        let stem = name.split('.').next().unwrap_or_default();
        if let Some(index) = missing.iter().position(|function| *function == stem) {
            missing.remove(index);
            chosen.extend_from_slice(member);
        }
        rest = behind;
    }
    assert!(missing.is_empty(), "libc.a has no members for {missing:?}");
    chosen
}

/// Where the toolchain in use keeps the libraries of the target.
fn target_libdir() -> PathBuf {
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC");
    let target = env::var_os("TARGET").expect("cargo sets TARGET");
    let output = Command::new(rustc).args(["--print", "target-libdir", "--target"]).arg(target).output().expect("rustc runs");
    assert!(output.status.success(), "rustc --print target-libdir: {}", String::from_utf8_lossy(&output.stderr));
    Path::new(String::from_utf8_lossy(&output.stdout).trim()).to_path_buf()
}
