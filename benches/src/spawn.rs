//! Starts processes, and records the time just before execve: the child reads the clock after the
//! fork and all of its setup.
//!
//! As in posix_spawn, the child shares the memory of its parent, which waits until the child
//! executes the program: clone(2) with CLONE_VM and CLONE_VFORK. After a fork, execve would also
//! have to free the copied memory of this process, which would count for the contender.

#![allow(unsafe_code)]

use std::ffi::{CString, c_char, c_int, c_void};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;
use std::time::Instant;
use std::{io, mem};

use rustix::process::{Pid, WaitOptions, waitpid};
use rustix::thread::{CpuSet, sched_setaffinity};

/// A child process, which leads a process group. The caller must wait for it.
#[derive(Debug)]
pub struct Process {
    pub id: Pid,
    /// The time just before execve.
    pub started: Instant,
}

/// What the child does. It allocates and frees nothing in here.
struct Task {
    words: Vec<*const c_char>,
    environment: Vec<*const c_char>,
    descriptors: [c_int; 3],
    processors: Option<CpuSet>,
    started: Option<Instant>,
    error: Option<io::Error>,
}

/// The size of the child's stack, in bytes. execvpe builds paths there.
const STACK: usize = 256 * 1024;

/// The alignment of the child's stack, as the ABI requires.
const ALIGNMENT: usize = 16;

/// Starts a program with these arguments, environment and standard streams, on these processors or
/// else on those of this thread. `words` has the program first, which is searched for in PATH if it
/// has no slash.
///
/// # Errors
///
/// One of clone, dup2, setpgid, sched_setaffinity and execve fails. Then there is no process.
pub fn spawn(
    words: &[CString],
    environment: &[CString],
    streams: [BorrowedFd<'_>; 3],
    processors: Option<&CpuSet>,
) -> io::Result<Process> {
    let pointers =
        |texts: &[CString]| texts.iter().map(|text| text.as_ptr()).chain([ptr::null()]).collect();
    let mut task = Task {
        words: pointers(words),
        environment: pointers(environment),
        descriptors: streams.map(|stream| stream.as_raw_fd()),
        processors: processors.copied(),
        started: None,
        error: None,
    };
    let mut stack = vec![0_u8; STACK];
    let top = stack.as_mut_ptr_range().end;
    let top = top.wrapping_sub(top.addr() % ALIGNMENT);
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
    // SAFETY: The stack is the child's alone, and both it and the task live until the child has
    // left this memory: CLONE_VFORK keeps the caller here until the child has executed a program or
    // ended. Other threads go on meanwhile, so the child calls only what is safe after fork.
    let id = unsafe { libc::clone(child, top.cast(), flags, (&raw mut task).cast()) };
    if id < 0 {
        return Err(io::Error::last_os_error());
    }
    let id = Pid::from_raw(id).expect("a process id is positive");
    match (task.started, task.error) {
        (Some(started), None) => Ok(Process { id, started }),
        (_, error) => {
            waitpid(Some(id), WaitOptions::empty())?;
            Err(error.unwrap_or_else(|| io::Error::other("the child exited before execve")))
        }
    }
}

extern "C" fn child(task: *mut c_void) -> c_int {
    // SAFETY: This is the task of `spawn`, which waits, so this is the only reference.
    let task = unsafe { &mut *task.cast::<Task>() };
    // SAFETY: Both lists end with a null pointer, and their texts outlive the child's time in this
    // memory. What is called here allocates nothing and takes no lock; the disposition of SIGPIPE
    // and the descriptors are the child's own, as neither is shared by clone.
    unsafe {
        let mut ready = libc::setpgid(0, 0) == 0;
        for (index, descriptor) in task.descriptors.iter().enumerate() {
            ready &= libc::dup2(*descriptor, index as c_int) >= 0;
        }
        if let Some(processors) = &task.processors {
            ready &= sched_setaffinity(None, processors).is_ok();
        }
        // Rust's runtime ignores SIGPIPE, and execve keeps ignored signals.
        let mut default: libc::sigaction = mem::zeroed();
        default.sa_sigaction = libc::SIG_DFL;
        ready &= libc::sigaction(libc::SIGPIPE, &raw const default, ptr::null_mut()) == 0;
        if ready {
            task.started = Some(Instant::now());
            libc::execvpe(task.words[0], task.words.as_ptr(), task.environment.as_ptr());
        }
    }
    task.error = Some(io::Error::last_os_error());
    127
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::fd::AsFd;

    use super::*;

    fn words(texts: &[&str]) -> Vec<CString> {
        texts.iter().map(|text| CString::new(*text).expect("no zero byte")).collect()
    }

    fn run(program: &[&str], environment: &[&str]) -> io::Result<String> {
        let null = std::fs::File::open("/dev/null")?;
        let (mut reader, writer) = io::pipe()?;
        let before = Instant::now();
        let process = spawn(
            &words(program),
            &words(environment),
            [null.as_fd(), writer.as_fd(), null.as_fd()],
            None,
        )?;
        drop(writer);
        let mut said = String::new();
        reader.read_to_string(&mut said)?;
        let (_, status) =
            waitpid(Some(process.id), WaitOptions::empty())?.expect("it has been waited for");
        assert!((before..=Instant::now()).contains(&process.started));
        assert_eq!(status.exit_status(), Some(0));
        Ok(said)
    }

    #[test]
    fn the_program_has_its_arguments_environment_streams_and_group() {
        assert_eq!(run(&["/bin/echo", "a b", "c"], &[]).unwrap(), "a b c\n");
        assert_eq!(run(&["env"], &["ONE=1", "TWO="]).unwrap(), "ONE=1\nTWO=\n");
        assert_eq!(
            run(
                &["/bin/sh", "-c", "set -- $(cat /proc/$$/stat); test $5 = $$ && echo leader"],
                &[]
            )
            .unwrap(),
            "leader\n"
        );
        let status = run(&["cat", "/proc/self/status"], &[]).unwrap();
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
        let ignored = u64::from_str_radix(ignored.trim(), 16).unwrap();
        assert_eq!(ignored & 1 << (libc::SIGPIPE - 1), 0);
    }

    #[test]
    fn what_cannot_be_executed_is_an_error_and_no_process() {
        assert_eq!(run(&["/no/such/program"], &[]).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert_eq!(run(&["/etc/passwd"], &[]).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    }
}
