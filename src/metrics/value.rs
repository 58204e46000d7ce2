//! The values of metrics.

use core::fmt;

use crate::bytes::cursor::Cursor;
use crate::bytes::float;

/// The value of a metric, converted from a number.
///
/// It contains the function that formats it, so that a program without an `f64` doesn't link the
/// formatting of floats.
#[derive(Copy, Clone)]
pub struct Value {
    bits: u64,
    push: fn(u64, &mut Cursor<'_>) -> Option<()>,
}

impl Value {
    /// Writes the value as JSON, or returns `None` if CloudWatch rejects it. The cursor records an
    /// overflow.
    pub(super) fn push(self, cursor: &mut Cursor<'_>) -> Option<()> {
        (self.push)(self.bits, cursor)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self { bits: value.to_bits(), push: push_float }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self { bits: value.cast_unsigned(), push: push_signed }
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self { bits: value, push: push_unsigned }
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        i64::from(value).into()
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        u64::from(value).into()
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        (value as u64).into()
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = [0; 32];
        let mut cursor = Cursor::new(&mut buffer);
        let pushed = self.push(&mut cursor);
        f.write_str(
            pushed
                .and_then(|()| str::from_utf8(cursor.into_written()).ok())
                .unwrap_or("invalid value"),
        )
    }
}

fn push_float(bits: u64, cursor: &mut Cursor<'_>) -> Option<()> {
    /// 2^360, the largest value that CloudWatch accepts.
    const LIMIT: f64 = f64::from_bits((1023 + 360) << 52);

    let value = f64::from_bits(bits);
    // This is false for NaN.
    if value.abs() <= LIMIT {
        if value.is_sign_negative() {
            cursor.push(b"-");
        }
        float::write(cursor, value.abs().to_bits(), &float::F64);
        return Some(());
    }
    None
}

fn push_signed(bits: u64, cursor: &mut Cursor<'_>) -> Option<()> {
    let value = bits.cast_signed();
    if value < 0 {
        cursor.push(b"-");
    }
    push_unsigned(value.unsigned_abs(), cursor)
}

fn push_unsigned(value: u64, cursor: &mut Cursor<'_>) -> Option<()> {
    cursor.push_number(value);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn numbers_are_json() {
        for (value, expected) in [
            (Value::from(0), "0"),
            (Value::from(-1), "-1"),
            (Value::from(i64::MIN), "-9223372036854775808"),
            (Value::from(u64::MAX), "18446744073709551615"),
            (Value::from(7_u32), "7"),
            (Value::from("four".len()), "4"),
            (Value::from(12.5), "12.5"),
            (Value::from(2.0), "2.0"),
            (Value::from(-0.0), "-0.0"),
            (Value::from(1e-5), "0.00001"),
            (Value::from(1e16), "1e16"),
            (Value::from(-1.5e-7), "-1.5e-7"),
            (Value::from(5e-324), "5e-324"),
            (Value::from(0.1 + 0.2), "0.30000000000000004"),
            (Value::from(2_f64.powi(360)), "2.3485425827738332e108"),
        ] {
            assert_eq!(format!("{value:?}"), expected);
        }
    }

    #[test]
    fn invalid_values_are_rejected() {
        for value in
            [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -(2_f64.powi(360) * 1.000_000_1), f64::MAX]
        {
            let mut buffer = [0; 32];
            let mut cursor = Cursor::new(&mut buffer);
            assert_eq!(Value::from(value).push(&mut cursor), None, "{value}");
            assert!(cursor.is_empty());
        }
    }
}
