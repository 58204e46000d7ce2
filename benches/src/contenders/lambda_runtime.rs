//! The official runtime for Rust, built in four ways: see
//! `benches/peers/lambda_runtime_echo/README.md`.

use cargo_barelambda::architecture::Architecture;
use cargo_barelambda::error::Error;

use super::build_dir::BuildDir;
use super::{Entry, Ready};

pub const ENTRIES: &[Entry] = &[
    Entry {
        name: "lambda-runtime",
        title: "lambda_runtime",
        ours: false,
        note: "lambda_runtime 1.5.0, gnu, as documented, with the flags of cargo-lambda's release builds.",
        build: |build_dir| documented(build_dir, "gnu"),
    },
    Entry {
        name: "lambda-runtime-musl",
        title: "lambda_runtime, musl",
        ours: false,
        note: "The same, statically linked with musl.",
        build: |build_dir| documented(build_dir, "musl"),
    },
    Entry {
        name: "lambda-runtime-small",
        title: "lambda_runtime, for size",
        ours: false,
        note: "lambda_runtime 1.5.0, gnu, for size: opt-level z, fat LTO, one codegen unit, panic = abort, stripped; no tracing, one thread.",
        build: |build_dir| small(build_dir, "lambda_runtime_echo", "gnu", None),
    },
    Entry {
        name: "lambda-runtime-musl-small",
        title: "lambda_runtime, musl, for size",
        ours: false,
        note: "The same, statically linked with musl.",
        build: |build_dir| small(build_dir, "lambda_runtime_echo", "musl", None),
    },
];

/// Builds it with the flags that `cargo lambda build --release` passes to cargo.
fn documented(build_dir: &BuildDir<'_>, libc: &str) -> Result<Ready, Error> {
    let flags = match build_dir.architecture {
        Architecture::X86_64 => "-Cstrip=symbols -Ctarget-cpu=haswell",
        Architecture::Aarch64 => "-Cstrip=symbols -Ctarget-cpu=neoverse-n1",
    };
    build_dir
        .cargo("lambda_runtime_echo", "default", libc, &[], &[("RUSTFLAGS", flags)])
        .map(Ready::alone)
}

/// Builds a peer in Rust for size, without its default features, but with `feature`.
pub fn small(
    build_dir: &BuildDir<'_>,
    package: &str,
    libc: &str,
    feature: Option<&str>,
) -> Result<Ready, Error> {
    let profile = [
        ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "z"),
        ("CARGO_PROFILE_RELEASE_LTO", "fat"),
        ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
        ("CARGO_PROFILE_RELEASE_PANIC", "abort"),
        ("CARGO_PROFILE_RELEASE_STRIP", "symbols"),
    ];
    let way = feature.map_or("small".to_owned(), |feature| format!("small-{feature}"));
    let features = ["--no-default-features"].into_iter();
    let features: Vec<&str> =
        features.chain(feature.into_iter().flat_map(|feature| ["--features", feature])).collect();
    build_dir.cargo(package, &way, libc, &features, &profile).map(Ready::alone)
}
