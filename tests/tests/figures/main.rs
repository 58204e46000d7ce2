//! The cost of programs. `cargo suite` runs these tests one by one, after all others.

mod budget;
mod exec_budget;
mod json_cost;
