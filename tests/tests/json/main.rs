//! Typed data: reading and writing JSON, events of AWS's services, and HTTP responses.

mod event_cases;
mod event_values;
mod events;
mod http_answers;
mod reach;
mod reading;
mod tagged;
mod typed;
mod writing;
