//! The reader of heads, held against httparse: whatever it accepts, httparse reads in the same way.
//!
//! It is stricter than httparse about line ends, folded lines and lengths, so nothing is said of what it refuses. It is laxer about one
//! thing: a field name with a character that RFC 9110 does not allow is passed over.

use barelambda::http1::Progress;
use barelambda::http1::response::Response;

const WANTED: [&[u8]; 2] = [b"lambda-runtime-aws-request-id", b"x-y"];

const SAMPLES: [&[u8]; 3] = [
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: 8476a536\r\nDate: today\r\nContent-Length: 7\r\n\r\n{\"a\":1}",
    b"HTTP/1.1 202 Accepted\r\nx-Y:  z\tz \r\nConnection: keep-alive, Close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\nX-Y: early\r\n\r\nHTTP/1.0 413 Too Large\r\nContent-Length: 0\r\nX-Y:\r\n\r\n",
];

/// What a mutation puts in: characters that mean something in a head, and some that do not.
const ALPHABET: &[u8] = b"\r\n \t:,/0159.aAxXyY-_()\"\\\0\x01\x1f\x80\xff";

const ROUNDS: u32 = 300_000;

#[test]
fn what_is_accepted_is_read_as_httparse_reads_it() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut accepted, mut passed_over) = (0, 0);
    for _ in 0..ROUNDS {
        let mut bytes = SAMPLES[random.below(SAMPLES.len())].to_vec();
        for _ in 0..random.below(4) {
            mutate(&mut bytes, &mut random);
        }
        let mut response = Response::default();
        if response.read_head(&bytes, &WANTED) != Ok(Progress::Complete(())) {
            continue;
        }
        let head = &bytes[response.head_start..];
        let mut fields = [httparse::EMPTY_HEADER; 32];
        let mut theirs = httparse::Response::new(&mut fields);
        match theirs.parse(head) {
            Ok(httparse::Status::Complete(len)) => {
                assert_eq!(response.head_start + len, response.end, "{}", bytes.escape_ascii());
                assert_eq!(Some(response.status), theirs.code, "{}", bytes.escape_ascii());
                for (index, name) in WANTED.iter().enumerate() {
                    let name = str::from_utf8(name).expect("it is ASCII");
                    let value = theirs
                        .headers
                        .iter()
                        .rev()
                        .find(|field| field.name.eq_ignore_ascii_case(name))
                        .map_or(&b""[..], |field| field.value);
                    assert_eq!(response.value(&bytes, index), value.trim_ascii(), "{name} in {}", bytes.escape_ascii());
                }
                accepted += 1;
            }
            Err(httparse::Error::HeaderName) => passed_over += 1,
            other => panic!("httparse gives {other:?} for {}", bytes.escape_ascii()),
        }
    }
    println!("{accepted} of {ROUNDS} heads accepted by both, {passed_over} with a name that httparse refuses");
    assert!(accepted > ROUNDS / 4 && passed_over > 0, "the mutations do not test anything: {accepted}, {passed_over}");
}

/// Replaces, inserts or removes one byte.
fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(bytes.len());
    let byte = ALPHABET[random.below(ALPHABET.len())];
    match random.below(3) {
        0 => bytes[at] = byte,
        1 => bytes.insert(at, byte),
        _ => drop(bytes.remove(at)),
    }
}

/// xorshift64: the same mutations in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}
