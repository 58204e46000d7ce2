//! `cargo barelambda`, as users call it.

mod bench;
mod function_url;
mod invoke;
mod new;
mod own_crate;
mod package;
mod reproducible;
