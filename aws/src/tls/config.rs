//! What connections have in common.

use alloc::sync::Arc;

use barelambda::Error;
use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;

use super::provider::{VERSIONS, provider};
use super::roots::Roots;
use super::verifier::Verifier;
use crate::error::TLS_FAILED;

/// What connections have in common. Clones share it.
#[derive(Clone)]
pub struct Config {
    client: Arc<ClientConfig>,
    roots: Roots,
}

impl Config {
    /// Creates a configuration that trusts `roots`.
    ///
    /// # Errors
    /// [`TLS_FAILED`], if rustls refuses the provider, which doesn't happen.
    pub fn new(roots: Roots) -> Result<Self, Error> {
        let mut client = ClientConfig::builder_with_details(Arc::new(provider()), Arc::new(Clock))
            .with_protocol_versions(VERSIONS)
            .map_err(|_| TLS_FAILED)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Verifier::new(roots.clone())))
            .with_no_client_auth();
        // Connections live long, and a session's ticket would have to be kept for each host.
        client.resumption = Resumption::disabled();
        Ok(Self { client: Arc::new(client), roots })
    }

    /// Returns rustls' configuration for one connection, and the verifier in it.
    pub(super) fn for_connection(&self) -> (ClientConfig, Arc<Verifier>) {
        let verifier = Arc::new(Verifier::new(self.roots.clone()));
        let mut client = ClientConfig::clone(&self.client);
        client
            .dangerous()
            .set_certificate_verifier(Arc::clone(&verifier) as Arc<dyn ServerCertVerifier>);
        (client, verifier)
    }
}

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

/// The time of the system's clock.
#[derive(Debug)]
struct Clock;

impl TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(barelambda::now()))
    }
}
