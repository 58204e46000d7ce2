//! moto, which imitates AWS's services on a local port.

use std::ffi::OsString;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::child::KilledOnDrop;
use crate::tls::pki::{self, Identity};
use crate::waiting::LIMIT;
use crate::{cargo, tools};

/// A server that runs until it is dropped.
pub struct Moto {
    child: KilledOnDrop,
    url: String,
    /// The file with the root of its certificate, if it has TLS.
    root: Option<PathBuf>,
}

impl Moto {
    /// Starts a server without any resources.
    ///
    /// # Panics
    /// The server exits, or can't be reached for [`LIMIT`].
    pub fn start() -> Self {
        Self::start_with("http", &[], None)
    }

    /// Starts a server without any resources, with TLS.
    ///
    /// # Panics
    /// As [`Moto::start`].
    pub fn start_tls(identity: &Identity) -> Self {
        let folder = cargo::scratch("moto");
        let write = |name: &str, pem: &str| {
            let path = folder.join(name);
            std::fs::write(&path, pem).expect("a file can be written");
            path
        };
        let chain = identity.chain.iter().map(|der| pki::pem("CERTIFICATE", der));
        let certificate = write("chain.pem", &chain.collect::<String>());
        let key = write("key.pem", &pki::pem("PRIVATE KEY", identity.key.secret_der()));
        let arguments = [
            "--ssl".into(),
            "--ssl-cert".into(),
            certificate.into_os_string(),
            "--ssl-key".into(),
            key.into_os_string(),
        ];
        Self::start_with("https", &arguments, Some(write("root.pem", &identity.root)))
    }

    fn start_with(scheme: &str, arguments: &[OsString], root: Option<PathBuf>) -> Self {
        let address = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("there is a free port");
        let mut command = Command::new(tools::moto_server());
        command
            .args(["--host", "127.0.0.1", "--port", &address.port().to_string()])
            .args(arguments)
            .env_clear()
            .envs(tools::aws_environment());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = KilledOnDrop::spawn(&mut command);
        let mut moto = Self { child, url: format!("{scheme}://{address}"), root };
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert_eq!(moto.child.try_wait().expect("moto is a child"), None, "moto exited");
            assert!(start.elapsed() < LIMIT, "moto doesn't listen after {LIMIT:?}");
            thread::sleep(Duration::from_millis(50));
        }
        moto
    }

    /// Returns the URL of the server, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the whole environment of AWS's tools, which directs them to this server.
    pub fn environment(&self) -> impl Iterator<Item = (&'static str, OsString)> {
        let own = [
            ("AWS_ENDPOINT_URL", self.url.clone()),
            ("AWS_REGION", "us-east-1".into()),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
        ];
        tools::aws_environment()
            .chain(own.map(|(name, value)| (name, value.into())))
            .chain(self.root.iter().map(|root| ("AWS_CA_BUNDLE", root.into())))
    }

    /// Runs a script of Python with boto3, and returns the JSON that it prints, or null.
    ///
    /// # Panics
    /// The script fails. The message has its output.
    pub fn python(&self, script: &str) -> Value {
        let output = Command::new(tools::python_with_boto3())
            .args(["-c", script])
            .env_clear()
            .envs(self.environment())
            .stdin(Stdio::null())
            .output()
            .expect("Python can be started");
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{script}: {words}");
        serde_json::from_slice(&output.stdout).unwrap_or_default()
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
