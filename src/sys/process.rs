//! Child processes, and the pipes to them.
#![allow(unsafe_code)]

use core::mem::MaybeUninit;

use rustix::fd::RawFd;

use super::arch;
use super::clock;
use super::exec_args::ExecArgs;
use super::pipe::{self, Pipe, Polled};

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

/// The time for the members of a killed group to exit, in milliseconds.
const REAP_LIMIT_MS: u32 = 100;

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

impl Child {
    /// No process.
    pub const NONE: Self = Self {
        id: 0,
        descriptor: Pipe::CLOSED,
        input: Pipe::CLOSED,
        output: Pipe::CLOSED,
        errors: Pipe::CLOSED,
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
        let mut child = Self { id, descriptor: Pipe::CLOSED, input, output, errors };
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
            kill(-self.id, signal);
        }
    }

    /// Kills the process and its group, even if the process has joined another group.
    pub fn kill(&self) {
        if self.is_some() {
            self.signal(Signal::Kill);
            kill(self.id, Signal::Kill);
        }
    }

    /// Kills the rest of the process and its group, and returns how the process ended.
    pub fn end(&mut self) -> End {
        self.signal(Signal::Kill);
        let status = wait(self.id, WNOHANG).filter(|(id, _)| *id > 0).or_else(|| {
            // The process may have joined another group.
            kill(self.id, Signal::Kill);
            wait(self.id, 0)
        });
        // Reaps the members of the group that have become children of this process. One that left
        // the group and came back after the signal lives on, so this doesn't wait for ever.
        let mut left_ms = REAP_LIMIT_MS;
        while let Some((id, _)) = wait(-self.id, WNOHANG) {
            if id == 0 {
                if left_ms == 0 {
                    break;
                }
                left_ms -= 1;
                clock::sleep_ms(1);
            }
        }
        *self = Self::NONE;
        let status = status.map_or(0, |(_, status)| status);
        match status & 0x7f {
            0 => End::Exit((status >> 8) as u8),
            signal => End::Signal(signal as u8),
        }
    }

    /// Reaps orphaned children that have exited: processes that left the group of a child, and
    /// whose parents have exited.
    pub fn reap_others(&self) {
        // Not this process itself, even if it has exited: its id is in use until `end`.
        while let Some(id) = exited_child().filter(|id| *id != self.id) {
            wait(id, WNOHANG);
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

/// Sends a signal to the process `id`, or to the group `-id`.
fn kill(id: i32, signal: Signal) {
    // SAFETY: kill takes only numbers. The id can't have been reused: it is that of a child that
    // hasn't been reaped, or of its group.
    unsafe { arch::syscall(arch::KILL, id as isize as usize, signal as usize, 0, 0) };
}

/// Return at once.
const WNOHANG: usize = 1;

/// Waits for the process `id`, or for any process of the group `-id`. Returns its id and its
/// status; with [`WNOHANG`], the id is zero if none has exited. Returns `None` if there is no such
/// child.
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
            id if id >= 0 => return Some((id, status)),
            _ => return None,
        }
    }
}

/// Returns the id of a child that has exited, without reaping it.
fn exited_child() -> Option<i32> {
    const P_ALL: usize = 0;
    const WEXITED: usize = 4;
    const WNOWAIT: usize = 0x0100_0000;
    /// The index of `si_pid` in the words of the kernel's `siginfo`, which has 128 bytes.
    const PID: usize = 4;
    let mut info = [0_i32; 32];
    // SAFETY: waitid writes a `siginfo`.
    unsafe {
        arch::waitid(P_ALL, info.as_mut_ptr().expose_provenance(), WEXITED | WNOHANG | WNOWAIT)
    };
    info.get(PID).copied().filter(|id| *id > 0)
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// Starts a program of the system without arguments.
    fn start(path: &[u8]) -> Child {
        let mut buffer = std::vec![0; 4096];
        let mut args = ExecArgs::new(&mut buffer);
        args.push(&[path]);
        args.end();
        args.push_environment(|_| false);
        Child::start(&args).expect("the program can be started")
    }

    #[test]
    fn a_child_that_has_exited_keeps_its_id_until_its_end() {
        let mut child = start(b"/bin/false");
        while !child.wait(false, None).ended {}
        let stat = std::format!("/proc/{}/stat", child.id);
        for _ in 0..2 {
            child.reap_others();
            let state = fs::read_to_string(&stat).expect("the id is in use");
            assert!(state.contains(") Z "), "{state}");
        }
        assert_eq!(child.end(), End::Exit(1));
        assert!(fs::read_to_string(&stat).is_err() && !child.is_some());
    }

    #[test]
    fn a_running_child_is_ended() {
        let mut child = start(b"/bin/cat");
        child.reap_others();
        assert!(!child.wait(false, Some(0)).ended);
        child.kill();
        assert_eq!(child.end(), End::Signal(9));
    }
}
