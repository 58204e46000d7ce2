//! What a check can conclude.

/// Why a check did not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The runtime does not do what Lambda requires: what was seen.
    Failed(String),
    /// The handler does not do what this check needs, and says so by its echo: what was seen.
    NotApplicable(String),
    /// The suite itself could not go on.
    Unable(String),
}

/// What a step of a scenario gives, or why the scenario ends there.
pub type CheckResult<T = ()> = Result<T, Verdict>;

/// Ends the scenario when the condition does not hold, with what was seen.
macro_rules! ensure {
    ($condition:expr, $($seen:tt)+) => {
        if !$condition {
            return Err($crate::verdict::Verdict::Failed(format!($($seen)+)));
        }
    };
}
pub(crate) use ensure;

/// A failed check.
pub fn failed<T>(seen: impl Into<String>) -> CheckResult<T> {
    Err(Verdict::Failed(seen.into()))
}
