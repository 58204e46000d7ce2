//! Bundles of PEM certificates: generated ones with known certificates, and arbitrary ones, which
//! have the same result in pieces of any sizes.

use barelambda::Error;
use barelambda_aws::error::TLS_BAD_ROOT;
use barelambda_aws::tls::pem::Certificates;

use super::source::Source;

/// Reads a bundle that is generated from the input, or the input itself, depending on the first
/// byte.
///
/// # Panics
/// A bundle is read wrongly.
pub fn check(input: &[u8]) {
    let mut source = Source { bytes: input };
    let kind = source.byte();
    let sizes: [u8; 4] = source.array();
    if kind & 1 == 0 {
        check_made(&mut source, sizes);
    } else {
        check_raw(source.bytes, sizes);
    }
}

/// The number and the DER of a certificate.
type Certificate = (u32, Vec<u8>);

/// Returns the certificates of a text that arrives in pieces of these sizes, repeatedly, with their
/// numbers, and the error after them.
fn read(text: &[u8], sizes: [u8; 4]) -> (Vec<Certificate>, Result<(), Error>) {
    let mut certificates = Certificates::default();
    let mut found = Vec::new();
    let mut rest = text;
    for size in sizes.into_iter().cycle() {
        // The size 255 is for all bytes.
        let size = if size == 255 { rest.len() } else { usize::from(size) + 1 };
        let (piece, after) = rest.split_at(size.min(rest.len()));
        rest = after;
        let result = certificates.read(piece, |number, der| {
            found.push((number, der.to_vec()));
            Ok(())
        });
        if result.is_err() || piece.is_empty() {
            return (found, result);
        }
    }
    unreachable!("an empty piece ends the text")
}

fn check_raw(text: &[u8], sizes: [u8; 4]) {
    let (found, result) = read(text, [255; 4]);
    assert_eq!(read(text, sizes), (found.clone(), result), "in pieces of {sizes:?}");
    // The numbers are those of the certificates, in order. Only a malformed one is an error, which
    // has the next number.
    assert!(found.iter().map(|(number, _)| *number).eq(1..=found.len() as u32));
    if let Err(error) = result {
        assert_eq!(error, TLS_BAD_ROOT.with(found.len() as u32 + 1));
    }
    let begins = text.windows(10).filter(|window| window == b"-----BEGIN").count();
    assert!(found.len() <= begins);
}

fn check_made(source: &mut Source<'_>, sizes: [u8; 4]) {
    let mut text = Vec::new();
    let mut expected = Vec::new();
    while !source.bytes.is_empty() {
        let [kind, width, end] = source.array();
        let end: &[u8] = [&b"\n"[..], b"\r\n", b" \n", b"\n\n"][usize::from(end % 4)];
        let content = source.bytes();
        let (label, width) = (if kind & 1 == 0 { "CERTIFICATE" } else { "PUBLIC KEY" }, width);
        if kind & 2 == 0 {
            text.extend_from_slice(b"a comment: -----BEGIN CERTIFICATE-----");
            text.extend_from_slice(end);
        }
        text.extend_from_slice(format!("-----BEGIN {label}-----").as_bytes());
        text.extend_from_slice(end);
        for line in base64(&content).chunks(usize::from(width % 80) + 1) {
            text.extend_from_slice(line);
            text.extend_from_slice(end);
        }
        text.extend_from_slice(format!("-----END {label}-----").as_bytes());
        text.extend_from_slice(end);
        if label == "CERTIFICATE" {
            expected.push((expected.len() as u32 + 1, content));
        }
    }
    assert_eq!(read(&text, sizes), (expected, Ok(())), "{}", String::from_utf8_lossy(&text));
}

/// [RFC 4648, section 4](https://www.rfc-editor.org/rfc/rfc4648#section-4).
fn base64(bytes: &[u8]) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = Vec::new();
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | usize::from(*group.get(at).unwrap_or(&0)));
        for at in 0..4 {
            let character = ALPHABET[bits >> (18 - 6 * at) & 63];
            text.push(if at <= group.len() { character } else { b'=' });
        }
    }
    text
}
