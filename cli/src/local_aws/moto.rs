//! moto's server: where it is, and its process.

use std::env;
use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use barelambda_conformance::Process;

use super::certificates::Certificates;
use super::without_aws;
use crate::error::{Context, Error};

const NAME: &str = "moto_server";

/// The variable that names the server's file.
const VARIABLE: &str = "BARELAMBDA_MOTO";

/// How long moto may need to start. On an idle machine it is a second, most of it the imports.
const LIMIT: Duration = Duration::from_secs(120);

/// Finds the server: the file that BARELAMBDA_MOTO names, the one that `.ci/tools` installs into
/// the target folder of a clone, or the one in PATH.
pub fn find(target_folder: Option<&Path>) -> Result<PathBuf, Error> {
    if let Some(named) = env::var_os(VARIABLE) {
        let path = PathBuf::from(named);
        return match path.is_file() {
            true => Ok(path),
            false => {
                Err(Error::new(format!("{VARIABLE} is {}, which isn't a file", path.display())))
            }
        };
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let installed = target_folder.map(|folder| folder.join("tools/moto/bin").join(NAME));
    let in_path = env::split_paths(&path).map(|folder| folder.join(NAME));
    let mut candidates = installed.into_iter().chain(in_path);
    candidates.find(|candidate| candidate.is_file()).ok_or_else(|| {
        Error::new(format!(
            "--aws moto needs `{NAME}`, which isn't in PATH: run `pip install 'moto[server]'`, or set {VARIABLE} to its path"
        ))
    })
}

/// Starts the server on a free port of 127.0.0.1, and waits until it accepts connections.
///
/// # Errors
/// The server can't be started, exits, or doesn't listen in time.
pub fn start(server: &Path, certificates: &Certificates) -> Result<(Process, SocketAddr), Error> {
    let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .context("failed to find a free port for moto")?;
    let mut command = without_aws(server);
    command
        .args(["--host", "127.0.0.1", "--port", &address.port().to_string(), "--ssl"])
        .arg("--ssl-cert")
        .arg(&certificates.server)
        .arg("--ssl-key")
        .arg(&certificates.server_key);
    let process = Process::start(command).context(server.display())?;
    let limit = Instant::now() + LIMIT;
    while TcpStream::connect(address).is_err() || process.ended().is_some() {
        let late = Instant::now() >= limit;
        if late || process.ended().is_some() {
            let how = if late { " in time" } else { "" };
            return Err(Error::new(format!(
                "moto doesn't start{how}: {}",
                process.status_summary()
            )));
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok((process, address))
}

/// Returns a PATH in which `python3` is the interpreter of moto, if its folder has one. moto
/// depends on boto3, the AWS SDK for Python.
pub fn path_with_its_python(server: &Path) -> Result<OsString, Error> {
    // The file in PATH may be a link into the folder of a virtual environment.
    let target = server.canonicalize().context(server.display())?;
    let path = env::var_os("PATH").unwrap_or_default();
    let folder = target.parent().map(Path::to_owned);
    let folders = folder.into_iter().chain(env::split_paths(&path));
    env::join_paths(folders).context("PATH")
}
