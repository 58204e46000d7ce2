//! A function URL for those who know a secret of Secrets Manager, whose name is in SECRET. It's
//! read once, in the initialiser:
//! `cargo bare invoke secret --aws moto --file aws/examples/events/secret.json`
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
extern crate alloc;

use alloc::string::String;

use barelambda::events::api_gateway_v2::Request;
use barelambda::events::http::HttpRequest;
use barelambda::{Error, Handler, Invocation, Response};
use barelambda_aws::{Aws, Service};
use serde::{Deserialize, Serialize};

barelambda::entry!(init = init, event = 65_536, response = 4096, heap = 1_048_576);

struct Door {
    secret: String,
}

fn init() -> Result<Door, Error> {
    let mut secrets = Aws::from_env()?.client(Service::SECRETS_MANAGER)?;
    let secret_id = barelambda::env("SECRET").unwrap_or("door");
    let mut reply = secrets.call("GetSecretValue", &GetSecretValue { secret_id })?.success()?;
    let Secret { secret_string } = reply.json()?;
    Ok(Door { secret: secret_string.into() })
}

impl Handler for Door {
    fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a> {
        let (request, _) = invocation.event.http::<Request>()?;
        let given = request.header("authorization").and_then(|text| text.strip_prefix("Bearer "));
        match given {
            Some(given) if is_same(given.as_bytes(), self.secret.as_bytes()) => {
                invocation.responder.http(200).text("welcome")
            }
            _ => invocation.responder.http(401).text("unknown"),
        }
    }
}

/// Compares in a time that doesn't depend on how many bytes are right.
fn is_same(given: &[u8], secret: &[u8]) -> bool {
    let differences = given.iter().zip(secret).fold(0, |all, (one, other)| all | (one ^ other));
    core::hint::black_box(differences) == 0 && given.len() == secret.len()
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GetSecretValue<'a> {
    secret_id: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Secret<'a> {
    secret_string: &'a str,
}
