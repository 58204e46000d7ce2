//! The environment and the command line, as the kernel laid them out.
#![allow(unsafe_code)]

use core::ffi::CStr;

#[cfg(bare)]
pub use bare::{command_line, set_from_stack};
#[cfg(all(bare, feature = "capi"))]
pub use bare::{set, set_variable};
#[cfg(not(bare))]
pub use hosted::command_line;

#[cfg(bare)]
use bare::environ;
#[cfg(not(bare))]
use hosted::environ;

/// Returns the value of the variable `name`, or `None` if it isn't set.
pub fn var(name: &[u8]) -> Option<&'static [u8]> {
    let mut entry = environ();
    if entry.is_null() {
        return None;
    }
    loop {
        // SAFETY: `environ` points to an array of pointers to zero-terminated strings that ends
        // with a null pointer. Neither changes during the call: a bare program has no code that
        // would change it, a std program for musl reads a copy, and others, among them
        // programs in C, must not set variables while a function of this library runs.
        let text = unsafe {
            let text = *entry;
            if text.is_null() {
                return None;
            }
            entry = entry.add(1);
            text
        };
        // SAFETY: as above. The comparison stops at the first difference, so at the latest at the
        // terminating zero, as a zero in `name` never matches.
        let is_match = unsafe {
            name.iter().enumerate().all(|(at, &byte)| byte != 0 && *text.add(at) == byte)
                && *text.add(name.len()) == b'='
        };
        if is_match {
            // SAFETY: the zero-terminated value follows the `=`.
            return Some(unsafe { CStr::from_ptr(text.add(name.len() + 1).cast()) }.to_bytes());
        }
    }
}

/// Returns all variables, as `name=value`. A zero follows each of them in memory.
pub fn all() -> impl Iterator<Item = &'static [u8]> {
    // SAFETY: as in `var`.
    unsafe { strings(environ()) }
}

/// Returns the strings of an array.
///
/// # Safety
/// `array` must be null, or point to an array of pointers to zero-terminated strings that ends with
/// a null pointer. It must not change.
unsafe fn strings(array: *const *const u8) -> impl Iterator<Item = &'static [u8]> {
    let mut entry = array;
    core::iter::from_fn(move || {
        if entry.is_null() {
            return None;
        }
        // SAFETY: the caller guarantees it, and nothing after the null pointer is read.
        unsafe {
            let text = *entry;
            if text.is_null() {
                return None;
            }
            entry = entry.add(1);
            Some(CStr::from_ptr(text.cast()).to_bytes())
        }
    })
}

#[cfg(bare)]
mod bare {
    use core::ptr::null_mut;
    use core::sync::atomic::{AtomicPtr, Ordering::Relaxed};

    static ENVIRON: AtomicPtr<*const u8> = AtomicPtr::new(null_mut());

    /// Finds the environment on the stack that the kernel set up.
    ///
    /// # Safety
    /// `stack` must be the initial stack pointer of the process. It points to argc, which is
    /// followed by the pointers of argv, a null pointer, and the pointers of envp.
    pub unsafe fn set_from_stack(stack: *const usize) {
        // SAFETY: the caller guarantees it.
        let environ = unsafe { stack.add(*stack + 2) };
        ENVIRON.store(environ.cast_mut().cast(), Relaxed);
        // SAFETY: the caller guarantees it.
        ARGUMENTS.store(unsafe { stack.add(1) }.cast_mut().cast(), Relaxed);
    }

    static ARGUMENTS: AtomicPtr<*const u8> = AtomicPtr::new(null_mut());

    /// Returns the words of the command line. A zero follows each of them in memory.
    pub fn command_line() -> impl Iterator<Item = &'static [u8]> {
        // SAFETY: the command line is an array of the same kind as the environment.
        unsafe { super::strings(ARGUMENTS.load(Relaxed)) }
    }

    /// The address of the C library's `environ`, or null. Only programs in C have it.
    #[cfg(feature = "capi")]
    static VARIABLE: AtomicPtr<*const *const u8> = AtomicPtr::new(null_mut());

    /// Sets the environment to `environ`.
    ///
    /// # Safety
    /// `environ` must be null, or point to an array of pointers to zero-terminated strings that
    /// ends with a null pointer. It must not change while it is used.
    #[cfg(feature = "capi")]
    pub unsafe fn set(environ: *const *const u8) {
        ENVIRON.store(environ.cast_mut(), Relaxed);
    }

    /// From now on, reads the address of the environment from a variable at each use, as setting
    /// environment variables may move it.
    ///
    /// # Safety
    /// `variable` must be valid for reads for the life of the process, and what it points to must
    /// be as for [`set`] whenever a function of this module runs.
    #[cfg(feature = "capi")]
    pub unsafe fn set_variable(variable: *const *const *const u8) {
        VARIABLE.store(variable.cast_mut(), Relaxed);
    }

    pub(super) fn environ() -> *const *const u8 {
        #[cfg(feature = "capi")]
        // SAFETY: the caller of `set_variable` guarantees it.
        if let Some(environ) = unsafe { VARIABLE.load(Relaxed).as_ref() } {
            return *environ;
        }
        ENVIRON.load(Relaxed)
    }

    /// Returns the entry `kind` of the kernel's auxiliary vector, or zero if it has none, as
    /// getauxval(3) of a C library does. Crates for cryptography call it to find the features of
    /// the CPU, and on aarch64 compiler_builtins refers to it for atomic instructions.
    // SAFETY: it has the signature of getauxval(3). If another crate links a libc, this definition
    // is used nevertheless, as those of an archive come after it. That is needed: libc's would read
    // a variable that only its own start code sets.
    #[cfg(not(feature = "capi"))]
    #[unsafe(no_mangle)]
    extern "C" fn getauxval(kind: usize) -> usize {
        let mut entry = environ().cast::<usize>();
        if entry.is_null() {
            return 0;
        }
        // SAFETY: `set_from_stack` has set `entry`, so it points to the pointers of envp, which end
        // with a null pointer. Pairs of a kind and a value follow, up to the kind zero, AT_NULL.
        unsafe {
            while *entry != 0 {
                entry = entry.add(1);
            }
            entry = entry.add(1);
            while *entry != 0 {
                if *entry == kind {
                    return *entry.add(1);
                }
                entry = entry.add(2);
            }
        }
        0
    }
}

#[cfg(not(bare))]
mod hosted {
    extern crate std;

    use core::ptr::null;
    use core::sync::atomic::{AtomicPtr, Ordering::Relaxed};
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    use std::sync::OnceLock;
    use std::vec::Vec;

    /// Returns the words of the command line. A zero follows each of them in memory.
    pub fn command_line() -> impl Iterator<Item = &'static [u8]> {
        std::env::args_os().map(|word| {
            let mut word = word.into_vec();
            let len = word.len();
            word.push(0);
            word.leak().get(..len).unwrap_or_default()
        })
    }

    /// Returns a copy of the environment as it is at the first call, in the layout of `environ`.
    ///
    /// A std program for musl sets `_X_AMZN_TRACE_ID` before each invocation. That frees what
    /// another thread may be reading through `environ`, or has borrowed from it. The copy never
    /// changes, and std makes it under its lock.
    pub(super) fn copied() -> *const *const u8 {
        static COPY: OnceLock<AtomicPtr<*const u8>> = OnceLock::new();
        let copy = COPY.get_or_init(|| {
            let entries = std::env::vars_os().map(|(name, value)| {
                let entry = [name.as_bytes(), b"=", value.as_bytes(), b"\0"].concat();
                entry.leak().as_ptr()
            });
            let entries: Vec<*const u8> = entries.chain([null()]).collect();
            AtomicPtr::new(entries.leak().as_mut_ptr())
        });
        copy.load(Relaxed)
    }

    // SAFETY: POSIX defines this variable, with this type, in every C library.
    unsafe extern "C" {
        #[link_name = "environ"]
        static ENVIRON: *const *const u8;
    }

    pub(super) fn environ() -> *const *const u8 {
        if cfg!(sets_trace_id) {
            return copied();
        }
        // SAFETY: this reads a pointer of the C library while no code sets variables (see `var`).
        unsafe { ENVIRON }
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    #[test]
    fn a_name_with_a_zero_is_not_set() {
        let (name, value) = std::env::vars_os().next().unwrap();
        let text = [name.as_encoded_bytes(), b"=", value.as_encoded_bytes()].concat();
        assert_eq!(super::var(&[&text[..], b"\0"].concat()), None);
        assert_eq!(super::var(b"\0"), None);
    }

    #[test]
    fn the_copy_has_each_variable_and_ends_with_a_null() {
        // SAFETY: the copy is such an array, and never changes.
        let copied: Vec<&[u8]> = unsafe { super::strings(super::hosted::copied()) }.collect();
        let expected: Vec<Vec<u8>> = std::env::vars_os()
            .map(|(name, value)| [name.as_encoded_bytes(), b"=", value.as_encoded_bytes()].concat())
            .collect();
        assert_eq!(copied, expected);
    }

    #[test]
    fn var_agrees_with_std() {
        for name in ["PATH", "CARGO_MANIFEST_DIR", "NO_SUCH_VARIABLE", "PAT", "PATHS", ""] {
            let expected = std::env::var_os(name);
            assert_eq!(
                super::var(name.as_bytes()),
                expected.as_ref().map(|value| value.as_encoded_bytes()),
                "{name}"
            );
        }
    }
}
