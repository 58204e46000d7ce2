//! Requests of every form, and replies that arrive in pieces or are malformed.

mod reply;
mod request;
