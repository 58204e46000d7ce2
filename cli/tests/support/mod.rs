//! Runs the tool, and creates directories with files for it.

#![allow(dead_code, reason = "each test file uses only a part")]

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A runtime in bash that responds with its event.
pub const ECHO: &str = r#"#!/bin/bash
export LC_ALL=C
base=/2018-06-01/runtime/invocation
echo "the function's log" >&2
exec 3<>"/dev/tcp/${AWS_LAMBDA_RUNTIME_API/://}"
while true; do
  printf 'GET %s/next HTTP/1.1\r\nHost: x\r\n\r\n' "$base" >&3
  while IFS= read -r line <&3 && [ "$line" != $'\r' ]; do
    case "${line,,}" in
      lambda-runtime-aws-request-id:*) id=${line#*: }; id=${id%$'\r'} ;;
      content-length:*) length=${line#*: }; length=${length%$'\r'} ;;
    esac
  done
  IFS= read -r -N "$length" event <&3
  printf 'POST %s/%s/response HTTP/1.1\r\nHost: x\r\nContent-Length: %s\r\n\r\n%s' "$base" "$id" "$length" "$event" >&3
  while IFS= read -r line <&3 && [ "$line" != $'\r' ]; do :; done
  IFS= read -r line <&3
done
"#;

/// The exit code and output of the tool.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    pub fn of(command: &mut Command, input: &str) -> Self {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the tool starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        // Fails if the tool reads no event and has exited.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().expect("the tool ends");
        Self {
            code: output.status.code().expect("an exit code"),
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: String::from_utf8(output.stderr).expect("text"),
        }
    }
}

pub fn command(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-barelambda"));
    command.args(words);
    command
}

/// A command in a directory, which also has the target directory.
pub fn command_in(folder: &Folder, words: &[&str]) -> Command {
    let mut command = command(words);
    command.current_dir(folder.path()).env("CARGO_TARGET_DIR", format!("{}/target", folder.path()));
    command
}

pub fn barelambda(words: &[&str], input: &str) -> Ran {
    Ran::of(&mut command(words), input)
}

pub fn barelambda_in(folder: &Folder, words: &[&str]) -> Ran {
    Ran::of(&mut command_in(folder, words), "")
}

/// A temporary directory. It is outside the repository, whose cargo configuration would apply to
/// it.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("cargo-barelambda-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    pub fn path(&self) -> &str {
        self.0.to_str().expect("a path that is text")
    }

    pub fn file(&self, name: &str, text: &str) -> String {
        self.write(name, text.as_bytes(), 0o644)
    }

    pub fn script(&self, name: &str, text: &str) -> String {
        self.write(name, text.as_bytes(), 0o755)
    }

    pub fn executable(&self, name: &str, bytes: &[u8]) -> String {
        self.write(name, bytes, 0o755)
    }

    fn write(&self, name: &str, bytes: &[u8], mode: u32) -> String {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, bytes).expect("a file");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode))
            .expect("the file is writable");
        path.to_str().expect("a path that is text").to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
