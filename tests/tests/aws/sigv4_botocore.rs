//! 1,000 requests and presigned URLs, signed by botocore too.

use std::collections::HashMap;
use std::io::Write;
use std::process::{Command, Stdio};

use barelambda_aws::http::request::{Method, Path, Query, Request};
use barelambda_aws::sigv4::date::Timestamp;
use barelambda_aws::sigv4::sign::{Signer, SigningKey};
use barelambda_aws::sigv4::{Credentials, Payload, Style};
use barelambda_aws::url::Url;
use barelambda_tests::tools;
use serde::Serialize;
use serde_json::Value;

use crate::random::Random;

const SCRIPT: &str = include_str!("sigv4_botocore.py");

const CASES: usize = 1000;

/// A request, and what it is signed with.
#[derive(Serialize)]
struct Case {
    scheme: &'static str,
    host: String,
    method: &'static str,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(&'static str, String)>,
    body: String,
    /// Whether the body isn't signed.
    unsigned: bool,
    service: &'static str,
    region: &'static str,
    id: &'static str,
    secret: String,
    token: Option<String>,
    time: u64,
    seconds: u32,
}

const SERVICES: [&str; 5] = ["s3", "s3", "dynamodb", "lambda", "execute-api"];

const METHODS: [Method; 6] =
    [Method::Get, Method::Head, Method::Post, Method::Put, Method::Patch, Method::Delete];

/// Pieces of paths, names and values.
const PIECES: [&str; 28] = [
    "a",
    "Z",
    "0",
    "-",
    "_",
    ".",
    "~",
    " ",
    "  ",
    "+",
    "%",
    "%2F",
    "%e9",
    "=",
    "&",
    "?",
    "#",
    "@",
    ":",
    ",",
    "'(!*)",
    "\"<>\\^`{|}",
    "\r\n\t\0\u{7f}",
    "\u{e9}",
    "e\u{301}",
    "\u{1234}",
    "\u{1f980}",
    "\u{feff}",
];

const SEPARATORS: [&str; 6] = ["/", "/", "//", "/./", "/../", "/"];

/// Pieces of values of headers. botocore takes other blanks of Unicode for spaces, too.
const VALUE_PIECES: [&str; 10] =
    ["a", "B", " ", "   ", "\t", "\"a  b\"", ",", "=;", "\u{e9}", "\u{1f980}"];

const NAMES: [&str; 7] =
    ["X-Amz-Target", "content-type", "x-amz-meta-b", "X-Amz-Meta-A", "Range", "Cookie", "if-match"];

impl Case {
    fn new(random: &mut Random) -> Self {
        let service = random.one_of(&SERVICES);
        let mut path = String::from("/");
        for _ in 0..random.below(5) {
            path += &random.text(&PIECES, 6);
            path += random.one_of(&SEPARATORS);
        }
        let query = (0..random.below(6)).map(|_| {
            let name = random.text(&["a", "B", "acl", "versionId", "-", "\u{e9}", " "], 2);
            (name, random.text(&PIECES, 4))
        });
        let query = query.collect();
        let headers = (0..random.below(5))
            .map(|_| (random.one_of(&NAMES), random.text(&VALUE_PIECES, 5)))
            .collect();
        let secret_len = random.one_of(&[&[40][..], &[1], &[60], &[61], &[64], &[200]])[0];
        Self {
            scheme: random.one_of(&["https://", "http://"]),
            host: random
                .one_of(&["example.amazonaws.com", "h:8443", "127.0.0.1:5000", "b.s3.example"])
                .into(),
            method: METHODS[random.below(METHODS.len())].name(),
            path,
            query,
            headers,
            body: random.text(&PIECES, 9),
            unsigned: service == "s3" && random.below(3) == 0,
            service,
            region: random.one_of(&["us-east-1", "eu-central-1", "us-gov-west-1"]),
            id: random.one_of(&["AKIDEXAMPLE", "ASIAEXAMPLE"]),
            secret: (0..secret_len).map(|_| random.one_of(&["a", "/", "+", "Z"])).collect(),
            token: (random.below(2) == 0)
                .then(|| format!("{}/+==", "t".repeat(1 + random.below(900)))),
            time: 1_400_000_000 + random.below(800_000_000) as u64,
            seconds: 1 + random.below(604_800) as u32,
        }
    }

    /// Checks that a request has the headers of botocore, and a presigned URL its query.
    fn check(&self, theirs: &Value) {
        let shown = serde_json::to_string(self).expect("a case can be shown");
        let (region, service, time) = (self.region, self.service, Timestamp::at(self.time));
        let credentials = Credentials {
            access_key_id: self.id,
            secret_access_key: &self.secret,
            session_token: self.token.as_deref(),
        };
        let key = &SigningKey::derive(&self.secret, time, region, service);
        let style = if service == "s3" { Style::S3 } else { Style::Standard };
        let signer = Signer { credentials, region, service, style, time, key };
        let payload =
            if self.unsigned { Payload::Unsigned } else { Payload::of(self.body.as_bytes()) };
        let pairs: Vec<(&str, &str)> =
            self.query.iter().map(|(name, value)| (&**name, &**value)).collect();
        let headers: Vec<(&str, &str)> =
            self.headers.iter().map(|(name, value)| (*name, &**value)).collect();
        let request = Request {
            method: *METHODS.iter().find(|method| method.name() == self.method).expect("it is one"),
            host: &self.host,
            path: Path::Raw(&self.path),
            query: Query::Pairs(&pairs),
            headers: &headers,
            body_len: Some(self.body.len()),
        };
        let mut head = Vec::new();
        request.write_signed(&mut head, &signer, &payload).expect("the request is valid");
        let head = String::from_utf8(head).expect("heads are text");
        for name in ["x-amz-date", "x-amz-content-sha256", "x-amz-security-token", "authorization"]
        {
            let ours = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            assert_eq!(ours, theirs[name].as_str(), "{name} of {shown}");
        }

        if style == Style::S3 {
            // botocore's presigned URLs have the last value of each name.
            let unique: HashMap<&str, &str> = pairs.iter().copied().collect();
            let unique: Vec<(&str, &str)> = unique.into_iter().collect();
            let request = Request { query: Query::Pairs(&unique), ..request };
            let url = format!("{}{}", self.scheme, self.host);
            let scheme = Url::parse(&url).expect("it is valid").scheme;
            let ours = request.presign(scheme, &signer, self.seconds).expect("it is valid");
            let theirs = theirs["url"].as_str().expect("there is a URL");
            assert_eq!(sorted(&ours), sorted(theirs), "{shown}");
        }
    }
}

/// Returns a URL without its query, and the pairs of the query in order.
fn sorted(url: &str) -> (&str, Vec<&str>) {
    let (path, query) = url.split_once('?').expect("the URL has a query");
    let mut pairs: Vec<&str> = query.split('&').collect();
    pairs.sort_unstable();
    (path, pairs)
}

#[test]
#[ignore = "needs botocore; run `bash .ci/full`"]
fn botocore_has_the_same_signatures() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let cases: Vec<Case> = (0..CASES).map(|_| Case::new(&mut random)).collect();
    let lines: Vec<String> = cases
        .iter()
        .map(|case| serde_json::to_string(case).expect("a case is JSON") + "\n")
        .collect();
    let mut child = Command::new(tools::python_with_boto3())
        .args(["-c", SCRIPT])
        .env_clear()
        .envs(tools::aws_environment())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python can be started");
    let mut stdin = child.stdin.take().expect("stdin is a pipe");
    let writer = std::thread::spawn(move || stdin.write_all(lines.concat().as_bytes()));
    let output = child.wait_with_output().expect("Python ends");
    writer.join().expect("the thread ends").expect("Python reads all requests");
    assert!(output.status.success());
    let results = String::from_utf8(output.stdout).expect("the script prints text");
    assert_eq!(results.lines().count(), CASES);
    for (case, line) in cases.iter().zip(results.lines()) {
        case.check(&serde_json::from_str(line).expect("lines of JSON"));
    }
    for method in METHODS {
        assert!(cases.iter().filter(|case| case.method == method.name()).count() > CASES / 10);
    }
}
