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
            return Ok(Self { container: None, keys: Some(keys) });
        }
        match Container::from_env(set)? {
            Some(container) => Ok(Self { container: Some(container), keys: None }),
            None => Err(NO_CREDENTIALS),
        }
    }

    /// Returns the keys. Fetches them if there are none, and if they expire in less than five
    /// minutes; if that fails, the old ones are used as long as they are valid.
    ///
    /// # Errors
    /// Returns those of `fetch`.
    pub(crate) fn keys(
        &mut self,
        now: Duration,
        fetch: impl FnOnce(&Container) -> Result<Keys, Error>,
    ) -> Result<&Keys, Error> {
        let valid = self.keys.as_ref().map(|keys| keys.expires.saturating_sub(now));
        if let Some(container) = &self.container
            && valid.is_none_or(|valid| valid < EARLY)
        {
            match fetch(container) {
                Ok(keys) => self.keys = Some(keys),
                Err(error) if valid.is_some_and(|valid| !valid.is_zero()) => {
                    log::warn!("cannot renew the container credentials: {error}");
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
        let keys = credentials.keys(Duration::MAX, |_| Err(TIMEOUT)).unwrap();
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
        assert_eq!(credentials.keys(at(0), |_| Err(TIMEOUT)).unwrap_err(), TIMEOUT);
        assert_eq!(credentials.keys(at(0), |_| Ok(keys("a", 3600))).unwrap().id, "a");
        assert_eq!(credentials.keys(at(3300), |_| Err(TIMEOUT)).unwrap().id, "a");
        assert_eq!(credentials.keys(at(3301), |_| Ok(keys("b", 7200))).unwrap().id, "b");
        assert_eq!(credentials.keys(at(7000), |_| Err(TIMEOUT)).unwrap().id, "b");
        assert_eq!(credentials.keys(at(7200), |_| Err(TIMEOUT)).unwrap_err(), TIMEOUT);
        assert_eq!(std::format!("{:?}", keys("a", 1)), "Keys { id: \"a\", expires: 1s, .. }");
    }
}
