//! CloudWatch metrics as lines of the log, in the Embedded Metric Format ([AWS:
//! specification][emf]). CloudWatch extracts them from the log, so no API is called. Nothing is
//! allocated.
//!
//! ```
//! use barelambda::metrics::{Metric, Metrics, Unit};
//!
//! # fn main() -> Result<(), barelambda::Error> {
//! Metrics {
//!     namespace: "Shop",
//!     dimensions: &[("service", "orders")],
//!     metrics: &[Metric::new("Latency", Unit::Milliseconds, 12.5), Metric::new("Orders", Unit::Count, 1)],
//!     properties: &[("orderId", "A-17")],
//! }
//! .emit()?;
//! # Ok(())
//! # }
//! ```
//!
//! writes
//!
//! ```json
//! {"_aws":{"Timestamp":1795377999007,"CloudWatchMetrics":[{"Namespace":"Shop","Dimensions":[["service"]],
//! "Metrics":[{"Name":"Latency","Unit":"Milliseconds"},{"Name":"Orders","Unit":"Count"}]}]},
//! "service":"orders","Latency":12.5,"Orders":1,"orderId":"A-17"}
//! ```
//!
//! as one line, with one write, to stderr. The line is the same for both values of
//! `AWS_LAMBDA_LOG_FORMAT`, and is written at every `AWS_LAMBDA_LOG_LEVEL`. When Lambda itself
//! filters by level, it treats a line without a level as INFO ([AWS: log-level filtering][filter]).
//!
//! CloudWatch silently drops metrics that break its rules, so the rules are checked before anything
//! is written.
//!
//! [emf]: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
//! [filter]: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html

mod error;
mod unit;
mod value;

use crate::bytes::cursor::Cursor;
use crate::bytes::json_escape::escape;
use crate::error::Error;
use crate::sys::{clock, stderr};

pub use unit::Unit;
pub use value::Value;

/// The most metrics in a line.
const METRICS: usize = 100;
/// The most dimensions of a metric.
const DIMENSIONS: usize = 30;

// The format's schema and CloudWatch's API differ: 1,024 and 255 for the first two, 250 and 255 for
// the third. These are the stricter limits, because a metric that either of them rejects is lost.
/// The longest namespace, in bytes.
const NAMESPACE: usize = 255;
/// The longest name of a metric, in characters.
const METRIC_NAME: usize = 255;
/// The longest name of a dimension, in bytes.
const DIMENSION_NAME: usize = 250;
/// The longest value of a dimension, in bytes.
const DIMENSION_VALUE: usize = 1024;

/// Metrics with the same time, namespace and dimensions.
#[derive(Copy, Clone, Debug)]
pub struct Metrics<'a> {
    /// The namespace: 1 to 255 ASCII letters, digits, spaces and `.-_/#:`, without a leading
    /// colon. `AWS/` is reserved for AWS.
    pub namespace: &'a str,
    /// At most 30 names and values. CloudWatch keeps, and bills, a separate metric for each
    /// combination of values. A name has 1 to 250 characters, without a leading colon; a value has
    /// 1 to 1,024. Both are visible ASCII and spaces.
    pub dimensions: &'a [(&'a str, &'a str)],
    /// The metrics, 1 to 100.
    pub metrics: &'a [Metric<'a>],
    /// Names and values for readers of the log. CloudWatch doesn't make metrics of them.
    pub properties: &'a [(&'a str, &'a str)],
}

/// A metric: a name, a unit and a value.
#[derive(Copy, Clone, Debug)]
pub struct Metric<'a> {
    name: &'a str,
    unit: Unit,
    value: Value,
    is_high_resolution: bool,
}

impl<'a> Metric<'a> {
    /// Creates a metric. Its name has 1 to 255 characters. The value is an integer of at most 64
    /// bits, or an `f64` from -2^360 to 2^360, which is written as the shortest decimal that parses
    /// to the same `f64`.
    pub fn new(name: &'a str, unit: Unit, value: impl Into<Value>) -> Self {
        Self { name, unit, value: value.into(), is_high_resolution: false }
    }

    /// Returns the metric with a storage resolution of one second instead of one minute.
    #[must_use]
    pub const fn high_resolution(mut self) -> Self {
        self.is_high_resolution = true;
        self
    }
}

impl Metrics<'_> {
    /// Writes the metrics and the current time to stderr, as one line of at most 4,096 bytes.
    ///
    /// # Errors
    /// - Returns [`Error::METRIC_NAMESPACE`], [`Error::METRIC_COUNT`],
    ///   [`Error::METRIC_DIMENSIONS`], [`Error::METRIC_NAME`], [`Error::METRIC_DIMENSION_NAME`],
    ///   [`Error::METRIC_DIMENSION_VALUE`], [`Error::METRIC_VALUE`] or [`Error::METRIC_NAME_TWICE`]
    ///   if a field breaks its rule.
    /// - Returns [`Error::METRIC_LINE`] if the line is longer. [`emit_with`](Self::emit_with)
    ///   writes longer lines.
    ///
    /// After an error, nothing has been written.
    pub fn emit(&self) -> Result<(), Error> {
        self.emit_with(&mut [0; stderr::PIPE_BUF])
    }

    /// Writes like [`emit`](Self::emit), as one line of at most `buffer.len()` bytes. CloudWatch
    /// accepts 1 MiB. A line of more than 4,096 bytes may interleave with those of other threads or
    /// processes.
    ///
    /// # Errors
    /// Returns those of [`emit`](Self::emit).
    pub fn emit_with(&self, buffer: &mut [u8]) -> Result<(), Error> {
        stderr::write(self.line(clock::now_ms(), buffer)?);
        Ok(())
    }

    fn line<'b>(&self, now_ms: u64, buffer: &'b mut [u8]) -> Result<&'b [u8], Error> {
        self.check()?;
        let mut cursor = Cursor::new(buffer);
        cursor.push(b"{\"_aws\":{\"Timestamp\":");
        cursor.push_number(now_ms);
        cursor.push(b",\"CloudWatchMetrics\":[{\"Namespace\":\"");
        escape(&mut cursor, self.namespace);
        cursor.push(b"\",\"Dimensions\":[[");
        let mut separator: &[u8] = b"\"";
        for (name, _) in self.dimensions {
            cursor.push(separator);
            escape(&mut cursor, name);
            cursor.push(b"\"");
            separator = b",\"";
        }
        cursor.push(b"]],\"Metrics\":[");
        let mut separator: &[u8] = b"{\"Name\":\"";
        for metric in self.metrics {
            cursor.push(separator);
            escape(&mut cursor, metric.name);
            cursor.push(b"\",\"Unit\":\"");
            cursor.push(metric.unit.name().as_bytes());
            cursor.push(if metric.is_high_resolution {
                b"\",\"StorageResolution\":1}"
            } else {
                b"\"}"
            });
            separator = b",{\"Name\":\"";
        }
        cursor.push(b"]}]}");
        push_texts(&mut cursor, self.dimensions);
        for (metric, number) in self.metrics.iter().zip(1..) {
            push_name(&mut cursor, metric.name);
            metric.value.push(&mut cursor).ok_or(Error::METRIC_VALUE.with(number))?;
        }
        push_texts(&mut cursor, self.properties);
        if !cursor.push(b"}\n") {
            return Err(Error::METRIC_LINE);
        }
        Ok(cursor.into_written())
    }

    /// Checks everything except the values.
    fn check(&self) -> Result<(), Error> {
        if !is_namespace(self.namespace.as_bytes()) {
            return Err(Error::METRIC_NAMESPACE);
        }
        if self.metrics.is_empty() || self.metrics.len() > METRICS {
            return Err(Error::METRIC_COUNT);
        }
        if self.dimensions.len() > DIMENSIONS {
            return Err(Error::METRIC_DIMENSIONS);
        }
        for (&(name, value), number) in self.dimensions.iter().zip(1..) {
            if !is_ascii(name, DIMENSION_NAME) || name.starts_with(':') {
                return Err(Error::METRIC_DIMENSION_NAME.with(number));
            }
            if !is_ascii(value, DIMENSION_VALUE) {
                return Err(Error::METRIC_DIMENSION_VALUE.with(number));
            }
        }
        for (metric, number) in self.metrics.iter().zip(1..) {
            if metric.name.trim_ascii().is_empty() || metric.name.chars().count() > METRIC_NAME {
                return Err(Error::METRIC_NAME.with(number));
            }
        }
        for (name, number) in self.names().zip(1..) {
            // The names before this one.
            let before = self.names().zip(1..number).map(|(name, _)| name);
            if name == "_aws" || before.into_iter().any(|before| before == name) {
                return Err(Error::METRIC_NAME_TWICE.with(number));
            }
        }
        Ok(())
    }

    /// Returns the names of the line's members, except `_aws`.
    fn names(&self) -> impl Iterator<Item = &str> {
        let texts = |&(name, _): &(_, _)| name;
        self.dimensions
            .iter()
            .map(texts)
            .chain(self.metrics.iter().map(|metric| metric.name))
            .chain(self.properties.iter().map(texts))
    }
}

fn push_texts(cursor: &mut Cursor<'_>, texts: &[(&str, &str)]) {
    for (name, text) in texts {
        push_name(cursor, name);
        cursor.push(b"\"");
        escape(cursor, text);
        cursor.push(b"\"");
    }
}

fn push_name(cursor: &mut Cursor<'_>, name: &str) {
    cursor.push(b",\"");
    escape(cursor, name);
    cursor.push(b"\":");
}

/// Returns whether `text` is a valid namespace ([AWS: concepts][concepts]).
///
/// [concepts]: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Namespace
fn is_namespace(text: &[u8]) -> bool {
    let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b" .-_/#:".contains(byte);
    !text.trim_ascii().is_empty()
        && text.len() <= NAMESPACE
        && !text.starts_with(b":")
        && text.iter().all(is_allowed)
}

/// Returns whether `text` is a valid name or value of a dimension ([AWS: Dimension][dimension]).
///
/// [dimension]: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
fn is_ascii(text: &str, limit: usize) -> bool {
    !text.trim_ascii().is_empty()
        && text.len() <= limit
        && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

#[cfg(test)]
mod tests;
