//! What is done after a panic.

use core::sync::atomic::Ordering::Relaxed;

use super::current::{INITIALIZING, with_current};
use crate::conversation::Kept;
use crate::conversation::stream::is_streaming;
use crate::log;
use crate::runtime::final_report::{finish_stream, send_final_report};
use crate::runtime_api::answer::{Answer, ErrorBody};
use crate::runtime_api::request::Subject;
use crate::sys::socket::Socket;

/// Reports a panic to the caller of the function, if there is one, and on stderr, and ends the process with status 101.
///
/// The message is the panic's if it is constant; a formatted one needs the Cargo feature `panic-message`.
#[cfg(target_env = "musl")]
#[inline(always)]
pub fn panicked(info: &core::panic::PanicInfo<'_>) -> ! {
    let (file, line) = info.location().map_or(("", 0), |location| (location.file(), location.line()));
    #[cfg(feature = "panic-message")]
    let mut buffer = [0; 1024];
    #[cfg(feature = "panic-message")]
    let message = {
        let mut text = Cut(crate::bytes::cursor::Cursor::new(&mut buffer));
        // Its only error is that a value could not be shown: what could be is in the text.
        let _ = core::fmt::Write::write_fmt(&mut text, format_args!("{}", info.message()));
        let text = text.0.into_written();
        let valid = str::from_utf8(text).map_or_else(|error| error.valid_up_to(), |text| text.len());
        str::from_utf8(text.get(..valid).unwrap_or_default()).unwrap_or_default()
    };
    #[cfg(not(feature = "panic-message"))]
    let message = info.message().as_str().unwrap_or("(a message with values: the Cargo feature panic-message shows it)");
    report_panic(file, line, message);
    crate::sys::exit(101)
}

/// Takes as much of a message as fits.
#[cfg(all(target_env = "musl", feature = "panic-message"))]
struct Cut<'a>(crate::bytes::cursor::Cursor<'a>);

#[cfg(all(target_env = "musl", feature = "panic-message"))]
impl core::fmt::Write for Cut<'_> {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.0.push_cut(text.as_bytes(), 0);
        Ok(())
    }
}

/// Sends a panic at `file:line` to the caller of the function, if there is one, and writes it to stderr.
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
    let body = body.finish();
    let answer = Answer::error(TYPE, body);
    with_current(|current| {
        log::panicked(current, body, (file, line), message);
        if INITIALIZING.load(Relaxed) != 0 {
            send_final_report(Kept { subject: Subject::Initialization, answer });
        } else if let Some(&invocation) = current {
            let kept = Kept { subject: Subject::Invocation(invocation), answer };
            if is_streaming() {
                finish_stream(Socket::streaming(), invocation, kept);
            } else {
                send_final_report(kept);
            }
        }
    });
}
