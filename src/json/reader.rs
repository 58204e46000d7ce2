//! A JSON text ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)), token by token.

use core::mem::take;
use core::ops::Range;

use super::DEPTH_LIMIT;
use super::failure::Failure;
use super::string::{CLOSE, OPEN, escape, plain};
use crate::buffer::move_down;
use crate::error::Error;
use crate::search::find;

/// Reads a text from its beginning to its end, and hands parts of it out.
pub(super) struct Reader<'a> {
    rest: Rest<'a>,
    /// How much of the rest has been read.
    at: usize,
    /// How much of the text has been handed out: the rest begins there.
    handed_out: usize,
    /// Where in the rest the last token is: the inside of a string, unescaped, or a number.
    token: Range<usize>,
    /// Where something was wrong, counted from 1.
    failed_at: u32,
    /// How many arrays and objects are open.
    depth: u8,
    /// Whether nothing has been read of the innermost one.
    is_first: bool,
}

/// What has not been handed out.
enum Rest<'a> {
    /// Nobody else sees it: strings are unescaped where they lie.
    Own(&'a mut [u8]),
    /// A part that was captured: its strings have been unescaped, and nothing is wrong with it.
    Captured(&'a [u8]),
}

impl<'a> Reader<'a> {
    pub(super) const fn new(text: &'a mut [u8]) -> Self {
        Self::of(Rest::Own(text))
    }

    /// A reader of what [`capture`](Self::capture) gave.
    pub(super) const fn captured(text: &'a [u8]) -> Self {
        Self::of(Rest::Captured(text))
    }

    const fn of(rest: Rest<'a>) -> Self {
        Self { rest, at: 0, handed_out: 0, token: 0..0, failed_at: 0, depth: 0, is_first: false }
    }

    /// What is wrong, with its place: of what a type reported, the place that has been read to.
    pub(super) fn error(&self, failure: Failure) -> Error {
        failure.error().with(if self.failed_at == 0 { self.place() } else { self.failed_at })
    }

    /// Notes that the text does not go on as it should, at this place.
    #[inline(never)]
    pub(super) fn fail(&mut self, error: Error) -> Failure {
        self.failed_at = self.place();
        Failure::new(if self.next().is_some() { error } else { Error::JSON_END })
    }

    /// Notes that what began at `place` is not what it should be.
    pub(super) fn fail_at(&mut self, place: u32, error: Error) -> Failure {
        self.failed_at = place;
        Failure::new(error)
    }

    /// The place of the next byte in the text, counted from 1.
    const fn place(&self) -> u32 {
        (self.handed_out + self.at) as u32 + 1
    }

    /// Passes over blanks. Gives their end.
    pub(super) fn start(&mut self) -> u32 {
        self.peek();
        self.place()
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
    pub(super) fn expect(&mut self, byte: u8, otherwise: Error) -> Result<(), Failure> {
        if self.take(byte) { Ok(()) } else { Err(self.fail(otherwise)) }
    }

    /// Passes over blanks to the end of the text.
    ///
    /// # Errors
    /// [`Error::JSON_TRAILING`], if there is something else.
    pub(super) fn end(&mut self) -> Result<(), Failure> {
        self.peek();
        if self.next().is_none() { Ok(()) } else { Err(self.fail(Error::JSON_TRAILING)) }
    }

    /// Passes over `bracket`, which opens an array or an object.
    ///
    /// # Errors
    /// `otherwise`, if another byte comes; [`Error::JSON_DEPTH`].
    pub(super) fn open(&mut self, bracket: u8, otherwise: Error) -> Result<(), Failure> {
        if self.depth == DEPTH_LIMIT {
            return Err(self.fail(Error::JSON_DEPTH));
        }
        self.depth += 1;
        self.is_first = true;
        self.expect(bracket, otherwise)
    }

    /// Whether the innermost array or object goes on, which `bracket` closes. Passes over the comma, to the field's name, if there are
    /// names; or over the bracket.
    pub(super) fn more(&mut self, bracket: u8) -> Result<bool, Failure> {
        let is_first = take(&mut self.is_first);
        if self.take(bracket) {
            self.depth = self.depth.wrapping_sub(1);
            return Ok(false);
        }
        if !is_first {
            self.expect(b',', Error::JSON_SYNTAX)?;
        }
        if bracket == b'}' && !self.is_string() {
            return Err(self.fail(Error::JSON_SYNTAX));
        }
        Ok(true)
    }

    /// Passes over the colon behind the name of a field.
    pub(super) fn colon(&mut self) -> Result<(), Failure> {
        self.expect(b':', Error::JSON_SYNTAX)
    }

    /// Whether a string is next.
    pub(super) fn is_string(&mut self) -> bool {
        matches!(self.peek(), b'"' | OPEN)
    }

    /// Reads a string.
    ///
    /// # Errors
    /// `otherwise`, if something else comes.
    pub(super) fn string(&mut self, otherwise: Error) -> Result<&'a str, Failure> {
        self.pass_string(otherwise)?;
        str::from_utf8(self.hand_out()).map_err(|_| self.fail_at(self.place(), Error::JSON_UTF8))
    }

    /// As [`string`](Self::string), for what will be decoded further in place. It is UTF-8.
    ///
    /// # Errors
    /// Also [`Error::JSON_UNCHANGEABLE`].
    pub(super) fn string_mut(&mut self) -> Result<&'a mut [u8], Failure> {
        self.pass_string(Error::JSON_NO_STRING)?;
        match self.hand_out_mut() {
            Some(text) if str::from_utf8(text).is_ok() => Ok(text),
            Some(_) => Err(self.fail_at(self.place(), Error::JSON_UTF8)),
            None => Err(self.fail(Error::JSON_UNCHANGEABLE)),
        }
    }

    /// Reads a number. The reader then stands right behind it.
    ///
    /// # Errors
    /// `otherwise`, if something else comes.
    pub(super) fn number(&mut self, otherwise: Error) -> Result<(), Failure> {
        let is_negative = self.take(b'-');
        self.token.start = self.at - usize::from(is_negative);
        let is_zero = self.pass(b'0', b'0');
        // No digit follows a zero.
        let mut is_well_formed = is_zero != self.digits();
        if !is_negative && self.token.start == self.at {
            return Err(self.fail(otherwise));
        }
        if self.pass(b'.', b'.') {
            is_well_formed &= self.digits();
        }
        if self.pass(b'e', b'E') {
            self.pass(b'+', b'-');
            is_well_formed &= self.digits();
        }
        self.token.end = self.at;
        if is_well_formed { Ok(()) } else { Err(self.fail(Error::JSON_NUMBER)) }
    }

    /// The text of the token that was read last.
    pub(super) fn token(&self) -> &[u8] {
        self.bytes().get(self.token.clone()).unwrap_or_default()
    }

    /// Notes that the token that was read last is not what it should be.
    pub(super) fn fail_token(&mut self, error: Error) -> Failure {
        self.at = self.token.start;
        self.fail(error)
    }

    /// Passes over one of two bytes, if it is next.
    fn pass(&mut self, one: u8, other: u8) -> bool {
        let is_there = self.next().is_some_and(|byte| byte == one || byte == other);
        self.at += usize::from(is_there);
        is_there
    }

    /// Passes over digits; says whether there are any.
    fn digits(&mut self) -> bool {
        let start = self.at;
        while self.next().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at > start
    }

    /// Passes over `word`.
    ///
    /// # Errors
    /// `otherwise`, if something else comes.
    pub(super) fn word(&mut self, word: &[u8], otherwise: Error) -> Result<(), Failure> {
        for &byte in word {
            if !self.pass(byte, byte) {
                return Err(self.fail(otherwise));
            }
        }
        Ok(())
    }

    /// Passes over a value, in which everything is checked and strings are unescaped. What is in it takes no stack.
    #[inline(never)]
    pub(super) fn skip(&mut self) -> Result<(), Failure> {
        // A bit for each array or object that was opened here, the innermost the lowest: one for an object.
        let mut objects = 0u128;
        let outside = self.depth;
        loop {
            match self.peek() {
                bracket @ (b'[' | b'{') => {
                    self.open(bracket, Error::JSON_SYNTAX)?;
                    objects = objects << 1 | u128::from(bracket == b'{');
                }
                b'"' | OPEN => self.skip_string()?,
                b't' => self.word(b"true", Error::JSON_SYNTAX)?,
                b'f' => self.word(b"false", Error::JSON_SYNTAX)?,
                b'n' => self.word(b"null", Error::JSON_SYNTAX)?,
                _ => self.number(Error::JSON_SYNTAX)?,
            }
            loop {
                if self.depth == outside {
                    return Ok(());
                }
                let is_object = objects & 1 != 0;
                if self.more(if is_object { b'}' } else { b']' })? {
                    if is_object {
                        self.skip_string()?;
                        self.colon()?;
                    }
                    break;
                }
                objects >>= 1;
            }
        }
    }

    /// Passes over a value as [`skip`](Self::skip) does, and gives it.
    pub(super) fn capture(&mut self) -> Result<&'a [u8], Failure> {
        self.peek();
        let start = self.at;
        self.skip()?;
        self.token = start..self.at;
        Ok(self.hand_out())
    }

    /// Passes over a value as far as its brackets say, and gives it, unread. What is in it may be malformed.
    pub(super) fn cut_out(&mut self) -> Result<&'a mut [u8], Failure> {
        let mut open = 0usize;
        self.peek();
        let start = self.at;
        loop {
            match self.peek() {
                b'[' | b'{' => open += 1,
                b']' | b'}' if open > 0 => open -= 1,
                b',' | b':' if open > 0 => {}
                0 | b']' | b'}' | b',' | b':' => return Err(self.fail(Error::JSON_SYNTAX)),
                b'"' => self.find_quote(),
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
        self.token = start..self.at;
        self.hand_out_mut().ok_or_else(|| self.fail(Error::JSON_END))
    }

    /// Goes to the closing quotation mark of a string.
    fn find_quote(&mut self) {
        loop {
            self.at = plain(self.bytes(), self.at + 1);
            match self.next() {
                Some(b'\\') => self.at += 1,
                Some(b'"') | None => return,
                Some(_) => {}
            }
        }
    }

    /// Passes over a string, and marks it if it had escapes.
    fn skip_string(&mut self) -> Result<(), Failure> {
        self.pass_string(Error::JSON_SYNTAX)?;
        if str::from_utf8(self.token()).is_err() {
            return Err(self.fail_at(self.place(), Error::JSON_UTF8));
        }
        if let Rest::Own(text) = &mut self.rest
            && let Some([before, inside @ .., quote]) = text.get_mut(self.token.start - 1..self.at)
            && let Some(behind) = inside.get_mut(self.token.len())
        {
            *before = OPEN;
            *behind = CLOSE;
            *quote = CLOSE;
        }
        Ok(())
    }

    /// Passes over a string, and unescapes it.
    fn pass_string(&mut self, otherwise: Error) -> Result<(), Failure> {
        let is_marked = self.peek() == OPEN;
        if !self.is_string() {
            return Err(self.fail(otherwise));
        }
        self.at += 1;
        self.token.start = self.at;
        let mut write = self.at;
        loop {
            match &mut self.rest {
                Rest::Own(text) => {
                    let end = plain(text, self.at);
                    move_down(text, self.at..end, write);
                    write += end - self.at;
                    self.at = end;
                    if text.get(end) == Some(&b'\\') {
                        match escape(text, &mut self.at, &mut write) {
                            Some(()) => continue,
                            None => return Err(self.fail(Error::JSON_ESCAPE)),
                        }
                    }
                }
                Rest::Captured(text) => {
                    write = if is_marked { find(text, self.at, CLOSE, 1) } else { plain(text, self.at) };
                    self.at = if is_marked { find(text, write + 1, CLOSE, 1) } else { write };
                }
            }
            self.token.end = write;
            return match self.pass(b'"', CLOSE) {
                true => Ok(()),
                false => Err(self.fail(Error::JSON_CONTROL_CHARACTER)),
            };
        }
    }

    /// Hands out the token that was read last, and drops what is before it.
    fn hand_out(&mut self) -> &'a [u8] {
        let part = match &mut self.rest {
            Rest::Own(text) => {
                let (part, rest) = take(text).split_at_mut_checked(self.at).unwrap_or_default();
                *text = rest;
                &*part
            }
            Rest::Captured(text) => {
                let (part, rest) = take(text).split_at_checked(self.at).unwrap_or_default();
                *text = rest;
                part
            }
        };
        self.handed_out += take(&mut self.at);
        part.get(self.token.clone()).unwrap_or_default()
    }

    /// As [`hand_out`](Self::hand_out); `None` if it could not be changed.
    fn hand_out_mut(&mut self) -> Option<&'a mut [u8]> {
        let Rest::Own(text) = &mut self.rest else { return None };
        let (part, rest) = take(text).split_at_mut_checked(self.at)?;
        *text = rest;
        self.handed_out += take(&mut self.at);
        part.get_mut(self.token.clone())
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
