//! Searches for bytes, eight at a time.

/// Returns the index of the first `byte`, from `at` on, or the length of `bytes`.
pub fn find_byte(bytes: &[u8], mut at: usize, byte: u8) -> usize {
    let (words, rest) = bytes.get(at..).unwrap_or_default().as_chunks();
    for word in words {
        let found = bytes_below(u64::from_le_bytes(*word) ^ (EACH * u64::from(byte)), 1);
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    at + rest.iter().take_while(|other| **other != byte).count()
}

/// Returns the index of the first control character other than a tab and a delete, or the length of
/// `bytes`.
pub fn find_control(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((word, after)) = rest.split_first_chunk() {
        let found = bytes_below(u64::from_le_bytes(*word), b' ');
        if found != 0 {
            let place = found.trailing_zeros() as usize / 8;
            rest = rest.get(place..).unwrap_or_default();
            break;
        }
        rest = after;
    }
    // At the end, or after a tab, which is rare.
    while let [b'\t' | b' '.., after @ ..] = rest {
        rest = after;
    }
    bytes.len() - rest.len()
}

/// A word with this byte eight times, times a byte.
const EACH: u64 = 0x0101_0101_0101_0101;

/// Returns zero if no byte of `word` is below `limit`, which is at most 128. Otherwise the lowest
/// bit is in the first that is.
const fn bytes_below(word: u64, limit: u8) -> u64 {
    // The subtraction borrows from a byte's highest bit if the byte is below, and sometimes if it
    // follows such a byte.
    word.wrapping_sub(EACH * limit as u64) & !word & (EACH << 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_byte_anywhere() {
        for len in (0..40).step_by(if cfg!(miri) { 13 } else { 1 }) {
            for at in 0..=len {
                for found in [0, 9, 10, 13, 0x1f, b':', 0x7f, 0x80, 0xff] {
                    let mut bytes = std::vec![b' '; len];
                    bytes[at..].fill(0x80);
                    for place in [at, len.saturating_sub(1)] {
                        if let Some(byte) = bytes.get_mut(place) {
                            *byte = found;
                        }
                    }
                    for from in [0, at / 2] {
                        let expected =
                            (from..len).find(|&place| bytes[place] == found).unwrap_or(len);
                        assert_eq!(find_byte(&bytes, from, found), expected, "{bytes:?}");
                    }
                    let is_control = |byte: &u8| *byte < b' ' && *byte != b'\t';
                    let expected = bytes.iter().position(is_control).unwrap_or(len);
                    assert_eq!(find_control(&bytes), expected, "{bytes:?}");
                }
            }
        }
    }
}
