//! The messages of `cargo build`: shows the compiler's, and keeps what the tool needs to know.

use std::io::{self, BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::no_std::StdUse;
use crate::project::{Target, TargetKind, strings, text};

/// What cargo has said.
#[derive(Debug, Default)]
pub struct Messages {
    pub executable: Option<PathBuf>,
    pub std_use: StdUse,
}

impl Messages {
    /// Reads the messages until the end, and prints the compiler's to standard error.
    pub fn read(lines: impl BufRead, target: &Target, triple: Option<&str>) -> io::Result<Self> {
        // Cargo may have drawn its progress bar, with the cursor at its beginning.
        let clear = if io::stderr().is_terminal() { "\x1b[K" } else { "" };
        let mut messages = Self::default();
        for line in lines.lines() {
            // Build scripts and procedural macros may print other lines.
            let Ok(message) = serde_json::from_str::<Value>(&line?) else { continue };
            match text(&message["reason"]) {
                "compiler-message" => {
                    eprint!("{clear}{}", text(&message["message"]["rendered"]));
                    messages.std_use.add_error(&message["message"]);
                }
                "compiler-artifact" => messages.add_artifact(&message, target, triple),
                _ => {}
            }
        }
        Ok(messages)
    }

    fn add_artifact(&mut self, message: &Value, target: &Target, triple: Option<&str>) {
        let kind = if target.kind == TargetKind::Example { "example" } else { "bin" };
        let about = &message["target"];
        if about["name"] == target.name.as_str()
            && about["kind"][0] == kind
            && let Some(path) = message["executable"].as_str()
        {
            self.executable = Some(PathBuf::from(path));
        }
        let is_linked = |path: &String| {
            Path::new(path)
                .components()
                .any(|part| triple.is_some_and(|triple| part.as_os_str() == triple))
        };
        if strings(&message["filenames"]).iter().any(is_linked) {
            self.std_use.add_package(text(&message["package_id"]), &strings(&message["features"]));
        }
    }
}
