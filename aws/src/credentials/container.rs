//! The server that hands out access keys, inside the container's network ([AWS: container
//! credentials](https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html)).

use alloc::string::String;
use alloc::vec::Vec;
use core::net::Ipv4Addr;

use barelambda::Error;
use barelambda::json::RawJson;
use rustix::io::Errno;

use super::{Keys, expiration};
use crate::channel::Channel;
use crate::error::{CREDENTIALS_HOST, CREDENTIALS_REPLY, CREDENTIALS_STATUS, CREDENTIALS_TOKEN};
use crate::http::request::{Method, Path};
use crate::net::file::read_file;
use crate::net::socket::Limits;
use crate::reply::Reply;
use crate::request::Request;
use crate::tls;
use crate::url::{Scheme, Url};

/// The server of ECS, to which AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is relative.
const ECS: &str = "http://169.254.170.2";

/// The servers to which plain HTTP is allowed, besides those on this host: ECS's and EKS's.
const TRUSTED: [&str; 2] = ["169.254.170.2", "169.254.170.23"];

/// The longest file with a token, in bytes, and the longest reply.
const TOKEN_LIMIT: usize = 16 * 1024;
const REPLY_LIMIT: usize = 64 * 1024;

/// Where to fetch access keys, and the proof of who asks.
#[derive(Clone)]
pub(crate) struct Container {
    url: String,
    token: Token,
}

/// The value of the header `authorization`.
#[derive(Clone)]
enum Token {
    None,
    Value(&'static str),
    /// The path of a file that contains it, and may change.
    File(&'static str),
}

impl Container {
    /// Reads AWS_CONTAINER_CREDENTIALS_FULL_URI or _RELATIVE_URI, and
    /// AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE or _TOKEN. Returns `None` if neither URI is set.
    ///
    /// # Errors
    /// Those of [`Url::parse`]; [`CREDENTIALS_HOST`].
    pub(super) fn from_env(
        set: impl Fn(&'static str) -> Option<&'static str>,
    ) -> Result<Option<Self>, Error> {
        let url = match set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
            Some(path) => String::from(ECS) + path,
            None => match set("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
                Some(url) => url.into(),
                None => return Ok(None),
            },
        };
        let parsed = Url::parse(&url)?;
        if parsed.scheme == Scheme::Http && !is_local(parsed.host) {
            return Err(CREDENTIALS_HOST);
        }
        let token = match set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
            Some(path) => Token::File(path),
            None => set("AWS_CONTAINER_AUTHORIZATION_TOKEN").map_or(Token::None, Token::Value),
        };
        Ok(Some(Self { url, token }))
    }

    /// Fetches the keys.
    ///
    /// # Errors
    /// Those of the connection and the reply; [`CREDENTIALS_TOKEN`], [`CREDENTIALS_STATUS`] and
    /// [`CREDENTIALS_REPLY`].
    pub(crate) fn fetch(&self, tls: &tls::Config, limits: Limits) -> Result<Keys, Error> {
        let url = Url::parse(&self.url)?;
        let file;
        let token = match self.token {
            Token::None => "",
            Token::Value(token) => token,
            Token::File(path) => {
                let unreadable =
                    |errno: Errno| CREDENTIALS_TOKEN.with(errno.raw_os_error().unsigned_abs());
                file = read_file(path, TOKEN_LIMIT).map_err(unreadable)?;
                str::from_utf8(&file).map_err(|_| unreadable(Errno::ILSEQ))?.trim()
            }
        };
        let mut request = Request::get("").header("accept", "application/json");
        if !token.is_empty() {
            request = request.header("authorization", token);
        }
        let mut head = Vec::new();
        let path = Path::Encoded(url.path);
        request.to_with_query(url.authority, path, url.query).write(&mut head)?;
        let mut channel = Channel::new(&url, tls);
        let status = channel.exchange(Method::Get, &head, b"", limits)?;
        let body = channel.read_all(REPLY_LIMIT)?;
        read(Reply::new(status, channel.head().into(), body))
    }
}

/// Whether a host is this one, or one of the two servers. A name such as `127.0.0.1.example.com` is
/// another one.
fn is_local(host: &str) -> bool {
    let is_loopback = || host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback());
    host == "localhost" || is_loopback() || TRUSTED.contains(&host)
}

/// Reads the keys out of the server's reply.
///
/// # Errors
/// [`CREDENTIALS_STATUS`] with the status; [`CREDENTIALS_REPLY`].
fn read(mut reply: Reply) -> Result<Keys, Error> {
    if reply.status() != 200 {
        return Err(CREDENTIALS_STATUS.with(reply.status().into()));
    }
    let reply = reply.json::<RawJson>().map_err(|_| CREDENTIALS_REPLY)?;
    let field = |wanted| {
        let mut fields = reply.fields();
        fields.find(|(name, _)| *name == wanted).and_then(|(_, value)| value.as_str())
    };
    let keys = || {
        Some(Keys {
            id: field("AccessKeyId")?.into(),
            secret: field("SecretAccessKey")?.into(),
            token: Some(field("Token")?.into()),
            expires: expiration::parse(field("Expiration")?)?,
        })
    };
    keys().ok_or(CREDENTIALS_REPLY)
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::vec::Vec;

    use super::*;

    fn from(all: &'static [(&'static str, &'static str)]) -> Result<Option<Container>, Error> {
        Container::from_env(|name| {
            all.iter().find(|(other, _)| *other == name).map(|(_, value)| *value)
        })
    }

    #[test]
    fn plain_http_is_for_local_servers() {
        const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
        for url in [
            "http://127.0.0.1:2773/x",
            "http://localhost/",
            "http://169.254.170.23/v1/credentials",
            "https://example.com/",
        ] {
            let all: &'static [_] = Vec::leak(std::vec![(FULL, url)]);
            assert_eq!(from(all).unwrap().unwrap().url, url);
        }
        for url in [
            "http://example.com/",
            "http://169.254.170.24/",
            "http://127.0.0.1.example.com/",
            "http://localhost.example.com/",
        ] {
            let all: &'static [_] = Vec::leak(std::vec![(FULL, url)]);
            assert_eq!(from(all).err(), Some(CREDENTIALS_HOST), "{url}");
        }
        let relative = from(&[("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x")]);
        assert_eq!(relative.unwrap().unwrap().url, "http://169.254.170.2/v2/x");
        assert!(from(&[]).unwrap().is_none());
    }

    #[test]
    fn reads_the_reply() {
        let reply = |status, body: &str| read(Reply::new(status, Vec::new(), body.into()));
        let keys = reply(
            200,
            r#"{"Type":"","AccessKeyId":"i","SecretAccessKey":"s","Token":"t","Expiration":"1970-01-01T01:00:00Z"}"#,
        )
        .unwrap();
        assert_eq!((&*keys.id, &*keys.secret, keys.token.as_deref()), ("i", "s", Some("t")));
        assert_eq!(keys.expires, Duration::from_secs(3600));
        assert_eq!(reply(403, "").unwrap_err(), CREDENTIALS_STATUS.with(403));
        for body in ["", "[]", r#"{"AccessKeyId":"i","SecretAccessKey":"s","Token":"t"}"#] {
            assert_eq!(reply(200, body).unwrap_err(), CREDENTIALS_REPLY, "{body}");
        }
    }
}
