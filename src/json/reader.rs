//! A JSON text ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)), token by token.

use core::marker::PhantomData;
use core::mem::take;
use core::ops::Range;

use super::DEPTH_LIMIT;
use super::error::{DeError, ErrorKind};
use super::string::checked;
use super::text::Text;
use crate::bytes::json_path::{ForPath, Path};
use crate::error::Error;

/// Reads a text from its beginning to its end, and hands parts of it out.
pub struct Reader<'a, T> {
    /// What has not been handed out.
    pub(super) text: T,
    /// How much of that has been read.
    pub(super) at: usize,
    /// How many bytes have been handed out before.
    handed_out: usize,
    /// Where in the text the last token is: the inside of a string, unescaped, or a number.
    pub(super) token: Range<usize>,
    /// Where something was wrong, counted from 1; zero before that.
    failed_at: u32,
    /// How many arrays and objects are open.
    pub(super) depth: u8,
    /// Whether nothing has been read of the innermost one.
    is_first: bool,
    /// What leads to the place where something was wrong.
    pub(super) path: Path,
    /// The string that was read last.
    pub(super) last: ForPath<&'a str>,
    lifetime: PhantomData<&'a ()>,
}

impl<'a, T: Text<'a>> Reader<'a, T> {
    pub(super) const fn new(text: T) -> Self {
        Self {
            text,
            at: 0,
            handed_out: 0,
            token: 0..0,
            failed_at: 0,
            depth: 0,
            is_first: false,
            path: Path::EMPTY,
            last: ForPath::new(""),
            lifetime: PhantomData,
        }
    }

    /// What is wrong, with its place: that which has been read to, if a type reported it.
    pub(super) fn error(&self, reason: DeError) -> Error {
        let mut path = self.path;
        if path.as_str().is_empty() {
            path.prepend_name(reason.name.get());
        }
        reason.into_error().with(if self.failed_at == 0 { self.place() } else { self.failed_at }).with_path(path)
    }

    /// Notes that the text does not go on as it should, or ends, at this place.
    #[inline(never)]
    pub(super) fn fail(&mut self, error: ErrorKind) -> DeError {
        self.fail_behind(if self.next().is_some() { error } else { ErrorKind::End })
    }

    /// Notes that what has been read is wrong.
    pub(super) fn fail_behind(&mut self, error: ErrorKind) -> DeError {
        self.fail_at(self.place(), error)
    }

    /// Notes that the token that was read last is not what it should be.
    pub(super) fn fail_token(&mut self, error: ErrorKind) -> DeError {
        self.at = self.token.start;
        self.fail_behind(error)
    }

    /// Notes that something is wrong at `place`.
    pub(super) fn fail_at(&mut self, place: u32, error: ErrorKind) -> DeError {
        self.failed_at = place;
        DeError::new(error)
    }

    /// The place of the next byte in the text, counted from 1.
    fn place(&self) -> u32 {
        (self.handed_out + self.at) as u32 + 1
    }

    /// Passes over blanks. Gives the place behind them.
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
    fn expect(&mut self, byte: u8, otherwise: ErrorKind) -> Result<(), DeError> {
        if self.take(byte) { Ok(()) } else { Err(self.fail(otherwise)) }
    }

    /// Passes over blanks to the end of the text.
    ///
    /// # Errors
    /// [`Error::JSON_TRAILING`], if there is something else.
    pub(super) fn end(&mut self) -> Result<(), DeError> {
        self.peek();
        if self.next().is_none() { Ok(()) } else { Err(self.fail(ErrorKind::Trailing)) }
    }

    /// Passes over `bracket`, which opens an array or an object.
    ///
    /// # Errors
    /// `otherwise`, if another byte comes; [`Error::JSON_DEPTH`].
    pub(super) fn open(&mut self, bracket: u8, otherwise: ErrorKind) -> Result<(), DeError> {
        self.expect(bracket, otherwise)?;
        if self.depth == DEPTH_LIMIT {
            return Err(self.fail_behind(ErrorKind::Depth));
        }
        self.depth += 1;
        self.is_first = true;
        Ok(())
    }

    /// Passes over the comma, and to the field's name, if the innermost array or object goes on. Passes over `bracket`, which closes it, if
    /// it ends, and makes it zero; if it is zero, nothing happens.
    pub(super) fn more(&mut self, bracket: &mut u8) -> Result<(), DeError> {
        if *bracket == 0 {
            return Ok(());
        }
        let is_first = take(&mut self.is_first);
        if self.close(*bracket) {
            *bracket = 0;
            return Ok(());
        }
        if !is_first {
            self.expect(b',', ErrorKind::Syntax)?;
        }
        if *bracket == b'}' && !self.is_string() {
            return Err(self.fail(ErrorKind::Syntax));
        }
        Ok(())
    }

    /// Passes over `bracket`, which closes the innermost array or object, if it is next; says whether it was.
    pub(super) fn close(&mut self, bracket: u8) -> bool {
        let is_there = self.take(bracket);
        if is_there {
            self.depth = self.depth.wrapping_sub(1);
            self.is_first = false;
        }
        is_there
    }

    /// Passes over the colon behind the name of a field.
    pub(super) fn colon(&mut self) -> Result<(), DeError> {
        self.expect(b':', ErrorKind::Syntax)
    }

    /// Whether a string is next.
    pub(super) fn is_string(&mut self) -> bool {
        T::opens(self.peek())
    }

    /// Reads a string.
    ///
    /// # Errors
    /// `otherwise`, if something else comes.
    pub(super) fn string(&mut self, otherwise: ErrorKind) -> Result<&'a str, DeError> {
        self.pass_string(otherwise)?;
        let text = checked(self.hand_out()).ok_or_else(|| self.fail_behind(ErrorKind::Utf8));
        if let Ok(text) = text {
            self.last = ForPath::new(text);
        }
        text
    }

    /// Passes over a string, and unescapes it.
    pub(super) fn pass_string(&mut self, otherwise: ErrorKind) -> Result<(), DeError> {
        if !self.is_string() {
            return Err(self.fail(otherwise));
        }
        self.at += 1;
        self.token.start = self.at;
        match self.text.string(&mut self.at) {
            Ok(end) => {
                self.token.end = end;
                Ok(())
            }
            Err(error) => Err(self.fail(error)),
        }
    }

    /// Reads a number. The reader then stands right behind it.
    ///
    /// # Errors
    /// `otherwise`, if something else comes.
    pub(super) fn number(&mut self, otherwise: ErrorKind) -> Result<(), DeError> {
        let is_negative = self.take(b'-');
        self.token.start = self.at - usize::from(is_negative);
        let is_zero = self.pass(b'0', b'0');
        // No digit follows a zero.
        let mut is_well_formed = is_zero != self.digits();
        if self.token.start == self.at {
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
        if is_well_formed { Ok(()) } else { Err(self.fail(ErrorKind::Number)) }
    }

    /// The text of the token that was read last.
    pub(super) fn token(&self) -> &[u8] {
        self.text.bytes().get(self.token.clone()).unwrap_or_default()
    }

    /// Passes over `word`.
    ///
    /// # Errors
    /// `otherwise`, if something else comes.
    pub(super) fn word(&mut self, word: &[u8], otherwise: ErrorKind) -> Result<(), DeError> {
        for &byte in word {
            if !self.pass(byte, byte) {
                return Err(self.fail(otherwise));
            }
        }
        Ok(())
    }

    /// Passes over a value as its text wants.
    pub(super) fn skip(&mut self) -> Result<(), DeError> {
        T::skip(self)
    }

    /// Passes over a value, and gives it.
    pub(super) fn capture(&mut self) -> Result<&'a [u8], DeError> {
        self.peek();
        let start = self.at;
        self.skip()?;
        self.token = start..self.at;
        Ok(self.hand_out())
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

    /// As [`string`](Self::string), for what will be decoded further in place. Whether it is UTF-8 is for whoever reads it as text to find.
    ///
    /// # Errors
    /// Also [`Error::JSON_UNCHANGEABLE`].
    pub(super) fn string_mut(&mut self) -> Result<&'a mut [u8], DeError> {
        self.pass_string(ErrorKind::NoString)?;
        self.hand_out_mut().ok_or_else(|| self.fail_behind(ErrorKind::Unchangeable))
    }

    pub(super) fn hand_out_mut(&mut self) -> Option<&'a mut [u8]> {
        let part = self.text.cut_mut(self.token.clone(), self.at);
        self.handed_out += take(&mut self.at);
        part
    }

    /// Hands out the token that was read last, and drops what is before it.
    fn hand_out(&mut self) -> &'a [u8] {
        let part = self.text.cut(self.token.clone(), self.at);
        self.handed_out += take(&mut self.at);
        part
    }

    /// The next byte; `None` at the end.
    pub(super) fn next(&self) -> Option<u8> {
        self.text.bytes().get(self.at).copied()
    }
}
