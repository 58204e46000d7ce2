//! Base64 with the standard alphabet and padding ([RFC 4648, section
//! 4](https://www.rfc-editor.org/rfc/rfc4648#section-4)), the form that AWS's events and responses
//! use for bytes.

use core::cell::Cell;

use crate::bytes::cursor::Cursor;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// The values of the characters, and −1 for other bytes. Every byte is a valid index, and the sign
/// of a whole group shows an error, so the loop has eight instructions per character. With a table
/// of only the 80 bytes around the alphabet it would have twice as many.
static VALUES: [i8; 256] = {
    let mut values = [-1; 256];
    let mut value = 0;
    while value < ALPHABET.len() {
        values[ALPHABET[value] as usize] = value as i8;
        value += 1;
    }
    values
};

/// Decodes `text` in place, and returns the number of decoded bytes, at the start of `text`.
///
/// # Errors
/// The index of the first invalid byte: one that isn't in the alphabet, a `=` that isn't at the
/// end, or a last character with unused bits set. Or the length of `text`, if it isn't a multiple
/// of four. The contents of `text` are unspecified then.
pub fn decode_in_place(text: &mut [u8]) -> Result<usize, usize> {
    let padding = match text {
        [.., two, one] if *one == b'=' => {
            // Characters of the value 0 decode to the unused bytes.
            *one = b'A';
            if *two == b'=' {
                *two = b'A';
                2
            } else {
                1
            }
        }
        _ => 0,
    };
    let len = text.len();
    let cells = Cell::from_mut(&mut *text).as_slice_of_cells();
    let (groups, rest) = cells.as_chunks::<4>();
    // The bytes of a group never overwrite the characters of the next one.
    for (index, (group, bytes)) in groups.iter().zip(cells.as_chunks::<3>().0).enumerate() {
        let value = |place: usize| i32::from(VALUES[usize::from(group[place].get())]);
        // Unrolled by hand, because the compiler doesn't unroll when it optimizes for size.
        let bits = value(0) << 18 | value(1) << 12 | value(2) << 6 | value(3);
        if bits < 0 {
            let place = group
                .iter()
                .take_while(|character| VALUES[usize::from(character.get())] >= 0)
                .count();
            return Err(index * 4 + place);
        }
        let [_, first, second, third] = bits.to_be_bytes();
        bytes[0].set(first);
        bytes[1].set(second);
        bytes[2].set(third);
    }
    if !rest.is_empty() {
        return Err(len);
    }
    let end = len / 4 * 3;
    let count = end - padding;
    if text.get(count..end).is_some_and(|unused| unused.iter().any(|byte| *byte != 0)) {
        return Err(len - padding - 1);
    }
    Ok(count)
}

/// Appends `bytes`, encoded. Returns false and appends nothing if they don't fit.
pub(crate) fn encode(cursor: &mut Cursor<'_>, bytes: &[u8]) -> bool {
    let Some(room) = cursor.take(bytes.len().div_ceil(3) * 4) else {
        return false;
    };
    for (characters, group) in room.as_chunks_mut::<4>().0.iter_mut().zip(bytes.chunks(3)) {
        *characters = match *group {
            [a, b, c] => encode_group(a, b, c),
            [a, b] => {
                let [first, second, third, _] = encode_group(a, b, 0);
                [first, second, third, b'=']
            }
            [a, ..] => {
                let [first, second, ..] = encode_group(a, 0, 0);
                [first, second, b'=', b'=']
            }
            [] => break,
        };
    }
    true
}

fn encode_group(a: u8, b: u8, c: u8) -> [u8; 4] {
    let bits = u32::from_be_bytes([0, a, b, c]);
    let character = |shift: u32| ALPHABET[(bits >> shift & 63) as usize];
    [character(18), character(12), character(6), character(0)]
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn encoded(bytes: &[u8]) -> Vec<u8> {
        let mut buffer = std::vec![0; bytes.len() * 2 + 4];
        let mut cursor = Cursor::new(&mut buffer);
        assert!(encode(&mut cursor, bytes));
        cursor.into_written().to_vec()
    }

    fn decoded(text: &[u8]) -> Result<Vec<u8>, usize> {
        let mut text = text.to_vec();
        let count = decode_in_place(&mut text)?;
        text.truncate(count);
        Ok(text)
    }

    /// RFC 4648, section 10.
    const VECTORS: [(&[u8], &[u8]); 7] = [
        (b"", b""),
        (b"f", b"Zg=="),
        (b"fo", b"Zm8="),
        (b"foo", b"Zm9v"),
        (b"foob", b"Zm9vYg=="),
        (b"fooba", b"Zm9vYmE="),
        (b"foobar", b"Zm9vYmFy"),
    ];

    #[test]
    fn the_vectors_of_the_rfc() {
        for (bytes, text) in VECTORS {
            assert_eq!(encoded(bytes), text);
            assert_eq!(decoded(text), Ok(bytes.to_vec()));
        }
        assert_eq!(encoded(&[0xfb, 0xff, 0xbf]), b"+/+/");
    }

    #[test]
    fn every_length_and_every_byte_round_trips() {
        let all: Vec<u8> = (0..=255)
            .cycle()
            .map(|byte: u8| byte.wrapping_mul(167))
            .take(if cfg!(miri) { 24 } else { 600 })
            .collect();
        for from in 0..3 {
            for len in 0..all.len() - from {
                let bytes = &all[from..from + len];
                assert_eq!(decoded(&encoded(bytes)).as_deref(), Ok(bytes));
            }
        }
    }

    #[test]
    fn an_invalid_character_is_found_at_every_index() {
        for len in 1..10 {
            let text = encoded(&std::vec![0xa5; len]);
            let characters = text.iter().take_while(|byte| **byte != b'=').count();
            for place in 0..characters {
                for byte in (0..=255)
                    .step_by(if cfg!(miri) { 61 } else { 1 })
                    .filter(|byte| !ALPHABET.contains(byte))
                {
                    let is_padding = byte == b'=' && place % 4 >= 2 && place + 1 == characters;
                    let mut bad = text.clone();
                    bad[place] = byte;
                    assert!(is_padding || decoded(&bad) == Err(place), "{}", bad.escape_ascii());
                }
            }
        }
    }

    #[test]
    fn padding_is_at_the_end_and_complete() {
        for (text, place) in [
            ("=", 1),
            ("==", 2),
            ("Z", 1),
            ("Zg", 2),
            ("Zg=", 3),
            ("Zm9vZ", 5),
            ("Zm9vZg=", 7),
            ("====", 0),
            ("Z===", 1),
            ("Zg=A", 2),
            ("Zg==Zg==", 2),
            ("Zm8=Zm8=", 3),
            ("Zm9v====", 4),
            ("Zm9v=", 5),
        ] {
            assert_eq!(decoded(text.as_bytes()), Err(place), "{text}");
        }
    }

    #[test]
    fn unused_bits_are_rejected() {
        for (index, last) in ALPHABET.iter().enumerate() {
            let expected = if index % 16 == 0 { Ok([index as u8 / 16].to_vec()) } else { Err(1) };
            assert_eq!(decoded(&[b'A', *last, b'=', b'=']), expected);
            let expected = if index % 4 == 0 { Ok([0, index as u8 / 4].to_vec()) } else { Err(2) };
            assert_eq!(decoded(&[b'A', b'A', *last, b'=']), expected);
        }
    }

    #[test]
    fn nothing_is_appended_if_it_does_not_fit() {
        for (bytes, text) in VECTORS {
            for size in 0..text.len() {
                let mut buffer = std::vec![b'.'; size];
                let mut cursor = Cursor::new(&mut buffer);
                assert!(!encode(&mut cursor, bytes) && cursor.is_full() && cursor.is_empty());
                assert!(buffer.iter().all(|byte| *byte == b'.'));
            }
        }
    }
}
