//! Which calls are tried again, and when.

use core::time::Duration;

use barelambda::Error;

use crate::error::{
    BROKEN, CONNECT, REPLY_MISSING, REPLY_TRUNCATED, RESOLVE_NO_REPLY, TIMEOUT, TLS_TRUNCATED,
};

/// How often a call is tried, as in AWS's own libraries ([retry
/// behavior](https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html)).
pub(crate) const TRIES: u32 = 3;

/// The longest pause before the second try. It doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// The codes of errors that mean "later", in replies that aren't of status 429 or 5xx.
const THROTTLED: [&str; 13] = [
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestTimeout",
    "RequestTimeoutException",
    "SlowDown",
    "ThrottledException",
    "TransactionInProgressException",
];

/// Returns whether a reply means that the same call may succeed later. `code` is the name of the
/// service's error.
pub(crate) fn is_temporary(status: u16, code: &str) -> bool {
    match status {
        429 | 500 | 502 | 503 | 504 => true,
        400..=499 => {
            THROTTLED.binary_search(&code).is_ok()
                || matches!(code, "Throttling" | "ThrottlingException" | "TooManyRequestsException")
        }
        _ => false,
    }
}

/// Returns whether an error means that the same call may succeed later. The server may have done
/// what the lost call asked for.
pub(crate) fn is_transient(error: Error) -> bool {
    const TRANSIENT: [Error; 7] =
        [CONNECT, BROKEN, REPLY_MISSING, REPLY_TRUNCATED, RESOLVE_NO_REPLY, TIMEOUT, TLS_TRUNCATED];
    TRANSIENT.iter().any(|transient| transient.kind() == error.kind())
}

/// Returns the pause before try number `next`, counted from 2: a random part of 50 ms, of 100 ms
/// and so on. `random` is any byte.
pub(crate) fn pause(next: u32, random: u8) -> Duration {
    let longest = FIRST_PAUSE * 2_u32.saturating_pow(next.saturating_sub(2));
    longest * (u32::from(random) + 1) / 256
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(THROTTLED.is_sorted());
    }

    #[test]
    fn what_may_succeed_later_is_tried_again() {
        for (status, code, expected) in [
            (429, "", true),
            (500, "InternalFailure", true),
            (501, "NotImplemented", false),
            (503, "SlowDown", true),
            (400, "ProvisionedThroughputExceededException", true),
            (400, "ThrottlingException", true),
            (400, "ConditionalCheckFailedException", false),
            (404, "", false),
            (200, "SlowDown", false),
            (301, "PermanentRedirect", false),
        ] {
            assert_eq!(is_temporary(status, code), expected, "{status} {code}");
        }
        assert!(is_transient(CONNECT.with(111)) && is_transient(REPLY_MISSING));
        assert!(!is_transient(crate::error::REPLY_TOO_LARGE));
    }

    #[test]
    fn pauses_grow_and_are_random() {
        let ms = Duration::from_millis;
        assert_eq!((pause(2, 255), pause(3, 255), pause(4, 255)), (ms(50), ms(100), ms(200)));
        assert_eq!(pause(2, 127), ms(25));
        assert!(pause(2, 0) > Duration::ZERO);
        assert!(pause(u32::MAX, 255) > ms(1000));
    }
}
