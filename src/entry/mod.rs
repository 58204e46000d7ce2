//! Where a program begins and ends: the `entry!` macro, what it starts, and what is left to say after a panic.
#![allow(unsafe_code)]

#[cfg(bare)]
mod bare;
#[cfg(feature = "capi")]
#[doc(hidden)]
pub mod c_support;
mod current;
#[cfg(feature = "log")]
mod logger;
mod panic;
mod start;
#[cfg(not(bare))]
#[doc(hidden)]
pub mod std_host;

#[cfg(test)]
mod tests;

// What `entry!` names: not for others.
#[cfg(bare)]
#[doc(hidden)]
pub use bare::{panicked, start};
#[doc(hidden)]
pub use start::Memory;

/// Makes a program out of a handler. To be called once, at the root of the program's crate, whose first line is
/// `#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]`.
///
/// ```no_run
/// use barelambda::{Error, Handler, Invocation, Response};
///
/// struct Counter(u32);
///
/// fn setup() -> Result<Counter, Error> {
///     Ok(Counter(0))
/// }
///
/// impl Handler for Counter {
///     fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a> {
///         self.0 += 1;
///         invocation.responder.bytes(invocation.event.into_payload())
///     }
/// }
///
/// barelambda::entry!(init = setup, event = 65_536, response = 4096);
/// ```
///
/// - `entry!(handler)` takes a [`Handler`](crate::Handler), usually a function; `entry!(init = setup)` a function that makes one. An error
///   or a panic of `setup` goes to /init/error, and the program ends.
/// - `event` is the length of the longest event, and `response` that of the longest answer that is written with
///   [`Responder::writer`](crate::Responder::writer), in bytes. Both are 6,291,556 by default, which is what Lambda allows. The buffers lie
///   in .bss: what is not used costs nothing. The least `response` is 256.
/// - For a musl target this makes `_start` and the panic handler of a program without std; elsewhere an ordinary `main`, so that the program
///   also runs, and its tests too, on the host.
#[macro_export]
macro_rules! entry {
    (init = $init:expr $(, event = $event:expr)? $(, response = $response:expr)? $(,)?) => {
        #[cfg(all(target_env = "musl", not(test)))]
        const _: () = {
            static MEMORY: $crate::entry::Memory<
                { [$($event,)? $crate::PAYLOAD_LIMIT][0] + $crate::runtime::ROOM },
                { [$($response,)? $crate::PAYLOAD_LIMIT][0] },
            > = $crate::entry::Memory::new();

            $crate::__start!(main);

            /// # Safety
            /// For `_start` alone, which calls it once, with the kernel's stack.
            unsafe extern "C" fn main(stack: *const usize) -> ! {
                // SAFETY: as `_start` promises.
                unsafe { $crate::entry::start(stack, &MEMORY, $init) }
            }

            /// The core library of a debug build names this function, which only unwinding would call.
            // SAFETY: nothing else has the name, as the program is without std, and nothing calls it.
            #[cfg(debug_assertions)]
            #[unsafe(no_mangle)]
            extern "C" fn rust_eh_personality() {}

            #[panic_handler]
            #[inline(always)]
            fn panic(info: &::core::panic::PanicInfo<'_>) -> ! {
                $crate::entry::panicked(info)
            }
        };

        #[cfg(not(all(target_env = "musl", not(test))))]
        fn main() {
            $crate::entry::std_host::run_sized(
                $init,
                [$($event,)? $crate::PAYLOAD_LIMIT][0] + $crate::runtime::ROOM,
                [$($response,)? $crate::PAYLOAD_LIMIT][0],
            )
        }
    };
    ($handler:expr $(, event = $event:expr)? $(, response = $response:expr)? $(,)?) => {
        $crate::entry!(init = || ::core::result::Result::Ok($handler) $(, event = $event)? $(, response = $response)?);
    };
}
