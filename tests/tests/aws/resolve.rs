//! Names of hosts, by the machine's files. The program sees others in a mount namespace, and its
//! name servers are on this machine.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread;

use barelambda_aws::error::{
    RESOLVE_NO_ADDRESS, RESOLVE_NO_NAME, RESOLVE_NO_REPLY, RESOLVE_NO_SERVER, RESOLVE_SERVER,
};
use barelambda_tests::calls::probe::{Probe, Settings, file, identity};
use barelambda_tests::calls::reply;
use barelambda_tests::calls::server::{Server, Wire};
use barelambda_tests::tls::server;
use barelambda_tests::tools;

/// Port 53 of these addresses is free, unless a test runs twice at once.
const SERVERS: [Ipv4Addr; 2] = [Ipv4Addr::new(127, 18, 4, 1), Ipv4Addr::new(127, 18, 4, 2)];

/// What a name server does, by the first label of the name.
const NO_NAME: u8 = 3;
const FAILURE: u8 = 2;

/// The questions of each server, by their first labels.
type Asked = Arc<Mutex<BTreeMap<(usize, String), usize>>>;

/// Starts both name servers.
fn name_servers() -> Asked {
    let asked = Asked::default();
    for (number, address) in SERVERS.into_iter().enumerate() {
        let socket = UdpSocket::bind((address, 53)).expect("root may listen on port 53");
        let asked = Arc::clone(&asked);
        thread::spawn(move || -> io::Result<()> {
            let mut buffer = [0; 512];
            loop {
                let (len, peer) = socket.recv_from(&mut buffer)?;
                let question = &buffer[..len];
                let label = &question[13..13 + usize::from(question[12])];
                let label = String::from_utf8_lossy(label).into_owned();
                let key = (number, label.clone());
                let mut asked = asked.lock().expect("no thread panics with it");
                let count = asked.entry(key).and_modify(|count| *count += 1).or_insert(1);
                for answer in answers(question, &label, number, *count) {
                    socket.send_to(&answer, peer)?;
                }
            }
        });
    }
    asked
}

/// Returns the answers of a server to a question, the `count`th one with this label.
fn answers(question: &[u8], label: &str, server: usize, count: usize) -> Vec<Vec<u8>> {
    const ALIAS: &[u8] =
        &[0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 8, 5, b'o', b't', b'h', b'e', b'r', 0xc0];
    let address =
        |name: [u8; 2]| [&name[..], &[0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 127, 0, 0, 1]].concat();
    let answer = |code: u8, records: &[Vec<u8>]| {
        let mut answer = question.to_vec();
        (answer[2], answer[3], answer[7]) = (0x81, 0x80 | code, records.len() as u8);
        [answer, records.concat()].concat()
    };
    let good = answer(0, &[address([0xc0, 12])]);
    match (label, server) {
        ("plain", _) => vec![good],
        // The alias is `other` and the remainder of the name, whose address follows.
        ("alias", _) => {
            let rest = 12 + 1 + label.len() as u8;
            let alias = [ALIAS, &[rest]].concat();
            // The alias begins after the question and the fields of its record.
            let target = (question.len() + 12) as u8;
            vec![answer(0, &[alias, address([0xc0, target])])]
        }
        ("lost", _) if count > 1 => vec![good],
        ("spoofed", _) => {
            let mut spoofed = good.clone();
            spoofed[1] ^= 0xff;
            vec![spoofed, good]
        }
        ("second", 1) => vec![good],
        ("second" | "broken", _) => vec![answer(FAILURE, &[])],
        ("missing", _) => vec![answer(NO_NAME, &[])],
        ("empty", _) => vec![answer(0, &[])],
        _ => Vec::new(),
    }
}

/// Starts a function that sees these files as /etc/hosts and /etc/resolv.conf.
fn probe(hosts: &str, resolv_conf: &str) -> Probe {
    let (hosts, resolv_conf) = (file("hosts", hosts), file("resolv.conf", resolv_conf));
    let script = format!(
        "mount --bind '{}' /etc/hosts && mount --bind '{}' /etc/resolv.conf && exec \"$0\"",
        hosts.display(),
        resolv_conf.display()
    );
    let command = [tools::unshare().into(), "-m".into(), "sh".into(), "-c".into(), script.into()];
    Settings::new().trusting(identity()).runner(command.into()).start()
}

fn serve(mut wire: Wire) -> io::Result<()> {
    while wire.request()?.is_some() {
        wire.send(&reply::json(200, "{}"))?;
    }
    Ok(())
}

#[test]
#[ignore = "needs unshare and root; run `bash .ci/full`"]
fn names_are_found_by_the_files_of_the_system() {
    let asked = name_servers();
    let server = Server::plain(serve);
    let port = server.address.port();
    let config = format!(
        "# two servers\nnameserver {}\nnameserver ::1\nnameserver {}\noptions timeout:1 attempts:2\n",
        SERVERS[0], SERVERS[1]
    );
    let probe = probe("127.0.0.1 localhost in-hosts.test\n", &config);
    let fetch = |name: &str| probe.call(&["fetch", &format!("http://{name}:{port}/")]);
    for name in ["plain", "alias", "lost", "spoofed", "second"] {
        fetch(&format!("{name}.example")).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
    fetch("in-hosts.test").expect("the file has it");
    fetch("IN-HOSTS.test").expect("names are case-insensitive");
    let (_, request) = &server.take_requests()[0];
    assert_eq!(request.header("host"), Some(&*format!("plain.example:{port}")));
    for (name, expected) in [
        ("missing", RESOLVE_NO_NAME),
        ("empty", RESOLVE_NO_ADDRESS),
        ("broken", RESOLVE_SERVER),
        ("silent", RESOLVE_NO_REPLY),
    ] {
        let url = format!("http://{name}.example:{port}/");
        assert_eq!(probe.error(&["fetch", &url]), expected.to_string());
    }
    let asked = asked.lock().expect("no thread panics with it");
    let counts = |name: &str| {
        [0, 1].map(|server| asked.get(&(server, name.to_owned())).copied().unwrap_or_default())
    };
    assert_eq!(counts("plain"), [1, 0]);
    assert_eq!(counts("spoofed"), [1, 0]);
    // The second server is asked before the first one is asked again.
    assert_eq!(counts("lost"), [2, 1]);
    assert_eq!(counts("second"), [1, 1]);
    assert_eq!(counts("missing"), [1, 0]);
    assert_eq!((counts("broken"), counts("silent")), ([2, 2], [2, 2]));
    assert_eq!(counts("in-hosts"), [0, 0]);
}

/// The name of the host is that in its certificate.
#[test]
#[ignore = "needs unshare and root; run `bash .ci/full`"]
fn a_name_of_the_hosts_file_is_verified() {
    let server = Server::tls(server::config(identity()), serve);
    let port = server.address.port();
    let probe = probe("127.0.0.1 localhost other.test\n", "search example\n");
    probe.success(&["fetch", &format!("https://localhost:{port}/")]);
    let error = probe.error(&["fetch", &format!("https://other.test:{port}/")]);
    assert!(error.starts_with("Aws.TlsWrongHost: "), "{error}");
    let error = probe.error(&["fetch", &format!("https://elsewhere.test:{port}/")]);
    assert_eq!(error, RESOLVE_NO_SERVER.to_string());
}
