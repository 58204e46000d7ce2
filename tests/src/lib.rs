//! What the end-to-end tests share.
//!
//! - [`programs`] builds the programs under test, with [`cargo`].
//! - [`c_programs`] builds those in C, and the library for them.
//! - [`emulated`] and [`scripted`] run them against the two servers of `barelambda-emulator`.
//! - [`exec`] is the binary of that name, with programs for it to run.
//! - [`serving`] is `cargo barelambda serve`.
//! - [`new_function`] is what `cargo barelambda new` makes.
//! - [`packages`] is `cargo barelambda` as users install it, and what is in the zips that it makes.
//! - [`rie`] and [`rie_managed`] run them under AWS's own, in its two modes; [`rie_relay`] shows what was said, and [`rie_runtime`] takes the
//!   program's place.
//! - [`moto`] is AWS, imitated, and [`terraform`] a stack in a folder of its own.
//! - [`measured`] is a third, blocking server, for measurements: it adds no polling of its own.
//! - [`exec_measured`] runs the binary `exec` against it; [`compared`] compares times, and [`budgets`] holds figures to `budgets.toml`.
//! - [`soak`] is a fourth, which injects faults.
//! - [`tools`] finds what is not built here; [`elf`] and [`syscalls`] read what they leave.

pub mod budgets;
pub mod c_programs;
pub mod cargo;
pub mod compared;
pub mod elf;
pub mod emulated;
pub mod exec;
pub mod exec_measured;
pub mod lambda_front;
pub mod measured;
pub mod moto;
pub mod new_function;
pub mod packages;
pub mod programs;
pub mod rie;
pub mod rie_managed;
pub mod rie_relay;
pub mod rie_runtime;
pub mod scripted;
pub mod serving;
pub mod soak;
pub mod syscalls;
pub mod terraform;
pub mod tools;
