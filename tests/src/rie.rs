//! Programs under AWS's Runtime Interface Emulator (RIE), which contains the real server of the Runtime API.

use std::fs::File;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use barelambda_emulator::script::refused_address;

use crate::{cargo, tools};

/// How long RIE may take to listen.
const START: Duration = Duration::from_secs(10);

/// How long an invocation may take.
const LIMIT: Duration = Duration::from_secs(60);

/// The longest answer that is read, in bytes.
const LONGEST: u64 = 64 << 20;

/// A running RIE. Dropping it ends it; its programs see that the server has gone, and end too.
pub struct Rie {
    process: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Rie {
    /// Starts RIE with `program` as the function's bootstrap and variables of its environment. `name` names the test.
    pub fn start(program: &Path, environment: &[(&str, &str)], name: &str) -> Self {
        let free = || refused_address().expect("there is a free port");
        let (address, runtime_api) = (free(), free());
        let log = cargo::scratch(&format!("rie-{name}")).join("log");
        let file = File::create(&log).expect("the log can be made");
        let process = Command::new(tools::rie())
            .args(["--runtime-interface-emulator-address", &address.to_string()])
            .args(["--runtime-api-address", &runtime_api.to_string()])
            .arg(program)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("the log can be written to twice"))
            .stderr(file)
            .spawn()
            .expect("RIE can be started");
        let rie = Self { process, address, log };
        let deadline = Instant::now() + START;
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < deadline, "RIE does not listen: {}", rie.log());
            thread::sleep(Duration::from_millis(5));
        }
        rie
    }

    /// Invokes, and gives the answer, which may be an error. RIE crashes when it is given two events at once, hence the `&mut`.
    pub fn invoke(&mut self, event: &[u8]) -> Vec<u8> {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(LIMIT)).build().into();
        let url = format!("http://{}/2015-03-31/functions/function/invocations", self.address);
        let response = agent.post(&url).send(event);
        let body = response.and_then(|response| response.into_body().into_with_config().limit(LONGEST).read_to_vec());
        body.unwrap_or_else(|error| panic!("RIE: {error}\n{}", self.log()))
    }

    /// What RIE and the function have written so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).expect("the log can be read")).into_owned()
    }
}

impl Drop for Rie {
    fn drop(&mut self) {
        // The one error there can be is that it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
