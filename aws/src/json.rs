//! JSON of any length.

use alloc::vec::Vec;

use barelambda::{Error, json};
use serde::Serialize;

/// The first attempt's room, which is enough for most calls.
const ROOM: usize = 1024;

/// The longest JSON: more than any service of AWS accepts.
const LIMIT: usize = 32 << 20;

/// Writes `value` as JSON.
///
/// # Errors
/// Those of [`json::to_slice`].
pub(crate) fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, Error> {
    let mut room = ROOM;
    loop {
        let mut text = Vec::new();
        text.try_reserve_exact(room).map_err(|_| Error::JSON_TOO_LONG)?;
        text.resize(room, 0);
        match json::to_slice(value, &mut text).map(<[u8]>::len) {
            Ok(len) => {
                text.truncate(len);
                return Ok(text);
            }
            Err(error) if error == Error::JSON_TOO_LONG && room < LIMIT => room *= 2,
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_grows() {
        for len in [0, 1, 1021, 1022, 1023, 100_000] {
            let text = "x".repeat(len);
            assert_eq!(to_vec(&*text).unwrap().len(), len + 2);
        }
    }
}
