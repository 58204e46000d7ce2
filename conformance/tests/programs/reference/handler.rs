//! The handler of the suite's contract.

use std::io;
use std::process::exit;
use std::thread::sleep;
use std::time::Duration;

use crate::Runtime;
use crate::answer::Answer;
use crate::defects::{self, defect, hang};
use crate::invocation::Invocation;
use crate::stream::{self, StreamFailure};

/// One byte more than Lambda accepts.
const TOO_LARGE: usize = (6 << 20) + 101;

/// Does what the event asks for, and answers.
pub fn handle(runtime: &mut Runtime, invocation: Invocation, event: Vec<u8>) -> io::Result<()> {
    let word = std::str::from_utf8(&event)
        .ok()
        .and_then(|text| text.strip_prefix("\"conformance:")?.strip_suffix('"'));
    let answer = match word.filter(|_| !defect("only-echoes")) {
        Some("error") => Answer::Error { kind: "Function.AskedFor", message: "asked for an error" },
        Some("panic") => match std::panic::catch_unwind(|| panic!("asked for a panic")) {
            Ok(()) => unreachable!("it panics"),
            Err(_) => return panicked(runtime, invocation),
        },
        Some("exit") => {
            if defect("exit-after-an-answer") {
                runtime.deliver(invocation, Answer::Response(b"null".to_vec()))?;
            }
            if defect("exit-hangs") {
                hang();
            }
            exit(3)
        }
        Some("large") => Answer::Response([b"\"", &vec![b'x'; TOO_LARGE - 2][..], b"\""].concat()),
        Some("slow") => {
            defects::while_slow(runtime);
            sleep(Duration::from_secs(1));
            Answer::Response(event)
        }
        Some("context") => Answer::Response(invocation.context().to_string().into_bytes()),
        Some("stream") => return stream::plain(runtime, invocation),
        Some("stream-http") => return stream::http(runtime, invocation),
        Some("stream-empty") => {
            return stream::answer(runtime, invocation, "application/octet-stream", |_| Ok(()));
        }
        Some("stream-large") => return stream::large(runtime, invocation),
        Some("stream-error") => {
            return stream::failing(runtime, invocation, "one\n", StreamFailure::Error);
        }
        Some("stream-panic") => {
            return stream::failing(runtime, invocation, "one\n", StreamFailure::Panic);
        }
        Some("stream-error-first") => {
            if defect("stream-error-first-as-empty") {
                return stream::answer(runtime, invocation, "application/octet-stream", |_| Ok(()));
            }
            Answer::Error { kind: "Function.AskedFor", message: "asked for an error" }
        }
        _ => Answer::Response(defects::echo(event)),
    };
    runtime.deliver(invocation, answer)
}

fn panicked(runtime: &mut Runtime, invocation: Invocation) -> io::Result<()> {
    if defect("panic-exit-0") {
        exit(0);
    }
    if defect("panic-hangs") {
        hang();
    }
    let answer = match defect("panic-answers") {
        true => Answer::Response(b"null".to_vec()),
        false => Answer::Error {
            kind: "Function.Panic",
            message: if defect("panic-without-words") { "?" } else { "asked for a panic" },
        },
    };
    runtime.deliver(invocation, answer)?;
    if defect("panic-hangs-afterwards") {
        hang();
    }
    Ok(())
}
