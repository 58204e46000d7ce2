//! Handshakes with OpenSSL's server.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use barelambda::Error;
use barelambda_aws::error::{TLS_NO_COMMON_CIPHER, TLS_VERSION};
use barelambda_tests::child::KilledOnDrop;
use barelambda_tests::tls::client::{bundle, call, trusting};
use barelambda_tests::tls::pki::{self, Identity, Kind};
use rustls::pki_types::CertificateDer;

/// Writes bytes as PEM.
fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| str::from_utf8(line).expect("it is ASCII")).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// Removes files when it goes.
struct Files(Vec<PathBuf>);

impl Drop for Files {
    fn drop(&mut self) {
        for path in &self.0 {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Starts a server that sends each line back in reverse.
fn start(identity: &Identity, options: &[&str]) -> (KilledOnDrop, SocketAddr, Files) {
    let certificate = |der: &CertificateDer<'_>| bundle(pem("CERTIFICATE", der));
    let files = [
        certificate(&identity.chain[0]),
        certificate(&identity.chain[1]),
        bundle(pem("PRIVATE KEY", identity.key.secret_der())),
    ];
    let path = |path: &Path| path.to_str().expect("the path is UTF-8").to_owned();
    let [leaf, middle, key] = [&files[0], &files[1], &files[2]].map(|file| path(file));
    let mut command = Command::new("openssl");
    command
        .args(["s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-rev"])
        .args(["-cert", &leaf, "-cert_chain", &middle, "-key", &key])
        .args(options)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    let mut server = KilledOnDrop::spawn(&mut command);
    let mut output = BufReader::new(server.stdout.take().expect("it is piped"));
    let address = loop {
        let mut line = String::new();
        assert_ne!(output.read_line(&mut line).expect("the output is text"), 0, "it ended");
        if let Some(address) = line.trim().strip_prefix("ACCEPT ") {
            break address.parse().expect("an address");
        }
    };
    // It is read to the end, so that the server doesn't wait.
    std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
    (server, address, Files(files.into()))
}

fn calls(options: &[&str], expected: Result<&[u8], Error>) {
    for kind in [Kind::P256, Kind::P384, Kind::Rsa2048] {
        let identity = pki::chain(kind);
        let (_server, address, _files) = start(&identity, options);
        let reply = call(&trusting(&identity.root), address, b"hello\n");
        let reply = reply.as_deref().map_err(|error| *error);
        assert_eq!(reply, expected, "{kind:?} {options:?}");
    }
}

#[test]
#[ignore = "needs openssl; run `bash .ci/full`"]
fn openssl_accepts_and_is_accepted() {
    calls(&[], Ok(b"olleh\n"));
    calls(&["-tls1_3", "-groups", "X25519:P-256"], Ok(b"olleh\n"));
}

#[test]
#[ignore = "needs openssl; run `bash .ci/full`"]
fn what_openssl_is_limited_to_is_named() {
    calls(&["-tls1_2"], Err(TLS_VERSION));
    calls(&["-tls1_1", "-cipher", "ALL@SECLEVEL=0"], Err(TLS_VERSION));
    let other = ["-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"];
    calls(&other, Err(TLS_NO_COMMON_CIPHER));
    calls(&["-tls1_3", "-groups", "X25519"], Err(TLS_NO_COMMON_CIPHER));
}
