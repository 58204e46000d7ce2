//! Access keys: those of the environment, or those that a server in the container's network hands
//! out for a time.

mod container;
mod expiration;

use alloc::string::String;
use core::fmt;
use core::time::Duration;

use barelambda::Error;

pub(crate) use container::Container;

use crate::error::NO_CREDENTIALS;

/// Keys are renewed when they are valid for less than this.
const EARLY: Duration = Duration::from_secs(5 * 60);

/// The pause after a renewal that failed, while the old keys are valid.
const PAUSE: Duration = Duration::from_secs(30);

/// An access key.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Keys {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
    /// When they expire, since 1970-01-01 UTC.
    pub(crate) expires: Duration,
}

/// Doesn't show the secret parts.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("id", &self.id)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// Where keys come from.
#[derive(Clone)]
pub(crate) struct Credentials {
    /// The server to fetch them from. The environment's never change.
    container: Option<Container>,
    keys: Option<Keys>,
    /// When a renewal may be tried, since 1970-01-01 UTC.
    next_try: Duration,
}

impl Credentials {
    /// Reads the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, which
    /// Lambda sets, or else AWS_CONTAINER_CREDENTIALS_FULL_URI or _RELATIVE_URI, which it sets for
    /// functions with SnapStart ([AWS: container
    /// credentials](https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html)).
    ///
    /// # Errors
    /// [`NO_CREDENTIALS`] if there are neither, and those of the URL.
    pub(crate) fn from_env(variable: impl Fn(&str) -> Option<&'static str>) -> Result<Self, Error> {
        let set = |name| variable(name).filter(|value| !value.is_empty());
        if let (Some(id), Some(secret)) = (set("AWS_ACCESS_KEY_ID"), set("AWS_SECRET_ACCESS_KEY")) {
            let keys = Keys {
                id: id.into(),
                secret: secret.into(),
                token: set("AWS_SESSION_TOKEN").map(String::from),
                expires: Duration::MAX,
            };
            return Ok(Self { container: None, keys: Some(keys), next_try: Duration::ZERO });
        }
        match Container::from_env(set)? {
            Some(container) => {
                Ok(Self { container: Some(container), keys: None, next_try: Duration::ZERO })
            }
            None => Err(NO_CREDENTIALS),
        }
    }

    /// Returns the keys. Calls `fetch` if there are none, with `true`, and if they expire in less
    /// than five minutes, with `false`: if that fails, the old ones are used as long as they
    /// are valid, and the next renewal is tried after 30 seconds.
    ///
    /// # Errors
    /// Returns those of `fetch`.
    pub(crate) fn keys(
        &mut self,
        now: Duration,
        fetch: impl FnOnce(&Container, bool) -> Result<Keys, Error>,
    ) -> Result<&Keys, Error> {
        let valid =
            self.keys.as_ref().map_or(Duration::ZERO, |keys| keys.expires.saturating_sub(now));
        if let Some(container) = &self.container
            && (valid.is_zero() || (valid < EARLY && now >= self.next_try))
        {
            match fetch(container, valid.is_zero()) {
                Ok(keys) => self.keys = Some(keys),
                Err(error) if !valid.is_zero() => {
                    log::warn!("cannot renew the container credentials: {error}");
                    self.next_try = now.saturating_add(PAUSE);
                }
                Err(error) => return Err(error),
            }
        }
        self.keys.as_ref().ok_or(NO_CREDENTIALS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::TIMEOUT;
    use std::vec::Vec;

    fn keys(id: &str, expires: u64) -> Keys {
        Keys {
            id: id.into(),
            secret: "s".into(),
            token: None,
            expires: Duration::from_secs(expires),
        }
    }

    fn variables(all: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<&'static str> {
        move |name| all.iter().find(|(other, _)| *other == name).map(|(_, value)| *value)
    }

    #[test]
    fn the_environments_keys_never_expire() {
        let mut credentials = Credentials::from_env(variables(&[
            ("AWS_ACCESS_KEY_ID", "id"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_SESSION_TOKEN", ""),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/"),
        ]))
        .unwrap();
        let keys = credentials.keys(Duration::MAX, |_, _| Err(TIMEOUT)).unwrap();
        assert_eq!((&*keys.id, &*keys.secret, &keys.token), ("id", "secret", &None));
        for all in [&[][..], &[("AWS_ACCESS_KEY_ID", "id")], &[("AWS_SECRET_ACCESS_KEY", "s")]] {
            assert_eq!(Credentials::from_env(variables(all)).err(), Some(NO_CREDENTIALS));
        }
    }

    #[test]
    fn the_containers_keys_are_renewed_before_they_expire() {
        let mut credentials = Credentials::from_env(variables(&[(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "http://127.0.0.1/",
        )]))
        .unwrap();
        let at = Duration::from_secs;
        let mut fetched = Vec::new();
        let mut keys_at = |seconds, result: Result<Keys, Error>| {
            let keys = credentials.keys(at(seconds), |_, is_needed| {
                fetched.push((seconds, is_needed));
                result
            });
            keys.map(|keys| keys.id.clone())
        };
        assert_eq!(keys_at(0, Err(TIMEOUT)), Err(TIMEOUT));
        assert_eq!(keys_at(0, Ok(keys("a", 3600))).as_deref(), Ok("a"));
        assert_eq!(keys_at(3300, Err(TIMEOUT)).as_deref(), Ok("a"));
        assert_eq!(keys_at(3301, Ok(keys("b", 7200))).as_deref(), Ok("b"));
        assert_eq!(keys_at(7000, Err(TIMEOUT)).as_deref(), Ok("b"));
        assert_eq!(keys_at(7029, Ok(keys("c", 9000))).as_deref(), Ok("b"));
        assert_eq!(keys_at(7030, Err(TIMEOUT)).as_deref(), Ok("b"));
        assert_eq!(keys_at(7199, Err(TIMEOUT)).as_deref(), Ok("b"));
        assert_eq!(keys_at(7200, Err(TIMEOUT)), Err(TIMEOUT));
        assert_eq!(
            fetched,
            [
                (0, true),
                (0, true),
                (3301, false),
                (7000, false),
                (7030, false),
                (7199, false),
                (7200, true)
            ]
        );
        assert_eq!(std::format!("{:?}", keys("a", 1)), "Keys { id: \"a\", expires: 1s, .. }");
    }
}
