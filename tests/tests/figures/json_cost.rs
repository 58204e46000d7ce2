//! The instructions to read an event of 100 KB into its type, counted by callgrind, compared with
//! those of serde_json for the same fields.
//!
//! `cargo suite --full --show --only figures json_cost` shows the figures.

use std::path::Path;
use std::process::Command;

use barelambda_tests::{cargo, programs, tools};
use serde_json::{Value, json};

/// The size of the events in bytes.
const SIZE: usize = 100_000;

/// The limit of the cost, as a fraction of serde_json's.
const BOUND: f64 = 1.0;

/// The numbers of reads in two runs, whose difference excludes everything else.
const TIMES: [u32; 2] = [1, 11];

#[test]
#[ignore = "needs valgrind; run `bash .ci/full`"]
fn an_event_costs_no_more_than_with_serde_json() {
    let program = programs::json_bench();
    let folder = cargo::scratch("json_cost");
    let mut too_much = Vec::new();
    println!(
        "\n{:<30} {:>11} {:>6} {:>11} {:>6} {:>11}",
        "instructions to read 100 KB", "barelambda", "ratio", "and as text", "ratio", "serde_json"
    );
    for (name, body) in bodies() {
        let file = folder.join(name.replace(' ', "_"));
        let event = event(&body).to_string();
        assert!(
            (SIZE * 99 / 100..SIZE * 101 / 100).contains(&event.len()),
            "{name}: {} bytes",
            event.len()
        );
        std::fs::write(&file, event).expect("the folder can be written to");
        let [none, ours, text, theirs] =
            ["none", "ours", "text", "theirs"].map(|who| instructions(&program, who, &file));
        let [ours, text, theirs] = [ours, text, theirs].map(|count| count - none);
        let ratio = ours / theirs;
        println!(
            "{name:<30} {ours:>11.0} {ratio:>6.3} {text:>11.0} {:>6.3} {theirs:>11.0}",
            text / theirs
        );
        // Less than one instruction for eight bytes would mean that nothing was read.
        assert!(ours.min(theirs) > SIZE as f64 / 8.0, "nothing was measured");
        if ratio > BOUND {
            too_much.push(name);
        }
    }
    println!();
    assert!(too_much.is_empty(), "these cost more than {BOUND} times serde_json's: {too_much:?}");
}

/// Returns bodies of every kind, each long enough for an event of 100 KB.
fn bodies() -> Vec<(&'static str, String)> {
    let empty = event("").to_string().len();
    // The length is that of the escaped text.
    let filled = |piece: &dyn Fn(usize) -> String| {
        let (mut body, mut length) = (String::new(), empty);
        for index in 0.. {
            let piece = piece(index);
            length += Value::from(&piece[..]).to_string().len() - 2;
            if length > SIZE {
                break;
            }
            body.push_str(&piece);
        }
        body
    };
    let item = |index: usize| {
        let note = if index.is_multiple_of(10) { "caf\u{e9} \u{1f600}" } else { "none" };
        json!({"id": index, "name": format!("Item number {index}"), "description": "A thing that is \"useful\" for something", "price": 3.25, "note": note})
    };
    let text = "The quick brown fox jumps over the lazy dog, again and again. ";
    vec![
        (
            "a body of JSON",
            format!("[{}]", filled(&|index| format!("{},", item(index))).trim_end_matches(',')),
        ),
        ("a body of plain text", filled(&|_| text.into())),
        (
            "a body of text beyond ASCII",
            filled(&|_| {
                "Das sch\u{f6}ne M\u{e4}dchen tr\u{e4}gt die Tasche \u{fc}ber die Stra\u{df}e. "
                    .into()
            }),
        ),
        ("a body of base64", filled(&|_| "VGhlIHF1aWNrIGJyb3duIGZveA".into())),
    ]
}

/// Returns an event of an HTTP API, in the payload format 2.0 and as compact as API Gateway's.
fn event(body: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "POST /orders/{id}",
        "rawPath": "/orders/7",
        "rawQueryString": "dry=true&tag=a&tag=b",
        "cookies": ["theme=dark", "session=6f1c9a52b7"],
        "headers": {
            "accept": "*/*",
            "content-type": "application/json",
            "host": "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com",
            "sec-ch-ua": "\"Chromium\";v=\"130\", \"Not\";v=\"99\"",
            "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
            "x-amzn-trace-id": "Root=1-66f29d80-0a1b2c3d4e5f60718293a4b5",
            "x-forwarded-for": "203.0.113.17",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https"
        },
        "queryStringParameters": {"dry": "true", "tag": "a,b"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "authorizer": {"jwt": {"claims": {"sub": "a1", "scope": "orders/read"}, "scopes": ["orders/read"]}},
            "domainName": "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com",
            "domainPrefix": "a1b2c3d4e5",
            "http": {"method": "POST", "path": "/orders/7", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.17", "userAgent": "Mozilla/5.0"},
            "requestId": "eTk5IhQmFiAEPxQ=",
            "routeKey": "POST /orders/{id}",
            "stage": "$default",
            "time": "24/Sep/2024:11:08:32 +0000",
            "timeEpoch": 1_727_176_112_345_u64
        },
        "body": body,
        "pathParameters": {"id": "7"},
        "stageVariables": {"table": "orders"},
        "isBase64Encoded": false
    })
}

/// Returns the average number of instructions to read the event in `file` once.
fn instructions(program: &Path, who: &str, file: &Path) -> f64 {
    let [once, more] = TIMES.map(|times| {
        let mut command = Command::new(tools::valgrind());
        command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program);
        let output = command
            .arg(who)
            .arg(file)
            .arg(times.to_string())
            .output()
            .expect("valgrind can be started");
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words}");
        let collected = words.lines().find_map(|line| line.split_once("Collected : "));
        let Some((_, number)) = collected else { panic!("callgrind didn't print a sum:\n{words}") };
        number.trim().parse::<f64>().expect("the sum is a number")
    });
    (more - once) / f64::from(TIMES[1] - TIMES[0])
}
