//! The program that makes the calls.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use barelambda_emulator::{Emulator, FunctionError, Options, Outcome};
use serde_json::Value;

use super::server::Server;
use crate::emulated;
use crate::moto::Moto;
use crate::programs::{Architecture, aws_program};
use crate::tls::pki::{self, Identity, Kind};
use crate::waiting::LIMIT;

/// A function that makes calls, under the emulator.
pub struct Probe {
    /// The emulator.
    pub emulator: Emulator,
}

/// The settings of a [`Probe`].
pub struct Settings {
    options: Options,
}

impl Settings {
    /// The settings of a function in us-east-1, without endpoints, with an access key.
    pub fn new() -> Self {
        Self::without_keys()
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    }

    /// As [`Settings::new`], without an access key.
    pub fn without_keys() -> Self {
        Self { options: Options::new(aws_program("call_probe", &["calls"], Architecture::X86_64)) }
    }

    /// Directs all services to a server.
    #[must_use]
    pub fn to(self, server: &Server) -> Self {
        let url = server.url();
        self.env("AWS_ENDPOINT_URL", &url)
    }

    /// Directs all services to moto, trusts it, and waits for it: it loads the code of a service
    /// with its first call, and a call that is tried twice would be done twice.
    #[must_use]
    pub fn to_moto(mut self, moto: &Moto) -> Self {
        let environment = moto.environment().map(|(name, value)| (name.into(), value));
        self.options.environment.extend(environment);
        self.timeout(LIMIT).env("WAIT_MS", &LIMIT.as_millis().to_string())
    }

    /// Trusts the root of an identity, and nothing else.
    #[must_use]
    pub fn trusting(self, identity: &Identity) -> Self {
        let path = file("root.pem", &identity.root);
        self.env("AWS_CA_BUNDLE", path.to_str().expect("the path is UTF-8"))
    }

    /// Sets a variable. The last one of a name counts.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.options.environment.push((name.into(), value.into()));
        self
    }

    /// Sets the time of each invocation.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = timeout;
        self
    }

    /// Sets the command that runs the program.
    #[must_use]
    pub fn runner(mut self, command: Vec<std::ffi::OsString>) -> Self {
        self.options.runner = Some(command);
        self
    }

    /// Starts the emulator. The program starts with the first call.
    pub fn start(self) -> Probe {
        Probe { emulator: emulated::start(self.options) }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::new()
    }
}

impl Probe {
    /// Makes a call, and returns its outcome.
    pub fn outcome(&self, words: &[&str]) -> Outcome {
        emulated::invoke(&self.emulator, serde_json::to_vec(words).expect("words are JSON"))
    }

    /// Makes a call, and returns what the program saw of the reply.
    ///
    /// # Errors
    /// That of the call.
    pub fn call(&self, words: &[&str]) -> Result<Value, FunctionError> {
        let outcome = self.outcome(words);
        eprint!("{}", outcome.log);
        match outcome.function_error {
            Some(error) => Err(error),
            None => Ok(serde_json::from_slice(&outcome.payload).expect("the response is JSON")),
        }
    }

    /// Makes a call that has a reply.
    ///
    /// # Panics
    /// The call fails.
    pub fn reply(&self, words: &[&str]) -> Value {
        self.call(words).unwrap_or_else(|error| panic!("{words:?}: {error:?}"))
    }

    /// Makes a call that has a successful reply.
    ///
    /// # Panics
    /// The call fails, or the reply isn't a success.
    pub fn success(&self, words: &[&str]) -> Value {
        let reply = self.reply(words);
        assert_eq!(reply["success"], true, "{words:?}: {reply}");
        reply
    }

    /// Makes a call that fails, and returns the error as [`shown`].
    ///
    /// # Panics
    /// There is a reply.
    pub fn error(&self, words: &[&str]) -> String {
        match self.call(words) {
            Err(error) => shown(&error),
            Ok(reply) => panic!("{words:?}: {reply}"),
        }
    }
}

/// Returns the text that `Display` returns for an error of the library.
pub fn shown(error: &FunctionError) -> String {
    format!("{}: {}", error.error_type, error.message)
}

/// Returns the identity of servers in these tests, which is made once for each process.
pub fn identity() -> &'static Identity {
    static IDENTITY: OnceLock<Identity> = OnceLock::new();
    IDENTITY.get_or_init(|| pki::chain(Kind::P256))
}

/// Writes a file in a folder of its own in that of the test, and returns its path.
pub fn file(name: &str, text: &str) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = crate::cargo::scratch(&format!("file-{number}")).join(name);
    std::fs::write(&path, text).expect("a file can be written");
    path
}
