//! Shared code of the end-to-end tests.
//!
//! - [`programs`] builds the programs under test, with [`cargo`].
//! - [`c_programs`] builds the programs in C and their library.
//! - [`emulated`] and [`scripted`] run them with the two servers of `barelambda-emulator`.
//! - [`exec`] builds the binary `exec`, and makes programs for it.
//! - [`serving`] runs `cargo barelambda serve`.
//! - [`new_function`] makes functions with `cargo barelambda new`.
//! - [`packages`] runs `cargo barelambda` as users install it, and reads its zips.
//! - [`rie`] and [`rie_managed`] run the programs under AWS's emulator, in its two modes;
//!   [`rie_relay`] records the traffic, and [`rie_runtime`] replaces the program.
//! - [`moto`] imitates AWS, [`lambda_front`] adds invocations to it, and [`terraform`] is a stack
//!   in a separate folder.
//! - [`https`] is a server that programs call over TLS, the one of the benchmark.
//! - [`measured`] is a blocking server for measurements, which adds no delay by polling.
//! - [`exec_measured`] runs the binary `exec` against it; [`compared`] compares times, and
//!   [`budgets`] compares figures with `budgets.toml`.
//! - [`soak`] is a server that injects faults.
//! - [`tls`] has servers that speak TLS, and certificates for them; [`calls`] is a bare program
//!   that makes calls, and servers for it.
//! - [`tools`] finds installed programs; [`syscalls`] reads the output of strace.
//! - [`child`] is a child process that ends with its test; [`waiting`] waits for a state of one.

pub mod budgets;
pub mod c_programs;
pub mod calls;
pub mod cargo;
pub mod child;
pub mod compared;
pub mod emulated;
pub mod exec;
pub mod exec_measured;
pub mod failures;
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
pub mod tls;
pub mod tools;
pub mod waiting;

pub use barelambda_bench::https;
