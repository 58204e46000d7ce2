use super::*;
use crate::json::from_slice;

#[derive(Debug, PartialEq, Deserialize)]
enum Choice {
    Unit,
    Newtype(u8),
}

#[test]
fn what_comes_behind_a_variant_is_read() {
    let mut text = *br#"[{"Newtype":1},{"Newtype":2},"Unit",{"Unit":null}]"#;
    assert_eq!(from_slice(&mut text), Ok([Choice::Newtype(1), Choice::Newtype(2), Choice::Unit, Choice::Unit]));
    let mut text = *br#"[{"Newtype":1}{"Newtype":2}]"#;
    assert_eq!(from_slice::<[Choice; 2]>(&mut text), Err(Error::JSON_SYNTAX.with(15)));
}

#[test]
fn a_record_that_does_not_end_is_an_error_at_the_end() {
    for text in [&b"{\"Records\":[\"a"[..], b"{\"Records\":[\"a\\", b"{\"Records\":[{\"a\\\"", b"{\"Records\":[[1,{}", b"{\"Records\":[tru"]
    {
        let mut own = text.to_vec();
        let mut records = crate::json::Records::<u8>::new(&mut own, "Records").unwrap();
        let error = records.next().unwrap().unwrap_err();
        assert!(error.number() <= Some(text.len() as u32 + 1), "{}: {error}", text.escape_ascii());
    }
}
