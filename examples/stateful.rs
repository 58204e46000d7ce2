//! Counts its invocations, starting with START: `cargo bare invoke stateful --env START=41`
//!
//! A START that isn't a number fails the initialisation: `cargo bare invoke stateful --env START=x`
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
use core::fmt::Write;

use barelambda::{Error, FunctionError, Handler, Invocation, Response};

barelambda::entry!(init = counter, event = 65_536, response = 1024);

static BAD_START: FunctionError =
    FunctionError::new("Function.BadStart", "START must be a number from 0 to 4294967295");

struct Counter {
    count: u32,
}

fn counter() -> Result<Counter, Error> {
    match barelambda::env("START").unwrap_or("0").parse() {
        Ok(count) => Ok(Counter { count }),
        Err(_) => Err(Error::from(&BAD_START)),
    }
}

impl Handler for Counter {
    fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a> {
        self.count = self.count.wrapping_add(1);
        let mut response = invocation.responder.writer();
        write!(response, "{}", self.count)?;
        response.finish()
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn counts_from_zero_without_a_start() {
        assert_eq!(super::counter().map(|counter| counter.count), Ok(0));
    }
}
