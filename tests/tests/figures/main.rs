//! The cost of programs. `cargo suite` runs these tests one by one, after all others.

mod aws_budget;
mod budget;
mod calls_budget;
mod exec_budget;
mod json_cost;
