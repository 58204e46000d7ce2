//! A tokenizer of JSON texts ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)).

use core::marker::PhantomData;
use core::mem::take;
use core::ops::Range;

use super::DEPTH_LIMIT;
use super::error::{DeError, ErrorKind};
use super::string::checked;
use super::text::Text;
use crate::bytes::json_path::{ForPath, Path};
use crate::error::Error;

/// Reads a text from start to end, and hands out parts of it.
pub struct Reader<'a, T> {
    /// The text that hasn't been handed out.
    pub(super) text: T,
    /// The number of bytes of `text` that have been read.
    pub(super) at: usize,
    /// The number of bytes that have been handed out.
    pub(super) handed_out: usize,
    /// The range of the last token in `text`: the unescaped inside of a string, or a number.
    pub(super) token: Range<usize>,
    /// The position of the error, counted from 1; zero if there is none.
    pub(super) failed_at: u32,
    /// The number of open arrays and objects.
    pub(super) depth: u8,
    /// Whether the innermost array or object was just opened.
    is_first: bool,
    /// The path to the error.
    pub(super) path: Path,
    /// The last string.
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

    /// Adds the position to `reason`. If a type reported it, that is the current position.
    pub(super) fn error(&self, reason: DeError) -> Error {
        let mut path = self.path;
        if path.as_str().is_empty() {
            path.prepend_name(reason.name.get());
        }
        reason
            .into_error()
            .with(if self.failed_at == 0 { self.place() } else { self.failed_at })
            .with_path(path)
    }

    /// Records an error at the next byte: `error`, or [`ErrorKind::End`] if the text ends.
    #[inline(never)]
    pub(super) fn fail(&mut self, error: ErrorKind) -> DeError {
        self.fail_after(if self.next().is_some() { error } else { ErrorKind::End })
    }

    /// Records an error after the bytes that have been read.
    pub(super) fn fail_after(&mut self, error: ErrorKind) -> DeError {
        self.fail_at(self.place(), error)
    }

    /// Records an error in the last token.
    pub(super) fn fail_token(&mut self, error: ErrorKind) -> DeError {
        self.at = self.token.start;
        self.fail_after(error)
    }

    /// Records an error at `place`.
    pub(super) fn fail_at(&mut self, place: u32, error: ErrorKind) -> DeError {
        self.failed_at = place;
        DeError::new(error)
    }

    /// Returns the position of the next byte in the whole text, counted from 1.
    fn place(&self) -> u32 {
        (self.handed_out + self.at) as u32 + 1
    }

    /// Skips whitespace. Returns the position of the next byte.
    pub(super) fn start(&mut self) -> u32 {
        self.peek();
        self.place()
    }

    /// Skips whitespace. Returns the next byte without reading it, or zero at the end, since no
    /// token begins with zero.
    pub(super) fn peek(&mut self) -> u8 {
        loop {
            match self.next() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(byte) => return byte,
                None => return 0,
            }
        }
    }

    /// Skips whitespace, then reads `byte` if it is next. Returns whether it was.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == byte;
        self.at += usize::from(is_next);
        is_next
    }

    /// Skips whitespace, then reads `byte`.
    ///
    /// # Errors
    /// Returns `otherwise` if another byte is next.
    fn expect(&mut self, byte: u8, otherwise: ErrorKind) -> Result<(), DeError> {
        if self.take(byte) { Ok(()) } else { Err(self.fail(otherwise)) }
    }

    /// Skips whitespace up to the end of the text.
    ///
    /// # Errors
    /// Returns [`Error::JSON_TRAILING`] if anything else follows.
    pub(super) fn end(&mut self) -> Result<(), DeError> {
        self.peek();
        if self.next().is_none() { Ok(()) } else { Err(self.fail(ErrorKind::Trailing)) }
    }

    /// Reads `bracket`, which opens an array or an object.
    ///
    /// # Errors
    /// Returns `otherwise` if another byte is next, and [`Error::JSON_DEPTH`].
    pub(super) fn open(&mut self, bracket: u8, otherwise: ErrorKind) -> Result<(), DeError> {
        self.expect(bracket, otherwise)?;
        if self.depth == DEPTH_LIMIT {
            return Err(self.fail_after(ErrorKind::Depth));
        }
        self.depth += 1;
        self.is_first = true;
        Ok(())
    }

    /// Reads the separator before the next element, or checks that the name of a field is next. At
    /// the end of the innermost array or object it reads the closing `bracket` and sets it to zero.
    /// If `bracket` is zero already, it does nothing.
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

    /// Reads `bracket`, which closes the innermost array or object, if it is next. Returns whether
    /// it was.
    pub(super) fn close(&mut self, bracket: u8) -> bool {
        let is_next = self.take(bracket);
        if is_next {
            self.depth = self.depth.wrapping_sub(1);
            self.is_first = false;
        }
        is_next
    }

    /// Reads the colon after the name of a field.
    pub(super) fn colon(&mut self) -> Result<(), DeError> {
        self.expect(b':', ErrorKind::Syntax)
    }

    /// Returns whether a string is next.
    pub(super) fn is_string(&mut self) -> bool {
        T::opens(self.peek())
    }

    /// Reads a string.
    ///
    /// # Errors
    /// Returns `otherwise` if something else is next.
    pub(super) fn string(&mut self, otherwise: ErrorKind) -> Result<&'a str, DeError> {
        self.pass_string(otherwise)?;
        let text = checked(self.hand_out()).ok_or_else(|| self.fail_after(ErrorKind::Utf8));
        if let Ok(text) = text {
            self.last = ForPath::new(text);
        }
        text
    }

    /// Reads a string and unescapes it, without handing it out.
    pub(super) fn pass_string(&mut self, otherwise: ErrorKind) -> Result<(), DeError> {
        if !self.is_string() {
            return Err(self.fail(otherwise));
        }
        self.at += 1;
        self.token.start = self.at;
        self.pass_inside()
    }

    /// Reads the inside of a string, or the rest of it.
    pub(super) fn pass_inside(&mut self) -> Result<(), DeError> {
        match self.text.string(&mut self.at) {
            Ok(end) => {
                self.token.end = end;
                Ok(())
            }
            Err(error) => Err(self.fail(error)),
        }
    }

    /// Reads a number. The reader is then directly after it.
    ///
    /// # Errors
    /// Returns `otherwise` if something else is next.
    pub(super) fn number(&mut self, otherwise: ErrorKind) -> Result<(), DeError> {
        let is_negative = self.take(b'-');
        self.token.start = self.at - usize::from(is_negative);
        let is_zero = self.pass(b'0', b'0');
        // A leading zero is the only digit.
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

    /// Adds the name of a field, which hasn't been handed out, to the path of an error.
    pub(super) fn prepend_name(&mut self, name: Range<usize>) {
        if cfg!(feature = "error-path") {
            let name = self.text.bytes().get(name).and_then(checked).unwrap_or_default();
            self.path.prepend_name(name);
        }
    }

    /// Returns the bytes of the last token.
    pub(super) fn token(&self) -> &[u8] {
        self.text.bytes().get(self.token.clone()).unwrap_or_default()
    }

    /// Reads `word`.
    ///
    /// # Errors
    /// Returns `otherwise` if something else is next.
    pub(super) fn word(&mut self, word: &[u8], otherwise: ErrorKind) -> Result<(), DeError> {
        for &byte in word {
            if !self.pass(byte, byte) {
                return Err(self.fail(otherwise));
            }
        }
        Ok(())
    }

    /// Skips a value, checking it if the text hasn't been checked.
    pub(super) fn skip(&mut self) -> Result<(), DeError> {
        T::skip(self, false)
    }

    /// Skips a value and returns its text. If `is_lenient`, a string in it that can't be read isn't
    /// an error.
    pub(super) fn capture(&mut self, is_lenient: bool) -> Result<&'a [u8], DeError> {
        self.peek();
        let start = self.at;
        T::skip(self, is_lenient)?;
        self.token = start..self.at;
        Ok(self.hand_out())
    }

    /// Reads one of two bytes if it is next. Returns whether it was.
    fn pass(&mut self, one: u8, other: u8) -> bool {
        let is_next = self.next().is_some_and(|byte| byte == one || byte == other);
        self.at += usize::from(is_next);
        is_next
    }

    /// Reads digits. Returns whether there were any.
    fn digits(&mut self) -> bool {
        let start = self.at;
        while self.next().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at > start
    }

    /// Reads a string like [`string`](Self::string), to be decoded further in place. The caller
    /// checks that it is UTF-8.
    ///
    /// # Errors
    /// Returns also [`Error::JSON_UNCHANGEABLE`].
    pub(super) fn string_mut(&mut self) -> Result<&'a mut [u8], DeError> {
        self.pass_string(ErrorKind::NoString)?;
        self.hand_out_mut().ok_or_else(|| self.fail_after(ErrorKind::Unchangeable))
    }

    pub(super) fn hand_out_mut(&mut self) -> Option<&'a mut [u8]> {
        let part = self.text.cut_mut(self.token.clone(), self.at);
        self.handed_out += take(&mut self.at);
        part
    }

    /// Hands out the last token, and drops the bytes before it.
    pub(super) fn hand_out(&mut self) -> &'a [u8] {
        let part = self.text.cut(self.token.clone(), self.at);
        self.handed_out += take(&mut self.at);
        part
    }

    /// Returns the next byte, or `None` at the end.
    pub(super) fn next(&self) -> Option<u8> {
        self.text.bytes().get(self.at).copied()
    }
}
