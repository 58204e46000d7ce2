//! Typed data: JSON read and written, the events of the services, answers over HTTP.

mod event_values;
mod events;
mod http_answers;
mod reading;
mod typed;
mod writing;
