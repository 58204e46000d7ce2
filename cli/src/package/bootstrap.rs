//! The program of a package: whether Lambda could start it.

use std::path::Path;

use super::contents::Entry;
use crate::elf;
use crate::error::Error;
use crate::program::{Architecture, Program};

/// The name that Lambda's runtimes without a language, such as provided.al2023, start.
/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html>
pub const NAME: &str = "bootstrap";

/// The entry for the program, after all that would keep it from running on Lambda has been looked for.
pub fn checked(path: &Path, wanted: Architecture) -> Result<Entry, Error> {
    let program = Program::of_any_processor(path)?;
    let entry = Entry::file(NAME.to_owned(), &program.path)?;
    let refused = |words: String| Err(Error::new(format!("{} {words}", path.display())));
    let elf = match elf::read(&entry.bytes()?) {
        Ok(Some(elf)) => elf,
        Ok(None) => return Ok(entry),
        Err(words) => return refused(format!("{words}: it cannot be a bootstrap")),
    };
    if elf.architecture != wanted {
        return refused(format!(
            "is built for {is}, and the function is for {wanted}: build it for {wanted}, or package it with --arch {is} and create the \
             function with that architecture",
            is = elf.architecture
        ));
    }
    let mut needs: Vec<String> = elf.interpreter.into_iter().map(|path| format!("the interpreter {path}")).collect();
    needs.extend(elf.needed);
    if !needs.is_empty() {
        return refused(format!(
            "is linked dynamically: it needs {}, and what Lambda has of that is missing or of another version. Link it statically: in Rust \
             by --target {}, in C by -static",
            needs.join(", "),
            wanted.triple()
        ));
    }
    if !elf.is_program {
        return refused("is a library or an object file, and no program: link it to one".to_owned());
    }
    Ok(entry)
}
