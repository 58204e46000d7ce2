use std::string::String;
use std::thread;

use super::current::{Observed, with_current};
use crate::handler::{Context, Event, Handler, Invocation, Responder, Response};
use crate::http1::Progress;
use crate::http1::response;
use crate::runtime_api::invocation::{self, IDS};

const HEAD: &[u8] =
    b"HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r-1\r\nContent-Length: 0\r\n\r\n";

fn current_id() -> Option<String> {
    with_current(|current| {
        current.map(|context| String::from_utf8_lossy(context.request_id()).into_owned())
    })
}

/// Calls `handler` with an invocation.
fn observe(handler: impl Handler) {
    let mut response = response::Response::default();
    assert_eq!(response.read_head(HEAD, IDS), Ok(Progress::Complete(())));
    let context = Context { invocation: invocation::InvocationHead::new(&response, HEAD) };
    let mut buffer = [0; 256];
    let (event, responder) = (Event::new(&mut []), Responder::new(&mut buffer, &()));
    assert!(Observed(handler).handle(Invocation { context, event, responder }).is_ok());
}

#[test]
fn the_current_invocation_is_known_on_its_thread_while_the_handler_runs() {
    fn handler(invocation: Invocation) -> Response {
        assert_eq!(current_id().as_deref(), Some("r-1"));
        assert_eq!(
            thread::spawn(current_id).join().unwrap(),
            None,
            "another thread has no current invocation"
        );
        invocation.responder.bytes(b"")
    }
    assert_eq!(current_id(), None);
    observe(handler);
    assert_eq!(current_id(), None);
}

#[test]
fn an_invocation_is_forgotten_when_its_handler_unwinds() {
    fn handler(_: Invocation) -> Response {
        std::panic::resume_unwind(std::boxed::Box::new(()))
    }
    assert!(std::panic::catch_unwind(|| observe(handler)).is_err());
    assert_eq!(current_id(), None);
}

#[cfg(feature = "log")]
#[test]
fn an_installed_logger_is_kept() {
    use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    struct Other(AtomicUsize);
    impl ::log::Log for Other {
        fn enabled(&self, _: &::log::Metadata<'_>) -> bool {
            true
        }
        fn log(&self, _: &::log::Record<'_>) {
            self.0.fetch_add(1, Relaxed);
        }
        fn flush(&self) {}
    }
    static OTHER: Other = Other(AtomicUsize::new(0));

    assert!(::log::set_logger(&OTHER).is_ok());
    ::log::set_max_level(::log::LevelFilter::Error);
    super::logger::set_logger();
    assert_eq!(::log::max_level(), ::log::LevelFilter::Error);
    ::log::error!("for the other");
    ::log::warn!("for none");
    assert_eq!(OTHER.0.load(Relaxed), 1);
}
