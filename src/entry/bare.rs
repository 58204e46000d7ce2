//! The functions that `entry!` calls in a program without std.

use core::fmt::{self, Write};
use core::panic::PanicInfo;

use super::panic::report_panic;
use super::start::{HeadMemory, Memory, serve_from};
use crate::bytes::cursor::Cursor;
use crate::error::Error;
use crate::handler::Handler;
use crate::sys::{self, env};

/// Fails to compile: a heap needs the feature.
#[cfg(not(feature = "alloc"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __heap {
    ($size:expr) => {
        ::core::compile_error!("`heap` in entry! needs the Cargo feature `alloc` of barelambda");
    };
}

/// The body of `entry!`: `_start` and the panic handler of a program without std. A test of the
/// program's crate has neither.
#[doc(hidden)]
#[macro_export]
macro_rules! __main {
    ($init:expr, $receive:expr, $response:expr $(, $heap:expr)?) => {
        #[cfg(not(test))]
        const _: () = {
            static MEMORY: $crate::entry::Memory<{ $receive }, { $response }> =
                $crate::entry::Memory::new();
            static HEADS: $crate::entry::HeadMemory = $crate::entry::HeadMemory::new();

            $($crate::__heap!($heap);)?

            $crate::__start!(main);

            /// # Safety
            /// Must be called once, by `_start`, with the kernel's stack.
            unsafe extern "C" fn main(stack: *const usize) -> ! {
                $(
                    // SAFETY: the program begins here, so nothing else uses the heap or its memory.
                    unsafe { __BARELAMBDA_HEAP.begin::<{ $heap }>(&__BARELAMBDA_ARENA) };
                )?
                // SAFETY: `_start` guarantees it.
                unsafe { $crate::entry::start(stack, &MEMORY, &HEADS, $init) }
            }

            #[panic_handler]
            #[inline(always)]
            fn panic(info: &::core::panic::PanicInfo<'_>) -> ! {
                $(__BARELAMBDA_HEAP.report_exhausted(info, $heap);)?
                $crate::entry::panicked(info)
            }
        };
    };
}

/// Runs a bare program, from its entry point to its exit.
///
/// # Safety
/// Must be called once, before anything else, with the `stack` that the kernel passed to `_start`.
pub unsafe fn start<H: Handler, const RECEIVE: usize, const RESPONSE: usize>(
    stack: *const usize,
    memory: &'static Memory<RECEIVE, RESPONSE>,
    heads: &'static HeadMemory,
    init: impl FnOnce() -> Result<H, Error>,
) -> ! {
    // SAFETY: the caller guarantees it.
    unsafe { env::set_from_stack(stack) };
    // SAFETY: this runs once, and nothing else uses the memory.
    let buffers = unsafe { memory.buffers(heads) };
    serve_from(init, buffers);
    sys::exit(1)
}

/// Reports a panic to the caller of the function, if there is one, and on stderr, then exits with
/// status 101.
///
/// A constant message is reported as it is. A formatted message needs the Cargo feature
/// `panic-message`.
#[inline(always)]
pub fn panicked(info: &PanicInfo<'_>) -> ! {
    let (file, line) =
        info.location().map_or(("", 0), |location| (location.file(), location.line()));
    let mut buffer = [0; 1024];
    let message = if cfg!(feature = "panic-message") {
        formatted(info, &mut buffer)
    } else {
        info.message()
            .as_str()
            .unwrap_or("(a message with values: the Cargo feature panic-message shows it)")
    };
    report_panic(file, line, message);
    sys::exit(101)
}

/// Formats the message of a panic, cut to the buffer.
fn formatted<'a>(info: &PanicInfo<'_>, buffer: &'a mut [u8]) -> &'a str {
    let mut text = Cut(Cursor::new(buffer));
    // Formatting fails only if a value's implementation does. The text up to there is kept.
    let _ = write!(text, "{}", info.message());
    let text = text.0.into_written();
    let valid = str::from_utf8(text).map_or_else(|error| error.valid_up_to(), |text| text.len());
    str::from_utf8(text.get(..valid).unwrap_or_default()).unwrap_or_default()
}

/// A writer that cuts the message to the buffer.
struct Cut<'a>(Cursor<'a>);

impl Write for Cut<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.push_cut(text.as_bytes(), 0);
        Ok(())
    }
}
