//! Child processes, and the pipes to them.
#![allow(unsafe_code)]

use core::mem::{self, MaybeUninit};

use rustix::fd::RawFd;

use super::arch;
use super::exec_args::ExecArgs;
use super::pipe::{self, Pipe, Polled};
use crate::bytes::cursor::Cursor;

/// A running program, in a separate process group, with pipes to its standard streams.
pub struct Child {
    id: i32,
    /// Becomes readable when the process has exited.
    descriptor: Pipe,
    /// The program's stdin.
    pub input: Pipe,
    /// The program's stdout.
    pub output: Pipe,
    /// The program's stderr.
    pub errors: Pipe,
    /// The status from wait4, once the process has been reaped.
    status: Option<i32>,
}

/// The operations that don't block now.
#[derive(Copy, Clone, Debug, Default)]
pub struct Ready {
    /// There is room for input, or the input has no reader.
    pub input: bool,
    /// There is output, or its end.
    pub output: bool,
    /// There is something on stderr, or its end.
    pub errors: bool,
    /// The process has exited.
    pub ended: bool,
}

/// How a process ended.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It exited with this status.
    Exit(u8),
    /// This signal killed it.
    Signal(u8),
}

/// A signal that ends processes.
#[derive(Copy, Clone)]
pub enum Signal {
    /// SIGTERM, which a process can handle.
    Terminate = 15,
    /// SIGKILL, which a process can't handle.
    Kill = 9,
}

/// Prepares this process for children. Orphaned descendants become its children. No signal is
/// ignored except SIGPIPE, and a child resets that one.
pub fn prepare() {
    const PR_SET_CHILD_SUBREAPER: usize = 36;
    const SIGNALS: usize = 64;
    // SAFETY: this prctl takes only numbers. It can't fail with these.
    unsafe { arch::syscall(arch::PRCTL, PR_SET_CHILD_SUBREAPER, 1, 0, 0) };
    // This fails for SIGKILL and SIGSTOP, which are never ignored.
    (1..=SIGNALS).for_each(|signal| set_disposition(signal, DEFAULT));
    set_disposition(SIGPIPE, IGNORE);
}

/// The errno (ELOOP) that [`check`] returns for this program itself. As its own child, it would
/// request invocations too.
pub const ITSELF: u32 = 40;

/// The longest path of a program, in bytes, including the terminating zero. Lambda's handlers have
/// at most 128.
const LONGEST_PATH: usize = 1024;

/// Checks whether a program can be executed, as far as its own file shows: the interpreter of a
/// script isn't checked. The path is given in parts. Also opens the standard streams that are
/// closed, so that no later descriptor takes their numbers.
///
/// # Errors
/// The errno with the reason.
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
    // SAFETY: faccessat reads the path, which is zero-terminated.
    let result = unsafe { arch::syscall(arch::FACCESSAT, pipe::AT_FDCWD, path, X_OK, 0) };
    // SAFETY: the path is zero-terminated.
    let mut file = unsafe { pipe::open_file(path) };
    // Usually all three streams are open, and this costs nothing.
    if file.as_ref().is_none_or(Pipe::is_standard) {
        // The file has to be closed first. Otherwise it keeps the number of a stream, which would
        // be closed again once the file is dropped.
        drop(file.take());
        fill_standard_streams();
        // SAFETY: as above.
        file = unsafe { pipe::open_file(path) };
    }
    if result < 0 {
        return Err(result.unsigned_abs());
    }
    let Some(mut file) = file else {
        // A file can be executable without being readable.
        return Ok(());
    };
    let mut start = [0; 4];
    file.read(&mut start);
    match start {
        [b'#', b'!', ..] => Ok(()),
        [0x7f, b'E', b'L', b'F'] if is_self(text.written()) => Err(ITSELF),
        [0x7f, b'E', b'L', b'F'] => Ok(()),
        // SAFETY: the path is zero-terminated.
        _ if unsafe { pipe::open_folder(path) }.is_some() => Err(IS_A_DIRECTORY),
        _ => Err(NO_EXECUTABLE),
    }
}

/// Opens /dev/null for each standard stream that is closed.
fn fill_standard_streams() {
    while let Some(null) = pipe::open_null().filter(Pipe::is_standard) {
        // It stays open in place of the stream.
        mem::forget(null);
    }
}

/// Returns whether a zero-terminated path is that of this program.
fn is_self(path: &[u8]) -> bool {
    let mut own = [0; LONGEST_PATH];
    let (link, place) =
        (c"/proc/self/exe".as_ptr().expose_provenance(), own.as_mut_ptr().expose_provenance());
    // SAFETY: readlinkat reads a zero-terminated path, and writes at most as many bytes as the
    // buffer has.
    let len = unsafe {
        arch::writing_syscall(arch::READLINKAT, pipe::AT_FDCWD, link, place, LONGEST_PATH)
    };
    let own = own.get(..usize::try_from(len).unwrap_or_default());
    own.is_some_and(|own| path.strip_suffix(b"\0") == Some(own))
}

impl Child {
    /// No process.
    pub const NONE: Self = Self {
        id: 0,
        descriptor: Pipe::CLOSED,
        input: Pipe::CLOSED,
        output: Pipe::CLOSED,
        errors: Pipe::CLOSED,
        status: None,
    };

    /// Starts a program.
    ///
    /// # Errors
    /// The errno of the call that failed. Usually it is that of execve, and shows what is wrong
    /// with the program.
    pub fn start(args: &ExecArgs<'_>) -> Result<Self, u32> {
        // Of each pipe, the read end and the write end.
        let mut ends = [const { Pipe::CLOSED }; 8];
        pipe::open(&mut ends)?;
        let [theirs_in, _, _, theirs_out, _, theirs_errors, _, theirs_report] = &ends;
        let streams = [theirs_in.descriptor(), theirs_out.descriptor(), theirs_errors.descriptor()];
        let plan = Plan { args, streams, report: theirs_report.descriptor() };
        let mut stack = Stack(MaybeUninit::uninit());
        let end = (&raw mut stack).expose_provenance() + size_of::<Stack>();
        // SAFETY: the stack is aligned, and large enough for `become_program`, which makes only
        // system calls that change the child.
        let id = unsafe { arch::vfork(become_program, (&raw const plan).expose_provenance(), end) };
        if id < 0 {
            return Err(id.unsigned_abs());
        }
        // Without these copies, the pipes reach their end when the child closes its side.
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

    /// Returns whether there is a process.
    pub const fn is_some(&self) -> bool {
        self.id > 0
    }

    /// Waits until an operation doesn't block, for at most `ms` milliseconds. `has_input` is
    /// whether there is input to write. Pipes that have ended aren't waited for.
    pub fn wait(&self, has_input: bool, ms: Option<u64>) -> Ready {
        let input = if has_input { self.input.polled_for_room() } else { Polled::NONE };
        let mut polled =
            [input, self.output.polled(), self.errors.polled(), self.descriptor.polled()];
        pipe::poll(&mut polled, ms);
        let [input, output, errors, ended] = polled.map(|polled| polled.is_ready());
        Ready { input, output, errors, ended }
    }

    /// Sends a signal to the process and its group.
    pub fn signal(&self, signal: Signal) {
        // For kill, zero means the caller's own group.
        if self.is_some() {
            // SAFETY: kill takes only numbers. The id can't have been reused: it is that of a child
            // that hasn't been reaped, or of a group that still has members.
            unsafe {
                arch::syscall(arch::KILL, -(self.id as isize) as usize, signal as usize, 0, 0)
            };
        }
    }

    /// Kills the rest of the process and its group, and returns how the process ended.
    pub fn end(&mut self) -> End {
        self.signal(Signal::Kill);
        if self.status.is_none() {
            self.status = wait(self.id, 0).map(|(_, status)| status);
        }
        // Reaps the members of the group that have become children of this process.
        while wait(-self.id, 0).is_some() {}
        let status = self.status.unwrap_or_default();
        *self = Self::NONE;
        match status & 0x7f {
            0 => End::Exit((status >> 8) as u8),
            signal => End::Signal(signal as u8),
        }
    }

    /// Reaps orphaned children that have exited: processes that left the group of a child, and
    /// whose parents have exited.
    pub fn reap_others(&mut self) {
        const WNOHANG: usize = 1;
        while let Some((id, status)) = wait(-1, WNOHANG) {
            if id == self.id {
                self.status = Some(status);
            }
        }
    }
}

/// The input of [`become_program`].
struct Plan<'a> {
    args: &'a ExecArgs<'a>,
    /// The descriptors for stdin, stdout and stderr.
    streams: [RawFd; 3],
    /// The descriptor that receives the errno if the program can't be executed.
    report: RawFd,
}

/// The stack of the child, until it executes the program.
#[repr(align(16))]
struct Stack(#[expect(dead_code, reason = "the child alone uses it")] MaybeUninit<[u8; 16_384]>);

const SIGPIPE: usize = 13;
const DEFAULT: usize = 0;
const IGNORE: usize = 1;
/// The size of a signal set, in bytes.
const SET: usize = 8;

/// Runs in the child. It shares all memory with its waiting parent, so it makes only system calls.
///
/// # Safety
/// `plan` must be the address of a [`Plan`].
unsafe extern "C" fn become_program(plan: usize) -> ! {
    const SIG_SETMASK: usize = 2;
    const PR_SET_PDEATHSIG: usize = 1;
    static NO_SIGNALS: [u8; SET] = [0; SET];
    // SAFETY: the caller guarantees it. The parent waits, so the plan stays valid.
    let plan = unsafe { &*core::ptr::with_exposed_provenance::<Plan<'_>>(plan) };
    // SAFETY: these calls change only this process, and the signal set has the given size.
    unsafe {
        arch::syscall(arch::SETPGID, 0, 0, 0, 0);
        arch::syscall(arch::PRCTL, PR_SET_PDEATHSIG, Signal::Kill as usize, 0, 0);
        arch::syscall(
            arch::RT_SIGPROCMASK,
            SIG_SETMASK,
            NO_SIGNALS.as_ptr().expose_provenance(),
            0,
            SET,
        );
        for (stream, descriptor) in plan.streams.iter().enumerate() {
            arch::syscall(arch::DUP3, *descriptor as usize, stream, 0, 0);
        }
    }
    set_disposition(SIGPIPE, DEFAULT);
    let errno = plan.args.execute().to_ne_bytes();
    // SAFETY: write reads the four bytes.
    unsafe {
        arch::syscall(
            arch::WRITE,
            plan.report as usize,
            errno.as_ptr().expose_provenance(),
            errno.len(),
            0,
        )
    };
    arch::exit(127)
}

/// Waits for the process `id`, or for any process of the group `-id`. Returns its id and its
/// status, or `None` if there is no such child or, with WNOHANG, none has exited.
fn wait(id: i32, options: usize) -> Option<(i32, i32)> {
    const EINTR: i32 = -4;
    let mut status = 0_i32;
    loop {
        // SAFETY: wait4 writes the status. The pointer for the resource usage is null.
        match unsafe {
            arch::writing_syscall(
                arch::WAIT4,
                id as isize as usize,
                (&raw mut status).expose_provenance(),
                options,
                0,
            )
        } {
            EINTR => {}
            id if id > 0 => return Some((id, status)),
            _ => return None,
        }
    }
}

/// Sets the disposition of a signal: [`DEFAULT`] or [`IGNORE`].
fn set_disposition(signal: usize, disposition: usize) {
    // The kernel's `sigaction`: handler, flags, restorer, mask.
    let action = [disposition, 0, 0, 0];
    // SAFETY: rt_sigaction reads the 32 bytes of the structure. It writes nothing, as the pointer
    // for the old action is null.
    unsafe {
        arch::syscall(arch::RT_SIGACTION, signal, action.as_ptr().expose_provenance(), 0, SET)
    };
}
