//! The Terraform stacks, and the tools that deploy with them, with moto, which imitates AWS.

mod bench_aws;
mod moto;
mod stacks;
mod user_journey;
