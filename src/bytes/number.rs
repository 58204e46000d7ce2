//! Integers without a sign.

/// Returns the number at the front of `text`, in the radix 10 or 16, and how many digits it has.
/// There is no number, and so no digit, if it exceeds 64 bits.
#[inline(never)]
pub fn number(text: &[u8], radix: u8) -> (u64, usize) {
    let mut number = 0u64;
    let mut count = 0;
    for &byte in text {
        let mut digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            // In either case. Other bytes become at least 16.
            digit = (byte | 0x20).wrapping_sub(b'a').saturating_add(10);
        }
        if digit >= radix {
            break;
        }
        let longer = number.checked_mul(radix.into());
        let Some(longer) = longer.and_then(|longer| longer.checked_add(digit.into())) else {
            return (0, 0);
        };
        number = longer;
        count += 1;
    }
    (number, count)
}

/// Parses a decimal integer. Returns `None` if `digits` is empty, contains another byte, or exceeds
/// 64 bits.
pub fn decimal(digits: &[u8]) -> Option<u64> {
    let (number, count) = number(digits, 10);
    (count > 0 && count == digits.len()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_ends_before_another_byte() {
        for (text, radix, found) in [
            ("200 OK", 10, (200, 3)),
            ("9f", 10, (9, 1)),
            ("0", 16, (0, 1)),
            ("00aBc;x", 16, (0xabc, 5)),
            ("9G", 16, (9, 1)),
            ("ffffffffffffffff\r\n", 16, (u64::MAX, 16)),
            ("10000000000000000", 16, (0, 0)),
            ("18446744073709551615", 10, (u64::MAX, 20)),
            ("18446744073709551616", 10, (0, 0)),
            ("36893488147419103232", 10, (0, 0)),
            ("", 10, (0, 0)),
            ("-1", 10, (0, 0)),
            ("@", 16, (0, 0)),
            ("`", 16, (0, 0)),
        ] {
            assert_eq!(number(text.as_bytes(), radix), found, "{text}");
        }
    }

    #[test]
    fn a_number_has_only_digits() {
        for (text, number) in [
            ("0", 0),
            ("7", 7),
            ("007", 7),
            ("1542409706888", 1_542_409_706_888),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(decimal(text.as_bytes()), Some(number), "{text}");
        }
        for text in [
            "",
            " 1",
            "1 ",
            "+1",
            "-1",
            "1.0",
            "1e3",
            "0x1",
            "1,000",
            "/",
            ":",
            "\u{b2}",
            "18446744073709551616",
        ] {
            assert_eq!(decimal(text.as_bytes()), None, "{text}");
        }
    }
}
