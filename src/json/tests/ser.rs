//! What is written, and what is left after an error.

use crate::bytes::cursor::Cursor;
use crate::error::Error;
use crate::json::ser::{to_slice, write};

#[test]
fn writes_every_kind_of_value() {
    let mut buffer = [0; 96];
    let text = to_slice(
        &((), "\u{1}\u{e9}", -1, [Some('"'), None], 1.5, f32::NAN, (u64::MAX, i64::MIN)),
        &mut buffer,
    )
    .unwrap();
    assert_eq!(
        str::from_utf8(text).unwrap(),
        r#"[null,"\u0001é",-1,["\"",null],1.5,null,[18446744073709551615,-9223372036854775808]]"#
    );
}

#[test]
fn an_error_leaves_nothing_of_the_value() {
    let mut buffer = [0; 8];
    let mut cursor = Cursor::new(&mut buffer);
    assert_eq!(write(&mut cursor, "ab", Error::JSON_TOO_LONG), Ok(()));
    assert_eq!(write(&mut cursor, &(1, i128::MAX), Error::JSON_TOO_LONG), Err(Error::JSON_INTEGER));
    assert_eq!(write(&mut cursor, &[1], Error::JSON_TOO_LONG), Ok(()));
    assert_eq!(write(&mut cursor, &[1], Error::RESPONSE_TOO_LARGE), Err(Error::RESPONSE_TOO_LARGE));
    assert_eq!(write(&mut cursor, "", Error::JSON_TOO_LONG), Err(Error::JSON_TOO_LONG));
    assert_eq!(cursor.into_written(), b"\"ab\"[1]");
}
