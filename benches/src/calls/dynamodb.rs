//! An imitation of DynamoDB's PutItem, which replies to the one request that the contenders must
//! send, and refuses every other one.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use barelambda_emulator::script::{Request, message};
use cargo_barelambda::error::{Context, Error};
use serde_json::{Value, json};

use crate::contenders::Ready;
use crate::https::pki::{Kind, chain};
use crate::https::{HttpsServer, Reaction};

/// The event, an order. Its names are sorted: see [`crate::events`].
pub const EVENT: &str = r#"{"count":2000,"name":"bolts M6","price":1234}"#;

/// A server that runs until the process ends.
pub struct DynamoDb {
    server: HttpsServer,
    /// The file with the root of its certificates.
    root: PathBuf,
    /// The file with that and the system's roots.
    all_roots: PathBuf,
}

/// Where systems keep the bundle of public roots: Amazon Linux and Fedora, and Debian.
const SYSTEM_ROOTS: [&str; 2] =
    ["/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt"];

impl DynamoDb {
    /// Starts a server whose certificates, root, intermediate authority and its own, have keys of a
    /// kind. Writes the roots for its clients to files in `folder`, whose names begin with `name`.
    ///
    /// # Errors
    /// No port is free, a file can't be written, or the system has no bundle of roots.
    pub fn start(kind: Kind, folder: &Path, name: &str) -> Result<Self, Error> {
        let server = HttpsServer::with(chain(kind), |request| Reaction::Reply(reply(request)))
            .context("failed to listen on 127.0.0.1")?;
        let [root, all_roots] =
            ["root", "all-roots"].map(|which| folder.join(format!("{name}-{which}.pem")));
        server.write_root(&root).context(root.display())?;
        let own = fs::read(&root).context(root.display())?;
        fs::write(&all_roots, [system_roots()?, own].concat()).context(all_roots.display())?;
        Ok(Self { server, root, all_roots })
    }

    /// Returns the program with the variables that direct barelambda-aws and AWS's SDKs to the
    /// server. The SDK for Rust reads the roots from SSL_CERT_FILE, the others from AWS_CA_BUNDLE.
    pub fn directed(&self, ready: &Ready) -> Ready {
        let url = format!("https://{}", self.server.address());
        let roots = if ready.system_roots { &self.all_roots } else { &self.root };
        let variables: [(&str, OsString); 6] = [
            ("AWS_ENDPOINT_URL", url.into()),
            ("AWS_CA_BUNDLE", roots.into()),
            ("SSL_CERT_FILE", roots.into()),
            ("AWS_ACCESS_KEY_ID", "local".into()),
            ("AWS_SECRET_ACCESS_KEY", "local".into()),
            ("AWS_SESSION_TOKEN", "local".into()),
        ];
        let mut ready = ready.clone();
        ready.environment.extend(variables.map(|(name, value)| (name.into(), value)));
        ready
    }

    /// Returns the result of `invoke`, which sends some events to a contender.
    ///
    /// # Errors
    /// Those of `invoke`; there wasn't one request for each event, so the contender didn't write
    /// it, or tried again.
    pub fn with_writes<T>(
        &self,
        events: u32,
        invoke: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        // Those of a contender that has failed don't count.
        drop(self.server.requests());
        let invoked = invoke()?;
        let requests = self.server.requests().len();
        if requests == events as usize {
            return Ok(invoked);
        }
        Err(Error::new(format!("{events} events, but {requests} requests to DynamoDB")))
    }
}

/// Returns the system's bundle of public roots.
fn system_roots() -> Result<Vec<u8>, Error> {
    let bundle = SYSTEM_ROOTS.into_iter().find(|path| Path::new(path).is_file());
    let path = bundle.ok_or_else(|| {
        Error::new(format!("this machine has no root certificates: {}", SYSTEM_ROOTS.join(", ")))
    })?;
    fs::read(path).context(path)
}

/// Returns the reply to a request, with the headers of DynamoDB's own.
fn reply(request: &Request) -> Vec<u8> {
    let (status, body) = match refused(request) {
        None => (200, "{}".to_owned()),
        Some(why) => (
            400,
            json!({"__type": "com.amazon.coral.validate#ValidationException", "message": why})
                .to_string(),
        ),
    };
    let id = "8SJ5BQ0JF6QVK2PTLJ3JPH4A6RVV4KQNSO5AEMVJF66Q9ASUAAJG";
    message::with_header(&message::answer(status, &body), "x-amzn-RequestId", id)
}

/// Returns why a request isn't the expected one.
fn refused(request: &Request) -> Option<String> {
    let header = |name| request.header(name).unwrap_or_default();
    let item = json!({"count": {"N": "2000"}, "name": {"S": "bolts M6"}, "price": {"N": "1234"}});
    let expected = json!({"TableName": "orders", "Item": item});
    let input: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    if request.method != "POST" || header("x-amz-target") != "DynamoDB_20120810.PutItem" {
        return Some(format!("{} {}", request.method, header("x-amz-target")));
    }
    if !header("authorization").starts_with("AWS4-HMAC-SHA256 Credential=local/") {
        return Some("no signature".to_owned());
    }
    (input != expected).then(|| format!("expected {expected}, but got {input}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request {
        let headers = [
            ("X-Amz-Target", "DynamoDB_20120810.PutItem"),
            ("Authorization", "AWS4-HMAC-SHA256 Credential=local/20261130/us-east-1/…"),
        ];
        let body = r#"{"Item":{"price":{"N":"1234"},"name":{"S":"bolts M6"},"count":{"N":"2000"}},"TableName":"orders"}"#;
        Request {
            method: "POST".to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            body: body.into(),
            ..Request::default()
        }
    }

    #[test]
    fn only_a_signed_request_with_the_item_is_accepted() {
        let status = |request: &Request| String::from_utf8(reply(request)[9..12].into()).unwrap();
        assert_eq!(status(&request()), "200");
        let item: Value = serde_json::from_slice(&request().body).unwrap();
        let event: Value = serde_json::from_str(EVENT).unwrap();
        assert_eq!(item["Item"]["name"]["S"], event["name"]);

        let wrong: [fn(&mut Request); 5] = [
            |request| request.method = "GET".to_owned(),
            |request| request.headers[0].1 = "DynamoDB_20120810.GetItem".to_owned(),
            |request| request.headers[1].1 = "Basic bG9jYWw6".to_owned(),
            |request| request.body.push(b'}'),
            |request| request.body = br#"{"TableName":"orders"}"#.into(),
        ];
        for spoil in wrong {
            let mut request = request();
            spoil(&mut request);
            assert_eq!(status(&request), "400", "{request:?}");
        }
    }
}
