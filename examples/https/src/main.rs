//! A std program that calls an HTTPS server. It posts each event to `URL`, and responds with what
//! the server answers: `cargo barelambda invoke https-function '{"text":"hello"}' --env
//! URL=https://httpbin.org/post`
use std::sync::Arc;
use std::time::Duration;

use barelambda::{Error, FunctionError, Handler, Invocation, Response};
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

barelambda::entry!(init = setup);

static NO_URL: FunctionError =
    FunctionError::new("Function.NoUrl", "the variable URL must be the address of an HTTPS server");
static NO_ROOTS: FunctionError = FunctionError::new(
    "Function.NoRoots",
    "no root certificates: SSL_CERT_FILE must name a file of them in PEM",
);

/// The largest reply, in bytes.
const LIMIT: u64 = 1_048_576;

/// What remains of the invocation's time when a call is given up.
const RESERVE: Duration = Duration::from_millis(200);

struct Caller {
    url: String,
    /// Keeps its connections open between invocations.
    agent: Agent,
}

fn setup() -> Result<Caller, Error> {
    let url = std::env::var("URL").map_err(|_| Error::from(&NO_URL))?;
    // The file SSL_CERT_FILE, or the bundle of the system: Amazon Linux has one.
    let roots = rustls_native_certs::load_native_certs().certs;
    if roots.is_empty() {
        return Err(Error::from(&NO_ROOTS));
    }
    let roots: RootCerts = roots.iter().map(|root| Certificate::from_der(root).to_owned()).into();
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls_graviola::default_provider()))
        .root_certs(roots)
        .build();
    let agent = Agent::config_builder().https_only(true).tls_config(tls).build().into();
    Ok(Caller { url, agent })
}

impl Handler for Caller {
    fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a> {
        let Invocation { context, event, responder } = invocation;
        match self.post(event.payload(), context.remaining().saturating_sub(RESERVE)) {
            Ok(reply) => {
                let mut response = responder.writer();
                response.write(&reply)?;
                response.finish()
            }
            Err(error) => {
                responder.fail("Function.CallFailed", format_args!("{}: {error}", self.url))
            }
        }
    }
}

impl Caller {
    fn post(&self, body: &[u8], limit: Duration) -> Result<Vec<u8>, ureq::Error> {
        let request = self.agent.post(&self.url).content_type("application/json");
        let mut reply = request.config().timeout_global(Some(limit)).build().send(body)?;
        reply.body_mut().with_config().limit(LIMIT).read_to_vec()
    }
}
