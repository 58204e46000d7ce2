//! The signatures of a client's requests.

use barelambda::Error;

use crate::credentials::{Credentials, Keys};
use crate::error::NO_CREDENTIALS;
use crate::net::socket::Limits;
use crate::service::Service;
use crate::settings::Settings;
use crate::sigv4::date::Timestamp;
use crate::sigv4::sign::{Signer, SigningKey};
use crate::sigv4::{self, Style};
use crate::tls;

/// Signs for one service. It keeps the key that is derived from the access key each day.
pub(crate) struct Signatures {
    region: &'static str,
    service: Service,
    credentials: Credentials,
    /// For the server of the credentials.
    tls: tls::Config,
    derived: Option<(Keys, SigningKey)>,
}

impl Signatures {
    pub(crate) fn new(settings: &Settings, service: Service) -> Self {
        Self {
            region: settings.region,
            service,
            credentials: settings.credentials.clone(),
            tls: settings.tls.clone(),
            derived: None,
        }
    }

    /// Calls `sign` with the current time and key. Fetches an access key if it has to.
    ///
    /// # Errors
    /// Those of [`Credentials::keys`] and of `sign`.
    pub(crate) fn sign<R>(
        &mut self,
        limits: Limits,
        sign: impl FnOnce(&Signer<'_>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let (region, service) = (self.region, self.service.name);
        let now = barelambda::now();
        let time = Timestamp::at(now.as_secs());
        let tls = &self.tls;
        let keys = self.credentials.keys(now, |container, is_needed| {
            // The call itself needs the time more than a renewal that may be done later.
            container.fetch(tls, if is_needed { limits } else { limits.brief() })
        })?;
        let is_current = |(old, key): &(Keys, SigningKey)| old == keys && key.is_valid_at(time);
        if !self.derived.as_ref().is_some_and(is_current) {
            let key = SigningKey::derive(&keys.secret, time, region, service);
            self.derived = Some((keys.clone(), key));
        }
        let Some((keys, key)) = &self.derived else { return Err(NO_CREDENTIALS) };
        sign(&Signer {
            credentials: sigv4::Credentials {
                access_key_id: &keys.id,
                secret_access_key: &keys.secret,
                session_token: keys.token.as_deref(),
            },
            region,
            service,
            style: if self.service == Service::S3 { Style::S3 } else { Style::Standard },
            time,
            key,
        })
    }
}
