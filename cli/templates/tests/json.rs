#[cfg(test)]
mod tests {
    use barelambda::testing::invoke;

    #[test]
    fn an_order_has_a_price() {
        let answer = invoke(&mut super::price, include_bytes!("../events/event.json")).unwrap();
        assert_eq!(str::from_utf8(&answer), Ok("{\"item\":\"café \\\"Zoë\\\" \u{1f600}\",\"cents\":750}"));
    }

    #[test]
    fn an_invalid_order_is_an_error() {
        let failure = invoke(&mut super::price, "{\"item\":\"tea\",\"count\":-1}").unwrap_err();
        assert_eq!(failure.error_type, "Function.InvalidJson");
    }
}
