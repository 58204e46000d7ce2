//! A JSON text ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)), token by token.

use core::mem::take;
use core::ops::Range;

use super::DEPTH_LIMIT;
use super::string::{CLOSE, Inside, OPEN, plain, unescape, unescaped};
use crate::error::Error;

/// Reads a text from its beginning to its end, and hands parts of it out.
pub(super) struct Reader<'a> {
    rest: Rest<'a>,
    /// How much of the rest has been read.
    at: usize,
    /// How much of the text has been handed out: the rest begins there.
    handed_out: usize,
    /// How many arrays and objects are open.
    depth: u8,
}

/// What has not been handed out.
enum Rest<'a> {
    /// Nobody else sees it: strings are unescaped where they lie.
    Own(&'a mut [u8]),
    /// A part that was captured: its strings have been unescaped, and nothing is wrong with it.
    Captured(&'a [u8]),
}

/// A number.
pub(super) struct Number {
    pub(super) is_negative: bool,
    /// Its absolute value, if it is an integer of at most 64 bits.
    pub(super) integer: Option<u64>,
    /// Where it begins, in the rest.
    start: usize,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(text: &'a mut [u8]) -> Self {
        Self { rest: Rest::Own(text), at: 0, handed_out: 0, depth: 0 }
    }

    /// A reader of what [`capture`](Self::capture) gave.
    pub(super) const fn captured(text: &'a [u8]) -> Self {
        Self { rest: Rest::Captured(text), at: 0, handed_out: 0, depth: 0 }
    }

    /// The place of the next byte in the text, counted from 1.
    pub(super) const fn place(&self) -> u32 {
        (self.handed_out + self.at) as u32 + 1
    }

    /// `error` at this place.
    pub(super) const fn error(&self, error: Error) -> Error {
        error.with(self.place())
    }

    /// `error` at this place, unless the text ends here.
    pub(super) fn unexpected(&self, error: Error) -> Error {
        self.error(if self.at < self.bytes().len() { error } else { Error::JSON_END })
    }

    /// Passes over blanks. Gives the byte behind them, before which the reader stays: zero, with which nothing begins, at the end.
    pub(super) fn peek(&mut self) -> u8 {
        loop {
            match self.next() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(byte) => return byte,
                None => return 0,
            }
        }
    }

    /// Passes over blanks. Gives the place of what is behind them.
    pub(super) fn start(&mut self) -> u32 {
        self.peek();
        self.place()
    }

    /// Passes over blanks, and over `byte` if it is behind them; says whether it was.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == byte;
        self.at += usize::from(is_there);
        is_there
    }

    /// Passes over blanks and then `byte`.
    ///
    /// # Errors
    /// `otherwise`, if another byte comes.
    pub(super) fn expect(&mut self, byte: u8, otherwise: Error) -> Result<(), Error> {
        if self.take(byte) { Ok(()) } else { Err(self.unexpected(otherwise)) }
    }

    /// Passes over blanks to the end of the text.
    ///
    /// # Errors
    /// [`Error::JSON_TRAILING`], if there is something else.
    pub(super) fn end(&mut self) -> Result<(), Error> {
        self.peek();
        if self.next().is_none() { Ok(()) } else { Err(self.error(Error::JSON_TRAILING)) }
    }

    /// Passes over `bracket`, which opens an array or an object.
    ///
    /// # Errors
    /// `otherwise`, if another byte comes; [`Error::JSON_DEPTH`].
    pub(super) fn open(&mut self, bracket: u8, otherwise: Error) -> Result<(), Error> {
        self.expect(bracket, otherwise)?;
        if self.depth == DEPTH_LIMIT {
            return Err(Error::JSON_DEPTH.with(self.place() - 1));
        }
        self.depth += 1;
        Ok(())
    }

    /// Whether another element or field follows, before which a comma stands unless it is the first. Passes over the comma, or over the
    /// `bracket` that closes the array or object.
    pub(super) fn more(&mut self, is_first: bool, bracket: u8) -> Result<bool, Error> {
        if self.take(bracket) {
            self.depth = self.depth.saturating_sub(1);
            return Ok(false);
        }
        if !is_first {
            self.expect(b',', Error::JSON_COMMA)?;
        }
        Ok(true)
    }

    /// Whether a string is next.
    pub(super) fn is_string(&mut self) -> bool {
        matches!(self.peek(), b'"' | OPEN)
    }

    /// Reads a string.
    ///
    /// # Errors
    /// `otherwise`, if something else comes.
    pub(super) fn string(&mut self, otherwise: Error) -> Result<&'a str, Error> {
        let inside = self.inside(otherwise)?;
        let start = self.place();
        let text = self.hand_out(self.at + 1..inside.end, inside.next);
        str::from_utf8(text).map_err(|_| Error::JSON_UTF8.with(start))
    }

    /// As [`string`](Self::string), for what will be decoded further in place. It is UTF-8.
    ///
    /// # Errors
    /// Also [`Error::JSON_UNCHANGEABLE`].
    pub(super) fn string_mut(&mut self) -> Result<&'a mut [u8], Error> {
        let inside = self.inside(Error::JSON_NO_STRING)?;
        let start = self.place();
        let text = self.hand_out_mut(self.at + 1..inside.end, inside.next).ok_or(Error::JSON_UNCHANGEABLE.with(start))?;
        if str::from_utf8(text).is_err() {
            return Err(Error::JSON_UTF8.with(start));
        }
        Ok(text)
    }

    /// Reads a number. The reader then stands right behind it.
    ///
    /// # Errors
    /// `otherwise`, if something else comes.
    pub(super) fn number(&mut self, otherwise: Error) -> Result<Number, Error> {
        let is_negative = self.peek() == b'-';
        let start = self.at;
        self.at += usize::from(is_negative);
        let first = self.at;
        let mut integer = Some(0u64);
        while let Some(digit) = self.digit() {
            integer = integer.and_then(|value| value.checked_mul(10)?.checked_add(digit.into()));
        }
        let has_leading_zero = self.at > first + 1 && self.bytes().get(first) == Some(&b'0');
        if self.at == first && !is_negative {
            return Err(self.unexpected(otherwise));
        }
        if self.at == first || has_leading_zero {
            return Err(self.unexpected(Error::JSON_NUMBER));
        }
        if self.next() == Some(b'.') {
            self.at += 1;
            self.digits()?;
            integer = None;
        }
        if let Some(b'e' | b'E') = self.next() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.next() {
                self.at += 1;
            }
            self.digits()?;
            integer = None;
        }
        Ok(Number { is_negative, integer, start })
    }

    /// The text of the number that was read last.
    pub(super) fn text_of(&self, number: &Number) -> &str {
        str::from_utf8(self.bytes().get(number.start..self.at).unwrap_or_default()).unwrap_or_default()
    }

    /// Passes over `word`.
    ///
    /// # Errors
    /// `otherwise`, if something else comes.
    pub(super) fn word(&mut self, word: &[u8], otherwise: Error) -> Result<(), Error> {
        for &byte in word {
            if self.next() != Some(byte) {
                return Err(self.unexpected(otherwise));
            }
            self.at += 1;
        }
        Ok(())
    }

    /// Passes over a value, in which everything is checked and strings are unescaped. What is in it takes no stack.
    pub(super) fn skip(&mut self) -> Result<(), Error> {
        // A bit for each array or object that was opened here, the innermost the lowest: one for an object.
        let mut objects = 0u128;
        let outside = self.depth;
        loop {
            let mut is_first = false;
            match self.peek() {
                bracket @ (b'[' | b'{') => {
                    self.open(bracket, Error::JSON_VALUE)?;
                    objects = objects << 1 | u128::from(bracket == b'{');
                    is_first = true;
                }
                b'"' | OPEN => self.skip_string()?,
                b't' => self.word(b"true", Error::JSON_VALUE)?,
                b'f' => self.word(b"false", Error::JSON_VALUE)?,
                b'n' => self.word(b"null", Error::JSON_VALUE)?,
                _ => drop(self.number(Error::JSON_VALUE)?),
            }
            loop {
                if self.depth == outside {
                    return Ok(());
                }
                let is_object = objects & 1 != 0;
                if self.more(is_first, if is_object { b'}' } else { b']' })? {
                    if is_object {
                        self.skip_string()?;
                        self.expect(b':', Error::JSON_COLON)?;
                    }
                    break;
                }
                objects >>= 1;
                is_first = false;
            }
        }
    }

    /// Passes over a value as [`skip`](Self::skip) does, and gives it.
    pub(super) fn capture(&mut self) -> Result<&'a [u8], Error> {
        self.peek();
        let start = self.at;
        self.skip()?;
        Ok(self.hand_out(start..self.at, self.at))
    }

    /// Passes over a value as far as its brackets say, and gives it, unread. What is in it may be malformed.
    ///
    /// # Errors
    /// [`Error::JSON_END`], if it has no end; [`Error::JSON_VALUE`], if there is none.
    pub(super) fn cut_out(&mut self) -> Result<&'a mut [u8], Error> {
        let mut open = 0usize;
        self.peek();
        let start = self.at;
        loop {
            match self.peek() {
                b'[' | b'{' => open += 1,
                b']' | b'}' if open > 0 => open -= 1,
                b',' | b':' if open > 0 => {}
                0 | b']' | b'}' | b',' | b':' => return Err(self.unexpected(Error::JSON_VALUE)),
                b'"' => self.pass_string(),
                _ => {
                    let is_inside = |byte: &u8| !matches!(byte, b',' | b':' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t');
                    let rest = self.bytes().get(self.at + 1..).unwrap_or_default();
                    self.at += rest.iter().take_while(|byte| is_inside(byte)).count();
                }
            }
            self.at += 1;
            if open == 0 {
                break;
            }
        }
        self.hand_out_mut(start..self.at, self.at).ok_or(self.error(Error::JSON_END))
    }

    fn pass_string(&mut self) {
        loop {
            self.at = plain(self.bytes(), self.at + 1, &mut 0);
            match self.next() {
                Some(b'\\') => self.at += 1,
                Some(b'"') | None => return,
                Some(_) => {}
            }
        }
    }

    /// Passes over a string, and marks it if it had escapes.
    fn skip_string(&mut self) -> Result<(), Error> {
        let inside = self.inside(Error::JSON_NAME)?;
        if let Rest::Own(text) = &mut self.rest
            && let Some(text) = text.get_mut(self.at..inside.next)
        {
            let end = inside.end - self.at;
            if !inside.is_ascii && str::from_utf8(text.get(1..end).unwrap_or_default()).is_err() {
                return Err(self.error(Error::JSON_UTF8));
            }
            if let Some([place, blanks @ ..]) = text.get_mut(end..)
                && !blanks.is_empty()
            {
                *place = CLOSE;
                blanks.fill(b' ');
                if let [first, ..] = text {
                    *first = OPEN;
                }
            }
        }
        self.at = inside.next;
        Ok(())
    }

    /// Unescapes the string that is next, before which the reader stays.
    fn inside(&mut self, otherwise: Error) -> Result<Inside, Error> {
        if !self.is_string() {
            return Err(self.unexpected(otherwise));
        }
        let is_marked = self.next() == Some(OPEN);
        let start = self.at + 1;
        let inside = match &mut self.rest {
            Rest::Own(_) if is_marked => return Err(self.unexpected(otherwise)),
            Rest::Own(text) => unescape(text, start),
            Rest::Captured(text) => unescaped(text, start, is_marked),
        };
        inside.map_err(|error| error.with(error.number().unwrap_or_default() + self.handed_out as u32))
    }

    /// Hands out the bytes at `range`, and drops the other ones up to `end`.
    fn hand_out(&mut self, range: Range<usize>, end: usize) -> &'a [u8] {
        match &mut self.rest {
            Rest::Own(_) => self.hand_out_mut(range, end).unwrap_or_default(),
            Rest::Captured(text) => {
                let (part, rest) = text.split_at_checked(end).unwrap_or_default();
                *text = rest;
                self.handed_out += end;
                self.at = 0;
                part.get(range).unwrap_or_default()
            }
        }
    }

    /// As [`hand_out`](Self::hand_out); `None` if they cannot be changed.
    fn hand_out_mut(&mut self, range: Range<usize>, end: usize) -> Option<&'a mut [u8]> {
        let Rest::Own(text) = &mut self.rest else { return None };
        let (part, rest) = take(text).split_at_mut_checked(end)?;
        *text = rest;
        self.handed_out += end;
        self.at = 0;
        part.get_mut(range)
    }

    /// Passes over one digit or more.
    fn digits(&mut self) -> Result<(), Error> {
        if self.digit().is_none() {
            return Err(self.unexpected(Error::JSON_NUMBER));
        }
        while self.digit().is_some() {}
        Ok(())
    }

    fn digit(&mut self) -> Option<u8> {
        let digit = self.next()?.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        self.at += 1;
        Some(digit)
    }

    /// The next byte; `None` at the end.
    fn next(&self) -> Option<u8> {
        self.bytes().get(self.at).copied()
    }

    const fn bytes(&self) -> &[u8] {
        match &self.rest {
            Rest::Own(text) => text,
            Rest::Captured(text) => text,
        }
    }
}
