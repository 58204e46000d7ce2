//! The two kinds of text: one that can be changed, and a captured value.

use core::mem::take;
use core::ops::Range;

use super::error::{DeError, ErrorKind};
use super::raw::length;
use super::reader::Reader;
use super::string::{CLOSE, OPEN, UNREADABLE, checked, escape, plain};
use crate::bytes::cursor::move_down;
use crate::bytes::search::find_byte;

/// The part of a text that a [`Reader`] hasn't handed out.
pub trait Text<'a>: Sized {
    /// Returns the bytes.
    fn bytes(&self) -> &[u8];

    /// Returns whether a string begins with this byte.
    fn opens(byte: u8) -> bool;

    /// Reads the inside of a string from `at`, and the byte that closes it. Returns the end of the
    /// unescaped inside.
    ///
    /// # Errors
    /// Returns the error at `at`.
    fn string(&mut self, at: &mut usize) -> Result<usize, ErrorKind>;

    /// Skips a value. If `is_lenient`, a string in it that can't be read isn't an error.
    fn skip(reader: &mut Reader<'a, Self>, is_lenient: bool) -> Result<(), DeError>;

    /// Cuts off the bytes up to `end`, and returns those at `range`.
    fn cut(&mut self, range: Range<usize>, end: usize) -> &'a [u8];

    /// Cuts like [`cut`](Self::cut), but returns mutable bytes, or `None` if the text can't be
    /// changed.
    fn cut_mut(&mut self, range: Range<usize>, end: usize) -> Option<&'a mut [u8]>;
}

/// A mutable text, whose strings are unescaped in place.
pub struct InPlace<'a>(&'a mut [u8]);

impl<'a> InPlace<'a> {
    pub(super) const fn new(text: &'a mut [u8]) -> Self {
        Self(text)
    }
}

impl<'a> Text<'a> for InPlace<'a> {
    fn bytes(&self) -> &[u8] {
        self.0
    }

    fn opens(byte: u8) -> bool {
        byte == b'"'
    }

    fn string(&mut self, at: &mut usize) -> Result<usize, ErrorKind> {
        let mut write = *at;
        loop {
            let end = plain(self.0, *at);
            move_down(self.0, *at..end, write);
            write += end - *at;
            *at = end;
            match self.0.get(end) {
                Some(b'\\') => escape(self.0, at, &mut write).ok_or(ErrorKind::Escape)?,
                Some(b'"') => break,
                _ => return Err(ErrorKind::ControlCharacter),
            }
        }
        *at += 1;
        Ok(write)
    }

    fn skip(reader: &mut Reader<'a, Self>, is_lenient: bool) -> Result<(), DeError> {
        skip(reader, is_lenient)
    }
    fn cut(&mut self, range: Range<usize>, end: usize) -> &'a [u8] {
        self.cut_mut(range, end).unwrap_or_default()
    }

    fn cut_mut(&mut self, range: Range<usize>, end: usize) -> Option<&'a mut [u8]> {
        let (part, rest) = take(&mut self.0).split_at_mut_checked(end)?;
        self.0 = rest;
        part.get_mut(range)
    }
}

/// Checks the whole value, and unescapes its strings. Each array or object is a recursive call;
/// [`DEPTH_LIMIT`](super::DEPTH_LIMIT) bounds them.
///
/// If `is_lenient`, a string that isn't UTF-8 or has an invalid escape isn't an error; it becomes
/// one of [`UNREADABLE`] bytes.
#[inline(never)]
pub(super) fn skip<'a>(
    reader: &mut Reader<'a, InPlace<'a>>,
    is_lenient: bool,
) -> Result<(), DeError> {
    let open = reader.peek();
    let mut bracket = match open {
        b'"' => return skip_string(reader, is_lenient),
        b't' => return reader.word(b"true", ErrorKind::Syntax),
        b'f' => return reader.word(b"false", ErrorKind::Syntax),
        b'n' => return reader.word(b"null", ErrorKind::Syntax),
        b'[' => b']',
        b'{' => b'}',
        _ => return reader.number(ErrorKind::Syntax),
    };
    reader.open(open, ErrorKind::Syntax)?;
    loop {
        reader.more(&mut bracket)?;
        match bracket {
            0 => return Ok(()),
            b'}' => skip_name(reader, is_lenient)?,
            _ => {}
        }
        skip(reader, is_lenient)?;
    }
}

/// Skips the name of a field and its colon. The name is the last token.
pub(super) fn skip_name<'a>(
    reader: &mut Reader<'a, InPlace<'a>>,
    is_lenient: bool,
) -> Result<(), DeError> {
    skip_string(reader, is_lenient)?;
    reader.colon()
}

/// Skips a string, and marks it if it had escapes.
fn skip_string<'a>(reader: &mut Reader<'a, InPlace<'a>>, is_lenient: bool) -> Result<(), DeError> {
    let mut passed = reader.pass_string(ErrorKind::Syntax);
    while is_lenient
        && matches!(passed, Err(error) if error.kind == ErrorKind::Escape)
        && let Some(backslash) = reader.text.0.get_mut(reader.at)
    {
        *backslash = UNREADABLE;
        reader.failed_at = 0;
        passed = reader.pass_inside();
    }
    passed?;
    if checked(reader.token()).is_none() {
        if !is_lenient {
            return Err(reader.fail_after(ErrorKind::Utf8));
        }
        // Up to the quotation mark, because it may contain one of the marks, also after the end of
        // the unescaped string.
        reader.token.end = reader.at - 1;
        reader.text.0.get_mut(reader.token.clone()).unwrap_or_default().fill(UNREADABLE);
    }
    let token = reader.token.clone();
    if let Some([before, inside @ .., quote]) = reader.text.0.get_mut(token.start - 1..reader.at)
        && let Some(after) = inside.get_mut(token.len())
    {
        *before = OPEN;
        *after = CLOSE;
        *quote = CLOSE;
    }
    Ok(())
}

/// Returns the index of the closing quotation mark of a string whose inside begins at `at`. If the
/// string is unterminated, that is at least the length of `text`.
pub(super) fn last_of_string(text: &[u8], mut at: usize) -> usize {
    loop {
        at = plain(text, at);
        match text.get(at) {
            Some(b'\\') => at += 2,
            Some(b'"') | None => return at,
            Some(_) => at += 1,
        }
    }
}

/// A captured value. It has been checked, and its strings have been unescaped.
pub struct Captured<'a>(&'a [u8]);

impl<'a> Captured<'a> {
    pub(super) const fn new(text: &'a [u8]) -> Self {
        Self(text)
    }

    /// Returns the end of the inside of a string that begins at `at`, and the index of the string's
    /// last byte.
    fn end_of_string(&self, at: usize) -> (usize, usize) {
        if self.0.get(at - 1) == Some(&OPEN) {
            let end = find_byte(self.0, at, CLOSE);
            (end, find_byte(self.0, end + 1, CLOSE))
        } else {
            let end = find_byte(self.0, at, b'"');
            (end, end)
        }
    }
}

impl<'a> Text<'a> for Captured<'a> {
    fn bytes(&self) -> &[u8] {
        self.0
    }

    fn opens(byte: u8) -> bool {
        byte == b'"' || byte == OPEN
    }

    fn string(&mut self, at: &mut usize) -> Result<usize, ErrorKind> {
        let (end, last) = self.end_of_string(*at);
        *at = last + 1;
        if last < self.0.len() { Ok(end) } else { Err(ErrorKind::Syntax) }
    }

    fn skip(reader: &mut Reader<'a, Self>, _: bool) -> Result<(), DeError> {
        reader.peek();
        let rest = reader.text.0.get(reader.at..).unwrap_or_default();
        // A number at the end of the text has no delimiter.
        reader.at += length(rest).unwrap_or(rest.len());
        Ok(())
    }

    fn cut(&mut self, range: Range<usize>, end: usize) -> &'a [u8] {
        let (part, rest) = self.0.split_at_checked(end).unwrap_or_default();
        self.0 = rest;
        part.get(range).unwrap_or_default()
    }

    fn cut_mut(&mut self, _: Range<usize>, _: usize) -> Option<&'a mut [u8]> {
        None
    }
}
