//! The start of a program.

use core::cell::UnsafeCell;

use super::current::{INITIALIZING, Observed};
use crate::bytes::utf8::lossy;
use crate::error::{Error, Numbered};
use crate::handler::Handler;
use crate::log::{self, Level};
use crate::runtime::final_report::{end_initialization, read_endpoint, report_initialization};
use crate::runtime::{Buffers, Heads, ROOM, Runtime};
use crate::runtime_api::answer::{Answer, ErrorBody};
use crate::runtime_api::endpoint::Endpoint;
use crate::sys::{env, socket::Socket};

/// The buffers of a bare program, in .bss.
#[repr(C)]
pub struct Memory<const RECEIVE: usize, const RESPONSE: usize> {
    receive: UnsafeCell<[u8; RECEIVE]>,
    response: UnsafeCell<[u8; RESPONSE]>,
}

// SAFETY: the buffers are reachable only through `buffers`, whose caller guarantees that one user
// at a time has them.
unsafe impl<const RECEIVE: usize, const RESPONSE: usize> Sync for Memory<RECEIVE, RESPONSE> {}

impl<const RECEIVE: usize, const RESPONSE: usize> Memory<RECEIVE, RESPONSE> {
    /// Creates zeroed buffers.
    #[expect(clippy::new_without_default, reason = "only statics need it")]
    pub const fn new() -> Self {
        assert!(RECEIVE > ROOM, "the event buffer must have at least one byte");
        assert!(RESPONSE >= ErrorBody::MIN, "the response buffer must have at least 256 bytes");
        Self { receive: UnsafeCell::new([0; RECEIVE]), response: UnsafeCell::new([0; RESPONSE]) }
    }

    /// Returns all of it, and `heads`.
    ///
    /// # Safety
    /// Must be called once in the life of the process, or again when nothing uses the previous
    /// references.
    #[inline(always)]
    pub unsafe fn buffers(&'static self, heads: &'static HeadMemory) -> Buffers<'static> {
        // SAFETY: the caller guarantees that these are the only references to the memory.
        unsafe {
            Buffers {
                heads: &mut *heads.0.get(),
                receive: &mut *self.receive.get(),
                response: &mut *self.response.get(),
            }
        }
    }
}

/// What a bare program knows of the replies, in .bss. It isn't a part of [`Memory`], so that the
/// linker script, which sorts by alignment, places it before the buffers: in a page that is used
/// anyway.
pub struct HeadMemory(UnsafeCell<Heads>);

// SAFETY: as for `Memory`.
unsafe impl Sync for HeadMemory {}

impl HeadMemory {
    /// Creates the memory.
    #[expect(clippy::new_without_default, reason = "only statics need it")]
    pub const fn new() -> Self {
        Self(UnsafeCell::new(Heads::new()))
    }
}

/// As [`serve`], with an initialiser that returns an error.
// Inlined, because the compiler takes a call before the end of the process for a rare one.
#[inline(always)]
pub(crate) fn serve_from<H: Handler>(
    init: impl FnOnce() -> Result<H, Error>,
    buffers: Buffers<'_>,
) {
    serve(|response| init().map_err(|error| Answer::of(error, response)), buffers);
}

/// Runs the initialiser and then invocation after invocation, until the runtime can't continue, and
/// logs the reason. An initialiser that fails returns the answer to report, which it may write
/// into the response buffer.
#[inline(always)]
pub fn serve<H: Handler>(
    init: impl for<'r> FnOnce(&'r mut [u8]) -> Result<H, Answer<'r>>,
    buffers: Buffers<'_>,
) {
    if let Some(error) = run(init, buffers) {
        log::error(Level::Fatal, error, b"");
    }
}

/// As [`serve`], but returns the reason instead, or `None` if the log has it.
fn run<H: Handler>(
    init: impl for<'r> FnOnce(&'r mut [u8]) -> Result<H, Answer<'r>>,
    buffers: Buffers<'_>,
) -> Option<Numbered> {
    if cfg!(feature = "exec-wrapper") {
        become_wrapper(buffers.receive);
    }
    #[cfg(feature = "log")]
    super::logger::set_logger();
    let mut endpoint = Endpoint::default();
    if !read_endpoint(&mut endpoint) {
        return None;
    }
    INITIALIZING.set(1);
    let result = init(buffers.response);
    INITIALIZING.set(0);
    let mut handler = match result {
        Ok(handler) => Observed(handler),
        Err(answer) => {
            report_initialization(answer);
            return None;
        }
    };
    let pipeline = cfg!(not(feature = "local")) || env::var(b"BARELAMBDA_PIPELINE") != Some(b"off");
    let mut runtime = Runtime::with_fit_buffers(&endpoint, Socket::new(), buffers, pipeline);
    loop {
        if let Err(error) = runtime.numbered_step(&mut handler) {
            return Some(error);
        }
    }
}

/// Executes the program that `AWS_LAMBDA_EXEC_WRAPPER` names in place of this one, unless the
/// wrapper has already run.
fn become_wrapper(buffer: &mut [u8]) {
    if let Err((wrapper, errno)) = crate::sys::wrapper::become_wrapper(buffer) {
        end_initialization(b"Runtime.InvalidWrapper", &|body| {
            body.push("AWS_LAMBDA_EXEC_WRAPPER cannot be executed: ");
            lossy(wrapper, &mut |text| body.push_bytes(text));
            body.push(": os error ");
            body.push_number(errno);
        });
    }
}
