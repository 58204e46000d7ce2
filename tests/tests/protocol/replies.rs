//! Replies in every form that HTTP/1.1 allows, and in some that it doesn't, from a scripted server.

use barelambda::Error;
use barelambda_emulator::script::message::{self, Next};
use barelambda_emulator::script::{Script, Step};
use barelambda_tests::programs::{Architecture, example};
use barelambda_tests::scripted::{answered, run, summary, the_end};

const NATIVE: Architecture = Architecture::X86_64;

const EVENT: &str = r#"{"key":"a value of some length, so that there is something to cut"}"#;

/// Returns the usual reply to GET /next, in both framings.
fn both_framings(id: &str) -> [Next; 2] {
    let sized = message::next(id, EVENT).invocation_id("i-1");
    let chunked = sized.clone().chunked(&[1, 20]);
    [sized, chunked]
}

/// Returns the requests of a connection that echoes `event` for each of these ids.
fn echoed(ids: impl IntoIterator<Item = String>, event: &str) -> Vec<String> {
    let pairs = ids
        .into_iter()
        .flat_map(|id| [format!("POST {id}/response: {event}"), "GET next".to_owned()]);
    ["GET next".to_owned()].into_iter().chain(pairs).collect()
}

#[test]
fn an_event_may_be_cut_at_any_byte() {
    for framing in 0..2 {
        let event = |number| both_framings(&format!("r-{number:04}"))[framing].bytes();
        let cuts = 1..event(0).len();
        let mut steps = vec![Step::Expect];
        for cut in cuts.clone() {
            steps.push(Step::SendSplit(event(cut), vec![cut]));
            steps.extend_from_slice(&answered(Vec::new())[1..]);
        }
        steps.push(the_end());
        let ran = run(Script::new().connection(steps), &example("echo", NATIVE));
        assert_eq!(summary(&ran), [echoed(cuts.map(|number| format!("r-{number:04}")), EVENT)]);
    }
}

#[test]
fn a_202_with_the_next_event_may_be_cut_at_any_byte() {
    for framing in 0..2 {
        let event = |number| both_framings(&format!("r-{number:04}"))[framing].bytes();
        let cuts = 0..message::accepted().len() + event(0).len();
        let mut steps = vec![Step::Expect, Step::Send(event(0))];
        for cut in cuts.clone() {
            let both = [message::accepted(), event(cut + 1)].concat();
            steps.extend([Step::Expect, Step::Expect, Step::SendSplit(both, vec![cut])]);
        }
        steps.extend([Step::Expect, Step::Expect, Step::Send(message::accepted()), the_end()]);
        let ran = run(Script::new().connection(steps), &example("echo", NATIVE));
        assert_eq!(
            summary(&ran),
            [echoed((0..=cuts.end).map(|number| format!("r-{number:04}")), EVENT)]
        );
    }
}

#[test]
fn replies_may_arrive_byte_by_byte() {
    let drop_by_drop = |bytes: Vec<u8>| Step::SendSplit(bytes.clone(), vec![1; bytes.len()]);
    let [sized, chunked] = both_framings("r-1").map(|event| event.bytes());
    let mut steps = vec![Step::Expect, drop_by_drop(sized)];
    steps.extend([
        Step::Expect,
        Step::Expect,
        drop_by_drop([message::accepted(), chunked].concat()),
    ]);
    steps.extend([Step::Expect, Step::Expect, drop_by_drop(message::accepted()), the_end()]);
    let ran = run(Script::new().connection(steps), &example("echo", NATIVE));
    assert_eq!(summary(&ran), [echoed(["r-1", "r-1"].map(str::to_owned), EVENT)]);
}

#[test]
fn chunks_may_have_extensions_and_trailers() {
    let head = message::next("r-1", "").chunked(&[]).bytes();
    let head = head.strip_suffix(b"0\r\n\r\n").expect("an empty body is its last chunk");
    let chunks = b"5;name=value\r\nhello\r\n02 ; a=\"b c\"\r\n, \r\n0005\r\nworld\r\n000;end\r\nTrailer: x\r\nOther: y\r\n\r\n";
    let event = [head, chunks].concat();
    let steps =
        [vec![Step::Expect], answered(event.clone()), answered(event), vec![the_end()]].concat();
    let ran = run(Script::new().connection(steps), &example("echo", NATIVE));
    assert_eq!(summary(&ran), [echoed(["r-1", "r-1"].map(str::to_owned), "hello, world")]);
}

#[test]
fn informational_replies_are_skipped() {
    let informed = |reply: Vec<u8>| {
        [b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\nContent-Length: 7\r\n\r\n".to_vec(), reply].concat()
    };
    let steps = vec![
        Step::Expect,
        Step::Send(informed(message::next("r-1", EVENT).bytes())),
        Step::Expect,
        Step::Expect,
        Step::Send(informed(message::accepted())),
        Step::Send(informed(message::next("r-2", EVENT).chunked(&[]).bytes())),
        Step::Expect,
        Step::Expect,
        Step::Send(message::accepted()),
        the_end(),
    ];
    let ran = run(Script::new().connection(steps), &example("echo", NATIVE));
    assert_eq!(summary(&ran), [echoed(["r-1", "r-2"].map(str::to_owned), EVENT)]);
}

#[test]
fn a_head_may_lack_a_deadline_and_have_any_case_and_order() {
    let bare =
        "HTTP/1.1 200 OK\r\ncontent-LENGTH: 2\r\nLAMBDA-runtime-AWS-request-ID:r-1\r\n\r\n{}";
    let odd = message::next("r-2", "{}")
        .header("Lambda-Runtime-Deadline-Ms", "soon")
        .header("X-Unknown", "\u{e9}");
    let full =
        message::next("r-3", "{}").header("Lambda-Runtime-Client-Context", &"c".repeat(3583));
    let events = [bare.as_bytes().to_vec(), odd.bytes(), full.bytes()];
    let steps = [vec![Step::Expect], events.map(answered).concat(), vec![the_end()]].concat();
    let ran = run(Script::new().connection(steps), &example("echo", NATIVE));
    assert_eq!(summary(&ran), [echoed(["r-1", "r-2", "r-3"].map(str::to_owned), "{}")]);
}

#[test]
fn a_malformed_reply_is_named_and_requested_again() {
    let head = |fields: &str| {
        format!("HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r-0\r\n{fields}\r\n")
    };
    let chunks = |text: &str| format!("{}{text}", head("Transfer-Encoding: chunked\r\n"));
    for (bad, error) in [
        ("SSH-2.0-OpenSSH\r\n".to_owned(), Error::HEAD_MALFORMED),
        ("HTTP/2.0 200 OK\r\n\r\n".to_owned(), Error::HEAD_MALFORMED),
        ("HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n".to_owned(), Error::HEAD_MALFORMED),
        ("HTTP/1.1 101 Switching Protocols\r\n\r\n".to_owned(), Error::HEAD_MALFORMED),
        (head("no colon\r\n"), Error::HEAD_MALFORMED),
        (head("A: b\r\n folded\r\n"), Error::HEAD_MALFORMED),
        (format!("HTTP/1.1 200 OK\r\nA: {}", "a".repeat(100_000)), Error::HEAD_TOO_LARGE),
        (head(""), Error::BODY_LENGTH),
        (head("Content-Length: -1\r\n"), Error::BODY_LENGTH),
        (head("Content-Length: 1\r\nContent-Length: 2\r\n"), Error::BODY_LENGTH),
        (head("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), Error::BODY_LENGTH),
        (head("Transfer-Encoding: gzip\r\n"), Error::BODY_LENGTH),
        (chunks("5\nhello"), Error::CHUNK_MALFORMED),
        (chunks("0x5\r\nhello\r\n"), Error::CHUNK_MALFORMED),
        (chunks("5\r\nhello, world\r\n"), Error::CHUNK_MALFORMED),
        (chunks("1ffffffffffffffff\r\n"), Error::CHUNK_MALFORMED),
        (chunks(&format!("5;{}\r\nhello\r\n", "x".repeat(10_000))), Error::CHUNK_TOO_LARGE),
    ] {
        let shown = &bad[..bad.len().min(200)];
        let script = Script::new()
            .connection([Step::Expect, Step::Send(bad.clone().into_bytes())])
            .connection(
                [vec![Step::Expect], answered(message::next("r-1", "{}").bytes()), vec![the_end()]]
                    .concat(),
            );
        let ran = run(script, &example("echo", NATIVE));
        assert_eq!(
            summary(&ran),
            [vec!["GET next".to_owned()], echoed(["r-1".to_owned()], "{}")],
            "{shown:?}"
        );
        assert!(ran.stderr.contains(error.message()), "{shown:?}: {}", ran.stderr);
    }
}

#[test]
fn malformed_replies_alone_end_the_program_with_a_message() {
    let mut script = Script::new();
    for _ in 0..6 {
        script = script.connection([Step::Expect, Step::Send(b"SSH-2.0-OpenSSH\r\n".to_vec())]);
    }
    let ran = run(script, &example("echo", NATIVE));
    assert_eq!(ran.status.code(), Some(1));
    assert!(
        ran.stderr
            .lines()
            .last()
            .is_some_and(|line| line.contains(Error::HEAD_MALFORMED.message())),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_invocation_without_a_usable_id_ends_the_program_with_a_message() {
    for id in ["", "a b", "a?b", "a#b", "\u{e9}"] {
        let event = message::next("r-1", "{}").header("Lambda-Runtime-Aws-Request-Id", id).bytes();
        let ran = run(
            Script::new().connection([Step::Expect, Step::Send(event)]),
            &example("echo", NATIVE),
        );
        assert_eq!(summary(&ran), [["GET next"]], "{id:?}");
        assert_eq!(ran.status.code(), Some(1), "{id:?}");
        assert!(ran.stderr.contains(Error::REQUEST_ID.message()), "{id:?}: {}", ran.stderr);
    }
}
