//! A small runtime for Rust: see `benches/peers/minlambda_echo/README.md`.

use super::lambda_runtime::small;
use super::{Entry, Ready};

pub const ENTRIES: &[Entry] = &[
    Entry {
        name: "minlambda",
        title: "minlambda",
        ours: false,
        note: "minlambda 0.2.0, gnu, cargo's release profile. It reads no deadline, ARN or trace id, and doesn't stream.",
        build: |build_dir| {
            build_dir.cargo("minlambda_echo", "default", "gnu", &[], &[]).map(Ready::alone)
        },
    },
    Entry {
        name: "minlambda-musl-small",
        title: "minlambda, musl, for size",
        ours: false,
        note: "The same, statically linked with musl; opt-level z, fat LTO, one codegen unit, panic = abort, stripped.",
        build: |build_dir| small(build_dir, "minlambda_echo", "musl", None),
    },
];
