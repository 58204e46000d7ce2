//! Shell scripts.

use std::{env, fs};

use cargo_barelambda::error::{Context, Error};

use super::build_dir::BuildDir;
use super::{Entry, Ready};
use crate::events::ExpectedResponse;

pub const ENTRIES: &[Entry] = &[Entry {
    name: "bash-curl",
    title: "bash and curl",
    ours: false,
    note: "A loop as in many tutorials, with /bin/cat as the handler: no error handling, deadlines or streaming.",
    build: bash_curl,
}];

fn bash_curl(build_dir: &BuildDir<'_>) -> Result<Ready, Error> {
    let path = env::var_os("PATH").unwrap_or_default();
    for program in ["bash", "curl"] {
        if !env::split_paths(&path).any(|folder| folder.join(program).is_file()) {
            return Err(Error::new(format!("{program} is not installed")));
        }
    }
    let mut ready = Ready::alone(build_dir.repository.join("benches/peers/bash-curl/bootstrap"));
    // The files of mktemp remain when the loop is killed.
    let temporary = build_dir.folder("bash-curl");
    fs::create_dir_all(&temporary).context(temporary.display())?;
    ready.environment = vec![
        ("LAMBDA_TASK_ROOT".into(), "/bin".into()),
        ("_HANDLER".into(), "cat".into()),
        ("TMPDIR".into(), temporary.into()),
    ];
    ready.interpreted = true;
    ready.expected = ExpectedResponse::SameJson;
    Ok(ready)
}
