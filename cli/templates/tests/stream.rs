#[cfg(test)]
mod tests {
    use barelambda::testing::invoke;

    #[test]
    fn the_event_sets_the_number_of_messages() {
        let answer = invoke(&mut super::stream, "3").unwrap();
        assert_eq!(str::from_utf8(&answer).unwrap().matches("data: ").count(), 3);
    }
}
