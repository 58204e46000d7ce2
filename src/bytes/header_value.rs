//! Checks of names and values in a header section.

/// Returns whether `value` can be sent unchanged in a header section: it doesn't contain control
/// characters other than the tab ([RFC 9110, section
/// 5.5](https://www.rfc-editor.org/rfc/rfc9110#section-5.5)).
pub const fn is_value(mut value: &[u8]) -> bool {
    while let [byte, rest @ ..] = value {
        if *byte < b' ' && *byte != b'\t' || *byte == 0x7f {
            return false;
        }
        value = rest;
    }
    true
}

/// Returns whether `name` is a token, like the names of header fields and cookies ([RFC 9110,
/// section 5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2)).
pub fn is_token(name: &[u8]) -> bool {
    let is_character = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'#'..=b'\'' | b'^'..=b'`' | b'!' | b'*' | b'+' | b'-' | b'.' | b'|' | b'~')
    };
    !name.is_empty() && name.iter().all(is_character)
}

/// Returns whether `value` can be the content type or the error type of a response: a valid header
/// value of 1 to 1,024 bytes. The limit exists because the buffer must also hold the other fields
/// of the head.
pub const fn is_sendable(value: &[u8]) -> bool {
    !value.is_empty() && value.len() <= 1024 && is_value(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_what_would_split_a_head() {
        assert!(is_value(b"text/plain; charset=\"utf-8\"\t\xff"));
        for bad in ["a\r\nb", "a\0", "\u{7f}"] {
            assert!(!is_value(bad.as_bytes()), "{bad:?}");
        }
    }

    #[test]
    fn knows_tokens() {
        for byte in 0..=255_u8 {
            assert_eq!(
                is_token(&[b'a', byte]),
                byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte),
                "{byte}"
            );
        }
        assert!(!is_token(b""));
    }

    #[test]
    fn checks_what_can_be_sent() {
        assert!(is_sendable(b"Function.A") && is_sendable(b"text/plain; charset=utf-8"));
        for bad in ["", "text/plain\r\nX: y", "a\0", "\u{7f}", &"x".repeat(1025)] {
            assert!(!is_sendable(bad.as_bytes()), "{bad:?}");
        }
    }
}
