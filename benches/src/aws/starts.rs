//! Measures cold starts of one function: changes its configuration, which ends its processes, and
//! invokes it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cargo_barelambda::error::{Context, Error};
use cargo_barelambda::signals::Signals;
use serde_json::{Value, json};

use super::matrix::Variant;
use super::progress::{Progress, ReportedStart};
use super::report::Report;
use super::tools::{Aws, sleep};
use crate::events::{ExpectedResponse, check, event};

/// The variable that is changed to make the next start a cold one.
const VARIABLE: &str = "BENCH_START";

/// The maximum number of consecutive warm starts.
const TRIES: usize = 3;

/// The time limit for a change of the configuration, and the interval between checks.
const LIMIT: Duration = Duration::from_secs(300);
const PAUSE: Duration = Duration::from_secs(1);

/// The size of the event in bytes.
const EVENT: usize = 59;

/// A deployed function.
pub struct Deployed<'a> {
    pub name: String,
    pub variant: &'a Variant,
    pub environment: BTreeMap<String, String>,
    pub expected: ExpectedResponse,
}

/// The result of an invocation.
enum Invoked {
    /// A cold start, with the CodeSha256 of the function.
    Cold(ReportedStart, String),
    /// A warm start.
    Warm,
}

/// Measures the remaining starts until a signal.
///
/// # Errors
/// The first error. Starts that were measured before it are kept.
pub fn measure(
    deployed: &Deployed,
    aws: &Aws,
    folder: &Path,
    progress: &Mutex<Progress>,
    signals: &Signals,
) -> Result<(), Error> {
    let variant = deployed.variant;
    let locked = || progress.lock().expect("no other thread has panicked with it");
    let mut warm = 0;
    while locked().remaining(variant) > 0 && !signals.received() {
        let code = change(deployed, aws, signals)?;
        if signals.received() {
            break;
        }
        match invoke(deployed, aws, folder, code)? {
            Invoked::Cold(start, code) => {
                warm = 0;
                let mut progress = locked();
                let dropped = progress.add(variant, &code, start)?;
                if dropped > 0 {
                    eprintln!(
                        "{variant}: its code has changed since the interruption: measuring {dropped} starts again"
                    );
                }
                let (taken, remaining) =
                    (progress.starts(variant).len(), progress.remaining(variant));
                if taken % 10 == 0 || remaining == 0 {
                    eprintln!("{variant}: {taken} of {} cold starts", taken + remaining);
                }
            }
            Invoked::Warm => {
                warm += 1;
                if warm == TRIES {
                    return Err(Error::new(format!(
                        "{TRIES} consecutive warm starts: the REPORT line has no Init Duration"
                    )));
                }
                eprintln!(
                    "{variant}: not a cold start (the REPORT line has no Init Duration): trying again"
                );
            }
        }
    }
    Ok(())
}

/// Changes the environment, waits for the change, and returns the CodeSha256.
fn change(deployed: &Deployed, aws: &Aws, signals: &Signals) -> Result<String, Error> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .context("the time is before 1970")?
        .as_nanos()
        .to_string();
    let own = [(VARIABLE.to_owned(), now)];
    let variables: BTreeMap<_, _> = deployed.environment.clone().into_iter().chain(own).collect();
    let environment = json!({ "Variables": variables }).to_string();
    let name = deployed.name.as_str();
    let update = [
        "lambda",
        "update-function-configuration",
        "--function-name",
        name,
        "--environment",
        &environment,
    ];
    let mut configuration = aws.call(&update)?;
    let begin = Instant::now();
    loop {
        let text = |field: &str| configuration[field].as_str().unwrap_or_default().to_owned();
        match text("LastUpdateStatus").as_str() {
            "Successful" => return Ok(text("CodeSha256")),
            "InProgress" if signals.received() => return Ok(text("CodeSha256")),
            "InProgress" if begin.elapsed() < LIMIT => sleep(signals, PAUSE),
            "InProgress" => {
                return Err(Error::new(format!(
                    "its configuration didn't change within {} s",
                    LIMIT.as_secs()
                )));
            }
            status => {
                let reason = text("LastUpdateStatusReason");
                return Err(Error::new(format!(
                    "its configuration has the LastUpdateStatus `{status}`: {reason}"
                )));
            }
        }
        configuration =
            aws.call(&["lambda", "get-function-configuration", "--function-name", name])?;
    }
}

/// Invokes the function, checks its response, and parses the REPORT line.
fn invoke(deployed: &Deployed, aws: &Aws, folder: &Path, code: String) -> Result<Invoked, Error> {
    let name = deployed.name.as_str();
    let [payload, output] =
        ["event", "response"].map(|what| folder.join(format!("{name}.{what}.json")));
    let event = event(EVENT);
    fs::write(&payload, &event).context(payload.display())?;
    // Both versions of the AWS CLI pass the bytes of a file unchanged.
    let payload = format!("fileb://{}", payload.display());
    let shown = output.display().to_string();
    let said = aws.call(&[
        "lambda",
        "invoke",
        "--function-name",
        name,
        "--log-type",
        "Tail",
        "--payload",
        &payload,
        &shown,
    ])?;
    let response = fs::read(&output).context(&shown)?;
    let tail = tail(&said)?;
    if let Some(error) = said["FunctionError"].as_str() {
        let response = String::from_utf8_lossy(&response);
        return Err(Error::new(format!(
            "its invocation failed ({error}): {response}; the end of its log is {tail:?}"
        )));
    }
    check(&response, &event, deployed.expected)?;
    started(&Report::find(&tail, None)?, deployed.variant, code)
}

/// Decodes the tail of the log.
fn tail(said: &Value) -> Result<String, Error> {
    let encoded = said["LogResult"]
        .as_str()
        .ok_or_else(|| Error::new(format!("`aws lambda invoke` returned no LogResult: {said}")))?;
    let bytes = STANDARD
        .decode(encoded)
        .context("invalid base64 in the LogResult of `aws lambda invoke`")?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn started(report: &Report, variant: &Variant, code: String) -> Result<Invoked, Error> {
    if let Some(status) = &report.status {
        return Err(Error::new(format!("its REPORT line has the status {status}")));
    }
    if report.restore.is_some() {
        return Err(Error::new("it was restored by SnapStart instead of started"));
    }
    if report.memory != f64::from(variant.memory) {
        return Err(Error::new(format!(
            "its REPORT line has {} MB, expected {} MB",
            report.memory, variant.memory
        )));
    }
    Ok(match report.init {
        Some(init) => Invoked::Cold(
            ReportedStart {
                init,
                duration: report.duration,
                billed: report.billed,
                memory: report.memory_used,
            },
            code,
        ),
        None => Invoked::Warm,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_start_with_an_initialisation_counts() {
        let variant =
            Variant { contender: "echo".into(), memory: 128, architecture: "arm64".into() };
        let report = Report {
            duration: 1.5,
            billed: 11.0,
            memory: 128.0,
            memory_used: 13.0,
            init: Some(9.0),
            ..Report::default()
        };
        let of = |report: Report| match started(&report, &variant, "code".into()) {
            Ok(Invoked::Cold(start, _)) => Ok(Some(start)),
            Ok(Invoked::Warm) => Ok(None),
            Err(error) => Err(error.to_string()),
        };
        assert_eq!(
            of(report.clone()),
            Ok(Some(ReportedStart { init: 9.0, duration: 1.5, billed: 11.0, memory: 13.0 }))
        );
        assert_eq!(of(Report { init: None, ..report.clone() }), Ok(None));
        let refused = |report| of(report).unwrap_err();
        assert!(
            refused(Report { status: Some("timeout".into()), ..report.clone() })
                .contains("timeout")
        );
        assert!(refused(Report { restore: Some(1.0), ..report.clone() }).contains("SnapStart"));
        assert!(refused(Report { memory: 256.0, ..report }).contains("256 MB, expected 128 MB"));
    }

    #[test]
    fn the_tail_is_decoded_or_refused() {
        assert_eq!(tail(&json!({ "LogResult": "UkVQT1JU" })).expect("it is base64"), "REPORT");
        assert!(tail(&json!({ "LogResult": "%" })).unwrap_err().to_string().contains("base64"));
        assert!(
            tail(&json!({ "StatusCode": 200 })).unwrap_err().to_string().contains("no LogResult")
        );
    }
}
