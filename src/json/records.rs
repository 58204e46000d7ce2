//! Iteration over the records of a batch.

use core::fmt;
use core::marker::PhantomData;

use super::FromJson;
use super::de::Deserializer;
use super::error::{DeError, ErrorKind};
use super::reader::Reader;
use super::text::{InPlace, Text, last_of_string};
use crate::error::Error;

/// An iterator over the elements of an array, usually in a field of an object. Each element is read
/// in place on demand, so that their number is unlimited.
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
    /// Creates an iterator over the array in the field `name` of the object `text`. A `text` that
    /// is itself an array, as EventBridge Pipes send it, is iterated over.
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

    /// Creates an iterator over the array that is next.
    fn next_array(reader: &mut Reader<'a, InPlace<'a>>) -> Result<Self, DeError> {
        let (place, text) = reader.cut_out_after(b'[', ErrorKind::NoArray)?;
        let mut reader = Reader::new(InPlace::new(text));
        reader.handed_out = place as usize - 1;
        reader.open(b'[', ErrorKind::NoArray)?;
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

/// An array in a field. Its elements are skipped until they are iterated over.
impl<'a, T: FromJson<'a>> FromJson<'a> for Records<'a, T> {
    fn read(deserializer: &mut Deserializer<'a>) -> Result<Self, DeError> {
        Self::next_array(&mut deserializer.reader)
    }
}

/// Returns an iterator without elements.
impl<T> Default for Records<'_, T> {
    fn default() -> Self {
        Self { reader: None, records: PhantomData }
    }
}

impl<T> fmt::Debug for Records<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Records")
    }
}

/// An iterator over the fields of an object whose values are arrays: the names, each with the
/// [`Records`] of its array. Both are unlimited in number.
///
/// ```
/// use barelambda::json::{RecordsByName, from_slice};
///
/// let mut text = *br#"{"red":[1,2],"blue":[3]}"#;
/// let mut sum = 0;
/// for group in from_slice::<RecordsByName<u32>>(&mut text)? {
///     let (name, records) = group?;
///     assert!(name == "red" || name == "blue");
///     for record in records {
///         sum += record?;
///     }
/// }
/// assert_eq!(sum, 6);
/// # Ok::<(), barelambda::Error>(())
/// ```
///
/// If the object is malformed, or if a value isn't an array, the error is the last item.
pub struct RecordsByName<'a, T> {
    reader: Option<Reader<'a, InPlace<'a>>>,
    records: PhantomData<fn() -> T>,
}

impl<'a, T: FromJson<'a>> FromJson<'a> for RecordsByName<'a, T> {
    fn read(deserializer: &mut Deserializer<'a>) -> Result<Self, DeError> {
        let (place, text) = deserializer.reader.cut_out_after(b'{', ErrorKind::NoObject)?;
        let mut reader = Reader::new(InPlace::new(text));
        reader.handed_out = place as usize - 1;
        reader.open(b'{', ErrorKind::NoObject)?;
        Ok(Self { reader: Some(reader), records: PhantomData })
    }
}

/// Returns an iterator without fields.
impl<T> Default for RecordsByName<'_, T> {
    fn default() -> Self {
        Self { reader: None, records: PhantomData }
    }
}

impl<T> fmt::Debug for RecordsByName<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecordsByName")
    }
}

impl<'a, T: FromJson<'a>> RecordsByName<'a, T> {
    fn read_next(&mut self) -> Result<Option<(&'a str, Records<'a, T>)>, DeError> {
        let Some(reader) = &mut self.reader else { return Ok(None) };
        if !more(reader, b'}')? {
            return reader.end().map(|()| None);
        }
        let name = reader.string(ErrorKind::Syntax)?;
        reader.colon()?;
        Ok(Some((name, Records::next_array(reader)?)))
    }
}

impl<'a, T: FromJson<'a>> Iterator for RecordsByName<'a, T> {
    type Item = Result<(&'a str, Records<'a, T>), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.read_next() {
            Ok(Some(group)) => Some(Ok(group)),
            Ok(None) => {
                self.reader = None;
                None
            }
            Err(error) => self.reader.take().map(|reader| Err(reader.error(error))),
        }
    }
}

/// Opens the array in the field `name` of an object, or the text itself if it is an array.
fn find<'a>(reader: &mut Reader<'a, InPlace<'a>>, name: &str) -> Result<(), DeError> {
    if reader.peek() == b'[' {
        return reader.open(b'[', ErrorKind::NoArray);
    }
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
    while reader.depth > 0 && more(reader, b'}')? {
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
    /// [Cuts out](Self::cut_out) a value that begins with `bracket`. Returns also its position.
    ///
    /// # Errors
    /// Returns `otherwise` if another value is next.
    fn cut_out_after(
        &mut self,
        bracket: u8,
        otherwise: ErrorKind,
    ) -> Result<(u32, &'a mut [u8]), DeError> {
        let place = self.start();
        if self.peek() != bracket {
            return Err(self.fail(otherwise));
        }
        Ok((place, self.cut_out()?))
    }

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
