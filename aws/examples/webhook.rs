//! Passes each event on to a server, WEBHOOK_URL, and responds with its status:
//! `cargo bare invoke webhook --env WEBHOOK_URL=https://example.com/hook '{"text":"deployed"}'`
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]

use barelambda::{Error, FunctionError, Handler, Invocation, Response};
use barelambda_aws::Https;

barelambda::entry!(init = init, event = 262_144, response = 4096, heap = 2_097_152);

static NO_URL: FunctionError =
    FunctionError::new("Function.NoUrl", "expected a URL in WEBHOOK_URL");

struct Webhook {
    url: &'static str,
    https: Https,
}

fn init() -> Result<Webhook, Error> {
    let url = barelambda::env("WEBHOOK_URL").ok_or(&NO_URL)?;
    Ok(Webhook { url, https: Https::new()? })
}

impl Handler for Webhook {
    fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a> {
        let reply = self.https.post(self.url, "application/json", invocation.event.payload())?;
        if !reply.is_success() {
            return reply.fail(invocation.responder);
        }
        invocation.responder.json(&reply.status())
    }
}
