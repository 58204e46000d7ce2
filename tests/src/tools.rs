//! Finds the programs that the tests run besides the project's own. A test that misses one fails, and says how to get it.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::cargo;

/// AWS's Runtime Interface Emulator.
pub fn rie() -> PathBuf {
    find("AWS's Runtime Interface Emulator", Some("BARELAMBDA_RIE"), "aws-lambda-rie", "aws-lambda-rie")
}

/// The AWS CLI.
pub fn aws() -> PathBuf {
    find("the AWS CLI", Some("BARELAMBDA_AWS"), "aws/bin/aws", "aws")
}

/// A Python that has boto3, the AWS SDK.
pub fn python_with_boto3() -> PathBuf {
    find("Python with boto3", Some("BARELAMBDA_PYTHON"), "aws/bin/python", "python3")
}

/// The whole environment of AWS's tools: whatever is configured on this machine is of no interest, and must not be used.
pub fn aws_environment() -> impl Iterator<Item = (&'static str, OsString)> {
    let own = [
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ("AWS_MAX_ATTEMPTS", "1"),
    ];
    own.into_iter().map(|(name, value)| (name, value.into())).chain(env::var_os("PATH").map(|path| ("PATH", path)))
}

/// Runs aarch64 programs on this machine.
pub fn qemu_aarch64() -> PathBuf {
    find("qemu's user-mode emulator for aarch64", None, "qemu-aarch64-static", "qemu-aarch64-static")
}

/// The C library's compiler, and what else builds C: `cc`, `c++`, `make`, `nm`, `musl-gcc`, `aarch64-linux-gnu-gcc`, `cobc`.
pub fn for_c(name: &str) -> PathBuf {
    find("a tool of C", None, name, name)
}

/// Shows system calls.
pub fn strace() -> PathBuf {
    find("strace", None, "strace", "strace")
}

/// Counts instructions.
pub fn valgrind() -> PathBuf {
    find("valgrind", None, "valgrind", "valgrind")
}

/// Sends a request over HTTP.
pub fn curl() -> PathBuf {
    find("curl", None, "curl", "curl")
}

/// Runs a program in namespaces of its own.
pub fn unshare() -> PathBuf {
    find("util-linux's unshare", None, "unshare", "unshare")
}

/// Python, for its own reader of zips.
pub fn python() -> PathBuf {
    find("Python 3", None, "python3", "python3")
}

/// Info-ZIP's reader of zips.
pub fn unzip() -> PathBuf {
    find("unzip", None, "unzip", "unzip")
}

/// Looks at the environment variable, then in the folder that `.ci/tools` fills, then in `PATH`.
fn find(what: &str, variable: Option<&str>, installed: &str, name: &str) -> PathBuf {
    if let Some(variable) = variable
        && let Some(path) = env::var_os(variable)
    {
        let path = PathBuf::from(path);
        assert!(path.is_file(), "{variable} names {}, and there is no such file", path.display());
        return path;
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).map(|folder| folder.join(name));
    let mut candidates = [cargo::target_folder().join("tools").join(installed)].into_iter().chain(folders);
    candidates.find(|candidate| candidate.is_file()).unwrap_or_else(|| {
        let or = variable.map(|variable| format!(", or set {variable} to its path")).unwrap_or_default();
        panic!("this test needs {what} ({name}), which is not on this machine. To install it: `bash .ci/tools`{or}")
    })
}
