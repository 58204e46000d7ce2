//! moto: AWS's services, imitated at a port of this machine.

use std::ffi::OsString;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::tools;

/// How long it may take to start: it loads much Python.
const LIMIT: Duration = Duration::from_secs(60);

/// A server that runs until it is dropped.
pub struct Moto {
    child: Child,
    address: SocketAddr,
}

impl Moto {
    /// Starts one that has nothing in it.
    ///
    /// # Panics
    /// When it ends, or cannot be reached for a minute.
    pub fn start() -> Self {
        let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("there is a free port");
        let child = Command::new(tools::moto_server())
            .args(["--host", "127.0.0.1", "--port", &address.port().to_string()])
            .env_clear()
            .envs(tools::aws_environment())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("moto can be started");
        let mut moto = Self { child, address };
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert_eq!(moto.child.try_wait().expect("its status can be asked for"), None, "moto has ended");
            assert!(start.elapsed() < LIMIT, "moto does not listen after {LIMIT:?}");
            thread::sleep(Duration::from_millis(50));
        }
        moto
    }

    /// What sends AWS's tools here: all of their environment.
    pub fn environment(&self) -> impl Iterator<Item = (&'static str, OsString)> {
        let own = [
            ("AWS_ENDPOINT_URL", format!("http://{}", self.address)),
            ("AWS_REGION", "us-east-1".into()),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
        ];
        tools::aws_environment().chain(own.map(|(name, value)| (name, value.into())))
    }

    /// Runs the AWS CLI, and gives the JSON that it prints, or null.
    ///
    /// # Panics
    /// With its words, when it fails.
    pub fn aws(&self, arguments: &[&str]) -> Value {
        let mut command = Command::new(tools::aws());
        let output = command.args(arguments).env_clear().envs(self.environment()).stdin(Stdio::null()).output();
        let output = output.expect("the AWS CLI can be started");
        assert!(output.status.success(), "aws {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        // Both fail when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
