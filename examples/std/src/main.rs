//! A std program. It counts the words of a text on several threads:
//! `cargo barelambda invoke std-function '"one two three"'`
use std::fmt::Write;
use std::thread;

use barelambda::{Invocation, Response};

barelambda::entry!(count);

fn count(invocation: Invocation) -> Response {
    let text = String::from_utf8_lossy(invocation.event.payload());
    let words: Vec<&str> = text.trim_matches('"').split_whitespace().collect();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let part = words.len().div_ceil(threads).max(1);
    let letters: usize = thread::scope(|scope| {
        let counting: Vec<_> =
            words.chunks(part).map(|words| scope.spawn(|| letters_of(words))).collect();
        counting.into_iter().map(|thread| thread.join().expect("counting doesn't panic")).sum()
    });
    println!("counted on {threads} threads at most");
    let mut response = invocation.responder.writer();
    write!(response, "{{\"words\":{},\"letters\":{letters}}}", words.len())?;
    response.finish()
}

fn letters_of(words: &[&str]) -> usize {
    words
        .iter()
        .map(|word| word.chars().filter(|character| character.is_alphabetic()).count())
        .sum()
}
