//! Configurations by the environment.

use barelambda::Error;

use super::roots::Roots;
use super::session::Config;

impl Config {
    /// As [`new`](Self::new), with the roots in the file that `AWS_CA_BUNDLE` names, or else
    /// Amazon's.
    ///
    /// # Errors
    /// Those of [`Roots::bundle`].
    pub(crate) fn for_aws() -> Result<Self, Error> {
        Self::new(match bundle() {
            Some(path) => Roots::bundle(path)?,
            None => Roots::AMAZON,
        })
    }

    /// As [`new`](Self::new), with the roots in the file that `AWS_CA_BUNDLE` names, or else the
    /// system's.
    ///
    /// # Errors
    /// Those of [`Roots::bundle`] and [`Roots::system`].
    pub(crate) fn for_any_server() -> Result<Self, Error> {
        Self::new(match bundle() {
            Some(path) => Roots::bundle(path)?,
            None => Roots::system()?,
        })
    }
}

fn bundle() -> Option<&'static str> {
    barelambda::env("AWS_CA_BUNDLE").filter(|path| !path.is_empty())
}
