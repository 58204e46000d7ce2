//! Defines the names that several `#[cfg]` share: `bare`, a program without std; `sets_trace_id`, a
//! std program for musl; `has_ipv6`, if the Runtime API can have an IPv6 address; `formatted_log`,
//! if all lines of the log have a time and a level; `every_feature`, if the build checks for dead
//! code.
//!
//! For musl targets, adds two directories to the linker's search path: that of the linker script,
//! and that of musl's `libc.a` and `crt1.o`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=bare.x");
    println!("cargo:rerun-if-changed=std.x");
    let has = |feature: &&str| env::var_os(format!("CARGO_FEATURE_{feature}")).is_some();
    let is_musl = env::var("CARGO_CFG_TARGET_ENV").as_deref() == Ok("musl");
    let is_bare = is_musl && !has(&"STD");
    set("bare", is_bare);
    set("sets_trace_id", is_musl && !is_bare);
    set("has_ipv6", has(&"IPV6") || !is_bare);
    set("formatted_log", ["EXEC", "LOG"].iter().any(has));
    set(
        "every_feature",
        ["CAPI", "ERROR_PATH", "EVENTS", "EXEC", "LOG", "METRICS", "PANIC_MESSAGE"].iter().all(has),
    );
    if !is_musl {
        return;
    }
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    // Both have one name, so that both kinds of programs have the same flags.
    let script = if is_bare { "bare.x" } else { "std.x" };
    fs::copy(script, folder.join("barelambda.x")).expect("OUT_DIR can be written");
    println!("cargo:rustc-link-search={}", folder.display());
    println!("cargo:rustc-link-search={}", target_libdir().join("self-contained").display());
}

fn set(name: &str, is_set: bool) {
    println!("cargo:rustc-check-cfg=cfg({name})");
    if is_set {
        println!("cargo:rustc-cfg={name}");
    }
}

/// Returns the directory of the target's libraries in the current toolchain.
pub fn target_libdir() -> PathBuf {
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC");
    let target = env::var_os("TARGET").expect("cargo sets TARGET");
    let output = Command::new(rustc)
        .args(["--print", "target-libdir", "--target"])
        .arg(target)
        .output()
        .expect("rustc runs");
    assert!(
        output.status.success(),
        "rustc --print target-libdir: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Path::new(String::from_utf8_lossy(&output.stdout).trim()).to_path_buf()
}
