//! Iteration over the records of a batch.

use core::marker::PhantomData;

use super::FromJson;
use super::error::{DeError, ErrorKind};
use super::reader::Reader;
use super::string::plain;
use super::text::{InPlace, Text};
use crate::error::Error;

/// An iterator over the elements of one array in a JSON object. Each element is read in place on
/// demand, so that their number is unlimited.
///
/// ```
/// use barelambda::Error;
/// use barelambda::json::Records;
///
/// let mut text = *br#"{"Records":[1,"two",3],"more":0}"#;
/// let mut records = Records::<u8>::new(&mut text, "Records")?;
/// assert_eq!(records.next(), Some(Ok(1)));
/// assert_eq!(records.next().unwrap().unwrap_err().to_string(), "Function.InvalidJson: expected a number at byte 15");
/// assert_eq!(records.next(), Some(Ok(3)));
/// assert_eq!(records.next(), None);
/// # Ok::<(), Error>(())
/// ```
///
/// The position in a record's error is counted in the whole text. The path that the feature
/// `error-path` adds begins at the record.
///
/// If a record is malformed, or its type rejects it, the item is an error, and the next record
/// follows. If the array or the object around it is malformed, the error is the last item.
pub struct Records<'a, T> {
    reader: Option<Reader<'a, InPlace<'a>>>,
    records: PhantomData<fn() -> T>,
}

impl<'a, T: FromJson<'a>> Records<'a, T> {
    /// Creates an iterator over the array in the field `name` of the object `text`.
    ///
    /// # Errors
    /// Returns [`Error::JSON_MISSING_FIELD`] if the object lacks the field,
    /// [`Error::JSON_NO_OBJECT`] and [`Error::JSON_NO_ARRAY`] for values of other types, and the
    /// errors of [`from_slice`](super::from_slice) for malformed text before the array.
    pub fn new(text: &'a mut [u8], name: &str) -> Result<Self, Error> {
        let mut reader = Reader::new(InPlace::new(text));
        find(&mut reader, name).map_err(|error| reader.error(error))?;
        Ok(Self { reader: Some(reader), records: PhantomData })
    }

    fn read(&mut self) -> Result<Option<(u32, &'a mut [u8])>, DeError> {
        let Some(reader) = &mut self.reader else { return Ok(None) };
        if !more(reader, b']')? {
            return rest(reader).map(|()| None);
        }
        let place = reader.start();
        Ok(Some((place, reader.cut_out()?)))
    }
}

impl<'a, T: FromJson<'a>> Iterator for Records<'a, T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.read() {
            Ok(Some((place, text))) => Some(T::from_json(text).map_err(|error| error.moved(place))),
            Ok(None) => {
                self.reader = None;
                None
            }
            Err(error) => self.reader.take().map(|reader| Err(reader.error(error))),
        }
    }
}

/// Opens the array in the field `name` of an object.
fn find<'a>(reader: &mut Reader<'a, InPlace<'a>>, name: &str) -> Result<(), DeError> {
    reader.peek();
    reader.open(b'{', ErrorKind::NoObject)?;
    while more(reader, b'}')? {
        let is_found = reader.string(ErrorKind::Syntax)? == name;
        reader.colon()?;
        if is_found {
            reader.peek();
            return reader.open(b'[', ErrorKind::NoArray);
        }
        reader.skip()?;
    }
    let end = reader.start();
    Err(reader.fail_at(end, ErrorKind::MissingField))
}

/// Checks the text after the array.
fn rest<'a>(reader: &mut Reader<'a, InPlace<'a>>) -> Result<(), DeError> {
    while more(reader, b'}')? {
        reader.string(ErrorKind::Syntax)?;
        reader.colon()?;
        reader.skip()?;
    }
    reader.end()
}

fn more<'a>(reader: &mut Reader<'a, InPlace<'a>>, mut bracket: u8) -> Result<bool, DeError> {
    reader.more(&mut bracket)?;
    Ok(bracket != 0)
}

impl<'a> Reader<'a, InPlace<'a>> {
    /// [Skips](Self::skip_unchecked) a value, and returns its unchecked text.
    fn cut_out(&mut self) -> Result<&'a mut [u8], DeError> {
        self.peek();
        let start = self.at;
        self.skip_unchecked()?;
        self.token = start..self.at;
        self.hand_out_mut().ok_or_else(|| self.fail_after(ErrorKind::Unchangeable))
    }

    /// Skips a value by its brackets and quotation marks alone. Its content may be malformed.
    fn skip_unchecked(&mut self) -> Result<(), DeError> {
        let mut open = 0usize;
        loop {
            match self.peek() {
                b'[' | b'{' => open += 1,
                b']' | b'}' if open > 0 => open -= 1,
                b',' | b':' if open > 0 => {}
                0 | b']' | b'}' | b',' | b':' => return Err(self.fail(ErrorKind::Syntax)),
                b'"' => self.at = last_of_string(self.text.bytes(), self.at + 1),
                _ => {
                    let is_inside = |byte: &u8| {
                        !matches!(byte, b',' | b':' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t')
                    };
                    let rest = self.text.bytes().get(self.at + 1..).unwrap_or_default();
                    self.at += rest.iter().take_while(|byte| is_inside(byte)).count();
                }
            }
            self.at += 1;
            let len = self.text.bytes().len();
            if self.at > len {
                self.at = len;
                return Err(self.fail(ErrorKind::End));
            }
            if open == 0 {
                return Ok(());
            }
        }
    }
}

/// Returns the index of the closing quotation mark of a string whose inside begins at `at`. If the
/// string is unterminated, that is at least the length of `text`.
fn last_of_string(text: &[u8], mut at: usize) -> usize {
    loop {
        at = plain(text, at);
        match text.get(at) {
            Some(b'\\') => at += 2,
            Some(b'"') | None => return at,
            Some(_) => at += 1,
        }
    }
}
