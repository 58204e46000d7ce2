//! Checks whether Lambda can start the program of a package.

use std::path::Path;

use super::contents::{BOOTSTRAP, Entry};
use crate::architecture::Architecture;
use crate::error::Error;
use crate::executable;
use crate::program::Program;

/// Returns the entry for the program.
///
/// # Errors
/// The program can't run on Lambda.
pub fn checked(path: &Path, wanted: Architecture) -> Result<Entry, Error> {
    let program = Program::of_any_processor(path)?;
    let entry = Entry::file(BOOTSTRAP.to_owned(), &program.path)?;
    let refused = |words: String| Err(Error::new(format!("{} {words}", path.display())));
    let elf = match executable::read(&entry.bytes()?) {
        Ok(Some(elf)) => elf,
        Ok(None) => return Ok(entry),
        Err(words) => return refused(format!("{words}, so it can't be a bootstrap")),
    };
    if elf.architecture != wanted {
        return refused(format!(
            "is built for {is}, but the function is for {wanted}: build it for {wanted}, or package it with --arch {is} and create the \
             function with that architecture",
            is = elf.architecture
        ));
    }
    let mut needs: Vec<String> =
        elf.interpreter.into_iter().map(|path| format!("the interpreter {path}")).collect();
    needs.extend(elf.needed);
    if !needs.is_empty() {
        return refused(format!(
            "is linked dynamically with {}, which Lambda lacks or has in another version: link it statically, with --target {} in Rust \
             or -static in C",
            needs.join(", "),
            wanted.triple()
        ));
    }
    if !elf.is_program {
        return refused("isn't an executable: it is a library or an object file".to_owned());
    }
    Ok(entry)
}
