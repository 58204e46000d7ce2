//! Answers of every kind, cut at every byte, malformed, and for others.

use super::message::{addresses, question};
use super::resolv_conf::ResolvConf;
use crate::error::{
    RESOLVE_ALIASES, RESOLVE_MALFORMED, RESOLVE_NAME, RESOLVE_NO_ADDRESS, RESOLVE_NO_NAME,
    RESOLVE_NO_SERVER, RESOLVE_REFUSED, RESOLVE_SERVER, RESOLVE_TRUNCATED,
};
use alloc::vec::Vec;
use barelambda::Error;
use core::net::Ipv4Addr;
use std::string::String;

const A: u16 = 1;
const CNAME: u16 = 5;

/// A pointer to the name of the question.
const ASKED: &[u8] = b"\xc0\x0c";

fn asked() -> Vec<u8> {
    question("s3.example.com", 0x1234).expect("the name is valid")
}

/// Returns an answer with these flags and records.
fn answer(flags: [u8; 2], records: &[Vec<u8>]) -> Vec<u8> {
    let mut message = asked();
    message[2..4].copy_from_slice(&flags);
    message[6..8].copy_from_slice(&u16::try_from(records.len()).unwrap().to_be_bytes());
    message.extend(records.concat());
    message
}

fn ok(records: &[Vec<u8>]) -> Vec<u8> {
    answer([0x81, 0x80], records)
}

fn record(owner: &[u8], kind: u16, data: &[u8]) -> Vec<u8> {
    let len = u16::try_from(data.len()).unwrap().to_be_bytes();
    [owner, &kind.to_be_bytes(), b"\0\x01\0\0\0\x3c", &len, data].concat()
}

fn read(message: &[u8]) -> Result<Option<Vec<Ipv4Addr>>, Error> {
    addresses(&asked(), message)
}

fn found(octets: &[[u8; 4]]) -> Result<Option<Vec<Ipv4Addr>>, Error> {
    Ok(Some(octets.iter().map(|octets| Ipv4Addr::from(*octets)).collect()))
}

#[test]
fn writes_a_question() {
    assert_eq!(
        question("a-1.Example", 0xfe01).unwrap(),
        b"\xfe\x01\x01\0\0\x01\0\0\0\0\0\0\x03a-1\x07Example\0\0\x01\0\x01"
    );
    let label = "a".repeat(63);
    let longest = [&*label, &label, &label, &"a".repeat(61)].join(".");
    assert_eq!(question(&longest, 0).unwrap().len(), 12 + 255 + 4);
    for name in ["", ".", "a.", ".a", "a..b", "a b", "\u{e9}", &"a".repeat(64), &(longest + "a")] {
        assert_eq!(question(name, 0), Err(RESOLVE_NAME), "{name}");
    }
}

#[test]
fn reads_all_addresses() {
    let records = [
        record(ASKED, A, &[192, 0, 2, 1]),
        record(ASKED, 16, b"\x04text"),
        record(b"\x02S3\xc0\x0f", A, &[192, 0, 2, 2]),
        record(b"\x02s3\x07EXAMPLE\x03com\0", A, &[192, 0, 2, 3]),
        record(b"\x05other\xc0\x0f", A, &[192, 0, 2, 4]),
    ];
    assert_eq!(read(&ok(&records)), found(&[[192, 0, 2, 1], [192, 0, 2, 2], [192, 0, 2, 3]]));
    // Records of other sections follow.
    let mut more = ok(&records[..1]);
    more[11] = 1;
    more.extend(b"\0\0\x29\x04\xd0\0\0\0\0\0\0");
    assert_eq!(read(&more), found(&[[192, 0, 2, 1]]));
    let many: Vec<Vec<u8>> = (0..28).map(|last| record(ASKED, A, &[192, 0, 2, last])).collect();
    assert!(ok(&many).len() <= super::message::ANSWER_LIMIT);
    let octets: Vec<[u8; 4]> = (0..28).map(|last| [192, 0, 2, last]).collect();
    assert_eq!(read(&ok(&many)), found(&octets));
    // Another class has other addresses.
    let mut chaos = ok(&records[..1]);
    let at = chaos.len() - 11;
    chaos[at] = 3;
    assert_eq!(read(&chaos), Err(RESOLVE_NO_ADDRESS));
}

#[test]
fn follows_aliases_in_any_order() {
    let chain = [
        record(ASKED, CNAME, b"\x01a\xc0\x0f"),
        record(b"\x01A\xc0\x0f", CNAME, b"\x01b\x03net\0"),
        record(b"\x01b\x03net\0", A, &[192, 0, 2, 7]),
        record(b"\x01c\x03net\0", A, &[192, 0, 2, 8]),
    ];
    assert_eq!(read(&ok(&chain)), found(&[[192, 0, 2, 7]]));
    let mut reversed = chain.to_vec();
    reversed.reverse();
    assert_eq!(read(&ok(&reversed)), found(&[[192, 0, 2, 7]]));
    assert_eq!(read(&ok(&chain[..2])), Err(RESOLVE_NO_ADDRESS));
    let circle = [chain[0].clone(), record(b"\x01a\xc0\x0f", CNAME, ASKED)];
    assert_eq!(read(&ok(&circle)), Err(RESOLVE_ALIASES));
    assert_eq!(read(&ok(&[record(ASKED, CNAME, ASKED)])), Err(RESOLVE_ALIASES));
    for (aliases, expected) in [(16, found(&[[192, 0, 2, 9]])), (17, Err(RESOLVE_ALIASES))] {
        let name = |index: u8| [1, b'a' + index, 0];
        let mut records = std::vec![record(ASKED, CNAME, &name(0))];
        records.extend((1..aliases).map(|index| record(&name(index - 1), CNAME, &name(index))));
        records.push(record(&name(aliases - 1), A, &[192, 0, 2, 9]));
        assert_eq!(read(&ok(&records)), expected);
    }
}

#[test]
fn names_each_failure() {
    let records = [record(ASKED, A, &[192, 0, 2, 1])];
    for (code, error) in [
        (1, RESOLVE_REFUSED.with(1)),
        (2, RESOLVE_SERVER),
        (3, RESOLVE_NO_NAME),
        (4, RESOLVE_REFUSED.with(4)),
        (5, RESOLVE_REFUSED.with(5)),
        (15, RESOLVE_REFUSED.with(15)),
    ] {
        assert_eq!(read(&answer([0x81, 0x80 | code], &[])), Err(error));
        assert_eq!(read(&answer([0x81, code], &records)), Err(error));
    }
    assert_eq!(read(&ok(&[])), Err(RESOLVE_NO_ADDRESS));
    assert_eq!(read(&ok(&[record(ASKED, 28, &[0; 16])])), Err(RESOLVE_NO_ADDRESS));
}

#[test]
fn uses_the_addresses_of_a_truncated_answer() {
    let whole = [record(ASKED, A, &[192, 0, 2, 1]), record(ASKED, A, &[192, 0, 2, 2])];
    let message = answer([0x83, 0x80], &whole);
    assert_eq!(read(&message), found(&[[192, 0, 2, 1], [192, 0, 2, 2]]));
    for cut in asked().len()..message.len() {
        let expected = if cut < asked().len() + whole[0].len() {
            Err(RESOLVE_TRUNCATED)
        } else {
            found(&[[192, 0, 2, 1]])
        };
        assert_eq!(read(&message[..cut]), expected, "{cut}");
    }
    assert_eq!(read(&answer([0x83, 0x80], &[])), Err(RESOLVE_TRUNCATED));
}

#[test]
fn ignores_messages_that_answer_no_question() {
    let message = ok(&[record(ASKED, A, &[192, 0, 2, 1])]);
    assert_eq!(read(&message), found(&[[192, 0, 2, 1]]));
    // The id, the kind, the number of questions, and each byte of the question.
    for at in [0, 1, 4, 5].into_iter().chain(12..asked().len()) {
        for bit in 0..8 {
            let mut other = message.clone();
            other[at] ^= 1 << bit;
            assert_eq!(read(&other), Ok(None), "{at}");
        }
    }
    for flags in [0x01, 0x89, 0xc1, 0xf9] {
        let mut other = message.clone();
        other[2] = flags;
        assert_eq!(read(&other), Ok(None), "{flags}");
    }
    assert_eq!(read(&asked()), Ok(None));
}

#[test]
fn cut_at_every_byte_it_is_ignored_or_malformed() {
    let records =
        [record(ASKED, CNAME, b"\x01a\xc0\x0f"), record(b"\x01a\xc0\x0f", A, &[192, 0, 2, 1])];
    let message = ok(&records);
    for cut in 0..message.len() {
        let expected = if cut < asked().len() { Ok(None) } else { Err(RESOLVE_MALFORMED) };
        assert_eq!(read(&message[..cut]), expected, "{cut}");
    }
    assert_eq!(read(&message), found(&[[192, 0, 2, 1]]));
}

#[test]
fn refuses_malformed_records() {
    let here = u16::try_from(asked().len()).unwrap();
    let pointer = |at: u16| (0xc000 | at).to_be_bytes();
    // Names of 255 bytes, the limit, and one more.
    let long = |last: usize| {
        let label = [&[63][..], &[b'a'; 63]].concat();
        [&label[..], &label, &label, &[last as u8], &std::vec![b'a'; last], &[0]].concat()
    };
    for (records, is_malformed) in [
        ([record(ASKED, A, &[192, 0, 2])], true),
        ([record(ASKED, A, &[192, 0, 2, 1, 1])], true),
        ([record(ASKED, A, &[])], true),
        // Pointers to themselves, forwards, and past the end.
        ([record(&pointer(here), A, &[192, 0, 2, 1])], true),
        ([record(&pointer(here + 2), A, &[192, 0, 2, 1])], true),
        ([record(&pointer(0x3fff), A, &[192, 0, 2, 1])], true),
        ([record(&[&[1, b'a'][..], &pointer(here)].concat(), A, &[192, 0, 2, 1])], true),
        // Kinds of labels that aren't used.
        ([record(b"\x40", A, &[192, 0, 2, 1])], true),
        ([record(b"\x80", A, &[192, 0, 2, 1])], true),
        ([record(&long(62), A, &[192, 0, 2, 1])], true),
        ([record(&long(61), A, &[192, 0, 2, 1])], false),
        // The data of an alias is longer or shorter than its name.
        ([record(ASKED, CNAME, b"\x01a\0\0")], true),
        ([record(ASKED, CNAME, b"\x01a")], true),
        ([record(ASKED, CNAME, b"")], true),
        ([record(b"\0", A, &[192, 0, 2, 1])], false),
    ] {
        let expected = if is_malformed { RESOLVE_MALFORMED } else { RESOLVE_NO_ADDRESS };
        assert_eq!(read(&ok(&records)), Err(expected), "{}", records[0].escape_ascii());
    }
    let mut more = ok(&[record(ASKED, A, &[192, 0, 2, 1])]);
    more[6..8].copy_from_slice(&[0xff, 0xff]);
    assert_eq!(read(&more), Err(RESOLVE_MALFORMED));
}

fn parsed(text: &str) -> Result<ResolvConf, Error> {
    ResolvConf::parse(text.as_bytes())
}

#[test]
fn reads_the_name_servers_and_options() {
    let text = "# nameserver 192.0.2.9\n; nameserver 192.0.2.9\nsearch example.com\n\
        nameserver 169.254.78.1\nnameserver\t 192.0.2.2 # second\r\nnameserver fd00::1\n\
        nameserver 192.0.2.3\n nameserver 192.0.2.9\nnameservers 192.0.2.9\nnameserver\n\
        nameserver 192.0.2.256\nnameserver 192.0.02.9\n\
        options ndots:2 timeout:1 attempts:3 rotate\noptions timeout:x attempts:";
    let servers = [[169, 254, 78, 1], [192, 0, 2, 2], [192, 0, 2, 3]].map(Ipv4Addr::from).to_vec();
    assert_eq!(parsed(text), Ok(ResolvConf { servers, timeout: 1, attempts: 3 }));
    for (options, timeout, attempts) in [
        ("", 5, 2),
        ("options timeout:0 attempts:0", 1, 1),
        ("options timeout:99999999999 attempts:6", 30, 5),
        ("options  attempts:4\ttimeout:2 ", 2, 4),
        ("#options timeout:2", 5, 2),
    ] {
        let conf = parsed(&std::format!("{options}\nnameserver 127.0.0.53")).unwrap();
        assert_eq!((conf.timeout, conf.attempts), (timeout, attempts), "{options}");
    }
    let last = parsed("options timeout:2\noptions timeout:3\nnameserver 1.2.3.4\n").unwrap();
    assert_eq!(last.timeout, 3);
}

#[test]
fn needs_a_name_server() {
    let whole = String::from("options timeout:1\nnameserver 192.0.2.1\n");
    for cut in 0..whole.len() {
        let result = parsed(&whole[..cut]);
        assert_eq!(result.is_ok(), cut >= whole.len() - 1, "{cut}");
        assert!(result.is_ok() || result == Err(RESOLVE_NO_SERVER));
    }
    for text in ["nameserver ::1", "nameserver \u{e9}", "nameserver 1.2.3", "NAMESERVER 1.2.3.4"] {
        assert_eq!(parsed(text), Err(RESOLVE_NO_SERVER), "{text}");
    }
    assert_eq!(ResolvConf::parse(b"nameserver \xff"), Err(RESOLVE_NO_SERVER));
}
