//! `cargo barelambda`, run as users do.

mod bench;
mod function_url;
mod invoke;
mod local_aws;
mod new;
mod own_crate;
mod package;
mod reproducible;
