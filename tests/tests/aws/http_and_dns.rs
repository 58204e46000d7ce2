//! The checks of the fuzz targets of answers of name servers, bundles of certificates, replies and
//! requests, without libFuzzer: on their seeds, whole, cut at every byte, and mutated.

#[path = "../../../fuzz/src/answers.rs"]
mod answers;
#[path = "../../../fuzz/src/bundles.rs"]
mod bundles;
#[path = "../../../fuzz/src/replies.rs"]
mod replies;
#[path = "../../../fuzz/src/requests.rs"]
mod requests;
#[path = "../../../fuzz/src/source.rs"]
mod source;

use std::fs;

use barelambda_tests::cargo;

use crate::random::Random;

#[test]
fn answers_of_name_servers() {
    check_all("aws_dns", 100_000, answers::check);
}

#[test]
fn bundles_of_certificates() {
    check_all("aws_bundle", 20_000, bundles::check);
}

#[test]
fn replies_in_pieces() {
    check_all("aws_reply", 3_000, replies::check);
}

#[test]
fn urls_and_heads_of_requests() {
    check_all("aws_request", 20_000, requests::check);
}

/// Calls `check` with each seed of a fuzz target, with each beginning of it, and with `count`
/// mutations of them.
fn check_all(target: &str, count: u32, check: impl Fn(&[u8])) {
    let folder = cargo::root().join("fuzz/seeds").join(target);
    let entries = fs::read_dir(folder).expect("the target has seeds");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    paths.sort();
    let seeds: Vec<Vec<u8>> =
        paths.iter().map(|path| fs::read(path).expect("it can be read")).collect();
    for seed in &seeds {
        for cut in 0..=seed.len() {
            check(&seed[..cut]);
        }
    }
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..count {
        let mut bytes = seeds[random.below(seeds.len())].clone();
        for _ in 0..=random.below(6) {
            mutate(&mut bytes, &mut random);
        }
        check(&bytes);
    }
}

/// Replaces, inserts, removes or repeats bytes.
fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    const DELIMITERS: &[u8] = b"\r\n\r\n :;/.?#%&=0159afA\t\0\xc0\x0c\x7f\xff";
    let at = random.below(bytes.len() + 1);
    let byte = match random.below(2) {
        0 => DELIMITERS[random.below(DELIMITERS.len())],
        _ => random.below(256) as u8,
    };
    match (random.below(4), bytes.get_mut(at)) {
        (0, Some(old)) => *old = byte,
        (1, Some(_)) => drop(bytes.remove(at)),
        (2, Some(_)) => {
            let end = (at + random.below(20)).min(bytes.len());
            bytes.extend_from_within(at..end);
        }
        _ => bytes.insert(at, byte),
    }
}
