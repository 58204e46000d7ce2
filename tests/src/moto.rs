//! moto, which imitates AWS's services on a local port.

use std::ffi::OsString;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::child::KilledOnDrop;
use crate::tools;
use crate::waiting::LIMIT;

/// A server that runs until it is dropped.
pub struct Moto {
    child: KilledOnDrop,
    address: SocketAddr,
}

impl Moto {
    /// Starts a server without any resources.
    ///
    /// # Panics
    /// The server exits, or can't be reached for [`LIMIT`].
    pub fn start() -> Self {
        let address = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("there is a free port");
        let mut command = Command::new(tools::moto_server());
        command
            .args(["--host", "127.0.0.1", "--port", &address.port().to_string()])
            .env_clear()
            .envs(tools::aws_environment());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut moto = Self { child: KilledOnDrop::spawn(&mut command), address };
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert_eq!(moto.child.try_wait().expect("moto is a child"), None, "moto exited");
            assert!(start.elapsed() < LIMIT, "moto doesn't listen after {LIMIT:?}");
            thread::sleep(Duration::from_millis(50));
        }
        moto
    }

    /// Returns the whole environment of AWS's tools, which directs them to this server.
    pub fn environment(&self) -> impl Iterator<Item = (&'static str, OsString)> {
        let own = [
            ("AWS_ENDPOINT_URL", format!("http://{}", self.address)),
            ("AWS_REGION", "us-east-1".into()),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
        ];
        tools::aws_environment().chain(own.map(|(name, value)| (name, value.into())))
    }

    /// Runs the AWS CLI, and returns the JSON that it prints, or null.
    ///
    /// # Panics
    /// The CLI fails. The message has its output.
    pub fn aws(&self, arguments: &[&str]) -> Value {
        let mut command = Command::new(tools::aws());
        let output = command
            .args(arguments)
            .env_clear()
            .envs(self.environment())
            .stdin(Stdio::null())
            .output();
        let output = output.expect("the AWS CLI can be started");
        assert!(
            output.status.success(),
            "aws {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }
}
