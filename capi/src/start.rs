//! Where a program begins.

use core::ffi::{c_int, c_void};
#[cfg(target_env = "musl")]
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

use runtime::entry::{Memory, c_support};
use runtime::runtime::ROOM;
use runtime::{Handler, PAYLOAD_LIMIT, Response};

#[cfg(target_env = "musl")]
use crate::arch;
use crate::invocation::{Invocation, TEXT};
use crate::result::{CANNOT_GO_ON, RUN_TWICE, Refusal};

// SAFETY, of all functions that C calls: see answer.rs.

type HandlerFn = unsafe extern "C" fn(event: *mut c_void, responder: *mut c_void, user: *mut c_void);
type InitFn = unsafe extern "C" fn(responder: *mut c_void, user: *mut c_void);

static MEMORY: Memory<{ PAYLOAD_LIMIT + ROOM }, { PAYLOAD_LIMIT + TEXT }> = Memory::new();

/// Whether the memory is in use, or was.
static RUNS: AtomicBool = AtomicBool::new(false);

#[unsafe(no_mangle)]
unsafe extern "C" fn barelambda_run(handler: Option<HandlerFn>, user: *mut c_void) -> c_int {
    // SAFETY: as the caller promises.
    unsafe { barelambda_run_init(None, handler, user) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn barelambda_run_init(init: Option<InitFn>, handler: Option<HandlerFn>, user: *mut c_void) -> c_int {
    let Some(function) = handler else {
        return Refusal::NULL.code;
    };
    // Not one atomic step: on aarch64 that would bring in a function of compiler_builtins, and with it one of libc.
    if RUNS.load(Relaxed) {
        return RUN_TWICE;
    }
    RUNS.store(true, Relaxed);
    find_environment();
    // SAFETY: `RUNS` lets this happen once.
    let (receive, response) = unsafe { MEMORY.buffers() };
    c_support::serve(
        |buffer| {
            // SAFETY: an initialiser is called as C declares it.
            match init.and_then(|init| Invocation::initialize(buffer, |responder| unsafe { init(responder, user) })) {
                None => Ok(Foreign { function, user }),
                Some(answer) => {
                    c_support::log_fatal("the initialiser failed", answer.body());
                    Err(answer)
                }
            }
        },
        receive,
        response,
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
        // SAFETY: a handler is called as C declares it.
        Invocation::handle(invocation, |address| unsafe { (self.function)(address, address, self.user) })
    }
}

/// What `main` is in a program that has none.
#[cfg(target_env = "musl")]
pub extern "C" fn embedded() -> c_int {
    // SAFETY: C declares these functions so.
    let (handler, init) = unsafe {
        (
            core::mem::transmute::<*const c_void, Option<HandlerFn>>(arch::handler()),
            core::mem::transmute::<*const c_void, Option<InitFn>>(arch::init()),
        )
    };
    if handler.is_none() {
        c_support::log_fatal("the program has neither main nor barelambda_handler", b"");
    }
    // SAFETY: the functions are C's.
    unsafe { barelambda_run_init(init, handler, null_mut()) };
    1
}

/// Looks where the environment is now.
pub fn find_environment() {
    #[cfg(target_env = "musl")]
    {
        let environ = arch::environ();
        if !environ.is_null() {
            // SAFETY: with a C library, `environ` is its variable, which programs do not set while functions of the library run.
            unsafe { c_support::set_environment(*environ) };
        }
    }
}

/// What `_start` is in a program that has none, and so no C library: runs `main`, and ends the process with its result.
///
/// # Safety
/// For `_start` alone, which calls it once, with the kernel's stack.
#[cfg(target_env = "musl")]
pub unsafe extern "C" fn start(stack: *const usize) -> ! {
    // SAFETY: C has one function `main`, or the library's own is taken; both take these, or ignore them.
    unsafe extern "C" {
        fn main(argc: c_int, argv: *const *const u8, envp: *const *const u8) -> c_int;
    }
    // SAFETY: argc lies where the stack begins, and behind it the pointers of argv and a null, then those of envp and a null.
    let status = unsafe {
        let count = *stack;
        let argv = stack.add(1).cast::<*const u8>();
        let envp = argv.add(count + 1);
        c_support::set_environment(envp);
        main(count as c_int, argv, envp)
    };
    runtime::exit(status as u8)
}
