#[cfg(test)]
mod tests {
    use barelambda::testing::invoke;

    #[test]
    fn it_counts_words_and_letters() {
        for (event, response) in [
            ("\"one two three\"", r#"{"words":3,"letters":11}"#),
            ("\"\"", r#"{"words":0,"letters":0}"#),
        ] {
            assert_eq!(invoke(&mut super::count, event).unwrap(), response.as_bytes());
        }
    }
}
