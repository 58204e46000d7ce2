//! Writes the files of a new function.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{self, Command, Stdio};

use super::files::File;
use crate::error::{Context, Error};
use crate::message;

/// The files that `init` leaves as they are if they exist.
const KEPT: [&str; 2] = ["README.md", "rust-toolchain.toml"];

const IGNORED: &str = ".gitignore";

/// Creates the directory with all its files. It must not exist, or be empty.
pub fn new(folder: &Path, files: &[File]) -> Result<(), Error> {
    let shown = folder.display();
    // If the directory can't be read, the error of the writing is more useful.
    let exists = folder.symlink_metadata().is_ok();
    if exists && !fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none()) {
        return Err(Error::new(format!(
            "{shown} already exists and isn't an empty directory: `cargo barelambda init` adds a function to a directory with files"
        )));
    }
    let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) else {
        return Err(Error::new(format!("cannot create {shown}")));
    };
    fs::create_dir_all(parent).context(parent.display())?;
    let beside = parent.join(format!(".{}.{}", name.display(), process::id()));
    // It must be new: a link of this name would lead elsewhere.
    fs::create_dir(&beside).context(beside.display())?;
    let written = write_all(&beside, files).and_then(|()| match exists {
        // It may be the current directory, which must remain.
        true => move_into(&beside, folder),
        false => fs::rename(&beside, folder).context(&shown),
    });
    if exists || written.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_dir_all(&beside);
    }
    written
}

/// Adds the files to a directory. None of them may exist, except those that are kept and
/// `.gitignore`, to which the missing lines are added.
pub fn init(folder: &Path, files: &[File]) -> Result<(), Error> {
    let exists = |file: &&File| folder.join(file.path).symlink_metadata().is_ok();
    let is_kept = |file: &&File| KEPT.contains(&file.path) || file.path == IGNORED;
    let taken: Vec<&str> =
        files.iter().filter(exists).filter(|file| !is_kept(file)).map(|file| file.path).collect();
    if !taken.is_empty() {
        return Err(Error::new(format!("{} already has {}", folder.display(), taken.join(", "))));
    }
    if let Some(file) = files.iter().filter(exists).find(|file| file.path == IGNORED) {
        let path = folder.join(IGNORED);
        let text = fs::read_to_string(&path).context(path.display())?;
        fs::write(&path, with_lines(text, &file.contents)).context(path.display())?;
    }
    files.iter().filter(|file| !exists(file)).try_for_each(|file| write(folder, file))
}

/// Makes the directory a git repository, unless it is in one, or there is no git.
pub fn git_init(folder: &Path) {
    if folder.ancestors().any(|above| above.join(".git").exists()) {
        return;
    }
    let mut command = Command::new("git");
    command.args(["init", "--quiet"]).arg(folder).stdin(Stdio::null()).stdout(Stdio::null());
    if command.status().is_ok_and(|status| !status.success()) {
        message::warning("`git init` failed: see above");
    }
}

/// Adds the lines that a text doesn't have.
fn with_lines(mut text: String, lines: &str) -> String {
    let missing: Vec<&str> =
        lines.lines().filter(|line| !text.lines().any(|known| known == *line)).collect();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.extend(missing.iter().flat_map(|line| [line, "\n"]));
    text
}

fn write_all(folder: &Path, files: &[File]) -> Result<(), Error> {
    files.iter().try_for_each(|file| write(folder, file))
}

fn write(folder: &Path, file: &File) -> Result<(), Error> {
    let path = folder.join(file.path);
    let parent = path.parent().expect("the path has a parent");
    fs::create_dir_all(parent).context(parent.display())?;
    fs::write(&path, &file.contents).context(path.display())?;
    if file.executable {
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).context(path.display())?;
    }
    Ok(())
}

fn move_into(from: &Path, to: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(from).context(from.display())? {
        let entry = entry.context(from.display())?;
        let target = to.join(entry.file_name());
        fs::rename(entry.path(), &target).context(target.display())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_missing_lines_are_added() {
        assert_eq!(with_lines(String::new(), "a\nb\n"), "a\nb\n");
        assert_eq!(with_lines("b\nc".to_owned(), "a\nb\n"), "b\nc\na\n");
    }
}
