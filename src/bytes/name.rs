//! Names whose case does not matter.

/// Whether two names are the same but for case. `eq_ignore_ascii_case` of slices compares 16 bytes at a time, and links a panic: 1,500 bytes.
pub(crate) fn is_same_name(name: &[u8], other: &[u8]) -> bool {
    name.len() == other.len() && name.iter().zip(other).all(|(byte, other)| byte.eq_ignore_ascii_case(other))
}

/// Whether `text` is `lowercase` in any case: [`is_same_name`] in half the code, for a name that is known. It has lower-case letters alone,
/// or, if `text` has no control characters, also digits, `-`, `/` and `:`: no other character becomes one of these when the bit is set that
/// makes a letter lower-case.
#[inline(always)]
pub(crate) fn is_name(text: &[u8], lowercase: &[u8]) -> bool {
    // The lengths tell most names apart, without a call.
    text.len() == lowercase.len() && has_letters(text, lowercase)
}

#[inline(never)]
fn has_letters(text: &[u8], lowercase: &[u8]) -> bool {
    // From the end, as the names of one protocol begin alike.
    text.iter().zip(lowercase).rev().all(|(byte, lower)| byte | 0x20 == *lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_in_any_case() {
        for (name, other, is_same) in [("JSON", "json", true), ("a^", "a~", false), ("é", "É", false), ("a", "ab", false), ("", "", true)]
        {
            assert_eq!(is_same_name(name.as_bytes(), other.as_bytes()), is_same, "{name} {other}");
        }
    }

    #[test]
    fn a_name_is_the_same_in_any_case() {
        for byte in 0..=255 {
            assert_eq!(is_name(&[byte], b"k"), matches!(byte, b'K' | b'k'), "{byte}");
            assert_eq!(is_name(&[byte], b"-"), matches!(byte, b'-' | 0xd), "{byte}");
        }
        assert!(is_name(b"Content-LENGTH", b"content-length") && !is_name(b"Content-LENGT", b"content-length"));
    }
}
