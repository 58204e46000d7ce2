//! AWS's runtime interface clients for interpreters, which are installed once: see
//! `benches/peers/python/README.md` and `benches/peers/node/README.md`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_barelambda::error::{Context, Error};

use super::build_dir::{BuildDir, succeed};
use super::{Entry, Ready};
use crate::events::ExpectedResponse;

const AWSLAMBDARIC: &str = "awslambdaric==4.2.2";
const AWS_LAMBDA_RIC: &str = "aws-lambda-ric@3.3.0";

/// The handler, which both clients read from an argument and from the environment.
const HANDLER: &str = "app.handler";

pub const ENTRIES: &[Entry] = &[
    Entry {
        name: "python",
        title: "Python, awslambdaric",
        ours: false,
        note: "awslambdaric 4.2.2 on the machine's python3; the size excludes the interpreter.",
        build: python,
    },
    Entry {
        name: "node",
        title: "Node.js, aws-lambda-ric",
        ours: false,
        note: "aws-lambda-ric 3.3.0 on the machine's Node.js; the size excludes Node.js.",
        build: node,
    },
];

fn python(build_dir: &BuildDir<'_>) -> Result<Ready, Error> {
    python_with(build_dir, "python", &[], &[])
}

/// Returns the handler in `benches/peers/PEER`, with AWS's client and these `requirements`, which
/// install `packages` besides the client's.
pub fn python_with(
    build_dir: &BuildDir<'_>,
    peer: &str,
    requirements: &[&str],
    packages: &[&str],
) -> Result<Ready, Error> {
    let folder = build_dir.folder(peer);
    let python = folder.join("bin/python");
    let requirements = [&[AWSLAMBDARIC], requirements].concat();
    once(&folder, &requirements.join(" "), || {
        succeed(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
        let mut pip = Command::new(&python);
        succeed(pip.args(["-m", "pip", "install", "-q"]).args(&requirements)).map(drop)
    })?;
    let where_from = ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"];
    let site = succeed(Command::new(&python).args(where_from))?;
    let installed = ["awslambdaric", "simplejson", "snapshot_restore_py"].iter().chain(packages);
    let installed = installed.map(|name| Path::new(site.trim()).join(name));
    let own = build_dir.repository.join("benches/peers").join(peer);
    Ok(ready(
        vec![python.into(), "-m".into(), "awslambdaric".into(), HANDLER.into()],
        &own,
        [own.join("app.py")].into_iter().chain(installed).collect(),
    ))
}

fn node(build_dir: &BuildDir<'_>) -> Result<Ready, Error> {
    let folder = build_dir.folder("node");
    let program = succeed(Command::new("node").args(["--print", "process.execPath"]))?;
    let program = Path::new(program.trim());
    once(&folder, AWS_LAMBDA_RIC, || {
        fs::create_dir_all(&folder).context(folder.display())?;
        fs::write(folder.join("package.json"), "{\"private\":true}\n").context(folder.display())?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", AWS_LAMBDA_RIC]).current_dir(&folder);
        // node-gyp downloads Node.js's headers unless they are installed next to it.
        let home = program.ancestors().nth(2);
        if let Some(home) = home.filter(|home| home.join("include/node/node_version.h").is_file()) {
            npm.env("npm_config_nodedir", home);
        }
        succeed(&mut npm).map(drop)
    })?;
    let own = build_dir.repository.join("benches/peers/node");
    let client = folder.join("node_modules/aws-lambda-ric");
    // The client searches for modules only in the current directory, so pass a path.
    let command =
        vec![program.into(), client.join("bin/index.mjs").into(), own.join(HANDLER).into()];
    // The package also has the sources of its native part, which aren't deployed.
    let included = ["bin", "dist", "package.json"].map(|name| client.join(name));
    Ok(ready(command, &own, [own.join("app.js")].into_iter().chain(included).collect()))
}

fn ready(command: Vec<std::ffi::OsString>, task_root: &Path, included: Vec<PathBuf>) -> Ready {
    Ready {
        command,
        // The interpreters find the handler as on Lambda, and write no files next to it.
        environment: vec![
            ("LAMBDA_TASK_ROOT".into(), task_root.into()),
            ("_HANDLER".into(), HANDLER.into()),
            ("PYTHONPATH".into(), task_root.into()),
            ("PYTHONDONTWRITEBYTECODE".into(), "1".into()),
        ],
        bootstrap: None,
        included: included.into_iter().filter(|path| path.exists()).collect(),
        interpreted: true,
        system_roots: false,
        uncounted: None,
        expected: ExpectedResponse::SameJson,
    }
}

/// Installs something into a directory once: a file there records what is installed.
fn once(
    folder: &Path,
    what: &str,
    install: impl FnOnce() -> Result<(), Error>,
) -> Result<(), Error> {
    let mark = folder.join("installed");
    if fs::read_to_string(&mark).is_ok_and(|there| there == what) {
        return Ok(());
    }
    install()?;
    fs::write(&mark, what).context(mark.display())
}
