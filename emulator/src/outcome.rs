use std::time::Duration;

use serde_json::Value;

/// The result of an invocation.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The answer, or the error as JSON when [`Outcome::function_error`] is set: the payload that
    /// a caller of the Invoke API receives. When the answer was delivered to its caller while
    /// the function wrote it, only the error is kept here.
    pub payload: Vec<u8>,
    /// Set when the function failed. The function may have reported the error, or the emulator
    /// found it (a timeout, an exit, too large an answer).
    pub function_error: Option<FunctionError>,
    /// The request id of the event.
    pub request_id: String,
    /// The text that the process wrote to stdout and stderr from the end of the previous
    /// invocation (or its start) to the end of this one. Bytes that aren't UTF-8 are replaced,
    /// and only the last 1 MiB is kept.
    pub log: String,
    /// The time and memory that the invocation took.
    pub report: Report,
    /// The process that ran the invocation, or `None` when none could be started.
    pub pid: Option<u32>,
}

/// The error of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// The `errorType` of the error's JSON, or [`FunctionError::reported`] when it is absent.
    pub error_type: String,
    /// The `errorMessage` of the error's JSON, or empty.
    pub message: String,
    /// The value of `Lambda-Runtime-Function-Error-Type` after Lambda's normalisation (see
    /// [`normalized`]).
    pub reported: String,
    /// Whether Lambda itself found the error (a timeout, an exit, an answer that is cut off or too
    /// large), rather than the function reporting it.
    pub found_by_lambda: bool,
}

/// The time and memory that an invocation took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Whether the process was started for this invocation.
    pub cold: bool,
    /// The time from just before the start of the process to its first GET /next. `None` unless
    /// cold, or when the process ended before it.
    pub init: Option<Duration>,
    /// The time from handing out the event to the end of the answer. For an invocation that ended
    /// before its event, the time since the start.
    pub duration: Duration,
    /// `VmHWM` of the process in KiB, read when the answer has arrived. `None` when it can't be
    /// read or is zero.
    pub peak_memory_kib: Option<u64>,
    /// The minor page faults of the process so far, read at the same moment.
    pub faults: Option<u64>,
}

impl Outcome {
    /// Returns the outcome of an invocation that hasn't started.
    pub(crate) fn new(request_id: String) -> Self {
        Self {
            payload: Vec::new(),
            function_error: None,
            request_id,
            log: String::new(),
            report: Report::default(),
            pid: None,
        }
    }

    /// Returns the outcome for a caller when the emulator has ended before the invocation.
    pub(crate) fn shut_down(request_id: String) -> Self {
        let mut outcome = Self::new(request_id);
        outcome.failed("Sandbox.Failure", "the emulator has been shut down");
        outcome
    }

    /// Sets an error that Lambda itself finds.
    pub(crate) fn failed(&mut self, error_type: &str, message: &str) {
        let error = FunctionError::found(error_type, message);
        self.payload = error.json().into_bytes();
        self.function_error = Some(error);
    }

    /// Returns the line that Lambda writes at the end of an invocation's log, with the known
    /// figures.
    pub fn report_line(&self) -> String {
        let Report { init, duration, peak_memory_kib, .. } = &self.report;
        let mut line = format!("REPORT RequestId: {}", self.request_id);
        if let Some(init) = init {
            line += &format!(" Init Duration: {:.2} ms", milliseconds(*init));
        }
        line += &format!(" Duration: {:.2} ms", milliseconds(*duration));
        if let Some(peak) = peak_memory_kib {
            line += &format!(" Max Memory Used: {peak} KB");
        }
        line
    }
}

impl FunctionError {
    /// Returns an error that Lambda itself finds.
    pub(crate) fn found(error_type: &str, message: &str) -> Self {
        let (error_type, reported) = (error_type.to_owned(), error_type.to_owned());
        Self { error_type, message: message.to_owned(), reported, found_by_lambda: true }
    }

    /// Returns the JSON that a caller receives for the error.
    pub(crate) fn json(&self) -> String {
        error_json(&self.error_type, &self.message)
    }

    /// Reads an error posted to /error or /init/error from its body and its error-type header.
    pub(crate) fn from_report(payload: &[u8], error_type: Option<&str>) -> Self {
        let reported = normalized(error_type.unwrap_or_default());
        let json: Option<Value> = serde_json::from_slice(payload).ok();
        let text = |name: &str| json.as_ref()?.get(name)?.as_str().map(str::to_owned);
        Self {
            error_type: text("errorType").unwrap_or_else(|| reported.clone()),
            message: text("errorMessage").unwrap_or_default(),
            reported,
            found_by_lambda: false,
        }
    }
}

/// Applies Lambda's rule for the type of an error: `(Runtime|Function)\.[A-Z][a-zA-Z]+` is kept,
/// anything else becomes `Function.Unknown` when it begins with `Function.`, and `Runtime.Unknown`
/// otherwise.
pub fn normalized(error_type: &str) -> String {
    let name = error_type.strip_prefix("Runtime.").or_else(|| error_type.strip_prefix("Function."));
    let fits = name.is_some_and(|name| {
        name.len() >= 2
            && name.starts_with(|first: char| first.is_ascii_uppercase())
            && name.chars().all(|letter| letter.is_ascii_alphabetic())
    });
    match fits {
        true => error_type.to_owned(),
        false if error_type.starts_with("Function.") => "Function.Unknown".to_owned(),
        false => "Runtime.Unknown".to_owned(),
    }
}

/// Returns the JSON that a caller receives for an error that Lambda itself finds.
pub(crate) fn error_json(error_type: &str, message: &str) -> String {
    format!(
        r#"{{"errorType":{},"errorMessage":{}}}"#,
        Value::from(error_type),
        Value::from(message)
    )
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_types_follow_the_documented_pattern() {
        for kept in ["Runtime.ExitError", "Function.Ab"] {
            assert_eq!(normalized(kept), kept);
        }
        for (given, becomes) in [
            ("", "Runtime.Unknown"),
            ("MyError", "Runtime.Unknown"),
            ("Runtime.", "Runtime.Unknown"),
            ("Runtime.A", "Runtime.Unknown"),
            ("Runtime.lower", "Runtime.Unknown"),
            ("Runtime.Has1Digit", "Runtime.Unknown"),
            ("Function.with space", "Function.Unknown"),
            ("Function.", "Function.Unknown"),
        ] {
            assert_eq!(normalized(given), becomes, "{given}");
        }
    }

    #[test]
    fn an_error_is_read_from_its_json_and_falls_back_on_the_header() {
        let error = FunctionError::from_report(
            br#"{"errorMessage":"no","errorType":"Mine"}"#,
            Some("Function.Mine"),
        );
        assert_eq!((error.error_type.as_str(), error.message.as_str()), ("Mine", "no"));
        assert_eq!(error.reported, "Function.Mine");
        let error = FunctionError::from_report(b"not json", None);
        assert_eq!((error.error_type.as_str(), error.message.as_str()), ("Runtime.Unknown", ""));
    }

    #[test]
    fn the_report_line_leaves_out_unknown_figures() {
        let mut outcome = Outcome::new("id".to_owned());
        outcome.report.duration = Duration::from_micros(204);
        assert_eq!(outcome.report_line(), "REPORT RequestId: id Duration: 0.20 ms");
        outcome.report.init = Some(Duration::from_micros(610));
        outcome.report.peak_memory_kib = Some(24);
        let line =
            "REPORT RequestId: id Init Duration: 0.61 ms Duration: 0.20 ms Max Memory Used: 24 KB";
        assert_eq!(outcome.report_line(), line);
    }
}
