//! Access keys: of the environment, and of the server in the container's network.

use std::io;
use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use barelambda_aws::error::{
    CREDENTIALS_HOST, CREDENTIALS_REPLY, CREDENTIALS_STATUS, CREDENTIALS_TOKEN, HEADER_VALUE,
    NO_CREDENTIALS, NO_REGION, REPLY_MISSING, TIMEOUT, URL_SCHEME,
};
use barelambda_aws::sigv4::date::Timestamp;
use barelambda_tests::calls::probe::{Probe, Settings, file, identity};
use barelambda_tests::calls::reply;
use barelambda_tests::calls::server::{Server, Wire};
use barelambda_tests::tls::server;
use serde_json::json;

const CALL: [&str; 4] = ["call", "dynamodb", "ListTables", "{}"];
const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

/// What the server of the credentials does with a request.
#[derive(Copy, Clone)]
enum Act {
    /// Keys with this id, which expire in so many seconds.
    Keys(&'static str, i64),
    Reply(u16, &'static str),
    Silence,
    Close,
}

/// A server that does each of these, and the last one again and again.
fn container(acts: &'static [Act]) -> Server {
    let next = Mutex::new(0);
    Server::plain(move |mut wire| {
        while wire.request()?.is_some() {
            let act = {
                let mut next = next.lock().expect("no thread panics with it");
                *next += 1;
                acts[(*next - 1_usize).min(acts.len() - 1)]
            };
            match act {
                Act::Keys(id, seconds) => wire.send(&reply::json(200, &keys(id, seconds)))?,
                Act::Reply(status, body) => wire.send(&reply::json(status, body))?,
                Act::Silence => return wire.quiet(),
                Act::Close => return wire.close(),
            }
        }
        Ok(())
    })
}

fn keys(id: &str, seconds: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs();
    let time = Timestamp::at(now.saturating_add_signed(seconds));
    // 20261130T221118Z
    let text = time.as_str();
    let expiration = format!(
        "{}-{}-{}T{}:{}:{}Z",
        &text[..4],
        &text[4..6],
        &text[6..8],
        &text[9..11],
        &text[11..13],
        &text[13..15]
    );
    json!({
        "AccessKeyId": id, "SecretAccessKey": "secret", "Token": format!("token of {id}"),
        "Expiration": expiration,
    })
    .to_string()
}

/// A service that replies to each call.
fn service() -> Server {
    fn serve(mut wire: Wire) -> io::Result<()> {
        while wire.request()?.is_some() {
            wire.send(&reply::json(200, "{}"))?;
        }
        Ok(())
    }
    Server::tls(server::config(identity()), serve)
}

fn settings(service: &Server, container: &Server) -> Settings {
    let url = format!("{}/v1/credentials?id=x", container.url());
    Settings::without_keys().trusting(identity()).to(service).env(FULL, &url)
}

/// Returns the ids and the session tokens with which the requests are signed.
fn signers(service: &Server) -> Vec<(String, String)> {
    let requests = service.take_requests();
    let signer = |request: &barelambda_emulator::script::Request| {
        let authorization = request.header("authorization").expect("the request is signed");
        let (_, rest) = authorization.split_once("Credential=").expect("it names the key");
        let id = rest.split('/').next().unwrap_or_default().to_owned();
        (id, request.header("x-amz-security-token").unwrap_or_default().to_owned())
    };
    requests.iter().map(|(_, request)| signer(request)).collect()
}

fn signed_by(id: &str) -> (String, String) {
    (id.into(), format!("token of {id}"))
}

/// Returns the paths and the tokens of the requests for keys.
fn fetched(container: &Server) -> Vec<(String, Option<String>)> {
    let requests = container.take_requests();
    requests
        .iter()
        .map(|(_, request)| {
            (request.target.clone(), request.header("authorization").map(str::to_owned))
        })
        .collect()
}

fn calls(probe: &Probe, count: usize) {
    for _ in 0..count {
        probe.success(&CALL);
    }
}

#[test]
fn keys_of_the_environment_come_first() {
    let (service, container) = (service(), container(&[Act::Keys("C", 3600)]));
    let probe = settings(&service, &container)
        .env("AWS_ACCESS_KEY_ID", "E")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_SESSION_TOKEN", "token of E")
        .start();
    calls(&probe, 2);
    assert_eq!(signers(&service), [signed_by("E"), signed_by("E")]);
    assert_eq!(fetched(&container), []);
}

#[test]
fn keys_are_fetched_once_until_they_expire() {
    let (service, container) = (service(), container(&[Act::Keys("A", 3600)]));
    let probe = settings(&service, &container).env(TOKEN, "Basic abc").start();
    calls(&probe, 3);
    assert_eq!(signers(&service), [signed_by("A"), signed_by("A"), signed_by("A")]);
    let request = ("/v1/credentials?id=x".into(), Some("Basic abc".into()));
    assert_eq!(fetched(&container), [request]);
    // A presigned URL has the token, too.
    let url = probe.reply(&["presign get", "reports", "a", "60"]);
    let url = url.as_str().expect("a text");
    assert!(url.contains("X-Amz-Security-Token=token%20of%20A"), "{url}");
}

/// The file has the newest token.
#[test]
fn the_token_may_be_in_a_file() {
    let (service, container) = (service(), container(&[Act::Keys("A", 60), Act::Keys("B", 3600)]));
    let path = file("token", "first\n");
    let name = path.to_str().expect("the path is UTF-8");
    let settings = settings(&service, &container).env(TOKEN, "no").env(TOKEN_FILE, name);
    let probe = settings.start();
    calls(&probe, 1);
    std::fs::write(&path, " second ").expect("the file can be written");
    calls(&probe, 2);
    assert_eq!(signers(&service), [signed_by("A"), signed_by("B"), signed_by("B")]);
    let tokens: Vec<_> = fetched(&container).into_iter().map(|(_, token)| token).collect();
    assert_eq!(tokens, [Some("first".into()), Some("second".into())]);
}

#[test]
fn keys_are_renewed_before_they_expire() {
    const ACTS: &[Act] = &[Act::Keys("A", 299), Act::Keys("B", 200), Act::Keys("C", 400)];
    let (service, container) = (service(), container(ACTS));
    let probe = settings(&service, &container).start();
    calls(&probe, 4);
    assert_eq!(signers(&service), ["A", "B", "C", "C"].map(signed_by));
    assert_eq!(fetched(&container).len(), 3);
}

/// The server isn't asked with each call then.
#[test]
fn old_keys_are_used_while_they_are_valid() {
    for failure in [Act::Reply(500, "{}"), Act::Reply(200, "nonsense"), Act::Close] {
        let acts = Vec::leak(vec![Act::Keys("A", 120), failure]);
        let (service, container) = (service(), container(acts));
        let probe = settings(&service, &container).start();
        calls(&probe, 1);
        let outcome = probe.outcome(&CALL);
        assert_eq!(outcome.function_error, None);
        let words = "cannot renew the container credentials";
        assert_eq!(outcome.log.matches(words).count(), 1, "{}", outcome.log);
        calls(&probe, 2);
        assert_eq!(signers(&service), ["A"; 4].map(signed_by));
        assert_eq!(fetched(&container).len(), 2);
    }
}

/// A renewal may wait for half of the time, and for a second.
#[test]
fn a_slow_renewal_leaves_time_for_the_call() {
    const ACTS: &[Act] = &[Act::Keys("A", 120), Act::Silence];
    let (service, container) = (service(), container(ACTS));
    let probe = settings(&service, &container).timeout(Duration::from_secs(1)).start();
    calls(&probe, 3);
    assert_eq!(signers(&service), ["A"; 3].map(signed_by));
    assert_eq!(fetched(&container).len(), 2);
}

#[test]
fn keys_that_have_expired_are_not_used() {
    const ACTS: &[Act] = &[Act::Keys("A", -1), Act::Reply(503, "{}")];
    let (service, container) = (service(), container(ACTS));
    let probe = settings(&service, &container).start();
    // The server itself says so, and knows better.
    calls(&probe, 1);
    assert_eq!(probe.error(&CALL), CREDENTIALS_STATUS.with(503).to_string());
    assert_eq!(signers(&service), [signed_by("A")]);
}

#[test]
fn failures_of_the_server_have_names() {
    let rows: [(Act, barelambda::Error); 6] = [
        (Act::Reply(403, "{}"), CREDENTIALS_STATUS.with(403)),
        (Act::Reply(302, "{}"), CREDENTIALS_STATUS.with(302)),
        (Act::Reply(200, "[]"), CREDENTIALS_REPLY),
        (Act::Reply(200, "{\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"b\"}"), CREDENTIALS_REPLY),
        (Act::Close, REPLY_MISSING),
        (Act::Silence, TIMEOUT),
    ];
    for (act, expected) in rows {
        let (service, container) = (service(), container(Vec::leak(vec![act])));
        let time = Duration::from_secs(1);
        let probe = settings(&service, &container).timeout(time).start();
        assert_eq!(probe.error(&CALL), expected.to_string());
        assert_eq!(service.take_requests().len(), 0);
    }
}

#[test]
fn wrong_settings_have_names() {
    let service = service();
    let base = || Settings::without_keys().trusting(identity()).to(&service);
    let no_file = CREDENTIALS_TOKEN.with(2).to_string();
    let control = file("token", "a\nb");
    let control = control.to_str().expect("the path is UTF-8");
    let rows: [(&[(&str, &str)], String); 9] = [
        (&[], NO_CREDENTIALS.to_string()),
        (&[("AWS_ACCESS_KEY_ID", "A")], NO_CREDENTIALS.to_string()),
        (&[("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "s")], NO_CREDENTIALS.to_string()),
        (&[(FULL, "http://example.com/")], CREDENTIALS_HOST.to_string()),
        (&[(FULL, "http://127.0.0.1.example.com/")], CREDENTIALS_HOST.to_string()),
        (&[(FULL, "127.0.0.1/")], URL_SCHEME.to_string()),
        (&[(FULL, "http://127.0.0.1:1/"), (TOKEN_FILE, "/no/such/file")], no_file),
        (&[(FULL, "http://127.0.0.1:1/"), (TOKEN_FILE, control)], HEADER_VALUE.to_string()),
        (&[("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "")], NO_REGION.to_string()),
    ];
    for (variables, expected) in rows {
        let settings = variables.iter().fold(base(), |all, (name, value)| all.env(name, value));
        assert_eq!(settings.start().error(&CALL), expected, "{variables:?}");
    }
    let outside = Settings::new().env("AWS_REGION", "eu-west-1.example.com/");
    assert_eq!(outside.start().error(&CALL), NO_REGION.to_string());
    assert_eq!(service.take_requests().len(), 0);
}
