//! The result of a check.

/// The reason why a check didn't pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The runtime doesn't meet the requirement. The text says what was observed.
    Failed(String),
    /// The handler echoes the event, which means that it doesn't do what this check needs. The text
    /// says what was observed.
    NotApplicable(String),
    /// The suite itself couldn't continue.
    Unable(String),
}

/// The result of a step of a scenario. An error ends the scenario.
pub type CheckResult<T = ()> = Result<T, Verdict>;

/// Fails the check with a message when the condition is false.
macro_rules! ensure {
    ($condition:expr, $($seen:tt)+) => {
        if !$condition {
            return Err($crate::verdict::Verdict::Failed(format!($($seen)+)));
        }
    };
}
pub(crate) use ensure;

/// Returns a failed check.
pub fn failed<T>(seen: impl Into<String>) -> CheckResult<T> {
    Err(Verdict::Failed(seen.into()))
}
