//! Compares the parser of heads with httparse on mutated samples. The fuzz target has the list of
//! accepted differences.

#[expect(dead_code, reason = "the fuzz targets use the rest")]
#[path = "../../../fuzz/src/heads.rs"]
mod compared;

use compared::{Outcome, compare};

const SAMPLES: [&[u8]; 3] = [
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: 8476a536\r\nDate: today\r\nContent-Length: 7\r\n\r\n{\"a\":1}",
    b"HTTP/1.1 202 Accepted\r\nx-Y:  z\tz \r\nConnection: keep-alive, Close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\nX-Y: early\r\n\r\nHTTP/1.0 413 Too Large\r\nContent-Length: 0\r\nX-Y:\r\n\r\n",
];

/// The bytes of mutations: delimiters of a head, and some others.
const ALPHABET: &[u8] = b"\r\n \t:,/0159.aAxXyY-_()\"\\\0\x01\x1f\x80\xff";

const ROUNDS: u32 = 300_000;

#[test]
fn heads_are_parsed_like_httparse() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut accepted, mut passed_over, mut refused) = (0, 0, 0);
    for _ in 0..ROUNDS {
        let mut bytes = SAMPLES[random.below(SAMPLES.len())].to_vec();
        for _ in 0..random.below(4) {
            mutate(&mut bytes, &mut random);
        }
        match compare(&bytes) {
            Outcome::Same => accepted += 1,
            Outcome::PassedOver => passed_over += 1,
            Outcome::Refused => refused += 1,
            Outcome::Neither => {}
        }
    }
    println!(
        "of {ROUNDS} heads, {accepted} accepted by both, {passed_over} by barelambda alone, {refused} by httparse alone"
    );
    assert!(
        accepted > ROUNDS / 4 && passed_over > 0 && refused > 0,
        "the mutations are ineffective: {accepted}, {passed_over}, {refused}"
    );
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
