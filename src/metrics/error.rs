//! The errors of metrics.

use crate::error::errors;

/// The error type of all of them.
const METRICS: &str = "Function.InvalidMetrics";

errors! {
    /// The namespace is empty, blank or longer than 255 bytes, begins with a colon, or has a
    /// character other than ASCII letters, digits, spaces and `.-_/#:`.
    METRIC_NAMESPACE = METRICS, "a namespace has 1 to 255 letters, digits, spaces and .-_/#: without a leading colon";
    /// There are no metrics, or more than 100.
    METRIC_COUNT = METRICS, "a line has 1 to 100 metrics";
    /// There are more than 30 dimensions.
    METRIC_DIMENSIONS = METRICS, "a line has at most 30 dimensions";
    /// The name of a metric is empty, blank, or longer than 255 characters. The number is that of
    /// the metric, counted from 1.
    METRIC_NAME = METRICS, "a name has 1 to 255 characters; invalid name of metric";
    /// The name of a dimension is empty, blank, or longer than 250 characters, begins with a colon,
    /// or has a character other than visible ASCII and spaces. The number is that of the dimension,
    /// counted from 1.
    METRIC_DIMENSION_NAME = METRICS, "a name has 1 to 250 ASCII characters without a leading colon; invalid name of dimension";
    /// The value of a dimension is empty, blank, or longer than 1,024 characters, or has a
    /// character other than visible ASCII and spaces. The number is that of the dimension, counted
    /// from 1.
    METRIC_DIMENSION_VALUE = METRICS, "a value has 1 to 1024 ASCII characters; invalid value of dimension";
    /// The value of a metric is NaN, infinite, or beyond 2^360. The number is that of the metric,
    /// counted from 1.
    METRIC_VALUE = METRICS, "a value is a number from -2^360 to 2^360; invalid value of metric";
    /// Two of the dimensions, metrics and properties have the same name, or one is named `_aws`.
    /// The number is that of the second, counted from 1 in this order.
    METRIC_NAME_TWICE = METRICS, "dimensions, metrics and properties need unique names other than _aws; invalid name of member";
    /// The line doesn't fit into its buffer.
    METRIC_LINE = METRICS, "the line of metrics is longer than its buffer";
}
