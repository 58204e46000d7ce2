//! A root certificate and a server's certificate that it has signed, made by `openssl`.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::{Context, Error};

/// The extensions of RFC 5280, sections 4.2.1.1 to 4.2.1.12. A file, as the system's configuration
/// of openssl may add others.
const CONFIGURATION: &str = "\
[req]
prompt = no
distinguished_name = name
x509_extensions = root
[name]
CN = cargo barelambda, local
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = IP:127.0.0.1, DNS:localhost
authorityKeyIdentifier = keyid
";

/// How long the certificates are valid, in days. `serve` may run for weeks.
const DAYS: &str = "90";

/// The files of a server that a client trusts by `root`, in PEM.
pub struct Certificates {
    pub root: PathBuf,
    /// The server's certificate.
    pub server: PathBuf,
    pub server_key: PathBuf,
}

impl Certificates {
    /// Makes new keys and certificates in this folder, for 127.0.0.1 and localhost.
    ///
    /// # Errors
    /// `openssl` isn't installed or fails.
    pub fn make(folder: &Path) -> Result<Self, Error> {
        let configuration = folder.join("openssl.cnf");
        fs::write(&configuration, CONFIGURATION).context(configuration.display())?;
        let new_key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -config openssl.cnf";
        let valid = format!("-days {DAYS}");
        openssl(folder, &format!("req -x509 {new_key} -keyout root.key -out root.pem {valid}"))?;
        openssl(folder, &format!("req -new {new_key} -keyout server.key -out server.csr"))?;
        openssl(
            folder,
            &format!(
                "x509 -req -in server.csr -CA root.pem -CAkey root.key -set_serial 1 -sha256 {valid} -extfile openssl.cnf -extensions server \
                 -out server.pem"
            ),
        )?;
        // Nothing else is to be signed.
        let root_key = folder.join("root.key");
        fs::remove_file(&root_key).context(root_key.display())?;
        let [root, server, server_key] =
            ["root.pem", "server.pem", "server.key"].map(|name| folder.join(name));
        Ok(Self { root, server, server_key })
    }
}

/// Runs `openssl` in this folder. None of the arguments contains a space.
fn openssl(folder: &Path, arguments: &str) -> Result<(), Error> {
    let words = arguments.split_whitespace().map(OsStr::new);
    let output = Command::new("openssl")
        .args(words)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .context(
            "--aws makes certificates with `openssl`, which can't be started: on Debian and Ubuntu, run `apt-get install openssl`",
        )?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(Error::new(format!("`openssl {arguments}`: {} ({})", words.trim(), output.status)))
}
