//! The report of a panic.

use super::current::{INITIALIZING, with_current};
use crate::conversation::stream::is_streaming;
use crate::log::{self, Level};
use crate::runtime::final_report::{finish_stream, send_final_report};
use crate::runtime_api::answer::{Answer, ErrorBody};
use crate::runtime_api::request::{Post, Subject};
use crate::sys::socket::Socket;

/// Reports a panic at `file:line` to the caller of the function, if there is one, and writes it to
/// stderr.
pub(crate) fn report_panic(file: &str, line: u32, message: &str) {
    const TYPE: &str = "Function.Panic";
    let mut buffer = [0; 2048];
    let mut body = ErrorBody::new(TYPE, &mut buffer);
    body.push("panicked at ");
    body.push(file);
    body.push(":");
    body.push_number(line);
    body.push(": ");
    body.push(message);
    deliver(b"panicked", Answer::error(TYPE, body.finish()));
}

/// Logs the error that ends the process, and sends it to the caller of the function, if there is
/// one.
pub(super) fn deliver(what: &[u8], answer: Answer<'_>) {
    with_current(|current| {
        log::failed(Level::Fatal, current, what, answer.body());
        if INITIALIZING.get() != 0 {
            send_final_report(Post { subject: Subject::Initialization, answer });
        } else if let Some(&invocation) = current {
            let kept = Post { subject: Subject::Invocation(invocation), answer };
            if is_streaming() {
                finish_stream(Socket::streaming(), invocation, kept);
            } else {
                send_final_report(kept);
            }
        }
    });
}
