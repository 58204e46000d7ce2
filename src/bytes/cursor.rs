//! A cursor over a borrowed buffer. The whole crate writes through it.

use core::fmt;
use core::ops::Range;

/// Writes into a buffer of fixed size, from its start. It remembers whether a write didn't fit.
pub struct Cursor<'a> {
    buffer: &'a mut [u8],
    len: usize,
    full: bool,
}

impl<'a> Cursor<'a> {
    /// Creates an empty cursor over `buffer`.
    pub const fn new(buffer: &'a mut [u8]) -> Self {
        Self { buffer, len: 0, full: false }
    }

    /// Appends `bytes`, and returns true. If they don't fit, this returns false and appends
    /// nothing, and all later writes fail too.
    #[inline(never)]
    pub fn push(&mut self, bytes: &[u8]) -> bool {
        match self.take(bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                true
            }
            None => false,
        }
    }

    /// Returns the next `count` bytes of the buffer, to be overwritten. If there aren't as many,
    /// returns `None`, and all later writes fail too.
    // Always inlined, so that the compiler knows that `push` copies between slices of the same
    // length, and doesn't link a panic.
    #[inline(always)]
    pub fn take(&mut self, count: usize) -> Option<&mut [u8]> {
        // The sum can't overflow, because a slice has at most `isize::MAX` bytes.
        match self.buffer.get_mut(self.len..self.len + count) {
            Some(room) if !self.full => {
                self.len += count;
                Some(room)
            }
            _ => {
                self.full = true;
                None
            }
        }
    }

    /// Appends as many of `bytes` as fit while `reserve` bytes stay free.
    pub fn push_cut(&mut self, bytes: &[u8], reserve: usize) {
        let count = bytes.len().min(self.room().saturating_sub(reserve));
        self.push(bytes.get(..count).unwrap_or_default());
    }

    /// Appends the decimal digits of `number`.
    pub fn push_number(&mut self, number: u64) -> bool {
        if number > 9 {
            self.push_number(number / 10);
        }
        self.push(&[b'0' + (number % 10) as u8])
    }

    /// Appends the hexadecimal digits of `number`.
    pub fn push_hexadecimal(&mut self, number: usize) -> bool {
        if number > 15 {
            self.push_hexadecimal(number >> 4);
        }
        let digit = number as u8 & 15;
        self.push(&[if digit < 10 { b'0' + digit } else { b'a' - 10 + digit }])
    }

    /// Returns whether a write has failed.
    pub const fn is_full(&self) -> bool {
        self.full
    }

    /// Returns the number of bytes that still fit.
    pub const fn room(&self) -> usize {
        self.buffer.len().saturating_sub(self.len)
    }

    /// Returns the number of bytes written.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Returns whether nothing has been written.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the bytes written.
    pub fn written(&self) -> &[u8] {
        self.buffer.get(..self.len).unwrap_or_default()
    }

    /// Returns the bytes written, mutable.
    pub fn written_mut(&mut self) -> &mut [u8] {
        self.buffer.get_mut(..self.len).unwrap_or_default()
    }

    /// Removes the bytes written after the first `len`.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Returns the whole buffer.
    pub fn into_buffer(self) -> &'a mut [u8] {
        self.buffer
    }

    /// Returns the bytes written, for the lifetime of the buffer.
    pub fn into_written(self) -> &'a [u8] {
        self.buffer.get(..self.len).unwrap_or_default()
    }
}

impl fmt::Write for Cursor<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.push(text.as_bytes()) { Ok(()) } else { Err(fmt::Error) }
    }
}

/// Moves the bytes at `from` down to `to`. Does nothing if `from` isn't in the buffer or is below
/// `to`.
pub fn move_down(buffer: &mut [u8], from: Range<usize>, to: usize) {
    let shift = from.start.saturating_sub(to);
    if shift == 0 {
        return;
    }
    if let Some(region) = buffer.get_mut(to..from.end)
        && shift <= region.len()
    {
        region.copy_within(shift.., 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::fmt::Write;
    use std::string::ToString;

    #[test]
    fn rejects_a_write_that_does_not_fit_and_all_later_ones() {
        let mut buffer = [0; 4];
        let mut cursor = Cursor::new(&mut buffer);
        assert!(cursor.push(b"abc"));
        assert!(!cursor.push(b"de"));
        assert!(!cursor.push(b"f"));
        assert!(write!(cursor, "g").is_err());
        assert!(cursor.is_full());
        assert_eq!(cursor.into_written(), b"abc");
    }

    #[test]
    fn lends_room_and_takes_it_back() {
        let mut buffer = [b'.'; 4];
        let mut cursor = Cursor::new(&mut buffer);
        cursor.take(3).expect("there is room").copy_from_slice(b"abc");
        cursor.truncate(2);
        cursor.truncate(3);
        cursor.written_mut()[0] = b'A';
        assert_eq!(cursor.written(), b"Ab");
        assert!(cursor.take(2).is_some_and(|room| room == b"c."));
        assert!(cursor.take(1).is_none() && cursor.is_full() && cursor.take(0).is_none());
        assert_eq!(cursor.into_written(), b"Abc.");
    }

    #[test]
    fn push_cut_truncates() {
        let mut buffer = [0; 6];
        let mut cursor = Cursor::new(&mut buffer);
        cursor.push_cut(b"abc", 1);
        cursor.push_cut(b"defg", 1);
        cursor.push_cut(b"h", 1);
        assert!(cursor.push(b"!") && !cursor.is_full());
        assert_eq!(cursor.into_written(), b"abcde!");
    }

    #[test]
    fn moves_overlapping_bytes_down() {
        let mut buffer = *b"0123456789";
        move_down(&mut buffer, 4..9, 2);
        assert_eq!(&buffer, b"0145678789");
        move_down(&mut buffer, 4..99, 2);
        move_down(&mut buffer, 2..4, 4);
        assert_eq!(&buffer, b"0145678789");
    }

    #[test]
    fn prints_hexadecimal_digits() {
        for number in [0, 9, 10, 15, 16, 255, 0x1000, 0xfedc_ba98, usize::MAX] {
            let mut buffer = [0; 16];
            let mut cursor = Cursor::new(&mut buffer);
            assert!(cursor.push_hexadecimal(number));
            assert_eq!(cursor.into_written(), std::format!("{number:x}").as_bytes());
        }
    }

    #[test]
    fn prints_every_length_of_number() {
        for number in [0, 7, 10, 99, 6_291_556, u64::from(u32::MAX), u64::MAX] {
            let mut buffer = [0; 20];
            let mut cursor = Cursor::new(&mut buffer);
            assert!(cursor.push_number(number));
            assert_eq!(cursor.into_written(), number.to_string().as_bytes());
        }
    }
}
