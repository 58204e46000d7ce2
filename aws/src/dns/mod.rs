//! Resolves names to IPv4 addresses by the name servers of `/etc/resolv.conf`, without a socket
//! ([RFC 1035](https://www.rfc-editor.org/rfc/rfc1035)).
//!
//! - [`hosts`] finds a name in `/etc/hosts`.
//! - [`message`] writes a question, and reads the answer.
//! - [`resolv_conf`] reads the addresses of the name servers, and how often to ask them.
//!
//! A question is one datagram over UDP. IPv6 addresses, search lists, and questions over TCP aren't
//! supported: of an answer that is too long for a datagram, the addresses that fit are used.

pub mod hosts;
pub mod message;
pub mod resolv_conf;

#[cfg(test)]
mod tests;
