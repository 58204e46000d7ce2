//! The AWS CLI and Terraform: how they are called, and what keeps a Ctrl-C from them.

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

/// Where the tools' calls go to.
#[derive(Clone, Debug)]
pub struct Aws {
    pub region: String,
    /// In place of AWS: for a test.
    pub endpoint: Option<String>,
}

impl Aws {
    /// The region as the AWS CLI has it, by its environment or by its configuration.
    pub fn configured(endpoint: Option<String>) -> Result<Self, Error> {
        let named = ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().filter_map(|name| std::env::var(name).ok());
        let region = match named.into_iter().find(|region| !region.is_empty()) {
            Some(region) => region,
            None => {
                let output = Command::new("aws").args(["configure", "get", "region"]).stdin(Stdio::null()).output();
                String::from_utf8_lossy(&output.context("the AWS CLI, `aws`, cannot be started")?.stdout).trim().to_owned()
            }
        };
        if region.is_empty() {
            return Err(Error::new("no region is configured: set AWS_REGION, such as AWS_REGION=eu-central-1"));
        }
        Ok(Self { region, endpoint })
    }

    /// A tool with its environment, in a process group of its own: a terminal sends Ctrl-C to the whole group of this program, and what was
    /// begun has to be ended, and undone.
    pub fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.env("AWS_REGION", &self.region).env("AWS_DEFAULT_REGION", &self.region).env("AWS_PAGER", "");
        if let Some(endpoint) = &self.endpoint {
            command.env("AWS_ENDPOINT_URL", endpoint);
        }
        command.process_group(0).stdin(Stdio::null());
        command
    }

    /// Calls the AWS CLI, and gives the JSON that it prints.
    ///
    /// # Errors
    /// When it cannot be started, fails, or prints something else.
    pub fn call<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Result<Value, Error> {
        let mut command = self.tool("aws");
        command.args(arguments).args(["--output", "json"]);
        let output = command.output().context("the AWS CLI, `aws`, cannot be started")?;
        let named = arguments.iter().take(2).map(|word| word.as_ref().to_string_lossy()).collect::<Vec<_>>().join(" ");
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            return Err(Error::new(format!("`aws {named}`: {} ({})", words.trim(), output.status)));
        }
        serde_json::from_slice(&output.stdout).context(format!("the answer of `aws {named}`"))
    }
}
