//! Runs programs under RIE in its mode for managed instances, which sends invocation ids and reads
//! the trailers of streams.
//!
//! In this mode RIE runs `/var/task/bootstrap` as the user 993. It is therefore started in a
//! separate mount namespace, where `/var` is a folder of the test, and in a separate process
//! namespace, so that its processes end together.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::rie::{Addresses, Rie};
use crate::rie_relay::Relay;
use crate::{cargo, tools};

/// The script that runs in the namespaces. It runs RIE until its standard input closes. `cat` is
/// the first process of its namespace, so the kernel kills the others when it exits. The arguments
/// are the folder that becomes `/var`, and those of RIE.
const SCRIPT: &str = "set -e
mount --bind \"$1\" /var
shift
cd /var/task
/var/aws-lambda-rie \"$@\" </dev/null &
exec cat >/dev/null
";

/// Starts RIE with `program` as the function's bootstrap and one worker, and adds variables to its
/// environment. `name` is the test's name.
///
/// # Panics
/// The machine doesn't allow the namespaces. The message says what is missing.
pub fn start(program: &Path, environment: &[(&str, &str)], name: &str) -> Rie {
    let folder = Folder::new(name);
    folder.install(program, "bootstrap");
    folder.start(Addresses::free(), environment)
}

/// Like [`start`], with a relay between the program and the Runtime API. The relay passes every
/// piece of a reply to `change`, as read from the socket.
pub fn start_relayed(
    program: &Path,
    environment: &[(&str, &str)],
    name: &str,
    change: impl FnMut(&mut [u8]) + Send + 'static,
) -> (Rie, Relay) {
    let addresses = Addresses::free();
    let relay = Relay::start(addresses.runtime_api, change);
    let folder = Folder::new(name);
    folder.install(program, "program");
    folder.write("bootstrap", &through(relay.address()));
    (folder.start(addresses, environment), relay)
}

/// Starts RIE with a bootstrap that does nothing, since the test is the runtime.
pub fn start_without_runtime(name: &str) -> Rie {
    let folder = Folder::new(name);
    folder.write("bootstrap", "#!/bin/sh\nexec sleep 3600\n");
    folder.start(Addresses::free(), &[])
}

/// Starts RIE with a program whose initialisation fails, and returns the log. In this mode RIE then
/// exits before it can be invoked.
pub fn log_of_failure(program: &Path, environment: &[(&str, &str)], name: &str) -> String {
    let folder = Folder::new(name);
    folder.install(program, "bootstrap");
    let addresses = Addresses::free();
    let rie = Rie::spawn(folder.command(addresses, environment), addresses, &folder.0);
    rie.wait_for_log("rie server stopped");
    rie.log()
}

/// Returns a bootstrap that runs the program with a Runtime API at `address`.
fn through(address: SocketAddr) -> String {
    format!("#!/bin/sh\nAWS_LAMBDA_RUNTIME_API={address} exec /var/task/program\n")
}

/// A test's folder, in which `var` becomes `/var`.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Self(cargo::scratch(&format!("rie-managed-{name}")));
        let task = folder.task();
        fs::create_dir_all(&task).expect("a folder can be made");
        // RIE's user reads them.
        for folder in [folder.var(), task] {
            set_mode(&folder);
        }
        let rie = folder.var().join("aws-lambda-rie");
        fs::copy(tools::rie(), &rie).expect("RIE can be copied");
        set_mode(&rie);
        folder
    }

    fn var(&self) -> PathBuf {
        self.0.join("var")
    }

    fn task(&self) -> PathBuf {
        self.var().join("task")
    }

    fn install(&self, program: &Path, name: &str) {
        let path = self.task().join(name);
        fs::copy(program, &path)
            .unwrap_or_else(|error| panic!("can't copy {}: {error}", program.display()));
        set_mode(&path);
    }

    fn write(&self, name: &str, script: &str) {
        let path = self.task().join(name);
        fs::write(&path, script).expect("a script can be written");
        set_mode(&path);
    }

    fn start(&self, addresses: Addresses, environment: &[(&str, &str)]) -> Rie {
        Rie::launch(self.command(addresses, environment), addresses, &self.0)
    }

    fn command(&self, addresses: Addresses, environment: &[(&str, &str)]) -> Command {
        let managed = [
            ("AWS_LAMBDA_MAX_CONCURRENCY", "1"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "lambda-managed-instances"),
        ];
        let variables =
            managed.iter().chain(environment).map(|(name, value)| format!("{name}={value}"));
        let mut command = in_namespaces();
        // `env` sets the variables, since sudo doesn't pass an environment on.
        command
            .arg("env")
            .args(variables)
            .args(["sh", "-c", SCRIPT, "sh"])
            .arg(self.var())
            .args(addresses.arguments());
        command.stdin(Stdio::piped());
        command
    }
}

/// Returns the beginning of a command that runs the rest of it in a separate mount namespace and
/// process namespace.
fn in_namespaces() -> Command {
    let unshare = tools::unshare();
    let command = || {
        let mut command;
        if rustix::process::geteuid().is_root() {
            command = Command::new(&unshare);
        } else {
            command = Command::new("sudo");
            command.arg("-n").arg(&unshare);
        }
        command.args(["--mount", "--pid", "--fork"]);
        command
    };
    let words = match command().arg("true").stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => return command(),
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    panic!(
        "NOT CHECKED: RIE's mode for managed instances needs separate mount and process namespaces, which this machine doesn't allow. \
         Run the test as root or with sudo without a password, in a container with CAP_SYS_ADMIN. The error is: {words}"
    )
}

/// Makes a file readable and executable for every user.
fn set_mode(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("the mode can be set");
}
