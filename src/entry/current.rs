//! The current invocation, for the log and for panics.

use core::ptr::null_mut;
use core::time::Duration;

use storage::CURRENT;
pub(super) use storage::INITIALIZING;

use crate::handler::{Handler, Invocation, Response, remaining as remaining_until};
use crate::runtime_api::invocation::InvocationHead;

/// A bare program has one thread. Cells that aren't atomic let the compiler remove what no code of
/// the program reads.
#[cfg(all(bare, not(feature = "capi")))]
mod storage {
    use core::cell::Cell;
    use core::ptr::null_mut;

    use crate::handler::Context;

    /// The address of the context of the current invocation, or null.
    pub(super) static CURRENT: OneThread<*mut Context<'static>> = OneThread(Cell::new(null_mut()));

    /// Not zero while the initialiser runs. It is a whole word, so that the linker script places it
    /// before the buffers, in a page that is used anyway.
    pub(crate) static INITIALIZING: OneThread<usize> = OneThread(Cell::new(0));

    pub(crate) struct OneThread<T>(Cell<T>);

    // SAFETY: the program has one thread.
    unsafe impl<T> Sync for OneThread<T> {}

    impl<T: Copy> OneThread<T> {
        pub(crate) fn set(&self, value: T) {
            self.0.set(value);
        }

        pub(crate) fn get(&self) -> T {
            self.0.get()
        }
    }
}

/// A C program without std may have threads, but one of them runs the handler.
#[cfg(all(bare, feature = "capi"))]
mod storage {
    use core::ptr::null_mut;
    use core::sync::atomic::{AtomicPtr, Ordering::Relaxed};

    pub(crate) use super::flag::INITIALIZING;
    use crate::handler::Context;

    /// The address of the context of the current invocation, or null.
    pub(super) static CURRENT: ContextPointer = ContextPointer(AtomicPtr::new(null_mut()));

    pub(super) struct ContextPointer(AtomicPtr<Context<'static>>);

    impl ContextPointer {
        pub(super) fn set(&self, context: *mut Context<'static>) {
            self.0.store(context, Relaxed);
        }

        pub(super) fn get(&self) -> *mut Context<'static> {
            self.0.load(Relaxed)
        }
    }
}

#[cfg(not(bare))]
mod storage {
    extern crate std;

    use core::cell::Cell;
    use core::ptr::null_mut;

    pub(crate) use super::flag::INITIALIZING;
    use crate::handler::Context;

    std::thread_local! {
        /// The address of the context of the current invocation on this thread, or null.
        pub(super) static CURRENT: Cell<*mut Context<'static>> = const { Cell::new(null_mut()) };
    }
}

#[cfg(any(not(bare), feature = "capi"))]
mod flag {
    use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    /// Not zero while the initialiser runs.
    pub(crate) static INITIALIZING: Flag = Flag(AtomicUsize::new(0));

    pub(crate) struct Flag(AtomicUsize);

    impl Flag {
        pub(crate) fn set(&self, value: usize) {
            self.0.store(value, Relaxed);
        }

        pub(crate) fn get(&self) -> usize {
            self.0.load(Relaxed)
        }
    }
}

/// Calls `then` with the current invocation of this thread.
pub(super) fn with_current<R>(then: impl FnOnce(Option<&InvocationHead<'_>>) -> R) -> R {
    // SAFETY: the context is a local variable of `Observed::handle`, which resets the pointer
    // before it returns or unwinds. This function is called from inside it, on the same thread, and
    // returns before it does. Nothing writes to the context, or to the head and invocation that it
    // borrows.
    then(unsafe { CURRENT.get().as_ref() }.map(|context| &context.invocation))
}

/// Returns the time that is left of the current invocation of this thread.
pub(crate) fn remaining() -> Duration {
    with_current(|current| remaining_until(current.and_then(InvocationHead::deadline_ms)))
}

/// Resets the pointer when it is dropped.
struct Reset;

impl Drop for Reset {
    fn drop(&mut self) {
        CURRENT.set(null_mut());
    }
}

/// A handler that records its invocation while it runs, for the log and for panics.
pub(super) struct Observed<H>(pub(super) H);

impl<H: Handler> Handler for Observed<H> {
    // Inlined, so that the compiler sees how the responder is used.
    #[inline(always)]
    fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a> {
        let mut context = invocation.context;
        #[cfg(sets_trace_id)]
        super::trace_id::set(context.trace_id());
        CURRENT.set((&raw mut context).cast());
        let _reset = Reset;
        self.0.handle(invocation)
    }
}
