//! The functions as a Terraform stack, which uses the repository's module.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::thread;
use std::time::Duration;

use cargo_barelambda::error::{Context, Error};
use cargo_barelambda::signals::Signals;
use serde_json::{Value, json};

use super::tools::Aws;

const MAIN: &str = include_str!("main.tf");

/// The interval between checks whether Terraform has exited.
const PAUSE: Duration = Duration::from_millis(50);

/// A function to deploy.
pub struct Function {
    pub zip: PathBuf,
    pub architecture: String,
    /// In MB.
    pub memory: u32,
    pub handler: String,
    pub environment: BTreeMap<String, String>,
}

/// A directory with the stack and its state.
pub struct Stack {
    folder: PathBuf,
    aws: Aws,
    /// The number of resources that Terraform creates in parallel.
    parallel: usize,
}

impl Stack {
    /// Creates the stack in this directory with the repository's module. Keeps an existing state.
    pub fn at(
        folder: PathBuf,
        repository: &Path,
        aws: Aws,
        parallel: usize,
    ) -> Result<Self, Error> {
        let module = repository.join("terraform/modules/function");
        let copy = folder.join("function");
        fs::create_dir_all(&copy).context(copy.display())?;
        for entry in fs::read_dir(&module).context(module.display())? {
            let file = entry.context(module.display())?.path();
            if file.extension().is_some_and(|extension| extension == "tf") {
                let name = file.file_name().expect("a file in a directory has a name");
                fs::copy(&file, copy.join(name)).context(file.display())?;
            }
        }
        let main = folder.join("main.tf");
        fs::write(&main, MAIN).context(main.display())?;
        Ok(Self { folder, aws, parallel })
    }

    /// Creates the functions, and removes all others of the stack. Returns the functions that can't
    /// be created, with the reason.
    ///
    /// # Errors
    /// Terraform fails as a whole, or a signal came before it started.
    pub fn apply(
        &self,
        functions: &BTreeMap<String, Function>,
        timeout: u32,
        run: &str,
        signals: &Signals,
    ) -> Result<BTreeMap<String, String>, Error> {
        let variants: BTreeMap<&String, Value> =
            functions.iter().map(|(name, function)| (name, variable(function))).collect();
        let variables = json!({ "variants": variants, "timeout": timeout, "tags": { "barelambda-bench": run } });
        // Terraform reads this file by default, so `terraform destroy` needs no arguments.
        let file = self.folder.join("terraform.tfvars.json");
        fs::write(&file, variables.to_string()).context(file.display())?;

        let (status, words) =
            self.terraform(&["init", "-input=false", "-no-color"], Some(signals))?;
        if !status.success() {
            return Err(Error::new(format!("`terraform init`: {} ({status})", words.trim())));
        }
        if signals.received() {
            return Err(Error::new("no function was deployed"));
        }
        let parallel = format!("-parallelism={}", self.parallel);
        let (status, words) = self.terraform(
            &["apply", "-auto-approve", "-input=false", "-json", &parallel],
            Some(signals),
        )?;
        if status.success() {
            return Ok(BTreeMap::new());
        }
        let failed = failed(&words, functions.keys());
        if failed.is_empty() {
            return Err(Error::new(format!(
                "`terraform apply`: {} ({status})",
                errors(&words).join("; ")
            )));
        }
        Ok(failed)
    }

    /// Removes the stack. Tries it twice.
    ///
    /// # Errors
    /// Some resources remain. The error lists them, with the command that removes them.
    pub fn destroy(&self) -> Result<(), Error> {
        if !self.folder.join("terraform.tfstate").exists() {
            return Ok(());
        }
        let parallel = format!("-parallelism={}", self.parallel);
        let destroy = ["destroy", "-auto-approve", "-input=false", "-json", parallel.as_str()];
        let mut said = String::new();
        for _ in 0..2 {
            match self.terraform(&destroy, None) {
                Ok((status, _)) if status.success() => return Ok(()),
                Ok((status, words)) => said = format!("{} ({status})", errors(&words).join("; ")),
                Err(error) => said = error.to_string(),
            }
        }
        let left = match self.terraform(&["state", "list"], None) {
            Ok((status, words)) if status.success() => {
                words.lines().map(|line| format!("\n  {line}")).collect::<String>()
            }
            _ => "\n  (`terraform state list` failed)".to_owned(),
        };
        Err(Error::new(format!(
            "`terraform destroy`: {said}\nThese resources remain in {}, and may cost money:{left}\nTo remove them, run {}",
            self.aws.region,
            self.removal()
        )))
    }

    /// Returns the command that removes the stack.
    pub fn removal(&self) -> String {
        let endpoint = self
            .aws
            .endpoint
            .as_ref()
            .map(|endpoint| format!("AWS_ENDPOINT_URL={endpoint} "))
            .unwrap_or_default();
        format!(
            "AWS_REGION={} {endpoint}terraform -chdir={} destroy",
            self.aws.region,
            self.folder.display()
        )
    }

    /// Runs Terraform, and returns its status and output. Doesn't forward signals: they would abort
    /// requests that AWS may still complete, and Terraform's state would lack the created
    /// resources.
    fn terraform(
        &self,
        arguments: &[&str],
        signals: Option<&Signals>,
    ) -> Result<(ExitStatus, String), Error> {
        let log =
            self.folder.join(format!("{}.log", arguments.first().copied().unwrap_or("terraform")));
        let file = File::create(&log).context(log.display())?;
        let mut command: Command = self.aws.tool("terraform");
        let copy = || file.try_clone().context(log.display());
        command.current_dir(&self.folder).args(arguments).stdout(copy()?).stderr(copy()?);
        command.env("TF_INPUT", "0").env("TF_IN_AUTOMATION", "1").env("CHECKPOINT_DISABLE", "1");
        let mut child = command.spawn().context("failed to start Terraform (`terraform`)")?;
        let mut said = false;
        let status = loop {
            if let Some(status) = child.try_wait().context("failed to wait for Terraform")? {
                break status;
            }
            if !said && signals.is_some_and(Signals::received) {
                said = true;
                eprintln!("interrupted: waiting for Terraform to finish");
            }
            thread::sleep(PAUSE);
        };
        let words = fs::read(&log).context(log.display())?;
        Ok((status, String::from_utf8_lossy(&words).into_owned()))
    }
}

fn variable(function: &Function) -> Value {
    json!({
        "zip": function.zip,
        "architecture": function.architecture,
        "memory": function.memory,
        "handler": function.handler,
        "environment": function.environment,
    })
}

/// Returns the functions that Terraform's errors are about, with the messages. Its diagnostics are
/// lines of JSON.
/// <https://developer.hashicorp.com/terraform/internals/machine-readable-ui>
fn failed<'a>(words: &str, names: impl Iterator<Item = &'a String>) -> BTreeMap<String, String> {
    let diagnostics: Vec<Value> =
        words.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let reason = |name: &String| {
        let address = format!("module.variant[\"{name}\"].");
        let about = |event: &&Value| {
            event["diagnostic"]["severity"] == "error"
                && event["diagnostic"]["address"]
                    .as_str()
                    .is_some_and(|of| of.starts_with(&address))
        };
        diagnostics.iter().find(about).map(|event| {
            (name.clone(), format!("failed to deploy it: {}", said(&event["diagnostic"])))
        })
    };
    names.filter_map(reason).collect()
}

/// Returns the errors in Terraform's JSON, or the whole output if there are none.
fn errors(words: &str) -> Vec<String> {
    let events = words.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let errors: Vec<String> = events
        .filter(|event| event["diagnostic"]["severity"] == "error")
        .map(|event| said(&event["diagnostic"]))
        .collect();
    if errors.is_empty() { vec![words.trim().to_owned()] } else { errors }
}

fn said(diagnostic: &Value) -> String {
    let text = |name: &str| diagnostic[name].as_str().unwrap_or_default().trim();
    [text("summary"), text("detail")]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_belong_to_their_functions() {
        let words = [
            json!({"@level": "info", "type": "apply_start"}).to_string(),
            "not JSON".to_owned(),
            json!({"type": "diagnostic", "diagnostic": {"severity": "warning", "summary": "old", "address": "module.variant[\"one\"].x"}})
                .to_string(),
            json!({"type": "diagnostic", "diagnostic": {"severity": "error", "summary": "creating Lambda Function", "detail": "quota",
                "address": "module.variant[\"two\"].aws_lambda_function.this"}})
            .to_string(),
        ]
        .join("\n");
        let names = ["one", "two"].map(str::to_owned);
        let expected =
            [("two".to_owned(), "failed to deploy it: creating Lambda Function: quota".to_owned())];
        assert_eq!(failed(&words, names.iter()), expected.into());
        assert_eq!(errors(&words), ["creating Lambda Function: quota"]);
        assert_eq!(errors("killed\n"), ["killed"]);
    }
}
