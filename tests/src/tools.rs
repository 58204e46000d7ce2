//! Finds the programs that the tests run besides the project's own. A test that misses one fails, and says how to get it.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

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

/// AWS's services, imitated.
pub fn moto_server() -> PathBuf {
    find("moto, which imitates AWS", Some("BARELAMBDA_MOTO"), "moto/bin/moto_server", "moto_server")
}

/// Looks for what is unsafe in Terraform's files.
pub fn checkov() -> PathBuf {
    find("checkov", Some("BARELAMBDA_CHECKOV"), "checkov/bin/checkov", "checkov")
}

/// Terraform.
pub fn terraform() -> PathBuf {
    const NONE: &str = "this test needs Terraform 1.10 or later, which `.ci/tools` does not install: \
        put `terraform` into PATH, or set BARELAMBDA_TERRAFORM to its path";
    let path = env::var_os("PATH").unwrap_or_default();
    let named = env::var_os("BARELAMBDA_TERRAFORM").map(PathBuf::from);
    let mut candidates = named.into_iter().chain(env::split_paths(&path).map(|folder| folder.join("terraform")));
    candidates.find(|candidate| candidate.is_file()).expect(NONE)
}

/// The folder for `terraform init -plugin-dir` that has the AWS provider, version 5.
pub fn terraform_plugins() -> PathBuf {
    const NONE: &str = "this test needs version 5 of Terraform's AWS provider, which `.ci/tools` does not install: put \
        registry.terraform.io/hashicorp/aws/VERSION/linux_amd64/terraform-provider-aws_vVERSION_x5 into a folder, \
        and set BARELAMBDA_TERRAFORM_PLUGINS to that folder";
    let named = env::var_os("BARELAMBDA_TERRAFORM_PLUGINS").map(PathBuf::from);
    let homes = env::var_os("HOME").map(PathBuf::from).into_iter().flat_map(|home| {
        [".terraform.d/plugins", ".terraform.d/plugin-cache", ".local/share/terraform/plugins"].map(|folder| home.join(folder))
    });
    let common = ["/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins"].map(PathBuf::from);
    let optional = std::fs::read_dir("/opt").into_iter().flatten().flatten().map(|entry| entry.path());
    let mut candidates = named.into_iter().chain(homes).chain(common).chain(optional);
    candidates.find(|folder| has_aws_provider(folder)).expect(NONE)
}

fn has_aws_provider(folder: &Path) -> bool {
    let versions = std::fs::read_dir(folder.join("registry.terraform.io/hashicorp/aws"));
    let mut platforms = versions.into_iter().flatten().flatten().map(|version| version.path().join("linux_amd64"));
    platforms.any(|platform| {
        let files = std::fs::read_dir(platform);
        files.into_iter().flatten().flatten().any(|file| file.file_name().to_string_lossy().starts_with("terraform-provider-aws_v5"))
    })
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
