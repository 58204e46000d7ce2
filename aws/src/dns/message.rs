//! Questions for the IPv4 addresses of a name, and their answers ([RFC 1035, section
//! 4](https://www.rfc-editor.org/rfc/rfc1035#section-4)).

use alloc::vec::Vec;
use core::net::Ipv4Addr;

use barelambda::Error;
use barelambda::bytes::name::is_same_name;

use crate::error::{
    RESOLVE_ALIASES, RESOLVE_MALFORMED, RESOLVE_NAME, RESOLVE_NO_ADDRESS, RESOLVE_NO_NAME,
    RESOLVE_REFUSED, RESOLVE_SERVER, RESOLVE_TRUNCATED,
};
use crate::url::is_host;

/// The longest answer without extensions, in bytes ([RFC 1035, section
/// 2.3.4](https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4)). A receive buffer of this size
/// holds every valid answer.
pub const ANSWER_LIMIT: usize = 512;

/// The maximum number of aliases between a name and its addresses.
const ALIAS_LIMIT: usize = 16;

const HEADER_LEN: usize = 12;

/// The types of records: an address, and an alias.
const A: u16 = 1;
const CNAME: u16 = 5;

/// The class of the internet.
const IN: u16 = 1;

/// Writes a question for the addresses of `name`. The caller chooses a random `id` for each
/// question, and sends it from a random port, so that others can't guess a valid answer.
///
/// # Errors
/// [`RESOLVE_NAME`] if `name` isn't a valid host.
pub fn question(name: &str, id: u16) -> Result<Vec<u8>, Error> {
    /// The flags ask for recursion. Then follow the numbers of questions and of records.
    const FLAGS_AND_COUNTS: [u8; 10] = [1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    if !is_host(name.as_bytes()) {
        return Err(RESOLVE_NAME);
    }
    let mut message = Vec::from(id.to_be_bytes());
    message.extend(FLAGS_AND_COUNTS);
    for label in name.as_bytes().split(|&byte| byte == b'.') {
        // A host has at most 63 bytes in a label.
        message.push(label.len() as u8);
        message.extend(label);
    }
    message.push(0);
    message.extend(A.to_be_bytes());
    message.extend(IN.to_be_bytes());
    Ok(message)
}

/// Reads the addresses from an answer to `question`, in their order. Returns `None` if the message
/// doesn't answer it, so that the caller waits for another one: it has another id or question, or
/// isn't an answer.
///
/// # Errors
/// - [`RESOLVE_NO_NAME`]: the name doesn't exist.
/// - [`RESOLVE_NO_ADDRESS`]: the name exists, but has no IPv4 address.
/// - [`RESOLVE_SERVER`]: the name server failed, so another one should be asked.
/// - [`RESOLVE_REFUSED`]: the name server refused the question. The number is its code.
/// - [`RESOLVE_TRUNCATED`]: the addresses don't fit into a datagram.
/// - [`RESOLVE_ALIASES`]: the aliases form a circle, or there are more than 16.
/// - [`RESOLVE_MALFORMED`]: the answer is malformed.
pub fn addresses(question: &[u8], message: &[u8]) -> Result<Option<Vec<Ipv4Addr>>, Error> {
    let Some((header, _)) = message.split_first_chunk::<HEADER_LEN>() else { return Ok(None) };
    let asked = question.get(HEADER_LEN..).unwrap_or_default();
    let [id_high, id_low, flags, code, 0, 1, answers_high, answers_low, ..] = *header else {
        return Ok(None);
    };
    // The first flag marks answers, the next four the kind of question.
    if question.get(..2) != Some(&[id_high, id_low])
        || flags & 0xf8 != 0x80
        || message.get(HEADER_LEN..question.len()) != Some(asked)
    {
        return Ok(None);
    }
    match code & 0xf {
        0 => {}
        2 => return Err(RESOLVE_SERVER),
        3 => return Err(RESOLVE_NO_NAME),
        other => return Err(RESOLVE_REFUSED.with(other.into())),
    }
    let is_truncated = flags & 2 != 0;
    let count = u16::from_be_bytes([answers_high, answers_low]);
    let mut addresses = Vec::new();
    // The records can be in any order, so each alias needs another look at all of them.
    let mut name = Name::read(message, HEADER_LEN).ok_or(RESOLVE_MALFORMED)?.0;
    for _ in 0..=ALIAS_LIMIT {
        let mut alias = None;
        let mut at = question.len();
        for _ in 0..count {
            let Some(record) = Record::read(message, at) else {
                // The last record of a truncated answer may be cut.
                if is_truncated {
                    break;
                }
                return Err(RESOLVE_MALFORMED);
            };
            at = record.end;
            if record.class != IN || !record.owner.is_same(&name) {
                continue;
            }
            match record.kind {
                A => {
                    let data = message.get(record.data..record.end).unwrap_or_default();
                    let octets: [u8; 4] = data.try_into().map_err(|_| RESOLVE_MALFORMED)?;
                    addresses.push(octets.into());
                }
                CNAME => {
                    let (target, end) =
                        Name::read(message, record.data).ok_or(RESOLVE_MALFORMED)?;
                    if end != record.end {
                        return Err(RESOLVE_MALFORMED);
                    }
                    alias = Some(target);
                }
                _ => {}
            }
        }
        if !addresses.is_empty() {
            return Ok(Some(addresses));
        }
        match alias {
            Some(target) => name = target,
            None if is_truncated => return Err(RESOLVE_TRUNCATED),
            None => return Err(RESOLVE_NO_ADDRESS),
        }
    }
    Err(RESOLVE_ALIASES)
}

/// A resource record ([RFC 1035, section
/// 3.2.1](https://www.rfc-editor.org/rfc/rfc1035#section-3.2.1)).
struct Record {
    owner: Name,
    kind: u16,
    class: u16,
    /// The offsets of the data and of its end.
    data: usize,
    end: usize,
}

impl Record {
    fn read(message: &[u8], at: usize) -> Option<Self> {
        let (owner, at) = Name::read(message, at)?;
        let (fields, _) = message.get(at..)?.split_first_chunk::<10>()?;
        let [kind, kind_low, class, class_low, _, _, _, _, len, len_low] = *fields;
        let data = at + fields.len();
        let end = data + usize::from(u16::from_be_bytes([len, len_low]));
        (end <= message.len()).then_some(Self {
            owner,
            kind: u16::from_be_bytes([kind, kind_low]),
            class: u16::from_be_bytes([class, class_low]),
            data,
            end,
        })
    }
}

/// A name: labels, each after its length. The root has none.
struct Name(Vec<u8>);

impl Name {
    /// The longest name in bytes, with its end.
    const LIMIT: usize = 255;

    /// Reads the name at `at`, and follows pointers. Returns also the offset after it, or `None` if
    /// it is malformed.
    fn read(message: &[u8], mut at: usize) -> Option<(Self, usize)> {
        let mut labels = Vec::new();
        let mut end = None;
        // Each pointer must lead to before the part of the name that it ends, so that no circle is
        // possible (RFC 1035, section 4.1.4: to a prior occurrence).
        let mut part = at;
        loop {
            let len = *message.get(at)?;
            match len >> 6 {
                0 if len == 0 => return Some((Self(labels), end.unwrap_or(at + 1))),
                0 => {
                    let label = message.get(at..=at + usize::from(len))?;
                    labels.extend_from_slice(label);
                    at += label.len();
                    if labels.len() >= Self::LIMIT {
                        return None;
                    }
                }
                3 => {
                    let low = *message.get(at + 1)?;
                    let target = usize::from(u16::from_be_bytes([len & 0x3f, low]));
                    if target >= part {
                        return None;
                    }
                    end = end.or(Some(at + 2));
                    (at, part) = (target, target);
                }
                _ => return None,
            }
        }
    }

    /// Compares names, ignoring the case. Lengths are below the letters, so they are compared too.
    fn is_same(&self, other: &Self) -> bool {
        is_same_name(&self.0, &other.0)
    }
}
