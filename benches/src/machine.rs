//! Describes the machine for a record.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Returns the processor, the number of processors, the memory, the kernel, the compiler and the
/// commit. A value that can't be read is `unknown`.
pub fn described(repository: &Path) -> BTreeMap<String, String> {
    let line = |file: &str, name: &str| {
        let text = fs::read_to_string(file).ok()?;
        let line = text.lines().find(|line| line.starts_with(name))?;
        line.split_once(':').map(|(_, value)| value.trim().to_owned())
    };
    let said = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).current_dir(repository).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let changed = said("git", &["status", "--porcelain", "--untracked-files=no"])
        .is_some_and(|files| !files.is_empty());
    let commit = said("git", &["rev-parse", "--short=12", "HEAD"]);
    let facts = [
        ("processor", line("/proc/cpuinfo", "model name")),
        ("processors", std::thread::available_parallelism().ok().map(|count| count.to_string())),
        ("memory", line("/proc/meminfo", "MemTotal")),
        ("kernel", Some(rustix::system::uname().release().to_string_lossy().into_owned())),
        ("compiler", said("rustc", &["--version"])),
        (
            "commit",
            commit.map(|commit| if changed { format!("{commit}, with changes") } else { commit }),
        ),
    ];
    facts
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.unwrap_or_else(|| "unknown".to_owned())))
        .collect()
}
