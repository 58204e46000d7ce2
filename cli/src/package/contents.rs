//! What goes into a package, before it is read.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

use super::bootstrap;
use crate::elf;
use crate::error::{Context, Error};
use crate::program::Architecture;

/// A file of the package.
#[derive(Debug)]
pub struct Entry {
    /// Its name in the package, with slashes between folders.
    pub name: String,
    /// Where it is now.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// Whether anyone may run it.
    pub executable: bool,
}

impl Entry {
    pub fn file(name: String, path: &Path) -> Result<Self, Error> {
        let metadata = path.metadata().context(path.display())?;
        let executable = metadata.permissions().mode() & 0o111 != 0;
        Ok(Self { name, path: path.to_owned(), size: metadata.len(), executable })
    }

    pub fn bytes(&self) -> Result<Vec<u8>, Error> {
        fs::read(&self.path).context(self.path.display())
    }

    /// The permissions that it gets: the same everywhere, whatever else they are here. Lambda runs functions as a user of its own, who must
    /// be able to read every file.
    pub fn mode(&self) -> u32 {
        if self.executable { 0o755 } else { 0o644 }
    }

    /// What will not work on Lambda, as far as its first bytes tell.
    pub fn warning(&self, architecture: Architecture) -> Option<String> {
        let shown = self.path.display();
        let bytes = self.bytes().ok()?;
        let found = elf::read(&bytes).ok()?;
        let is_program = found.as_ref().is_none_or(|elf| elf.is_program);
        if is_program && !self.executable {
            return Some(format!("{shown} could not be run on Lambda, as nobody may run it here: `chmod +x {shown}`"));
        }
        let other = found.filter(|elf| elf.architecture != architecture)?;
        Some(format!("{shown} is built for {}, and the function is for {architecture}", other.architecture))
    }
}

/// The files that are included, in the order of their names.
pub fn gather<'a>(paths: impl Iterator<Item = &'a PathBuf>) -> Result<Vec<Entry>, Error> {
    let mut entries = BTreeMap::new();
    for path in paths {
        add(&mut entries, path, name(path)?, &mut Vec::new())?;
    }
    for entry in entries.values() {
        let folders = entry.name.match_indices('/').map(|(at, _)| &entry.name[..at]);
        for folder in folders {
            if folder == bootstrap::NAME || entries.contains_key(folder) {
                return Err(Error::new(format!("{folder} would be a file and a folder of the package: {}", entry.path.display())));
            }
        }
    }
    Ok(entries.into_values().collect())
}

/// What a path is called in the package.
fn name(path: &Path) -> Result<String, Error> {
    let plain = |component| match component {
        Component::CurDir => None,
        Component::Normal(part) => Some(Some(part)),
        _ => Some(None),
    };
    let parts: Option<PathBuf> = path.components().filter_map(plain).collect();
    let name = match &parts {
        Some(parts) => Some(parts.as_os_str()),
        None => path.file_name(),
    };
    match name {
        Some(name) if !name.is_empty() => name.to_str().map(str::to_owned).ok_or_else(|| not_utf8(path)),
        _ => Err(Error::new(format!("--include {}: that has no name to have in the package. Include what is in it", path.display()))),
    }
}

/// Adds a file, or what is in a folder. `above` are the folders that lead to it, as they are without symbolic links.
fn add(entries: &mut BTreeMap<String, Entry>, path: &Path, name: String, above: &mut Vec<PathBuf>) -> Result<(), Error> {
    let shown = path.display();
    // Symbolic links are followed: what a package needs is what they lead to.
    let metadata = path.metadata().map_err(|error| match path.read_link() {
        Ok(to) => Error::new(format!("{shown} is a symbolic link to {}: {error}", to.display())),
        Err(_) => Error::new(format!("--include {shown}: {error}")),
    })?;
    if metadata.is_dir() {
        return add_folder(entries, path, &name, above);
    }
    if !metadata.is_file() {
        return Err(Error::new(format!("{shown} is neither a file nor a folder")));
    }
    if name == bootstrap::NAME {
        return Err(Error::new(format!(
            "{shown} would take the place of the program, which is `{name}` in the package: \
             rename it, or package it as the program, with --bootstrap"
        )));
    }
    let entry = Entry::file(name, path)?;
    if let Some(other) = entries.get(&entry.name) {
        return Err(Error::new(format!("{} and {shown} would both be {} in the package", other.path.display(), entry.name)));
    }
    entries.insert(entry.name.clone(), entry);
    Ok(())
}

fn add_folder(entries: &mut BTreeMap<String, Entry>, path: &Path, name: &str, above: &mut Vec<PathBuf>) -> Result<(), Error> {
    let shown = path.display();
    let here = path.canonicalize().context(&shown)?;
    if above.contains(&here) {
        return Err(Error::new(format!("{shown} leads back to {}, which it is in", here.display())));
    }
    let mut children = Vec::new();
    for child in fs::read_dir(path).context(&shown)? {
        children.push(child.context(&shown)?.path());
    }
    // So that of several errors it is always the same that is told.
    children.sort();
    if children.is_empty() {
        eprintln!("warning: {shown} is empty, and a package holds files only: it is left out");
    }
    above.push(here);
    for child in children {
        let last = child.file_name().and_then(|last| last.to_str()).ok_or_else(|| not_utf8(&child))?;
        let name = format!("{name}/{last}");
        add(entries, &child, name, above)?;
    }
    above.pop();
    Ok(())
}

fn not_utf8(path: &Path) -> Error {
    Error::new(format!("{}: the names in a package are UTF-8", path.display()))
}
