#[cfg(test)]
mod tests {
    use barelambda::testing::invoke;

    #[test]
    fn it_says_hello() {
        assert_eq!(invoke(&mut super::hello, "{}").unwrap(), b"\"hello, world\"");
    }
}
