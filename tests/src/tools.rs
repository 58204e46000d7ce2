//! Finds the tools that the tests run. A test that doesn't find one fails, and says how to install
//! it.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::cargo;

/// Returns the path of AWS's Runtime Interface Emulator.
pub fn rie() -> PathBuf {
    find(
        "AWS's Runtime Interface Emulator",
        Some("BARELAMBDA_RIE"),
        "aws-lambda-rie",
        "aws-lambda-rie",
    )
}

/// Returns the path of the AWS CLI.
pub fn aws() -> PathBuf {
    find("the AWS CLI", Some("BARELAMBDA_AWS"), "aws/bin/aws", "aws")
}

/// Returns the path of a Python that has boto3, the AWS SDK.
pub fn python_with_boto3() -> PathBuf {
    find("Python with boto3", Some("BARELAMBDA_PYTHON"), "aws/bin/python", "python3")
}

/// Returns the whole environment of AWS's tools, which excludes this machine's configuration.
pub fn aws_environment() -> impl Iterator<Item = (&'static str, OsString)> {
    let own = [
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ("AWS_MAX_ATTEMPTS", "1"),
    ];
    own.into_iter()
        .map(|(name, value)| (name, value.into()))
        .chain(env::var_os("PATH").map(|path| ("PATH", path)))
}

/// Returns the path of moto's server, which imitates AWS's services.
pub fn moto_server() -> PathBuf {
    find("moto, which imitates AWS", Some("BARELAMBDA_MOTO"), "moto/bin/moto_server", "moto_server")
}

/// Returns the path of checkov, which finds insecure settings in Terraform's files.
pub fn checkov() -> PathBuf {
    find("checkov", Some("BARELAMBDA_CHECKOV"), "checkov/bin/checkov", "checkov")
}

/// Returns the path of Terraform.
pub fn terraform() -> PathBuf {
    const NONE: &str = "this test needs Terraform 1.10 or later, which `.ci/tools` does not install: \
        put `terraform` into PATH, or set BARELAMBDA_TERRAFORM to its path";
    let path = env::var_os("PATH").unwrap_or_default();
    let named = env::var_os("BARELAMBDA_TERRAFORM").map(PathBuf::from);
    let mut candidates =
        named.into_iter().chain(env::split_paths(&path).map(|folder| folder.join("terraform")));
    candidates.find(|candidate| candidate.is_file()).expect(NONE)
}

/// Returns the folder for `terraform init -plugin-dir` that has version 5 of the AWS provider.
pub fn terraform_plugins() -> PathBuf {
    const NONE: &str = "this test needs version 5 of Terraform's AWS provider, which `.ci/tools` does not install: put \
        registry.terraform.io/hashicorp/aws/VERSION/linux_amd64/terraform-provider-aws_vVERSION_x5 into a folder, \
        and set BARELAMBDA_TERRAFORM_PLUGINS to that folder";
    let named = env::var_os("BARELAMBDA_TERRAFORM_PLUGINS").map(PathBuf::from);
    let homes = env::var_os("HOME").map(PathBuf::from).into_iter().flat_map(|home| {
        [".terraform.d/plugins", ".terraform.d/plugin-cache", ".local/share/terraform/plugins"]
            .map(|folder| home.join(folder))
    });
    let common =
        ["/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins"].map(PathBuf::from);
    let optional =
        std::fs::read_dir("/opt").into_iter().flatten().flatten().map(|entry| entry.path());
    let mut candidates = named.into_iter().chain(homes).chain(common).chain(optional);
    candidates.find(|folder| has_aws_provider(folder)).expect(NONE)
}

fn has_aws_provider(folder: &Path) -> bool {
    let versions = std::fs::read_dir(folder.join("registry.terraform.io/hashicorp/aws"));
    let mut platforms =
        versions.into_iter().flatten().flatten().map(|version| version.path().join("linux_amd64"));
    platforms.any(|platform| {
        let files = std::fs::read_dir(platform);
        files
            .into_iter()
            .flatten()
            .flatten()
            .any(|file| file.file_name().to_string_lossy().starts_with("terraform-provider-aws_v5"))
    })
}

/// Returns the path of qemu, which runs aarch64 programs on this machine.
pub fn qemu_aarch64() -> PathBuf {
    find(
        "qemu's user-mode emulator for aarch64",
        None,
        "qemu-aarch64-static",
        "qemu-aarch64-static",
    )
}

/// Returns the path of a tool that builds C: `cc`, `c++`, `make`, `nm`, `musl-gcc`,
/// `aarch64-linux-gnu-gcc` or `cobc`.
pub fn for_c(name: &str) -> PathBuf {
    find("a tool that builds C", None, name, name)
}

/// Returns the path of strace, which records system calls.
pub fn strace() -> PathBuf {
    find("strace", None, "strace", "strace")
}

/// Returns the path of valgrind, which counts instructions.
pub fn valgrind() -> PathBuf {
    find("valgrind", None, "valgrind", "valgrind")
}

/// Returns the path of curl.
pub fn curl() -> PathBuf {
    find("curl", None, "curl", "curl")
}

/// Returns the path of unshare, which runs a program in separate namespaces.
pub fn unshare() -> PathBuf {
    find("util-linux's unshare", None, "unshare", "unshare")
}

/// Returns the path of Python, whose library reads zips.
pub fn python() -> PathBuf {
    find("Python 3", None, "python3", "python3")
}

/// Returns the path of Info-ZIP's unzip.
pub fn unzip() -> PathBuf {
    find("unzip", None, "unzip", "unzip")
}

/// Looks for a tool in the environment variable, then in the folder that `.ci/tools` installs to,
/// then in `PATH`.
fn find(what: &str, variable: Option<&str>, installed: &str, name: &str) -> PathBuf {
    if let Some(variable) = variable
        && let Some(path) = env::var_os(variable)
    {
        let path = PathBuf::from(path);
        assert!(path.is_file(), "{variable} is {}, which isn't a file", path.display());
        return path;
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).map(|folder| folder.join(name));
    let mut candidates =
        [cargo::target_folder().join("tools").join(installed)].into_iter().chain(folders);
    candidates.find(|candidate| candidate.is_file()).unwrap_or_else(|| {
        let or = variable.map(|variable| format!(", or set {variable} to its path")).unwrap_or_default();
        panic!("this test needs {what} ({name}), which isn't on this machine. To install it: `bash .ci/tools`{or}")
    })
}
