//! Comparison of case-insensitive names.

/// Returns whether two names are equal, ignoring ASCII case. `core`'s `eq_ignore_ascii_case`
/// compares 16 bytes at a time, and links a panic: 1,500 bytes.
pub fn is_same_name(name: &[u8], other: &[u8]) -> bool {
    name.len() == other.len()
        && name.iter().zip(other).all(|(byte, other)| byte.eq_ignore_ascii_case(other))
}

/// Returns whether `text` equals `lowercase`, ignoring ASCII case: [`is_same_name`] in half the
/// code. `text` must not contain control characters. `lowercase` must consist of lower-case
/// letters, digits, `-`, `/` and `:`. Then setting the bit that makes a letter lower-case doesn't
/// turn another visible character into one of them.
#[inline(always)]
pub fn is_name(text: &[u8], lowercase: &[u8]) -> bool {
    // Most names differ in length, which needs no call.
    text.len() == lowercase.len() && has_letters(text, lowercase)
}

#[inline(never)]
fn has_letters(text: &[u8], lowercase: &[u8]) -> bool {
    // From the end, because the names of one protocol have common prefixes.
    text.iter().zip(lowercase).rev().all(|(byte, lower)| byte | 0x20 == *lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_in_any_case() {
        for (name, other, is_same) in [
            ("JSON", "json", true),
            ("a^", "a~", false),
            ("é", "É", false),
            ("a", "ab", false),
            ("", "", true),
        ] {
            assert_eq!(is_same_name(name.as_bytes(), other.as_bytes()), is_same, "{name} {other}");
        }
    }

    #[test]
    fn a_name_is_the_same_in_any_case() {
        for byte in 0..=255 {
            assert_eq!(is_name(&[byte], b"k"), matches!(byte, b'K' | b'k'), "{byte}");
            assert_eq!(is_name(&[byte], b"-"), matches!(byte, b'-' | 0xd), "{byte}");
        }
        assert!(
            is_name(b"Content-LENGTH", b"content-length")
                && !is_name(b"Content-LENGT", b"content-length")
        );
    }
}
