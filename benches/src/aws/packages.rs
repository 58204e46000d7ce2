//! Creates the zips of the contenders that Lambda can run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_barelambda::architecture::Architecture;
use cargo_barelambda::build::write_file;
use cargo_barelambda::error::{Context, Error};
use cargo_barelambda::executable;
use cargo_barelambda::package::zipped;

use super::matrix::Variant;
use crate::contenders::{self, Contender, Group, Ready};
use crate::events::ExpectedResponse;

/// The `_HANDLER` of programs that don't read it.
const HANDLER: &str = "bootstrap";

/// A contender for one architecture.
pub struct Packaged {
    pub title: &'static str,
    pub ours: bool,
    pub note: &'static str,
    /// The package, or the reason why it can't be deployed.
    pub package: Result<Package, String>,
}

pub struct Package {
    pub zip: PathBuf,
    pub environment: BTreeMap<String, String>,
    /// The value of `_HANDLER`.
    pub handler: String,
    pub expected: ExpectedResponse,
}

/// Builds the contenders of the variants, writes their zips into a directory, and returns them by
/// architecture and name.
pub fn build(
    repository: &Path,
    folder: &Path,
    variants: &[Variant],
) -> Result<BTreeMap<(String, String), Packaged>, Error> {
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
        let built =
            contenders::build(repository, architecture, Group::Echo, &wanted, &mut |what| {
                eprintln!("{what}")
            })?;
        for contender in
            built.into_iter().filter(|contender| wanted.iter().any(|name| name == contender.name))
        {
            let Contender { name, title, ours, note, program } = contender;
            let zip = folder.join(format!("{name}-{lambda}.zip"));
            let package = program.and_then(|ready| {
                package(&ready, zip, architecture).map_err(|error| error.to_string())
            });
            packages.insert(
                (lambda.to_owned(), name.to_owned()),
                Packaged { title, ours, note, package },
            );
        }
    }
    Ok(packages)
}

fn package(ready: &Ready, zip: PathBuf, architecture: Architecture) -> Result<Package, Error> {
    let bootstrap = ready.bootstrap.as_deref().filter(|_| !ready.interpreted);
    let bootstrap = bootstrap
        .ok_or_else(|| Error::new("it isn't a single `bootstrap`, and only those are deployed"))?;
    let program = fs::read(bootstrap).context(bootstrap.display())?;
    runs_anywhere(&program, architecture)
        .map_err(|why| Error::new(format!("its bootstrap {why}")))?;
    let text = |value: &std::ffi::OsString| {
        value.clone().into_string().map_err(|value| {
            Error::new(format!("its environment has {value:?}, which is not valid UTF-8"))
        })
    };
    let environment = ready.environment.iter().map(|(name, value)| Ok((text(name)?, text(value)?)));
    let mut environment: BTreeMap<String, String> = environment.collect::<Result<_, Error>>()?;
    let handler = environment.remove("_HANDLER").unwrap_or_else(|| HANDLER.to_owned());
    if let Some(name) =
        environment.keys().find(|name| name.starts_with("AWS_") || name.starts_with("LAMBDA_"))
    {
        return Err(Error::new(format!("it needs the reserved variable {name}")));
    }
    write_file(&zip, &zipped(Some(bootstrap), &ready.included)?, 0o644)?;
    Ok(Package { zip, environment, handler, expected: ready.expected })
}

/// Checks that the program is for this architecture, and is linked statically. The error says what
/// it is instead.
fn runs_anywhere(program: &[u8], architecture: Architecture) -> Result<(), String> {
    let Some(elf) = executable::read(program)? else { return Err("is a script".into()) };
    if elf.architecture != architecture {
        return Err(format!("is not built for {architecture}"));
    }
    if elf.interpreter.is_some() || !elf.needed.is_empty() {
        return Err("is linked dynamically, and Lambda has other versions of its libraries".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The heads of a program for x86_64 with one segment of this type.
    fn program(kind: u8) -> Vec<u8> {
        let mut program = vec![0; 64 + 56];
        program[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
        (program[18], program[32], program[54], program[56], program[64]) = (62, 64, 56, 1, kind);
        program
    }

    #[test]
    fn only_static_programs_of_the_processor_are_deployed() {
        let x86_64 = Architecture::X86_64;
        assert_eq!(runs_anywhere(&program(1), x86_64), Ok(()));
        assert!(runs_anywhere(&program(3), x86_64).unwrap_err().contains("linked dynamically"));
        assert!(
            runs_anywhere(&program(1), Architecture::Aarch64)
                .unwrap_err()
                .contains("not built for arm64")
        );
        assert!(runs_anywhere(&program(1)[..64], x86_64).unwrap_err().contains("damaged"));
        assert!(runs_anywhere(b"#!/bin/sh", x86_64).unwrap_err().contains("is a script"));
    }
}
