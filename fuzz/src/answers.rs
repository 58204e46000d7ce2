//! Answers of name servers: generated ones with known addresses, and arbitrary ones.

use std::net::Ipv4Addr;

use barelambda::Error;
use barelambda_aws::dns::message::{addresses, question};
use barelambda_aws::dns::resolv_conf::ResolvConf;
use barelambda_aws::error::{
    RESOLVE_ALIASES, RESOLVE_MALFORMED, RESOLVE_NO_ADDRESS, RESOLVE_NO_SERVER, RESOLVE_TRUNCATED,
};

use super::source::Source;

/// Reads an answer that is generated from the input, or the input itself, depending on the first
/// byte.
///
/// # Panics
/// An answer is read wrongly.
pub fn check(input: &[u8]) {
    let mut source = Source { bytes: input };
    match source.byte() % 4 {
        0 => check_made(&mut source),
        1 => check_conf(source.bytes),
        kind => check_raw(source.bytes, kind == 2),
    }
}

/// The names of the records, of which the first is asked for.
const NAMES: [&str; 5] = ["s3.example.com", "a.example.com", "B.example.com", "com", "x"];

fn check_made(source: &mut Source<'_>) {
    let asked = question(NAMES[0], source.short() as u16).expect("the name is valid");
    let mut message = asked.clone();
    let is_truncated = source.byte() >= 192;
    message[2..4].copy_from_slice(&[if is_truncated { 0x83 } else { 0x81 }, 0x80]);
    // The offsets of the names that have been written whole.
    let mut offsets: [Option<u16>; NAMES.len()] = [Some(12), None, None, None, None];
    let mut records = Vec::new();
    while !source.bytes.is_empty() && records.len() < 40 {
        let [owner, target] =
            [source.byte(), source.byte()].map(|byte| usize::from(byte) % NAMES.len());
        push_name(&mut message, owner, &mut offsets, source.byte());
        if source.byte() < 128 {
            let octets: [u8; 4] = source.array();
            message.extend([0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
            message.extend(octets);
            records.push((owner, Record::Address(octets.into())));
        } else {
            message.extend([0, 5, 0, 1, 0, 0, 0, 60, 0, 0]);
            let start = message.len();
            push_name(&mut message, target, &mut offsets, source.byte());
            message[start - 1] = (message.len() - start) as u8;
            records.push((owner, Record::Alias(target)));
        }
    }
    message[6..8].copy_from_slice(&(records.len() as u16).to_be_bytes());
    let expected = expected(&records, is_truncated);
    let result = addresses(&asked, &message);
    assert_eq!(result, expected.map(Some), "{}", message.escape_ascii());
}

enum Record {
    Address(Ipv4Addr),
    /// The index of a name.
    Alias(usize),
}

/// Appends a name, or a pointer to it if it has been written.
fn push_name(
    message: &mut Vec<u8>,
    index: usize,
    offsets: &mut [Option<u16>; NAMES.len()],
    choice: u8,
) {
    if let Some(offset) = offsets[index].filter(|_| choice < 192) {
        message.extend((0xc000 | offset).to_be_bytes());
        return;
    }
    offsets[index] = Some(message.len() as u16);
    let mut rest = NAMES[index];
    while let Some((label, after)) = rest.split_once('.') {
        message.push(label.len() as u8);
        message.extend(label.bytes());
        rest = after;
        // The end of the name asked for has the offset of "example.com".
        if rest == "example.com" && choice.is_multiple_of(2) {
            message.extend([0xc0, 15]);
            return;
        }
    }
    message.push(rest.len() as u8);
    message.extend(rest.bytes());
    message.push(0);
}

/// Returns what the records say about the first name: the last alias applies.
fn expected(records: &[(usize, Record)], is_truncated: bool) -> Result<Vec<Ipv4Addr>, Error> {
    let mut name = 0;
    for _ in 0..=16 {
        let of_name =
            || records.iter().filter(|(owner, _)| *owner == name).map(|(_, record)| record);
        let found: Vec<Ipv4Addr> = of_name()
            .filter_map(|record| match record {
                Record::Address(address) => Some(*address),
                Record::Alias(_) => None,
            })
            .collect();
        if !found.is_empty() {
            return Ok(found);
        }
        let mut aliases = of_name().filter_map(|record| match record {
            Record::Alias(target) => Some(*target),
            Record::Address(_) => None,
        });
        match aliases.next_back() {
            Some(target) => name = target,
            None if is_truncated => return Err(RESOLVE_TRUNCATED),
            None => return Err(RESOLVE_NO_ADDRESS),
        }
    }
    Err(RESOLVE_ALIASES)
}

/// Reads arbitrary bytes, after the header and the question if `has_start`.
fn check_raw(bytes: &[u8], has_start: bool) {
    let asked = question(NAMES[0], 0x1234).expect("the name is valid");
    let mut message = if has_start { asked.clone() } else { Vec::new() };
    if let ([count, rest @ ..], true) = (bytes, has_start) {
        message[2..4].copy_from_slice(&[0x81, 0x80]);
        message[7] = *count;
        message.extend(rest);
    } else {
        message.extend(bytes);
    }
    let result = addresses(&asked, &message);
    if let Ok(Some(found)) = &result {
        assert!(!found.is_empty());
        for address in found {
            let is_record = |record: &[u8]| {
                record.starts_with(&[0, 1, 0, 1])
                    && record.ends_with(&[&[0, 4][..], &address.octets()].concat())
            };
            assert!(message.windows(14).any(is_record), "{address} in {}", message.escape_ascii());
        }
    }
    // Without its last byte, an answer can't have more addresses.
    if let Some((_, shorter)) = message.split_last() {
        match (addresses(&asked, shorter), &result) {
            (Ok(Some(fewer)), Ok(Some(found))) => assert!(found.starts_with(&fewer)),
            (Ok(Some(_)), other) => assert_eq!(other, &Err(RESOLVE_MALFORMED)),
            _ => {}
        }
    }
}

fn check_conf(bytes: &[u8]) {
    match ResolvConf::parse(bytes) {
        Ok(conf) => {
            assert!(!conf.servers.is_empty());
            assert!((1..=30).contains(&conf.timeout) && (1..=5).contains(&conf.attempts));
            let text = String::from_utf8_lossy(bytes);
            let found = |server: &Ipv4Addr| text.contains(&server.to_string());
            assert!(conf.servers.iter().all(found), "{text:?}");
        }
        Err(error) => assert_eq!(error, RESOLVE_NO_SERVER),
    }
}
