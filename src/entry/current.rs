//! What the handler is working on, for the log and for the case of a panic.

use core::ptr::null_mut;
use core::sync::atomic::AtomicUsize;

use note::CURRENT;

use crate::handler::{Handler, Invocation, Response};
use crate::runtime_api::invocation::InvocationHead;

/// Not zero while the initialiser runs. A word, so that the linker script puts it before the buffers, in the page that is used anyway.
pub(super) static INITIALIZING: AtomicUsize = AtomicUsize::new(0);

/// A bare program has one thread.
#[cfg(bare)]
mod note {
    use core::ptr::null_mut;
    use core::sync::atomic::{AtomicPtr, Ordering::Relaxed};

    use crate::handler::Context;

    /// The place of the context of the invocation that a handler is working on, or null.
    pub(super) static CURRENT: Note = Note(AtomicPtr::new(null_mut()));

    pub(super) struct Note(AtomicPtr<Context<'static>>);

    impl Note {
        pub(super) fn set(&self, context: *mut Context<'static>) {
            self.0.store(context, Relaxed);
        }

        pub(super) fn get(&self) -> *mut Context<'static> {
            self.0.load(Relaxed)
        }
    }
}

#[cfg(not(bare))]
mod note {
    extern crate std;

    use core::cell::Cell;
    use core::ptr::null_mut;

    use crate::handler::Context;

    std::thread_local! {
        /// The place of the context of the invocation that the handler on this thread is working on, or null.
        pub(super) static CURRENT: Cell<*mut Context<'static>> = const { Cell::new(null_mut()) };
    }
}

/// Calls `then` with the invocation that the handler on this thread is working on.
pub(super) fn with_current<R>(then: impl FnOnce(Option<&InvocationHead<'_>>) -> R) -> R {
    // SAFETY: the context is a local variable of `Observed::handle`, which takes the note back before it returns or unwinds; this is called
    // from inside it, on the same thread, and ends before it does. Nothing writes to the context, or to the head and invocation that it
    // borrows.
    then(unsafe { CURRENT.get().as_ref() }.map(|context| &context.invocation))
}

/// Takes the note back.
struct Forget;

impl Drop for Forget {
    fn drop(&mut self) {
        CURRENT.set(null_mut());
    }
}

/// A handler, and, as long as it works, a note of what it works on, for the log and for the case of a panic.
pub(super) struct Observed<H>(pub(super) H);

impl<H: Handler> Handler for Observed<H> {
    // So that it is seen what becomes of the responder.
    #[inline(always)]
    fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a> {
        let mut context = invocation.context;
        CURRENT.set((&raw mut context).cast());
        let _forget = Forget;
        self.0.handle(invocation)
    }
}
