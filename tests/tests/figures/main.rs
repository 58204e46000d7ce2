//! What programs cost. `cargo suite` runs these tests one by one, when no other test runs.

mod budget;
mod exec_budget;
mod json_cost;
