//! The functions as a stack of Terraform: made of the repository's module, all at once, and gone afterwards.

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

/// How often Terraform is looked at.
const PAUSE: Duration = Duration::from_millis(50);

/// A function to be.
pub struct Function {
    pub zip: PathBuf,
    pub architecture: String,
    /// In MB.
    pub memory: u32,
    pub handler: String,
    pub environment: BTreeMap<String, String>,
}

/// A folder with the stack and its state.
pub struct Stack {
    folder: PathBuf,
    aws: Aws,
    /// How many things Terraform makes at once.
    parallel: usize,
}

impl Stack {
    /// The one in this folder, which is made, with the module of this repository. What Terraform's state there knows stays known.
    pub fn at(folder: PathBuf, repository: &Path, aws: Aws, parallel: usize) -> Result<Self, Error> {
        let module = repository.join("terraform/modules/function");
        let copy = folder.join("function");
        fs::create_dir_all(&copy).context(copy.display())?;
        for entry in fs::read_dir(&module).context(module.display())? {
            let file = entry.context(module.display())?.path();
            if file.extension().is_some_and(|extension| extension == "tf") {
                let name = file.file_name().expect("files of a folder have names");
                fs::copy(&file, copy.join(name)).context(file.display())?;
            }
        }
        let main = folder.join("main.tf");
        fs::write(&main, MAIN).context(main.display())?;
        Ok(Self { folder, aws, parallel })
    }

    /// Makes the functions, by their names, and ends what else is there of the stack. Gives the ones that could not be made, with the reason.
    ///
    /// # Errors
    /// When Terraform fails as a whole, or it was interrupted before it began.
    pub fn apply(
        &self,
        functions: &BTreeMap<String, Function>,
        timeout: u32,
        run: &str,
        signals: &Signals,
    ) -> Result<BTreeMap<String, String>, Error> {
        let variants: BTreeMap<&String, Value> = functions.iter().map(|(name, function)| (name, variable(function))).collect();
        let variables = json!({ "variants": variants, "timeout": timeout, "tags": { "barelambda-bench": run } });
        // Terraform reads it by its name: so `terraform destroy` takes no further arguments.
        let file = self.folder.join("terraform.tfvars.json");
        fs::write(&file, variables.to_string()).context(file.display())?;

        let (status, words) = self.terraform(&["init", "-input=false", "-no-color"], Some(signals))?;
        if !status.success() {
            return Err(Error::new(format!("`terraform init`: {} ({status})", words.trim())));
        }
        if signals.received() {
            return Err(Error::new("nothing was deployed"));
        }
        let parallel = format!("-parallelism={}", self.parallel);
        let (status, words) = self.terraform(&["apply", "-auto-approve", "-input=false", "-json", &parallel], Some(signals))?;
        if status.success() {
            return Ok(BTreeMap::new());
        }
        let failed = failed(&words, functions.keys());
        if failed.is_empty() {
            return Err(Error::new(format!("`terraform apply`: {} ({status})", errors(&words).join("; "))));
        }
        Ok(failed)
    }

    /// Ends all that is there. It is tried twice.
    ///
    /// # Errors
    /// When something is left: what, and the command that removes it.
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
            Ok((status, words)) if status.success() => words.lines().map(|line| format!("\n  {line}")).collect::<String>(),
            _ => "\n  (`terraform state list` failed, too)".to_owned(),
        };
        Err(Error::new(format!(
            "`terraform destroy`: {said}\nThis is left in {}, and may cost something:{left}\nTo remove it: {}",
            self.aws.region,
            self.removal()
        )))
    }

    /// The command that removes what is there.
    pub fn removal(&self) -> String {
        let endpoint = self.aws.endpoint.as_ref().map(|endpoint| format!("AWS_ENDPOINT_URL={endpoint} ")).unwrap_or_default();
        format!("AWS_REGION={} {endpoint}terraform -chdir={} destroy", self.aws.region, self.folder.display())
    }

    /// Runs Terraform, and gives its status, and all that it has said. An interruption is not handed on: it would break off requests that AWS may
    /// have carried out all the same, and nothing would know of what they have made.
    fn terraform(&self, arguments: &[&str], signals: Option<&Signals>) -> Result<(ExitStatus, String), Error> {
        let log = self.folder.join(format!("{}.log", arguments.first().copied().unwrap_or("terraform")));
        let file = File::create(&log).context(log.display())?;
        let mut command: Command = self.aws.tool("terraform");
        let copy = || file.try_clone().context(log.display());
        command.current_dir(&self.folder).args(arguments).stdout(copy()?).stderr(copy()?);
        command.env("TF_INPUT", "0").env("TF_IN_AUTOMATION", "1").env("CHECKPOINT_DISABLE", "1");
        let mut child = command.spawn().context("Terraform, `terraform`, cannot be started")?;
        let mut said = false;
        let status = loop {
            if let Some(status) = child.try_wait().context("waiting for Terraform")? {
                break status;
            }
            if !said && signals.is_some_and(Signals::received) {
                said = true;
                eprintln!("told to end: Terraform first ends what it has begun");
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

/// Which functions Terraform's errors are about, and what it says of each: its diagnostics as JSON, one a line.
/// <https://developer.hashicorp.com/terraform/internals/machine-readable-ui>
fn failed<'a>(words: &str, names: impl Iterator<Item = &'a String>) -> BTreeMap<String, String> {
    let diagnostics: Vec<Value> = words.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let reason = |name: &String| {
        let address = format!("module.variant[\"{name}\"].");
        let about = |event: &&Value| {
            event["diagnostic"]["severity"] == "error" && event["diagnostic"]["address"].as_str().is_some_and(|of| of.starts_with(&address))
        };
        diagnostics.iter().find(about).map(|event| (name.clone(), format!("it could not be deployed: {}", said(&event["diagnostic"]))))
    };
    names.filter_map(reason).collect()
}

/// The errors of Terraform's JSON; all of it when there are none.
fn errors(words: &str) -> Vec<String> {
    let events = words.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let errors: Vec<String> =
        events.filter(|event| event["diagnostic"]["severity"] == "error").map(|event| said(&event["diagnostic"])).collect();
    if errors.is_empty() { vec![words.trim().to_owned()] } else { errors }
}

fn said(diagnostic: &Value) -> String {
    let text = |name: &str| diagnostic[name].as_str().unwrap_or_default().trim();
    [text("summary"), text("detail")].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_to_the_functions_that_they_are_about() {
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
        let expected = [("two".to_owned(), "it could not be deployed: creating Lambda Function: quota".to_owned())];
        assert_eq!(failed(&words, names.iter()), expected.into());
        assert_eq!(errors(&words), ["creating Lambda Function: quota"]);
        assert_eq!(errors("killed\n"), ["killed"]);
    }
}
