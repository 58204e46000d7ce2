//! Fails in mid-stream: the caller gets two lines, and then the error. `cargo bare invoke stream_error '"error"'`
//!
//! `"fail"` fails with a message made at run time, `"panic"` panics, and `"early"` fails before anything has left.
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
use barelambda::{Error, Event, FunctionError, Responded, Responder};

barelambda::entry!(stream_error);

static OUT_OF_PAPER: FunctionError = FunctionError::new("Function.OutOfPaper", "there is no third line");

fn stream_error<'a>(event: Event<'a>, responder: Responder<'a>) -> Result<Responded<'a>, Error> {
    let mut stream = responder.content_type("text/plain; charset=utf-8")?.stream();
    stream.write(b"one\n")?;
    if event.payload() == b"\"early\"" {
        return Err(Error::from(&OUT_OF_PAPER));
    }
    stream.flush()?;
    stream.write(b"two\n")?;
    match event.payload() {
        b"\"fail\"" => Ok(stream.fail("Function.OutOfPaper", format_args!("there is no line {}", 3))),
        b"\"panic\"" => {
            stream.flush()?;
            panic!("there is no third line")
        }
        _ => Err(Error::from(&OUT_OF_PAPER)),
    }
}
