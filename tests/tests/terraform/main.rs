//! The Terraform stacks, and what deploys with them, against moto, an imitation of AWS.

mod bench_aws;
mod moto;
mod stacks;
mod user_journey;
