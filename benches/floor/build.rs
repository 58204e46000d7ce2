//! Passes the repository's linker script to the linker, so that the floor has the same layout as
//! the programs that it is compared with.

fn main() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    println!("cargo:rerun-if-changed={root}/barelambda.x");
    println!("cargo:rustc-link-search={root}");
}
