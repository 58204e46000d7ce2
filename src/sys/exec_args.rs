//! The arguments and the environment for execve.
#![allow(unsafe_code)]

use super::{arch, env};
use crate::bytes::cursor::Cursor;

/// Two lists of strings in a buffer: the arguments, of which the first is the path of the program,
/// and the environment.
pub struct ExecArgs<'b> {
    /// The addresses of the arguments, a zero, the addresses of the variables, and a zero.
    addresses: &'b mut [usize],
    used: usize,
    /// The index at which the environment begins.
    environment: usize,
    strings: Cursor<'b>,
    /// The address of the first string.
    base: usize,
    fits: bool,
}

impl<'b> ExecArgs<'b> {
    /// Creates empty lists. Half of the buffer is for addresses.
    pub fn new(buffer: &'b mut [u8]) -> Self {
        let (front, back) = buffer.split_at_mut_checked(buffer.len() / 2).unwrap_or_default();
        // SAFETY: any eight aligned bytes are a valid `usize`.
        let (_, addresses, _) = unsafe { front.align_to_mut() };
        let base = back.as_mut_ptr().expose_provenance();
        Self { addresses, used: 0, environment: 0, strings: Cursor::new(back), base, fits: true }
    }

    /// Appends a string, given in parts.
    pub fn push(&mut self, parts: &[&[u8]]) {
        let address = self.base + self.strings.len();
        for part in parts {
            self.strings.push(part);
        }
        self.strings.push(b"\0");
        self.push_address(address);
    }

    /// Ends the list of arguments. The strings that are pushed after this are variables.
    pub fn end(&mut self) {
        self.push_address(0);
        self.environment = self.used;
    }

    /// Appends the variables of this process for which `is_wanted` returns `true`, and ends the
    /// environment.
    pub fn push_environment(&mut self, is_wanted: impl Fn(&[u8]) -> bool) {
        for text in env::all() {
            if is_wanted(text) {
                self.push_static(text);
            }
        }
        self.push_address(0);
    }

    /// Returns whether everything has fit.
    pub const fn fit(&self) -> bool {
        self.fits && !self.strings.is_full()
    }

    /// Returns the address of the first argument.
    fn path(&self) -> usize {
        self.addresses.first().copied().unwrap_or_default()
    }

    /// Executes the program in place of this one. Returns only if that fails, with the errno.
    pub fn execute(&self) -> u32 {
        let environment =
            self.addresses.get(self.environment..).unwrap_or_default().as_ptr().expose_provenance();
        // SAFETY: execve reads the strings, which are zero-terminated, and the lists of their
        // addresses, which end with a null pointer.
        let result = unsafe {
            arch::syscall(
                arch::EXECVE,
                self.path(),
                self.addresses.as_ptr().expose_provenance(),
                environment,
                0,
            )
        };
        result.unsigned_abs()
    }

    /// Appends a string of the environment or the command line, without copying it.
    pub fn push_static(&mut self, text: &'static [u8]) {
        self.push_address(text.as_ptr().expose_provenance());
    }

    fn push_address(&mut self, address: usize) {
        match self.addresses.get_mut(self.used) {
            Some(place) => {
                *place = address;
                self.used += 1;
            }
            None => self.fits = false,
        }
    }
}
