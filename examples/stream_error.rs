//! Fails while streaming: the caller gets two lines, and then the error:
//! `cargo bare invoke stream_error '"error"'`
//!
//! `"fail"` fails with a message formatted at run time, `"panic"` panics, and `"early"` fails
//! before anything is sent.
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
use barelambda::{Error, FunctionError, Invocation, Response};

barelambda::entry!(stream_error);

static OUT_OF_PAPER: FunctionError =
    FunctionError::new("Function.OutOfPaper", "there is no third line");

fn stream_error(invocation: Invocation) -> Response {
    let mut stream = invocation.responder.content_type("text/plain; charset=utf-8")?.stream();
    stream.write(b"one\n")?;
    if invocation.event.payload() == b"\"early\"" {
        return Err(Error::from(&OUT_OF_PAPER));
    }
    stream.flush()?;
    stream.write(b"two\n")?;
    match invocation.event.payload() {
        b"\"fail\"" => stream.fail("Function.OutOfPaper", format_args!("there is no line {}", 3)),
        b"\"panic\"" => {
            stream.flush()?;
            panic!("there is no third line")
        }
        _ => Err(Error::from(&OUT_OF_PAPER)),
    }
}
