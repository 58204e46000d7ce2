#[cfg(test)]
mod tests {
    use barelambda::testing::invoke;

    #[test]
    fn only_failed_messages_are_retried() {
        let answer = invoke(&mut super::batch, include_bytes!("../events/event.json")).unwrap();
        let answer = str::from_utf8(&answer).unwrap();
        assert_eq!(answer.matches("itemIdentifier").count(), 1, "{answer}");
    }
}
