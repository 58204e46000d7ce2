#[cfg(test)]
mod tests {
    use barelambda::testing::invoke;

    #[test]
    fn as_many_events_as_asked_for() {
        let answer = invoke(&mut super::stream, "3").unwrap();
        assert_eq!(str::from_utf8(&answer).unwrap().matches("data: ").count(), 3);
    }
}
