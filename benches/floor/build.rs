//! Passes the repository's linker script to the linker, so that the floor has the same layout as
//! the programs that it is compared with.

fn main() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../bare.x");
    println!("cargo:rerun-if-changed={script}");
    let folder = std::env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    std::fs::copy(script, format!("{folder}/barelambda.x")).expect("OUT_DIR can be written");
    println!("cargo:rustc-link-search={folder}");
}
