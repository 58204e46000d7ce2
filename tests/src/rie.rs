//! Runs programs under AWS's Runtime Interface Emulator (RIE), which contains the real server of
//! the Runtime API. This module uses its usual mode, and [`rie_managed`](crate::rie_managed) the
//! mode for managed instances.

use std::fs::File;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use barelambda_emulator::script::refused_address;

use crate::child::KilledOnDrop;
use crate::waiting::LIMIT;
use crate::{cargo, tools};

/// The largest response that is read, in bytes.
const LONGEST: u64 = 64 << 20;

/// A running RIE. Dropping it kills it. Its programs then lose their server and exit too.
pub struct Rie {
    process: KilledOnDrop,
    addresses: Addresses,
    log: PathBuf,
}

/// The addresses of a RIE.
#[derive(Copy, Clone)]
pub(crate) struct Addresses {
    /// For callers.
    pub(crate) invoke: SocketAddr,
    /// For the runtime.
    pub(crate) runtime_api: SocketAddr,
}

/// The response to a caller.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status. RIE sends 502 after the program has exited.
    pub status: u16,
    /// The header field `Error-Type`, which only the mode for managed instances sends.
    pub error_type: Option<String>,
    /// The content type, which the usual mode guesses from the body.
    pub content_type: Option<String>,
    /// The response, or the error.
    pub body: Vec<u8>,
}

impl Answer {
    /// Returns the body as text.
    ///
    /// # Panics
    /// The body isn't UTF-8.
    pub fn text(&self) -> &str {
        str::from_utf8(&self.body).expect("the response is UTF-8")
    }

    /// Returns the body as JSON.
    ///
    /// # Panics
    /// The body isn't JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }
}

impl Rie {
    /// Starts RIE with `program` as the function's bootstrap, and adds variables to its
    /// environment. `name` is the test's name.
    pub fn start(program: &Path, environment: &[(&str, &str)], name: &str) -> Self {
        let addresses = Addresses::free();
        let mut command = Command::new(tools::rie());
        command
            .args(addresses.arguments())
            .arg(program)
            .envs(environment.iter().copied())
            .stdin(Stdio::null());
        Self::launch(command, addresses, &cargo::scratch(&format!("rie-{name}")))
    }

    /// Starts a command that starts RIE, with a log in `folder`, and waits until RIE listens.
    pub(crate) fn launch(command: Command, addresses: Addresses, folder: &Path) -> Self {
        let rie = Self::spawn(command, addresses, folder);
        rie.wait("RIE doesn't listen", |_| TcpStream::connect(addresses.invoke).is_ok());
        rie
    }

    /// Starts a command that starts RIE, with a log in `folder`.
    pub(crate) fn spawn(mut command: Command, addresses: Addresses, folder: &Path) -> Self {
        let log = folder.join("log");
        let file = File::create(&log).expect("the log can be made");
        command.stdout(file.try_clone().expect("a file can be cloned")).stderr(file);
        Self { process: KilledOnDrop::spawn(&mut command), addresses, log }
    }

    /// Waits until `words` are in the log, which may be after the caller has the response.
    pub fn wait_for_log(&self, words: &str) {
        self.wait(&format!("{words:?} isn't in the log"), |rie| rie.log().contains(words));
    }

    /// Waits until `is_done` returns true.
    ///
    /// # Panics
    /// That takes too long. The message begins with `otherwise`.
    pub(crate) fn wait(&self, otherwise: &str, is_done: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + LIMIT;
        while !is_done(self) {
            assert!(Instant::now() < deadline, "{otherwise}: {}", self.log());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Invokes, and returns the body of the response, which may be an error. RIE crashes when it
    /// receives two events at once, hence the `&mut`.
    pub fn invoke(&mut self, event: &[u8]) -> Vec<u8> {
        self.answer(event).body
    }

    /// Invokes, and returns the whole response.
    pub fn answer(&mut self, event: &[u8]) -> Answer {
        self.answer_with(event, &[])
    }

    /// Invokes with header fields, and returns the whole response.
    pub fn answer_with(&mut self, event: &[u8], headers: &[(&str, &str)]) -> Answer {
        let deadline = Instant::now() + LIMIT;
        loop {
            let answer = self.call(event, headers);
            // The mode for managed instances rejects events until the program asks for one.
            if answer.error_type.as_deref() != Some("Runtime.Unavailable")
                || Instant::now() > deadline
            {
                return answer;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn call(&self, event: &[u8], headers: &[(&str, &str)]) -> Answer {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(LIMIT))
            .build()
            .into();
        let url =
            format!("http://{}/2015-03-31/functions/function/invocations", self.addresses.invoke);
        let request = headers
            .iter()
            .fold(agent.post(&url), |request, (name, value)| request.header(*name, *value));
        let response =
            request.send(event).unwrap_or_else(|error| panic!("RIE: {error}\n{}", self.log()));
        let header = |name| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let (status, error_type, content_type) =
            (response.status().as_u16(), header("error-type"), header("content-type"));
        let body = response.into_body().into_with_config().limit(LONGEST).read_to_vec();
        let body = body.unwrap_or_else(|error| panic!("RIE: {error}\n{}", self.log()));
        Answer { status, error_type, content_type, body }
    }

    /// Returns the address of its Runtime API.
    pub const fn runtime_api(&self) -> SocketAddr {
        self.addresses.runtime_api
    }

    /// Returns the output of RIE and the function so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).expect("the log can be read"))
            .into_owned()
    }
}

impl Drop for Rie {
    fn drop(&mut self) {
        // In the mode for managed instances, closing this pipe ends every process.
        drop(self.process.stdin.take());
    }
}

impl Addresses {
    /// Returns two addresses where no process listens.
    pub(crate) fn free() -> Self {
        let free = || refused_address().expect("there is a free port");
        Self { invoke: free(), runtime_api: free() }
    }

    /// Returns RIE's arguments for them.
    pub(crate) fn arguments(self) -> [String; 4] {
        let (invoke, runtime_api) = (self.invoke.to_string(), self.runtime_api.to_string());
        [
            "--runtime-interface-emulator-address".into(),
            invoke,
            "--runtime-api-address".into(),
            runtime_api,
        ]
    }
}
