//! The time by which a call must have ended.

use core::time::Duration;

use barelambda::Error;

use crate::error::TIMEOUT;

/// The part of an invocation's time that no call uses, so that the handler can still respond.
const RESERVE: Duration = Duration::from_millis(200);

/// How long a call may last outside of an invocation, as in the initialiser, for which Lambda
/// allows ten seconds, and more in some cases.
const WITHOUT_INVOCATION: Duration = Duration::from_secs(30);

/// The time by which a call must have ended, since 1970-01-01 UTC. It is on the same clock as the
/// deadline of an invocation, which is a time of day. When Lambda thaws a process that it has
/// frozen during a call, the time has passed.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Deadline(Duration);

impl Deadline {
    /// Returns the deadline of a call that begins now: 200 ms before that of the current invocation
    /// or, outside of one, 30 seconds from now.
    pub(crate) fn begin() -> Self {
        let limit = match barelambda::remaining() {
            Duration::MAX => WITHOUT_INVOCATION,
            left => left.saturating_sub(RESERVE),
        };
        Self(barelambda::now().saturating_add(limit))
    }

    /// Returns this deadline, or that in `wait` from now if it's earlier.
    pub(crate) fn earlier(self, wait: Duration) -> Self {
        Self(barelambda::now().saturating_add(wait).min(self.0))
    }

    /// Returns the time left, which isn't zero.
    ///
    /// # Errors
    /// [`TIMEOUT`] if none is left.
    pub(crate) fn left(self) -> Result<Duration, Error> {
        match self.0.saturating_sub(barelambda::now()) {
            Duration::ZERO => Err(TIMEOUT),
            left => Ok(left),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_outside_of_an_invocation_has_a_limit() {
        let left = Deadline::begin().left().unwrap();
        assert!(left <= WITHOUT_INVOCATION && left > WITHOUT_INVOCATION / 2, "{left:?}");
        assert_eq!(Deadline(barelambda::now()).left(), Err(TIMEOUT));
    }
}
