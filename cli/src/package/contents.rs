//! The files of a package.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

use crate::architecture::Architecture;
use crate::error::{Context, Error};
use crate::executable;
use crate::message;

/// The name of the program that Lambda's OS-only runtimes, such as provided.al2023, start.
/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html>
pub const BOOTSTRAP: &str = "bootstrap";

/// A file of the package.
#[derive(Debug)]
pub struct Entry {
    /// Its path in the package, separated by slashes.
    pub name: String,
    /// Its path on this machine.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// Whether any user may execute it.
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

    /// Returns its permissions in the package, which only depend on whether it is executable.
    /// Lambda runs functions as a separate user, who must be able to read every file.
    pub fn mode(&self) -> u32 {
        if self.executable { 0o755 } else { 0o644 }
    }

    /// Returns a warning if the file can't be executed on Lambda.
    pub fn warning(&self, architecture: Architecture) -> Option<String> {
        let shown = self.path.display();
        let bytes = self.bytes().ok()?;
        let found = executable::read(&bytes).ok()?;
        let is_program = found.as_ref().is_none_or(|elf| elf.is_program);
        if is_program && !self.executable {
            return Some(format!("{shown} isn't executable: run `chmod +x {shown}`"));
        }
        let other = found.filter(|elf| elf.architecture != architecture)?;
        Some(format!(
            "{shown} is built for {}, but the function is for {architecture}",
            other.architecture
        ))
    }
}

/// Returns the included files, sorted by name.
pub fn gather<'a>(paths: impl Iterator<Item = &'a PathBuf>) -> Result<Vec<Entry>, Error> {
    let mut entries = BTreeMap::new();
    for path in paths {
        let (path, name) = included(path)?;
        // If it doesn't exist, `add` reports it.
        let root = path.canonicalize().unwrap_or_default();
        add(&mut entries, path, name, &mut Folders { root: &root, above: Vec::new() })?;
    }
    for entry in entries.values() {
        let folders = entry.name.match_indices('/').map(|(at, _)| &entry.name[..at]);
        for folder in folders {
            if folder == BOOTSTRAP || entries.contains_key(folder) {
                return Err(Error::new(format!(
                    "{folder} is both a file and a directory of the package: {}",
                    entry.path.display()
                )));
            }
        }
    }
    Ok(entries.into_values().collect())
}

/// Returns the file and its path in the package: PATH or PATH=NAME. The name of an existing file
/// may have an equals sign.
fn included(given: &Path) -> Result<(&Path, String), Error> {
    let bytes = given.as_os_str().as_bytes();
    let at = bytes.iter().rposition(|&byte| byte == b'=');
    let Some(at) = at.filter(|_| given.symlink_metadata().is_err()) else {
        return Ok((given, name(given)?));
    };
    let part = |bytes| Path::new(OsStr::from_bytes(bytes));
    let (path, wanted) = (part(&bytes[..at]), part(&bytes[at + 1..]));
    let is_plain = |component| matches!(component, Component::Normal(_) | Component::CurDir);
    if wanted.components().all(is_plain) {
        Ok((path, name(wanted)?))
    } else {
        Err(Error::new(format!(
            "--include {}: the name in the package must be relative, without ..",
            given.display()
        )))
    }
}

/// Returns the path of a file in the package.
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
        Some(name) if !name.is_empty() => {
            name.to_str().map(str::to_owned).ok_or_else(|| not_utf8(path))
        }
        _ => Err(Error::new(format!(
            "--include {}: the path has no name: include the files in it",
            path.display()
        ))),
    }
}

/// The directories that a file is in, without symbolic links.
struct Folders<'a> {
    /// The path of `--include`.
    root: &'a Path,
    /// The parent directories, from the root on.
    above: Vec<PathBuf>,
}

/// Returns an error if a name is read in other ways by other programs.
fn check_name(name: &str, path: &Path) -> Result<(), Error> {
    // Windows's separator, which also some unzip programs understand.
    if name.contains('\\') || name.contains(char::is_control) {
        return Err(Error::new(format!(
            "{:?}: a name in a package can't have backslashes or control characters: rename it",
            path
        )));
    }
    Ok(())
}

/// Prints a warning if a file seldom belongs into a package.
fn warn_about(path: &Path, root: &Path) {
    let shown = path.display();
    let last = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if last == ".git" {
        message::warning(format_args!(
            "{shown} is included: it has the whole history of a repository"
        ));
    }
    if last == ".env" || last.starts_with(".env.") {
        message::warning(format_args!(
            "{shown} is included: files of this name usually have secrets"
        ));
    }
    if path.is_symlink()
        && let Ok(to) = path.canonicalize()
        && !to.starts_with(root)
    {
        message::warning(format_args!(
            "{shown} is a symbolic link that leads out, to {}",
            to.display()
        ));
    }
}

/// Adds a file, or the files in a directory.
fn add(
    entries: &mut BTreeMap<String, Entry>,
    path: &Path,
    name: String,
    folders: &mut Folders<'_>,
) -> Result<(), Error> {
    let shown = path.display();
    check_name(&name, path)?;
    warn_about(path, folders.root);
    // Symbolic links are followed: the package has the files that they lead to.
    let metadata = path.metadata().map_err(|error| match path.read_link() {
        Ok(to) => Error::new(format!("{shown} is a symbolic link to {}: {error}", to.display())),
        Err(_) => Error::new(format!("--include {shown}: {error}")),
    })?;
    if metadata.is_dir() {
        return add_folder(entries, path, &name, folders);
    }
    if !metadata.is_file() {
        return Err(Error::new(format!("{shown} is neither a file nor a directory")));
    }
    if name == BOOTSTRAP {
        return Err(Error::new(format!(
            "{shown} conflicts with the program, which is `{name}` in the package: rename it, or package it as the program with \
             --bootstrap"
        )));
    }
    let entry = Entry::file(name, path)?;
    if let Some(other) = entries.get(&entry.name) {
        return Err(Error::new(format!(
            "{} and {shown} are both {} in the package",
            other.path.display(),
            entry.name
        )));
    }
    entries.insert(entry.name.clone(), entry);
    Ok(())
}

fn add_folder(
    entries: &mut BTreeMap<String, Entry>,
    path: &Path,
    name: &str,
    folders: &mut Folders<'_>,
) -> Result<(), Error> {
    let shown = path.display();
    let here = path.canonicalize().context(&shown)?;
    if folders.above.contains(&here) {
        return Err(Error::new(format!("{shown} leads back to its parent {}", here.display())));
    }
    let mut children = Vec::new();
    for child in fs::read_dir(path).context(&shown)? {
        children.push(child.context(&shown)?.path());
    }
    // With several errors, always the same one is reported.
    children.sort();
    if children.is_empty() {
        message::warning(format_args!(
            "{shown} is an empty directory, which a package can't have: it is left out"
        ));
    }
    folders.above.push(here);
    for child in children {
        let last =
            child.file_name().and_then(|last| last.to_str()).ok_or_else(|| not_utf8(&child))?;
        let name = format!("{name}/{last}");
        add(entries, &child, name, folders)?;
    }
    folders.above.pop();
    Ok(())
}

fn not_utf8(path: &Path) -> Error {
    Error::new(format!("{}: the path is not valid UTF-8", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_have_another_name_in_the_package() {
        let name = |given| included(Path::new(given)).map(|(path, name)| (path.to_owned(), name));
        let named = |path: &str, name: &str| (PathBuf::from(path), name.to_owned());
        assert_eq!(name("a/b.sh=b.sh").unwrap(), named("a/b.sh", "b.sh"));
        assert_eq!(name("../a=b=./c/d").unwrap(), named("../a=b", "c/d"));
        assert_eq!(name("a/b.sh").unwrap(), named("a/b.sh", "a/b.sh"));
        for wrong in ["a=/b", "a=../b", "a=", "a=."] {
            let words = name(wrong).unwrap_err().to_string();
            assert!(words.starts_with("--include "), "{wrong}: {words}");
        }
        // A file of this name exists.
        let folder =
            std::env::temp_dir().join(format!("barelambda-include-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("a=b");
        fs::write(&path, "").unwrap();
        assert_eq!(included(&path).unwrap(), (path.as_path(), "a=b".to_owned()));
        fs::remove_dir_all(folder).unwrap();
    }
}
