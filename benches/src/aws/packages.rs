//! The zips of the contenders, as far as Lambda can run them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_barelambda::build::write_file;
use cargo_barelambda::error::{Context, Error};
use cargo_barelambda::package::zipped;
use cargo_barelambda::program::Architecture;

use super::matrix::Variant;
use crate::contenders::{self, Contender, Ready};
use crate::events::Answer;

/// The `_HANDLER` of programs that do not read it.
const HANDLER: &str = "bootstrap";

/// A contender, for one architecture.
pub struct Packaged {
    pub title: &'static str,
    pub ours: bool,
    pub note: &'static str,
    /// Or why it cannot be deployed.
    pub package: Result<Package, String>,
}

pub struct Package {
    pub zip: PathBuf,
    pub environment: BTreeMap<String, String>,
    /// What the program sees as `_HANDLER`.
    pub handler: String,
    pub answer: Answer,
}

/// Builds what the variants need, writes the zips into a folder, and gives the contenders by architecture and name.
pub fn build(repository: &Path, folder: &Path, variants: &[Variant]) -> Result<BTreeMap<(String, String), Packaged>, Error> {
    let mut packages = BTreeMap::new();
    for lambda in ["arm64", "x86_64"] {
        let mut wanted: Vec<String> = Vec::new();
        for variant in variants.iter().filter(|variant| variant.architecture == lambda) {
            if !wanted.contains(&variant.contender) {
                wanted.push(variant.contender.clone());
            }
        }
        if wanted.is_empty() {
            continue;
        }
        let architecture = Architecture::from_lambda(lambda);
        let built = contenders::build(repository, architecture, &wanted, &mut |what| eprintln!("{what}"))?;
        for contender in built.into_iter().filter(|contender| wanted.iter().any(|name| name == contender.name)) {
            let Contender { name, title, ours, note, program } = contender;
            let zip = folder.join(format!("{name}-{lambda}.zip"));
            let package = program.and_then(|ready| package(&ready, zip, architecture).map_err(|error| error.to_string()));
            packages.insert((lambda.to_owned(), name.to_owned()), Packaged { title, ours, note, package });
        }
    }
    Ok(packages)
}

fn package(ready: &Ready, zip: PathBuf, architecture: Architecture) -> Result<Package, Error> {
    let bootstrap = ready.bootstrap.as_deref().filter(|_| !ready.interpreted);
    let bootstrap = bootstrap.ok_or_else(|| Error::new("it is no `bootstrap` by itself, and only those are deployed here"))?;
    let program = fs::read(bootstrap).context(bootstrap.display())?;
    runs_anywhere(&program, architecture).map_err(|why| Error::new(format!("its bootstrap {why}")))?;
    let text = |value: &std::ffi::OsString| {
        value.clone().into_string().map_err(|value| Error::new(format!("its environment has {value:?}, which is no UTF-8")))
    };
    let environment = ready.environment.iter().map(|(name, value)| Ok((text(name)?, text(value)?)));
    let mut environment: BTreeMap<String, String> = environment.collect::<Result<_, Error>>()?;
    let handler = environment.remove("_HANDLER").unwrap_or_else(|| HANDLER.to_owned());
    if let Some(name) = environment.keys().find(|name| name.starts_with("AWS_") || name.starts_with("LAMBDA_")) {
        return Err(Error::new(format!("it needs the variable {name}, which Lambda does not let be set")));
    }
    write_file(&zip, &zipped(Some(bootstrap), &ready.included)?, 0o644)?;
    Ok(Package { zip, environment, handler, answer: ready.answer })
}

/// Checks that it is a program for this processor that is linked statically. The error says what it is instead.
fn runs_anywhere(program: &[u8], architecture: Architecture) -> Result<(), String> {
    const INTERPRETER: u64 = 3;
    // The program header table: where it is, the size of an entry, and how many there are (System V ABI, chapter 4).
    let number = |at: usize, size: usize| {
        let bytes = program.get(at..at.checked_add(size)?)?;
        Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    };
    let table = || Some((number(32, 8)? as usize, number(54, 2)? as usize, number(56, 2)? as usize));
    if !program.starts_with(b"\x7fELF\x02\x01") {
        return Err("is no 64-bit program for Linux".into());
    }
    let machine = number(18, 2).and_then(|machine| u16::try_from(machine).ok()).unwrap_or_default();
    if Architecture::of_machine(machine) != Some(architecture) {
        return Err(format!("is not built for {architecture}"));
    }
    let Some((offset, size, count)) = table() else { return Err("is cut off".into()) };
    for index in 0..count {
        let kind = offset.checked_add(index * size).and_then(|at| number(at, 4)).ok_or("is cut off")?;
        if kind == INTERPRETER {
            return Err("is linked dynamically, with libraries of this machine that Lambda has in other versions".into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The heads of a program for x86_64 with one segment of this type.
    fn program(kind: u8) -> Vec<u8> {
        let mut program = vec![0; 64 + 56];
        program[..6].copy_from_slice(b"\x7fELF\x02\x01");
        (program[18], program[32], program[54], program[56], program[64]) = (62, 64, 56, 1, kind);
        program
    }

    #[test]
    fn only_static_programs_of_the_processor_are_deployed() {
        let x86_64 = Architecture::X86_64;
        assert_eq!(runs_anywhere(&program(1), x86_64), Ok(()));
        assert!(runs_anywhere(&program(3), x86_64).unwrap_err().contains("linked dynamically"));
        assert!(runs_anywhere(&program(1), Architecture::Aarch64).unwrap_err().contains("not built for arm64"));
        assert!(runs_anywhere(&program(1)[..64], x86_64).unwrap_err().contains("cut off"));
        assert!(runs_anywhere(b"#!/bin/sh", x86_64).unwrap_err().contains("no 64-bit program"));
    }
}
