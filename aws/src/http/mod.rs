//! Writes requests and reads replies of HTTP/1.1 ([RFC
//! 9112](https://www.rfc-editor.org/rfc/rfc9112)), without a socket.

pub mod reply;
pub mod request;

#[cfg(test)]
mod tests;
