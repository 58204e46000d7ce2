//! Creates the events, which are the same for every contender, and checks the responses.

use cargo_barelambda::error::Error;
use serde_json::Value;

use crate::request::shown;

/// An event of 59 bytes; larger ones have more records. The names are sorted, so that serialisers
/// which sort them write the same bytes.
const SMALL: &str = r#"{"Records":[{"count":2000,"name":"bolts M6","price":1234}]}"#;

/// How a response is compared with its event.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum ExpectedResponse {
    /// It has the same bytes.
    SameBytes,
    /// It is the same JSON value, as serialisers may add spaces.
    SameJson,
}

/// Returns JSON of this size, in bytes.
///
/// # Panics
/// The size is below 59.
pub fn event(size: usize) -> Vec<u8> {
    const FRAME: [&str; 2] = [r#"{"Records":["#, "]}"];
    let record = &SMALL[FRAME[0].len()..SMALL.len() - FRAME[1].len()];
    let mut event = String::from(FRAME[0]);
    // The last record is padded.
    while event.len() + 2 * record.len() + ",".len() + FRAME[1].len() <= size {
        event.push_str(record);
        event.push(',');
    }
    let filling = size
        .checked_sub(event.len() + record.len() + FRAME[1].len())
        .expect("an event has at least 59 bytes");
    event.push_str(&record.replace("bolts", &format!("bolts{}", "s".repeat(filling))));
    event.push_str(FRAME[1]);
    event.into()
}

/// Checks a response to an event.
pub fn check(response: &[u8], event: &[u8], expected: ExpectedResponse) -> Result<(), Error> {
    let value = |bytes| serde_json::from_slice::<Value>(bytes).ok();
    let is_expected = match expected {
        _ if response == event => true,
        ExpectedResponse::SameBytes => false,
        ExpectedResponse::SameJson => {
            value(response).is_some_and(|given| Some(given) == value(event))
        }
    };
    if is_expected {
        return Ok(());
    }
    Err(Error::new(format!(
        "its response isn't the event, but {} bytes: {}",
        response.len(),
        shown(response)
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::EVENT_SIZES;

    #[test]
    fn events_are_json_of_their_size_that_sorted_writers_keep() {
        for (_, size) in EVENT_SIZES {
            let event = event(size);
            assert_eq!(event.len(), size);
            let value: Value = serde_json::from_slice(&event).expect("it is JSON");
            assert_eq!(serde_json::to_vec(&value).expect("it can be written"), event);
        }
    }

    #[test]
    fn a_response_is_compared_by_bytes_or_by_value() {
        let event = event(59);
        let blanks = String::from_utf8(event.clone()).expect("it is text").replace(':', ": ");
        assert!(check(&event, &event, ExpectedResponse::SameBytes).is_ok());
        assert!(check(blanks.as_bytes(), &event, ExpectedResponse::SameJson).is_ok());
        assert!(check(blanks.as_bytes(), &event, ExpectedResponse::SameBytes).is_err());
        let words = check(b"{}", &event, ExpectedResponse::SameJson).unwrap_err().to_string();
        assert!(words.contains("2 bytes") && words.contains("{}"), "{words}");
    }
}
