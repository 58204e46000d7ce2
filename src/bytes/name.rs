//! Comparison of case-insensitive names.

/// Returns whether two names are equal, ignoring ASCII case. `core`'s `eq_ignore_ascii_case`
/// compares 16 bytes at a time, and links a panic: 1,500 bytes.
pub fn is_same_name(name: &[u8], other: &[u8]) -> bool {
    name.len() == other.len()
        && name.iter().zip(other).all(|(byte, other)| byte.eq_ignore_ascii_case(other))
}

/// Returns whether `text` equals `name`, ignoring ASCII case: [`is_same_name`] in half the code.
/// `name` must consist of letters, digits, `-`, `/` and `:`, and `text` must not contain control
/// characters unless `name` consists of letters. Then setting the bit that makes a letter
/// lower-case doesn't turn another character into one of them.
#[inline(always)]
pub fn is_name(text: &[u8], name: &[u8]) -> bool {
    // Most names differ in length, which needs no call.
    text.len() == name.len() && has_letters(text, name)
}

#[inline(never)]
fn has_letters(text: &[u8], name: &[u8]) -> bool {
    // From the end, because the names of one protocol have common prefixes.
    text.iter().zip(name).rev().all(|(byte, other)| byte | 0x20 == other | 0x20)
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
