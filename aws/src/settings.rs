//! What all clients share.

use barelambda::Error;

use crate::credentials::Credentials;
use crate::error::NO_REGION;
use crate::tls;

/// The region, the access key and the certificates to trust.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) region: &'static str,
    pub(crate) credentials: Credentials,
    pub(crate) tls: tls::Config,
}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    /// [`NO_REGION`], and those of [`Credentials::from_env`] and [`tls::Config::for_aws`].
    pub(crate) fn from_env() -> Result<Self, Error> {
        Ok(Self {
            region: region().ok_or(NO_REGION)?,
            credentials: Credentials::from_env(variable)?,
            tls: tls::Config::for_aws()?,
        })
    }
}

/// Returns the region of the environment, if it can be a part of a host name.
fn region() -> Option<&'static str> {
    let region = ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find_map(variable)?;
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    region.bytes().all(is_part).then_some(region)
}

/// Returns the value of an environment variable, or `None` if it's empty or isn't set.
pub(crate) fn variable(name: &str) -> Option<&'static str> {
    barelambda::env(name).filter(|value| !value.is_empty())
}
