//! For musl targets: hands the linker script and the place of musl's `libc.a`, which has memcpy and its like, to whoever links a
//! bootstrap.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=barelambda.x");
    if env::var("CARGO_CFG_TARGET_ENV").as_deref() != Ok("musl") {
        return;
    }
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::copy("barelambda.x", folder.join("barelambda.x")).expect("OUT_DIR can be written");
    println!("cargo:rustc-link-search={}", folder.display());
    println!("cargo:rustc-link-search={}", target_libdir().join("self-contained").display());
}

/// Where the toolchain in use keeps the libraries of the target.
pub fn target_libdir() -> PathBuf {
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC");
    let target = env::var_os("TARGET").expect("cargo sets TARGET");
    let output = Command::new(rustc).args(["--print", "target-libdir", "--target"]).arg(target).output().expect("rustc runs");
    assert!(output.status.success(), "rustc --print target-libdir: {}", String::from_utf8_lossy(&output.stderr));
    Path::new(String::from_utf8_lossy(&output.stdout).trim()).to_path_buf()
}
