//! Decimal integers.

/// Parses a decimal integer. Returns `None` if `digits` is empty, contains another byte, or exceeds
/// 64 bits.
pub fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 { None } else { number.checked_mul(10)?.checked_add(u64::from(digit)) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
