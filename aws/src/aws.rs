//! Creates clients from the environment.

use alloc::format;
use core::fmt;

use barelambda::Error;

use crate::client::Client;
use crate::error::BUCKET;
use crate::lambda::Lambda;
use crate::s3::S3;
use crate::service::{Service, domain};
use crate::settings::{Settings, variable};

/// The region, the access key and the certificates to trust, read from the environment once. It is
/// small, and clones share the certificates.
///
/// ```no_run
/// use barelambda_aws::{Aws, Service};
///
/// let mut queue = Aws::from_env()?.client(Service::SQS)?;
/// # Ok::<(), barelambda::Error>(())
/// ```
///
/// | variable | |
/// |---|---|
/// | `AWS_REGION`, `AWS_DEFAULT_REGION` | the region. Lambda sets both |
/// | `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` | the access key of the function's role. Lambda sets them |
/// | `AWS_CONTAINER_CREDENTIALS_FULL_URI`, `…_RELATIVE_URI`, `AWS_CONTAINER_AUTHORIZATION_TOKEN`, `…_TOKEN_FILE` | a server to fetch access keys from, if those are missing. Lambda sets them for functions with SnapStart. The keys are renewed five minutes before they expire |
/// | `AWS_ENDPOINT_URL`, and `AWS_ENDPOINT_URL_DYNAMODB` and so on | an `https://` or `http://` URL to use in place of the service's own |
/// | `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` | `true`: they are ignored |
/// | `AWS_CA_BUNDLE` | a file with the certificates to trust, in PEM, in place of Amazon's |
///
/// ([AWS: environment variables](https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html))
#[derive(Clone)]
pub struct Aws(Settings);

impl Aws {
    /// Reads the environment.
    ///
    /// # Errors
    /// [`NO_REGION`](crate::error::NO_REGION), [`NO_CREDENTIALS`](crate::error::NO_CREDENTIALS), and those of the URL of the
    /// container credentials and of the file that `AWS_CA_BUNDLE` names.
    pub fn from_env() -> Result<Self, Error> {
        Settings::from_env().map(Self)
    }

    /// The region.
    pub const fn region(&self) -> &'static str {
        self.0.region
    }

    /// Creates a client of a service. It has a connection of its own, which it opens with the first
    /// call, or with [`Client::connect`].
    ///
    /// # Errors
    /// Those of an endpoint that isn't a URL, whose type is `Aws.Url`.
    pub fn client(&self, service: Service) -> Result<Client, Error> {
        match custom_endpoint(service) {
            Some(url) => Client::new(&self.0, service, url),
            None => {
                let (name, region) = (service.name, self.0.region);
                Client::new(
                    &self.0,
                    service,
                    &format!("https://{name}.{region}.{}", domain(region)),
                )
            }
        }
    }

    /// Creates a client of a bucket of S3. It uses the host name of the bucket; with a custom
    /// endpoint, and if the bucket's name has a dot, the bucket is a part of the path
    /// ([AWS: virtual hosting](https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html)).
    ///
    /// # Errors
    /// [`BUCKET`], and those of [`client`](Self::client).
    pub fn s3(&self, bucket: &str) -> Result<S3, Error> {
        if !is_bucket(bucket) {
            return Err(BUCKET);
        }
        let service = Service::S3;
        let region = self.0.region;
        let domain = domain(region);
        let url = match custom_endpoint(service) {
            Some(url) => format!("{}/{bucket}", url.trim_end_matches('/')),
            None if bucket.contains('.') => format!("https://s3.{region}.{domain}/{bucket}"),
            None => format!("https://{bucket}.s3.{region}.{domain}"),
        };
        Ok(S3::new(Client::new(&self.0, service, &url)?))
    }

    /// Creates a client that invokes functions.
    ///
    /// # Errors
    /// Those of [`client`](Self::client).
    pub fn lambda(&self) -> Result<Lambda, Error> {
        Ok(Lambda::new(self.client(Service::LAMBDA)?))
    }
}

/// Shows no keys.
impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aws").field("region", &self.0.region).finish_non_exhaustive()
    }
}

fn custom_endpoint(service: Service) -> Option<&'static str> {
    if variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    {
        return None;
    }
    variable(service.endpoint_variable).or_else(|| variable("AWS_ENDPOINT_URL"))
}

/// Returns whether a name can be that of a bucket ([AWS: naming
/// rules](https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html)). Old
/// buckets may have upper case and underscores.
fn is_bucket(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (3..=255).contains(&name.len()) && name.bytes().all(is_part) && !name.contains("..")
}
