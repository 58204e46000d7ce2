//! The records of a batch, one at a time.

use core::marker::PhantomData;

use super::FromJson;
use super::reader::Reader;
use crate::error::Error;

/// The elements of one array of a JSON object, each read in place when it is asked for, so that there may be any number of them.
///
/// ```
/// use barelambda::Error;
/// use barelambda::json::Records;
///
/// let mut text = *br#"{"Records":[1,"two",3],"more":0}"#;
/// let mut records = Records::<u8>::new(&mut text, "Records")?;
/// assert_eq!(records.next(), Some(Ok(1)));
/// assert_eq!(records.next().unwrap().unwrap_err().to_string(), "Function.InvalidJson: an integer should be here, at byte 15");
/// assert_eq!(records.next(), Some(Ok(3)));
/// assert_eq!(records.next(), None);
/// # Ok::<(), Error>(())
/// ```
///
/// A record that its type does not take, or in which something is malformed, is an error, and the next record follows. When the array or
/// the object around it is malformed, that is the last item.
pub struct Records<'a, T> {
    reader: Option<Reader<'a>>,
    is_first: bool,
    records: PhantomData<fn() -> T>,
}

impl<'a, T: FromJson<'a>> Records<'a, T> {
    /// The elements of the array that is the field `name` of the object `text`.
    ///
    /// # Errors
    /// [`Error::JSON_MISSING_FIELD`], if there is no such field; [`Error::JSON_NO_OBJECT`] and [`Error::JSON_NO_ARRAY`]; whatever is
    /// malformed before the array.
    pub fn new(text: &'a mut [u8], name: &str) -> Result<Self, Error> {
        Ok(Self { reader: Some(find(text, name)?), is_first: true, records: PhantomData })
    }

    fn read(&mut self) -> Result<Option<(u32, &'a mut [u8])>, Error> {
        let Some(reader) = &mut self.reader else { return Ok(None) };
        if !reader.more(self.is_first, b']')? {
            return rest(reader).map(|()| None);
        }
        self.is_first = false;
        let place = reader.start();
        Ok(Some((place, reader.cut_out()?)))
    }
}

impl<'a, T: FromJson<'a>> Iterator for Records<'a, T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.read() {
            Ok(Some((place, text))) => Some(T::from_json(text).map_err(|error| error.moved(place))),
            end => {
                self.reader = None;
                end.err().map(Err)
            }
        }
    }
}

/// A reader of `text`, an object, inside the array that is its field `name`.
fn find<'a>(text: &'a mut [u8], name: &str) -> Result<Reader<'a>, Error> {
    let mut reader = Reader::new(text);
    let start = reader.start();
    reader.open(b'{', Error::JSON_NO_OBJECT)?;
    let mut is_first = true;
    while reader.more(is_first, b'}')? {
        is_first = false;
        let is_it = reader.string(Error::JSON_NAME)? == name;
        reader.expect(b':', Error::JSON_COLON)?;
        if is_it {
            reader.open(b'[', Error::JSON_NO_ARRAY)?;
            return Ok(reader);
        }
        reader.skip()?;
    }
    Err(Error::JSON_MISSING_FIELD.with(start))
}

/// Checks what is behind the array.
fn rest(reader: &mut Reader<'_>) -> Result<(), Error> {
    while reader.more(false, b'}')? {
        reader.string(Error::JSON_NAME)?;
        reader.expect(b':', Error::JSON_COLON)?;
        reader.skip()?;
    }
    reader.end()
}
