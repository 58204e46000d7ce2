//! Child processes, and the pipes to them.
#![allow(unsafe_code)]

use core::mem::{self, MaybeUninit};

use rustix::fd::RawFd;

use super::arch;
use super::exec_args::ExecArgs;
use super::pipe::{self, Pipe, Polled};
use crate::bytes::cursor::Cursor;

/// A program that runs, in a process group of its own, with pipes to its standard streams.
pub struct Child {
    id: i32,
    /// Becomes readable when the process has ended.
    descriptor: Pipe,
    /// What it reads.
    pub input: Pipe,
    /// What it writes to stdout.
    pub output: Pipe,
    /// What it writes to stderr.
    pub errors: Pipe,
    /// As wait4 gave it.
    status: Option<i32>,
}

/// What can be done without waiting.
#[derive(Copy, Clone, Debug, Default)]
pub struct Ready {
    /// There is room for input, or nobody who would read it.
    pub input: bool,
    /// There is output, or its end.
    pub output: bool,
    /// There is something on stderr, or its end.
    pub errors: bool,
    /// The process has ended.
    pub ended: bool,
}

/// How a process ended.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself, with this status.
    Exit(u8),
    /// By this signal.
    Signal(u8),
}

/// A signal that ends processes.
#[derive(Copy, Clone)]
pub enum Signal {
    /// SIGTERM, which can be handled.
    Terminate = 15,
    /// SIGKILL, which cannot.
    Kill = 9,
}

/// Prepares this process for children: those whose parents end become its own, and none of its signals is ignored but SIGPIPE, which a child
/// does not inherit.
pub fn prepare() {
    const PR_SET_CHILD_SUBREAPER: usize = 36;
    const SIGNALS: usize = 64;
    // SAFETY: prctl takes a number here. It cannot fail with this one.
    unsafe { arch::syscall(arch::PRCTL, PR_SET_CHILD_SUBREAPER, 1, 0, 0) };
    // SIGKILL and SIGSTOP cannot be set, and need not be.
    (1..=SIGNALS).for_each(|signal| handle(signal, DEFAULT));
    handle(SIGPIPE, IGNORE);
}

/// The errno that [`check`] gives for this program itself (ELOOP): as its own child it would ask for invocations too.
pub const ITSELF: u32 = 40;

/// The longest path of a program, in bytes, with its zero. (Lambda's handlers have 128 at most.)
const LONGEST_PATH: usize = 1024;

/// Whether the program whose path is in parts could be executed, as far as its own file says: a script's interpreter is not looked at. Also
/// sees to it that what is opened later is none of the standard streams.
///
/// # Errors
/// The errno that says why not.
pub fn check(path: &[&[u8]]) -> Result<(), u32> {
    const X_OK: usize = 1;
    const NO_EXECUTABLE: u32 = 8;
    const IS_A_DIRECTORY: u32 = 21;
    const NAME_TOO_LONG: u32 = 36;
    let mut buffer = [0; LONGEST_PATH];
    let mut text = Cursor::new(&mut buffer);
    path.iter().for_each(|part| _ = text.push(part));
    if !text.push(b"\0") {
        return Err(NAME_TOO_LONG);
    }
    let path = text.written().as_ptr().expose_provenance();
    // SAFETY: faccessat reads the path, which ends with a zero.
    let result = unsafe { arch::syscall(arch::FACCESSAT, pipe::AT_FDCWD, path, X_OK, 0) };
    // SAFETY: the path ends with a zero.
    let mut file = unsafe { pipe::open_file(path) };
    // As a rule all three are open, and this costs nothing.
    if file.as_ref().is_none_or(Pipe::is_standard) {
        // Closed first: the file must not have the place of a stream, which would be free again behind it.
        drop(file.take());
        fill_standard_streams();
        // SAFETY: as above.
        file = unsafe { pipe::open_file(path) };
    }
    if result < 0 {
        return Err(result.unsigned_abs());
    }
    let Some(mut file) = file else {
        // It may be executed without being readable.
        return Ok(());
    };
    let mut start = [0; 4];
    file.read(&mut start);
    match start {
        [b'#', b'!', ..] => Ok(()),
        [0x7f, b'E', b'L', b'F'] if is_self(text.written()) => Err(ITSELF),
        [0x7f, b'E', b'L', b'F'] => Ok(()),
        // SAFETY: the path ends with a zero.
        _ if unsafe { pipe::open_folder(path) }.is_some() => Err(IS_A_DIRECTORY),
        _ => Err(NO_EXECUTABLE),
    }
}

/// Opens what is not open of the standard streams.
fn fill_standard_streams() {
    while let Some(null) = pipe::open_null().filter(Pipe::is_standard) {
        // It stays open in the place of the stream that was not.
        mem::forget(null);
    }
}

/// Whether a path, which ends with a zero, is that of this program.
fn is_self(path: &[u8]) -> bool {
    let mut own = [0; LONGEST_PATH];
    let (link, place) = (c"/proc/self/exe".as_ptr().expose_provenance(), own.as_mut_ptr().expose_provenance());
    // SAFETY: readlinkat reads a path that ends with a zero, and writes at most as many bytes as there is room for.
    let len = unsafe { arch::writing_syscall(arch::READLINKAT, pipe::AT_FDCWD, link, place, LONGEST_PATH) };
    let own = own.get(..usize::try_from(len).unwrap_or_default());
    own.is_some_and(|own| path.strip_suffix(b"\0") == Some(own))
}

impl Child {
    /// No process.
    pub const NONE: Self =
        Self { id: 0, descriptor: Pipe::CLOSED, input: Pipe::CLOSED, output: Pipe::CLOSED, errors: Pipe::CLOSED, status: None };

    /// Starts a program.
    ///
    /// # Errors
    /// The errno of what failed: mostly of execve, which says what is wrong with the program.
    pub fn start(args: &ExecArgs<'_>) -> Result<Self, u32> {
        // Of each pipe, the end to read from, and the end to write to.
        let mut ends = [const { Pipe::CLOSED }; 8];
        pipe::open(&mut ends)?;
        let [theirs_in, _, _, theirs_out, _, theirs_errors, _, theirs_report] = &ends;
        let streams = [theirs_in.descriptor(), theirs_out.descriptor(), theirs_errors.descriptor()];
        let plan = Plan { args, streams, report: theirs_report.descriptor() };
        let mut stack = Stack(MaybeUninit::uninit());
        let end = (&raw mut stack).expose_provenance() + size_of::<Stack>();
        // SAFETY: the stack is aligned, and large enough for `become_program`, which makes system calls that change the child alone.
        let id = unsafe { arch::vfork(become_program, (&raw const plan).expose_provenance(), end) };
        if id < 0 {
            return Err(id.unsigned_abs());
        }
        // Behind this, the pipes end when the child's side does.
        let [theirs_in, _, _, theirs_out, _, theirs_errors, _, theirs_report] = &mut ends;
        for theirs in [theirs_in, theirs_out, theirs_errors, theirs_report] {
            theirs.close();
        }
        let [_, input, output, _, errors, _, mut report, _] = ends;
        let mut child = Self { id, descriptor: Pipe::CLOSED, input, output, errors, status: None };
        let mut errno = [0; 4];
        let result = match report.read(&mut errno) {
            Some(4) => Err(u32::from_ne_bytes(errno)),
            _ => pipe::of_process(id),
        };
        match result {
            Ok(descriptor) => {
                child.descriptor = descriptor;
                for pipe in [&child.input, &child.output, &child.errors] {
                    pipe.set_nonblocking();
                }
                Ok(child)
            }
            Err(errno) => {
                child.end();
                Err(errno)
            }
        }
    }

    /// Whether there is a process.
    pub const fn is_some(&self) -> bool {
        self.id > 0
    }

    /// Waits until something can be done, at most `ms` milliseconds. `gives` says whether there is input to give; what has ended is not
    /// waited for.
    pub fn wait(&self, gives: bool, ms: Option<u64>) -> Ready {
        let input = if gives { self.input.polled_for_room() } else { Polled::NONE };
        let mut polled = [input, self.output.polled(), self.errors.polled(), self.descriptor.polled()];
        pipe::poll(&mut polled, ms);
        let [input, output, errors, ended] = polled.map(|polled| polled.is_ready());
        Ready { input, output, errors, ended }
    }

    /// Sends a signal to the process and all of its group.
    pub fn signal(&self, signal: Signal) {
        // Zero is not a process, but a name of our own group.
        if self.is_some() {
            // SAFETY: kill takes numbers. The id is that of a child that has not been waited for, or of a group that still has somebody.
            unsafe { arch::syscall(arch::KILL, -(self.id as isize) as usize, signal as usize, 0, 0) };
        }
    }

    /// Ends what is left of the process and its group, and gives how the process ended.
    pub fn end(&mut self) -> End {
        self.signal(Signal::Kill);
        if self.status.is_none() {
            self.status = wait(self.id, 0).map(|(_, status)| status);
        }
        // Those of the group that its end has left to us.
        while wait(-self.id, 0).is_some() {}
        let status = self.status.unwrap_or_default();
        *self = Self::NONE;
        match status & 0x7f {
            0 => End::Exit((status >> 8) as u8),
            signal => End::Signal(signal as u8),
        }
    }

    /// Takes leave of those that have ended of whom nobody else will: processes that left the group of a child, and whose parents ended.
    pub fn reap_others(&mut self) {
        const WNOHANG: usize = 1;
        while let Some((id, status)) = wait(-1, WNOHANG) {
            if id == self.id {
                self.status = Some(status);
            }
        }
    }
}

/// What the child needs.
struct Plan<'a> {
    args: &'a ExecArgs<'a>,
    /// Of stdin, stdout and stderr.
    streams: [RawFd; 3],
    /// Where it writes the errno if it cannot become the program.
    report: RawFd,
}

/// The child's, until it has become the program.
#[repr(align(16))]
struct Stack(#[expect(dead_code, reason = "the child alone uses it")] MaybeUninit<[u8; 16_384]>);

const SIGPIPE: usize = 13;
const DEFAULT: usize = 0;
const IGNORE: usize = 1;
/// The size of a set of signals, in bytes.
const SET: usize = 8;

/// What the child does: it shares all memory with its waiting parent, so it makes system calls and nothing else.
///
/// # Safety
/// `plan` must be the address of a [`Plan`].
unsafe extern "C" fn become_program(plan: usize) -> ! {
    const SIG_SETMASK: usize = 2;
    const PR_SET_PDEATHSIG: usize = 1;
    static NO_SIGNALS: [u8; SET] = [0; SET];
    // SAFETY: as the caller promises; the parent waits, so that the plan stays.
    let plan = unsafe { &*core::ptr::with_exposed_provenance::<Plan<'_>>(plan) };
    // SAFETY: these calls change this process alone; the set has the size that is given.
    unsafe {
        arch::syscall(arch::SETPGID, 0, 0, 0, 0);
        arch::syscall(arch::PRCTL, PR_SET_PDEATHSIG, Signal::Kill as usize, 0, 0);
        arch::syscall(arch::RT_SIGPROCMASK, SIG_SETMASK, NO_SIGNALS.as_ptr().expose_provenance(), 0, SET);
        for (stream, descriptor) in plan.streams.iter().enumerate() {
            arch::syscall(arch::DUP3, *descriptor as usize, stream, 0, 0);
        }
    }
    handle(SIGPIPE, DEFAULT);
    let errno = plan.args.execute().to_ne_bytes();
    // SAFETY: write reads the four bytes.
    unsafe { arch::syscall(arch::WRITE, plan.report as usize, errno.as_ptr().expose_provenance(), errno.len(), 0) };
    arch::exit(127)
}

/// Waits for the process `id`, or for any of the group `-id`; gives which it was, and its status. None if there is none, or none has ended.
fn wait(id: i32, options: usize) -> Option<(i32, i32)> {
    const EINTR: i32 = -4;
    let mut status = 0_i32;
    loop {
        // SAFETY: wait4 writes the status; there is no place for what it used.
        match unsafe { arch::writing_syscall(arch::WAIT4, id as isize as usize, (&raw mut status).expose_provenance(), options, 0) } {
            EINTR => {}
            id if id > 0 => return Some((id, status)),
            _ => return None,
        }
    }
}

/// Sets what becomes of a signal: [`DEFAULT`] or [`IGNORE`].
fn handle(signal: usize, how: usize) {
    // The kernel's `sigaction`: handler, flags, restorer, mask.
    let action = [how, 0, 0, 0];
    // SAFETY: rt_sigaction reads the 32 bytes of the structure, and writes nothing, as there is no place for the old one.
    unsafe { arch::syscall(arch::RT_SIGACTION, signal, action.as_ptr().expose_provenance(), 0, SET) };
}
