//! The start of a program.

use core::ffi::{c_int, c_void};
#[cfg(target_env = "musl")]
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

use runtime::entry::{HeadMemory, Memory, c_support};
use runtime::runtime::ROOM;
use runtime::{Handler, PAYLOAD_LIMIT, Response};

#[cfg(target_env = "musl")]
use crate::arch;
use crate::invocation::{Invocation, TEXT};
use crate::result::{CANNOT_GO_ON, RUN_TWICE, Refusal};

// SAFETY, of all functions that C calls: see answer.rs.

type HandlerFn =
    unsafe extern "C" fn(event: *mut c_void, responder: *mut c_void, user: *mut c_void);
type InitFn = unsafe extern "C" fn(responder: *mut c_void, user: *mut c_void);

static MEMORY: Memory<{ PAYLOAD_LIMIT + ROOM }, { PAYLOAD_LIMIT + TEXT }> = Memory::new();

/// What is known of the replies.
static HEADS: HeadMemory = HeadMemory::new();

/// Whether the memory is or was in use.
static RUNS: AtomicBool = AtomicBool::new(false);

#[unsafe(no_mangle)]
unsafe extern "C" fn barelambda_run(handler: Option<HandlerFn>, user: *mut c_void) -> c_int {
    // SAFETY: the caller ensures it.
    unsafe { barelambda_run_init(None, handler, user) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn barelambda_run_init(
    init: Option<InitFn>,
    handler: Option<HandlerFn>,
    user: *mut c_void,
) -> c_int {
    let Some(function) = handler else {
        return Refusal::NULL.code;
    };
    // This isn't one atomic operation, which on aarch64 would link a function of compiler_builtins,
    // and with it one of libc.
    if RUNS.load(Relaxed) {
        return RUN_TWICE;
    }
    RUNS.store(true, Relaxed);
    find_environment();
    // SAFETY: `RUNS` ensures that this happens once.
    let buffers = unsafe { MEMORY.buffers(&HEADS) };
    c_support::serve(
        |buffer| {
            // SAFETY: the header declares an initialiser with this signature.
            match init.and_then(|init| {
                Invocation::initialize(buffer, |responder| unsafe { init(responder, user) })
            }) {
                None => Ok(Foreign { function, user }),
                Some(answer) => Err(answer),
            }
        },
        buffers,
    );
    CANNOT_GO_ON
}

/// A handler in C.
struct Foreign {
    function: HandlerFn,
    user: *mut c_void,
}

impl Handler for Foreign {
    #[inline(always)]
    fn handle<'a>(&mut self, invocation: runtime::Invocation<'a>) -> Response<'a> {
        // SAFETY: the header declares a handler with this signature.
        Invocation::handle(invocation, |address| unsafe {
            (self.function)(address, address, self.user)
        })
    }
}

/// The `main` of a program without one.
#[cfg(target_env = "musl")]
pub extern "C" fn embedded() -> c_int {
    // SAFETY: the header declares these functions with these signatures.
    let (handler, init) = unsafe {
        (
            core::mem::transmute::<*const c_void, Option<HandlerFn>>(arch::handler()),
            core::mem::transmute::<*const c_void, Option<InitFn>>(arch::init()),
        )
    };
    if handler.is_none() {
        c_support::log_fatal("the program has neither main nor barelambda_handler", b"");
    }
    // SAFETY: the functions are from C.
    unsafe { barelambda_run_init(init, handler, null_mut()) };
    1
}

/// Finds the environment of the C library, if there is one.
pub fn find_environment() {
    #[cfg(target_env = "musl")]
    {
        let environ = arch::environ();
        if !environ.is_null() {
            // SAFETY: `environ` is the C library's variable. Programs don't change the environment
            // while functions of this library run, as the header requires.
            unsafe { c_support::use_environ(environ) };
        }
    }
}

/// The `_start` of a program without one, and so without a C library. Calls `main`, and exits with
/// its result.
///
/// # Safety
/// Only `_start` may call it, once, with the kernel's stack.
#[cfg(target_env = "musl")]
pub unsafe extern "C" fn start(stack: *const usize) -> ! {
    // SAFETY: the program defines `main`, or the library's is linked. Both have these parameters,
    // or ignore them.
    unsafe extern "C" {
        fn main(argc: c_int, argv: *const *const u8, envp: *const *const u8) -> c_int;
    }
    // SAFETY: argc is at the start of the stack. The pointers of argv and a null follow, then those
    // of envp and a null.
    let status = unsafe {
        let count = *stack;
        let argv = stack.add(1).cast::<*const u8>();
        let envp = argv.add(count + 1);
        c_support::set_environment(envp);
        main(count as c_int, argv, envp)
    };
    runtime::exit(status as u8)
}
