//! Lossy UTF-8 decoding ([RFC 3629](https://www.rfc-editor.org/rfc/rfc3629#section-3)).

/// Calls `take` with pieces of `text` that are valid UTF-8, and with a replacement character for
/// each invalid byte.
///
/// This replaces core's `from_utf8` and `utf8_chunks`, which cost 600 bytes more.
pub(crate) fn lossy(text: &[u8], take: &mut dyn FnMut(&[u8])) {
    let mut rest = text;
    while !rest.is_empty() {
        let mut len = 0;
        while let count @ 1.. = character(rest.get(len..).unwrap_or_default()) {
            len += count;
        }
        let (valid, after) = rest.split_at_checked(len).unwrap_or_default();
        take(valid);
        rest = after;
        if let [_, after @ ..] = rest {
            take("\u{fffd}".as_bytes());
            rest = after;
        }
    }
}

/// Returns the length of the first character, or zero if it is invalid.
fn character(text: &[u8]) -> usize {
    let [first, rest @ ..] = text else {
        return 0;
    };
    let len = first.leading_ones();
    if len == 0 {
        return 1;
    }
    // The bits of the first byte after its leading ones, and six bits of each following byte.
    let mut value = u32::from(*first) & (0x7f >> len);
    let mut count = 1;
    for byte in rest.iter().take(len as usize - 1) {
        if byte >> 6 != 0b10 {
            return 0;
        }
        value = value << 6 | u32::from(byte & 0x3f);
        count += 1;
    }
    let least = match len {
        2 => 0x80,
        3 => 0x800,
        4 => 0x1_0000,
        _ => return 0,
    };
    let is_character = count == len && value >= least && char::from_u32(value).is_some();
    if is_character { count as usize } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn all(text: &[u8]) -> Vec<u8> {
        let mut all = Vec::new();
        lossy(text, &mut |piece| all.extend_from_slice(piece));
        all
    }

    #[test]
    fn characters_are_valid_as_in_core() {
        let bytes = [
            0, b'a', 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1,
            0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff,
        ];
        for a in bytes {
            for b in bytes {
                for c in bytes {
                    for d in bytes {
                        let text = [a, b, c, d];
                        let expected =
                            (1..=4).find(|&len| str::from_utf8(&text[..len]).is_ok()).unwrap_or(0);
                        assert_eq!(character(&text), expected, "{text:x?}");
                    }
                }
            }
        }
        for text in ["é", "€", "😀"] {
            for len in 0..text.len() {
                assert_eq!(character(&text.as_bytes()[..len]), 0, "{text} {len}");
            }
        }
    }

    #[test]
    fn invalid_bytes_are_replaced() {
        assert_eq!(all("aé€😀".as_bytes()), "aé€😀".as_bytes());
        assert_eq!(all(b"a\xff\xfeb\xc3"), "a\u{fffd}\u{fffd}b\u{fffd}".as_bytes());
        assert_eq!(all(b""), b"");
    }
}
