//! Parses the REPORT line that ends the log of an invocation, as text or as JSON
//! (`platform.report`).

use cargo_barelambda::error::{Context, Error};
use serde_json::Value;

/// The beginning of the line in the text format.
const BEGINNING: &str = "REPORT RequestId: ";

/// The type of the record in the JSON format.
const TYPE: &str = "platform.report";

/// The values of a REPORT line. Times are in milliseconds, memory in MB.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    pub request_id: String,
    pub duration: f64,
    pub billed: f64,
    pub memory: f64,
    pub memory_used: f64,
    /// `None` if the process was warm, or was restored.
    pub init: Option<f64>,
    /// With SnapStart, instead of the initialisation.
    pub restore: Option<f64>,
    pub billed_restore: Option<f64>,
    /// The error: `timeout`, or `error` and its type.
    pub status: Option<String>,
}

impl Report {
    /// Finds and parses the line in the tail of a log, whose first line may be incomplete. If there
    /// are several, returns the one of this request id, or without an id, of the invocation that
    /// started last.
    ///
    /// # Errors
    /// The line is missing, lacks a field, or has an invalid value.
    pub fn find(tail: &str, request_id: Option<&str>) -> Result<Self, Error> {
        let wanted =
            request_id.map(str::to_owned).or_else(|| tail.lines().filter_map(started).next_back());
        let mut found = None;
        for line in tail.lines().map(str::trim_start) {
            let report = if line.starts_with(BEGINNING) {
                Self::of_text(line)
            } else if line.starts_with('{') && line.contains(TYPE) {
                let Some(report) = Self::of_json(line).transpose() else { continue };
                report
            } else {
                continue;
            };
            match (report, &wanted) {
                (Ok(report), Some(wanted)) if report.request_id != *wanted => {}
                // Errors in lines of other invocations are ignored.
                (Err(_), Some(wanted)) if !line.contains(wanted.as_str()) => {}
                (report, _) => found = Some(report),
            }
        }
        let of = wanted.map(|id| format!(" of the request {id}")).unwrap_or_default();
        found.unwrap_or_else(|| {
            Err(Error::new(format!("the log has no REPORT line{of}; its end is: {tail:?}")))
        })
    }

    /// Parses fields that are separated by tabs: a name, a colon, a value and its unit. The fields
    /// of X-Ray are on a separate line.
    fn of_text(line: &str) -> Result<Self, Error> {
        let fields: Vec<(&str, &str)> =
            line.split('\t').filter_map(|field| field.trim().split_once(": ")).collect();
        let field = |name: &str| {
            fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value.trim())
        };
        let number = |name: &str, unit: &str| {
            let Some(value) = field(name) else { return Ok(None) };
            let amount =
                value.strip_suffix(unit).and_then(|amount| amount.trim().parse::<f64>().ok());
            match amount.filter(|amount| amount.is_finite() && *amount >= 0.0) {
                Some(amount) => Ok(Some(amount)),
                None => {
                    Err(wrong(name, &format!("is {value:?}, expected a number of {unit}"), line))
                }
            }
        };
        let needed = |name: &str, unit: &str| {
            number(name, unit)?.ok_or_else(|| wrong(name, "is missing", line))
        };
        Ok(Self {
            request_id: field("REPORT RequestId").unwrap_or_default().to_owned(),
            duration: needed("Duration", "ms")?,
            billed: needed("Billed Duration", "ms")?,
            memory: needed("Memory Size", "MB")?,
            memory_used: needed("Max Memory Used", "MB")?,
            init: number("Init Duration", "ms")?,
            restore: number("Restore Duration", "ms")?,
            billed_restore: number("Billed Restore Duration", "ms")?,
            status: field("Status").map(|status| joined(status, field("Error Type"))),
        })
    }

    /// Parses a line as JSON, and returns `None` if it is a line of the function that only mentions
    /// the type.
    fn of_json(line: &str) -> Result<Option<Self>, Error> {
        let event: Value = serde_json::from_str(line)
            .context(format!("invalid JSON in a log line with {TYPE}: {line}"))?;
        if event["type"] != TYPE {
            return Ok(None);
        }
        let record = &event["record"];
        let number = |name: &str| match &record["metrics"][name] {
            Value::Null => Ok(None),
            value => match value.as_f64().filter(|amount| *amount >= 0.0) {
                Some(amount) => Ok(Some(amount)),
                None => {
                    Err(wrong(name, &format!("is {value}, expected a number of at least 0"), line))
                }
            },
        };
        let needed = |name: &str| number(name)?.ok_or_else(|| wrong(name, "is missing", line));
        let status = record["status"].as_str().filter(|status| *status != "success");
        Ok(Some(Self {
            request_id: record["requestId"]
                .as_str()
                .ok_or_else(|| wrong("requestId", "is missing", line))?
                .to_owned(),
            duration: needed("durationMs")?,
            billed: needed("billedDurationMs")?,
            memory: needed("memorySizeMB")?,
            memory_used: needed("maxMemoryUsedMB")?,
            init: number("initDurationMs")?,
            restore: number("restoreDurationMs")?,
            billed_restore: number("billedRestoreDurationMs")?,
            status: status.map(|status| joined(status, record["errorType"].as_str())),
        }))
    }
}

/// Returns the request id of a line that starts an invocation.
fn started(line: &str) -> Option<String> {
    if let Some(rest) = line.trim_start().strip_prefix("START RequestId: ") {
        return rest.split_whitespace().next().map(str::to_owned);
    }
    let event: Value = serde_json::from_str(line).ok()?;
    if event["type"] != "platform.start" {
        return None;
    }
    event["record"]["requestId"].as_str().map(str::to_owned)
}

fn joined(status: &str, error_type: Option<&str>) -> String {
    error_type.map_or_else(|| status.to_owned(), |error_type| format!("{status} {error_type}"))
}

fn wrong(field: &str, how: &str, line: &str) -> Error {
    Error::new(format!("`{field}` of a REPORT line {how}: {line:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "8f507cfc-xmpl-4697-b07a-ac58fc914c95";
    const COLD: &str = "REPORT RequestId: 8f507cfc-xmpl-4697-b07a-ac58fc914c95\tDuration: 1.78 ms\tBilled Duration: 11 ms\t\
        Memory Size: 128 MB\tMax Memory Used: 13 MB\tInit Duration: 8.96 ms\t";

    fn cold() -> Report {
        let (duration, billed, memory, memory_used) = (1.78, 11.0, 128.0, 13.0);
        Report {
            request_id: ID.into(),
            duration,
            billed,
            memory,
            memory_used,
            init: Some(8.96),
            ..Report::default()
        }
    }

    fn found(tail: &str) -> Report {
        Report::find(tail, None).expect("there is a REPORT line")
    }

    fn refused(tail: &str) -> String {
        Report::find(tail, None).unwrap_err().to_string()
    }

    #[test]
    fn a_cold_start_has_an_init_duration() {
        let tail = format!(
            "INIT_START Runtime Version: provided:al2023.v75\nSTART RequestId: {ID} Version: $LATEST\nEND RequestId: {ID}\n{COLD}\n"
        );
        assert_eq!(found(&tail), cold());
    }

    #[test]
    fn a_warm_start_has_no_init_duration() {
        assert_eq!(
            found(&COLD.replace("\tInit Duration: 8.96 ms", "")),
            Report { init: None, ..cold() }
        );
    }

    #[test]
    fn x_ray_adds_fields_on_the_same_line_or_on_the_next() {
        let more = "XRAY TraceId: 1-5e34a614-10bdxmplf1fb44f07bc535a1\tSegmentId: 07f5xmpl2d1f6f85\tSampled: true\t";
        for between in ["", "\n"] {
            assert_eq!(found(&format!("{COLD}{between}{more}\n")), cold());
        }
    }

    #[test]
    fn a_restored_start_has_restore_durations() {
        let tail = COLD.replace(
            "Init Duration: 8.96 ms",
            "Restore Duration: 320.50 ms\tBilled Restore Duration: 201 ms",
        );
        let report = found(&tail);
        assert_eq!(
            (report.init, report.restore, report.billed_restore),
            (None, Some(320.5), Some(201.0))
        );
        assert_eq!(report.billed, 11.0);
    }

    #[test]
    fn timeouts_and_errors_have_a_status() {
        assert_eq!(found(&format!("{COLD}Status: timeout")).status.as_deref(), Some("timeout"));
        let report = found(&format!("{COLD}Status: error\tError Type: Runtime.ExitError\n"));
        assert_eq!(report.status.as_deref(), Some("error Runtime.ExitError"));
    }

    #[test]
    fn the_line_of_the_request_is_found() {
        let other = COLD.replace("8f507cfc", "00000000").replace("1.78", "99.00");
        let start = format!("START RequestId: {ID} Version: $LATEST");
        assert_eq!(found(&format!("{other}\n{start}\n{COLD}\n")), cold());
        assert_eq!(
            Report::find(&format!("{COLD}\n{other}\n"), Some(ID)).expect("it is there"),
            cold()
        );
        // Another invocation's line may be invalid.
        assert_eq!(
            Report::find(&format!("{COLD}\n{}\n", other.replace("99.00", "x")), Some(ID))
                .expect("it is there"),
            cold()
        );
        assert_eq!(
            found(&format!("{COLD}\n{other}\n")).duration,
            99.0,
            "without an id, the last line"
        );
        let words = Report::find(&other, Some(ID)).unwrap_err().to_string();
        assert!(words.contains("no REPORT line of the request 8f507cfc"), "{words}");
    }

    #[test]
    fn a_tail_may_begin_mid_line() {
        let before = "x".repeat(3000);
        assert_eq!(
            found(&format!("{before} REPORT RequestId: what the function says\n{COLD}")),
            cold()
        );
        assert!(refused(&COLD[30..]).contains("no REPORT line"));
        assert!(refused("").contains("no REPORT line"));
    }

    #[test]
    fn json_has_the_same_values() {
        let line = |more: &str| {
            format!(
                r#"{{"time":"2026-11-22T10:00:00.000Z","type":"platform.report","record":{{"requestId":"{ID}",{more}"metrics":
                {{"durationMs":1.78,"billedDurationMs":11,"memorySizeMB":128,"maxMemoryUsedMB":13,"initDurationMs":8.96}}}}}}"#
            )
            .replace('\n', "")
        };
        let own = r#"{"level":"INFO","message":"no platform.report"}"#;
        assert_eq!(found(&format!("{own}\n{}\n{own}\n", line(r#""status":"success","#))), cold());
        let failed = line(r#""status":"error","errorType":"Runtime.ExitError","#);
        assert_eq!(found(&failed).status.as_deref(), Some("error Runtime.ExitError"));
        let other = line("").replace("8f507cfc", "00000000").replace("1.78", "99");
        let start = format!(
            r#"{{"time":"","type":"platform.start","record":{{"requestId":"{ID}","version":"$LATEST"}}}}"#
        );
        assert_eq!(found(&format!("{start}\n{}\n{other}\n", line(""))), cold());
        assert_eq!(found(&line("").replace(",\"initDurationMs\":8.96", "")).init, None);
        for (of, by, field) in [
            ("128", "\"big\"", "memorySizeMB"),
            ("\"durationMs\":1.78,", "", "durationMs"),
            ("8.96", "-1", "initDurationMs"),
        ] {
            let words = refused(&line("").replace(of, by));
            assert!(words.contains(&format!("`{field}`")), "{words}");
        }
        assert!(refused(&line("")[..200]).contains("invalid JSON"));
    }

    #[test]
    fn an_invalid_field_is_named_with_its_line() {
        for (of, by, field, how) in [
            ("\tDuration: 1.78 ms", "", "Duration", "is missing"),
            ("1.78 ms", "1.78 s", "Duration", "\"1.78 s\", expected a number of ms"),
            ("11 ms", "eleven ms", "Billed Duration", "expected a number"),
            ("128 MB", "128", "Memory Size", "expected a number of MB"),
            ("13 MB", "NaN MB", "Max Memory Used", "expected a number"),
            ("8.96 ms", "-8.96 ms", "Init Duration", "expected a number"),
        ] {
            let words = refused(&COLD.replace(of, by));
            assert!(
                words.contains(&format!("`{field}` of a REPORT line")) && words.contains(how),
                "{words}"
            );
            assert!(words.contains("Memory Size: 128"), "{words}");
        }
        let cut = COLD.split("\tMax Memory").next().unwrap_or_default();
        assert!(refused(cut).contains("`Max Memory Used` of a REPORT line is missing"));
    }
}
