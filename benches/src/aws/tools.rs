//! Calls the AWS CLI and Terraform, out of reach of Ctrl-C.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use cargo_barelambda::error::{Context, Error};
use cargo_barelambda::signals::Signals;
use serde_json::Value;

/// Sleeps, but no longer than until a signal.
pub fn sleep(signals: &Signals, time: Duration) {
    let end = Instant::now() + time;
    while !signals.received() && Instant::now() < end {
        thread::sleep(Duration::from_millis(50));
    }
}

/// The destination of the tools' requests.
#[derive(Clone, Debug)]
pub struct Aws {
    pub region: String,
    /// The URL to call instead of AWS, for tests.
    pub endpoint: Option<String>,
}

impl Aws {
    /// Reads the region from the environment or the AWS CLI's configuration.
    pub fn configured(endpoint: Option<String>) -> Result<Self, Error> {
        let named = ["AWS_REGION", "AWS_DEFAULT_REGION"]
            .into_iter()
            .filter_map(|name| std::env::var(name).ok());
        let region = match named.into_iter().find(|region| !region.is_empty()) {
            Some(region) => region,
            None => {
                let output = Command::new("aws")
                    .args(["configure", "get", "region"])
                    .stdin(Stdio::null())
                    .output();
                String::from_utf8_lossy(
                    &output.context("failed to start the AWS CLI (`aws`)")?.stdout,
                )
                .trim()
                .to_owned()
            }
        };
        if region.is_empty() {
            return Err(Error::new(
                "no region is configured: set AWS_REGION, such as AWS_REGION=eu-central-1",
            ));
        }
        Ok(Self { region, endpoint })
    }

    /// Returns a command with the environment of a tool, in a separate process group. A terminal
    /// sends Ctrl-C to this program's whole group, but the tool must finish so that this program
    /// can clean up.
    pub fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command
            .env("AWS_REGION", &self.region)
            .env("AWS_DEFAULT_REGION", &self.region)
            .env("AWS_PAGER", "");
        if let Some(endpoint) = &self.endpoint {
            command.env("AWS_ENDPOINT_URL", endpoint);
        }
        command.process_group(0).stdin(Stdio::null());
        command
    }

    /// Calls the AWS CLI, and parses the JSON that it prints.
    ///
    /// # Errors
    /// It can't be started, fails, or prints no JSON.
    pub fn call<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Result<Value, Error> {
        let mut command = self.tool("aws");
        command.args(arguments).args(["--output", "json"]);
        let output = command.output().context("failed to start the AWS CLI (`aws`)")?;
        let named = arguments
            .iter()
            .take(2)
            .map(|word| word.as_ref().to_string_lossy())
            .collect::<Vec<_>>()
            .join(" ");
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            return Err(Error::new(format!("`aws {named}`: {} ({})", words.trim(), output.status)));
        }
        serde_json::from_slice(&output.stdout)
            .context(format!("failed to parse the output of `aws {named}`"))
    }
}
