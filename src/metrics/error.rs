//! What can be wrong with metrics.

use crate::error::errors;

/// The type of all of them.
const METRICS: &str = "Function.InvalidMetrics";

errors! {
    /// The namespace is empty, longer than 255 bytes or blank, begins with a colon, or has other characters than ASCII letters and digits,
    /// `.-_/#:` and spaces.
    METRIC_NAMESPACE = METRICS, "a namespace has 1 to 255 letters, digits, spaces and .-_/#: and does not begin with a colon";
    /// There is no metric, or there are more than 100.
    METRIC_COUNT = METRICS, "a line takes 1 to 100 metrics";
    /// There are more than 30 dimensions.
    METRIC_DIMENSIONS = METRICS, "a line takes 30 dimensions at most";
    /// The name of a metric is empty, blank, or longer than 255 characters; the number says which, from 1.
    METRIC_NAME = METRICS, "the name of a metric has 1 to 255 characters; not that of metric";
    /// The name of a dimension is empty, blank, or longer than 250 characters, begins with a colon, or has other characters than visible
    /// ASCII and spaces; the number says which, from 1.
    METRIC_DIMENSION_NAME = METRICS, "the name of a dimension has 1 to 250 ASCII characters and no colon first; not that of dimension";
    /// The value of a dimension is empty, blank, or longer than 1,024 characters, or has other characters than visible ASCII and spaces;
    /// the number says which, from 1.
    METRIC_DIMENSION_VALUE = METRICS, "the value of a dimension has 1 to 1024 ASCII characters; not that of dimension";
    /// A metric's value is NaN, infinite, or beyond 2^360; the number says which, from 1.
    METRIC_VALUE = METRICS, "a metric's value is a number from -2^360 to 2^360; not that of metric";
    /// Two of the dimensions, metrics and properties have the same name, or one has the name `_aws`; the number says which is the second,
    /// counted from 1 through all of them.
    METRIC_NAME_TWICE = METRICS, "dimensions, metrics and properties need different names, and not _aws; not so member";
    /// The line does not fit into its buffer.
    METRIC_LINE = METRICS, "the line of metrics is longer than its buffer";
}
