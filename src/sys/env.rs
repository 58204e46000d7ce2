//! The environment, as the kernel laid it out.
#![allow(unsafe_code)]

use core::ffi::CStr;

#[cfg(bare)]
pub use bare::{command_line, set, set_from_stack};
#[cfg(not(bare))]
pub use hosted::command_line;

#[cfg(bare)]
use bare::environ;
#[cfg(not(bare))]
use hosted::environ;

/// The value of the variable `name`; `None` if it is not set.
pub fn var(name: &[u8]) -> Option<&'static [u8]> {
    let mut entry = environ();
    if entry.is_null() {
        return None;
    }
    loop {
        // SAFETY: `environ` points to an array of pointers to zero-terminated strings that ends with a null pointer. Neither changes as
        // long as the process lives: a bare program has nothing that would change it, and a std program must not set variables while a
        // function runs (which std itself calls unsafe).
        let text = unsafe {
            let text = *entry;
            if text.is_null() {
                return None;
            }
            entry = entry.add(1);
            text
        };
        // SAFETY: as above, and the comparison stops at the first difference, so at the latest at the terminating zero, which is like no
        // byte of a name.
        let is_it =
            unsafe { name.iter().enumerate().all(|(at, &byte)| byte != 0 && *text.add(at) == byte) && *text.add(name.len()) == b'=' };
        if is_it {
            // SAFETY: behind the `=` stands the zero-terminated value.
            return Some(unsafe { CStr::from_ptr(text.add(name.len() + 1).cast()) }.to_bytes());
        }
    }
}

/// All variables, as `name=value`; behind each stands a zero.
pub fn all() -> impl Iterator<Item = &'static [u8]> {
    // SAFETY: as in `var`.
    unsafe { texts(environ()) }
}

/// The texts of an array.
///
/// # Safety
/// `array` must be null or point to an array of pointers to zero-terminated strings that ends with a null pointer, and stays as it is.
unsafe fn texts(array: *const *const u8) -> impl Iterator<Item = &'static [u8]> {
    let mut entry = array;
    core::iter::from_fn(move || {
        if entry.is_null() {
            return None;
        }
        // SAFETY: as the caller promises; behind the null pointer nothing is read.
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

    /// Finds the environment on the stack that the kernel made.
    ///
    /// # Safety
    /// `stack` is where the stack pointer stood when the process began: argc, the pointers of argv and a null, then those of envp.
    pub unsafe fn set_from_stack(stack: *const usize) {
        // SAFETY: as the caller promises.
        let environ = unsafe { stack.add(*stack + 2) };
        ENVIRON.store(environ.cast_mut().cast(), Relaxed);
        // SAFETY: as the caller promises.
        ARGUMENTS.store(unsafe { stack.add(1) }.cast_mut().cast(), Relaxed);
    }

    static ARGUMENTS: AtomicPtr<*const u8> = AtomicPtr::new(null_mut());

    /// The command line; a zero follows each word.
    pub fn command_line() -> impl Iterator<Item = &'static [u8]> {
        // SAFETY: the command line is such an array, as the environment is.
        unsafe { super::texts(ARGUMENTS.load(Relaxed)) }
    }

    /// Lets the environment be `environ`.
    ///
    /// # Safety
    /// It is null, or an array of pointers to zero-terminated strings, with a null at its end, and does not change as long as it is used.
    pub unsafe fn set(environ: *const *const u8) {
        ENVIRON.store(environ.cast_mut(), Relaxed);
    }

    pub(super) fn environ() -> *const *const u8 {
        ENVIRON.load(Relaxed)
    }
}

#[cfg(not(bare))]
mod hosted {
    extern crate std;

    use std::os::unix::ffi::OsStringExt;

    /// The command line; a zero follows each word.
    pub fn command_line() -> impl Iterator<Item = &'static [u8]> {
        std::env::args_os().map(|word| {
            let mut word = word.into_vec();
            let len = word.len();
            word.push(0);
            word.leak().get(..len).unwrap_or_default()
        })
    }

    // SAFETY: POSIX has this variable, of this type, in every C library.
    unsafe extern "C" {
        #[link_name = "environ"]
        static ENVIRON: *const *const u8;
    }

    pub(super) fn environ() -> *const *const u8 {
        // SAFETY: a pointer of the C library, read while nothing sets variables (see `var`).
        unsafe { ENVIRON }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_with_a_zero_is_not_set() {
        let (name, value) = std::env::vars_os().next().unwrap();
        let text = [name.as_encoded_bytes(), b"=", value.as_encoded_bytes()].concat();
        assert_eq!(super::var(&[&text[..], b"\0"].concat()), None);
        assert_eq!(super::var(b"\0"), None);
    }

    #[test]
    fn finds_what_std_finds() {
        for name in ["PATH", "CARGO_MANIFEST_DIR", "NO_SUCH_VARIABLE", "PAT", "PATHS", ""] {
            let expected = std::env::var_os(name);
            assert_eq!(super::var(name.as_bytes()), expected.as_ref().map(|value| value.as_encoded_bytes()), "{name}");
        }
    }
}
