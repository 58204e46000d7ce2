//! The arguments and the environment of a program to be.
#![allow(unsafe_code)]

use super::{arch, env};
use crate::bytes::cursor::Cursor;

/// Two lists of texts, in a buffer: arguments, of which the first is the path of the program, and an environment.
pub struct ExecArgs<'b> {
    /// The addresses of the arguments, a zero, the addresses of the variables, and a zero.
    addresses: &'b mut [usize],
    used: usize,
    /// Where the environment begins.
    environment: usize,
    texts: Cursor<'b>,
    /// The address of the first text.
    base: usize,
    fits: bool,
}

impl<'b> ExecArgs<'b> {
    /// Nothing so far. Half of the buffer is for addresses.
    pub fn new(buffer: &'b mut [u8]) -> Self {
        let (front, back) = buffer.split_at_mut_checked(buffer.len() / 2).unwrap_or_default();
        // SAFETY: every eight bytes are a number.
        let (_, addresses, _) = unsafe { front.align_to_mut() };
        let base = back.as_mut_ptr().expose_provenance();
        Self { addresses, used: 0, environment: 0, texts: Cursor::new(back), base, fits: true }
    }

    /// Appends a text, in parts.
    pub fn push(&mut self, parts: &[&[u8]]) {
        let address = self.base + self.texts.len();
        for part in parts {
            self.texts.push(part);
        }
        self.texts.push(b"\0");
        self.push_address(address);
    }

    /// Ends the list of the arguments; what is pushed behind this are variables.
    pub fn end(&mut self) {
        self.push_address(0);
        self.environment = self.used;
    }

    /// Ends the environment with those variables of this process that `is_wanted`.
    pub fn push_environment(&mut self, is_wanted: impl Fn(&[u8]) -> bool) {
        for text in env::all() {
            if is_wanted(text) {
                self.push_static(text);
            }
        }
        self.push_address(0);
    }

    /// Whether everything has fit.
    pub const fn fit(&self) -> bool {
        self.fits && !self.texts.is_full()
    }

    /// The address of the first argument.
    fn path(&self) -> usize {
        self.addresses.first().copied().unwrap_or_default()
    }

    /// Becomes the program; if that fails, gives the errno.
    pub fn execute(&self) -> u32 {
        let environment = self.addresses.get(self.environment..).unwrap_or_default().as_ptr().expose_provenance();
        // SAFETY: execve reads the texts, which end with a zero each, and the lists of their addresses, which end with a zero too.
        let result = unsafe { arch::syscall(arch::EXECVE, self.path(), self.addresses.as_ptr().expose_provenance(), environment, 0) };
        result.unsigned_abs()
    }

    /// Appends a text of the environment or the command line, as it stands there.
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
