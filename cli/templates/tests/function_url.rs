#[cfg(test)]
mod tests {
    use barelambda::testing::invoke;

    #[test]
    fn an_order_is_accepted() {
        let answer = invoke(&mut super::service, include_bytes!("../events/event.json")).unwrap();
        let answer = str::from_utf8(&answer).unwrap();
        assert!(answer.contains("\"statusCode\":201") && answer.contains("cents"), "{answer}");
    }
}
