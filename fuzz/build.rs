//! Compiles the functions of a sanitizer that libFuzzer looks for.

fn main() {
    println!("cargo:rerun-if-changed=without_sanitizer.c");
    // libFuzzer's references are weak, which alone doesn't link a library's member.
    cc::Build::new()
        .file("without_sanitizer.c")
        .link_lib_modifier("+whole-archive")
        .compile("without_sanitizer");
}
