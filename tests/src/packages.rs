//! Runs `cargo barelambda` and the benchmark, and reads zips with Python.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::{cargo, tools};

/// A file of a zip, and its metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    /// The type and the permissions, as in `stat`.
    pub mode: u64,
    /// Year, month, day, hour, minute, second.
    pub time: Vec<u64>,
    /// The system that defines the mode; 3 is Unix.
    pub made_on: u64,
    /// 0 is stored, 8 is deflated.
    pub method: u64,
    /// The sizes in bytes of the extra fields, in the central directory and in the local header.
    pub extra: [u64; 2],
    pub packed_size: u64,
    pub bytes: Vec<u8>,
}

/// Returns a command for the tool, run as in a user's crate.
pub fn tool(folder: &Path) -> Command {
    let mut command = Command::new(built("cargo-barelambda"));
    cargo::without_package(&mut command);
    command.arg("barelambda").current_dir(folder).stdin(Stdio::null());
    command
}

/// Returns a command for the benchmark, run in the root of the repository.
pub fn bench() -> Command {
    let mut command = Command::new(built("barelambda-bench"));
    cargo::without_package(&mut command);
    command.current_dir(cargo::root()).stdin(Stdio::null());
    command
}

/// Builds a program of the workspace, and returns its path. With the features of the whole
/// workspace, its dependencies are those of the tests.
fn built(name: &str) -> PathBuf {
    match &cargo::build(cargo::root(), &["--workspace", "--bin", name])[..] {
        [program] => program.clone(),
        built => panic!("expected one program: {built:?}"),
    }
}

/// Runs the tool, and returns its stdout and stderr.
///
/// # Panics
/// The tool fails.
pub fn succeed<A: AsRef<OsStr>>(folder: &Path, arguments: &[A]) -> (String, String) {
    let output = tool(folder).args(arguments).output().expect("the tool can be started");
    let (out, err) = words(&output);
    assert_eq!(output.status.code(), Some(0), "{err}");
    (out, err)
}

/// Runs the tool, and returns its error message.
///
/// # Panics
/// The tool succeeds, or writes to stdout.
pub fn fail<A: AsRef<OsStr>>(folder: &Path, arguments: &[A]) -> String {
    let output = tool(folder).args(arguments).output().expect("the tool can be started");
    let (out, err) = words(&output);
    assert_eq!((output.status.code(), out.as_str()), (Some(3), ""), "{err}");
    let error = err.lines().find_map(|line| line.strip_prefix("error: "));
    error.unwrap_or_else(|| panic!("expected an error: {err}")).to_owned()
}

fn words(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

/// Returns the files of a zip, in its order, and checks their checksums.
pub fn members(zip: &Path) -> Vec<Member> {
    let script = "
import json, struct, sys, zipfile
zip = zipfile.ZipFile(sys.argv[1])
assert zip.testzip() is None and zip.comment == b''
raw = open(sys.argv[1], 'rb').read()
members = []
for info in zip.infolist():
    local = raw[info.header_offset:]
    extra = struct.unpack_from('<H', local, 28)[0]
    members.append([info.filename, info.external_attr >> 16, info.date_time, info.create_system, info.compress_type,
        [len(info.extra), extra], info.compress_size, list(zip.read(info))])
json.dump(members, sys.stdout)";
    let output = Command::new(tools::python())
        .args(["-c", script])
        .arg(zip)
        .output()
        .expect("Python can be started");
    let (out, err) = words(&output);
    assert!(output.status.success(), "{}: {err}", zip.display());
    let members: Vec<Value> = serde_json::from_str(&out).expect("Python writes JSON");
    let number = |value: &Value| value.as_u64().expect("a number");
    let numbers =
        |value: &Value| value.as_array().expect("an array").iter().map(number).collect::<Vec<_>>();
    let member = |member: &Value| Member {
        name: member[0].as_str().expect("a name").to_owned(),
        mode: number(&member[1]),
        time: numbers(&member[2]),
        made_on: number(&member[3]),
        method: number(&member[4]),
        extra: [number(&member[5][0]), number(&member[5][1])],
        packed_size: number(&member[6]),
        bytes: numbers(&member[7]).into_iter().map(|byte| byte as u8).collect(),
    };
    members.iter().map(member).collect()
}

/// Returns the zip's hash as Lambda's CodeSha256 has it.
pub fn code_sha256(zip: &Path) -> String {
    let output = Command::new("sha256sum").arg(zip).output().expect("sha256sum can be started");
    let (out, err) = words(&output);
    assert!(output.status.success(), "{err}");
    let digits = |at: usize| u8::from_str_radix(&out[at..at + 2], 16).expect("hexadecimal digits");
    let hash: Vec<u8> = (0..64).step_by(2).map(digits).collect();
    STANDARD.encode(hash)
}
