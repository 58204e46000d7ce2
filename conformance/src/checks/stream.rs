use std::thread::sleep;
use std::time::Duration;

use barelambda_emulator::script::Request;
use serde_json::Value;

use super::{asking, event, id};
use crate::check::source::STREAMING;
use crate::check::{Check, Group};
use crate::harness::Harness;
use crate::session::{PostRequest, Session, brief};
use crate::verdict::{CheckResult, Verdict, ensure};

/// The number of bytes that "conformance:stream-large" asks for.
const LARGE: usize = 20 << 20;

/// The handler writes its lines 200 ms apart. On a busy machine they may arrive closer together.
const APART: Duration = Duration::from_millis(40);

macro_rules! stream_check {
    ($name:literal, $requires:literal, $source:expr, $run:expr) => {
        Check { name: $name, group: Group::Stream, requires: $requires, source: $source, run: $run }
    };
}

pub const CHECKS: &[Check] = &[
    stream_check!(
        "stream-mode",
        "A streamed answer has the header Lambda-Runtime-Function-Response-Mode: streaming.",
        STREAMING,
        mode
    ),
    stream_check!(
        "stream-chunked",
        "A streamed answer has the header Transfer-Encoding: chunked.",
        STREAMING,
        chunked
    ),
    stream_check!(
        "stream-content",
        "Everything that the handler writes arrives in order, and nothing else.",
        STREAMING,
        content
    ),
    stream_check!(
        "stream-flushed",
        "Flushed data is sent while the handler runs.",
        STREAMING,
        flushed
    ),
    stream_check!(
        "stream-is-the-answer",
        "A streamed answer is the only answer to its invocation, and the next event follows.",
        STREAMING,
        is_the_answer
    ),
    stream_check!(
        "stream-before-next",
        "The runtime doesn't ask for a further invocation before the end of the stream.",
        STREAMING,
        before_next
    ),
    stream_check!("stream-empty", "A stream may end without a byte.", STREAMING, empty),
    stream_check!(
        "stream-large",
        "A stream may be larger than a buffered answer: 20 MiB arrive completely.",
        STREAMING,
        large
    ),
    stream_check!(
        "stream-while-the-server-waits",
        "The server sets the pace of a stream: when it pauses, no data is lost.",
        STREAMING,
        while_the_server_waits
    ),
    stream_check!(
        "stream-then-buffered",
        "A buffered answer that follows a streamed one is buffered.",
        STREAMING,
        then_buffered
    ),
    stream_check!(
        "stream-again-and-again",
        "One process streams any number of answers.",
        STREAMING,
        again_and_again
    ),
];

/// Returns what the handler has written of a streamed answer. A runtime may send the prelude of an
/// HTTP response first.
pub fn written(body: &[u8]) -> &[u8] {
    let place = body.windows(8).position(|window| window == [0; 8]);
    let is_prelude = |prelude: &[u8]| {
        serde_json::from_slice::<Value>(prelude)
            .is_ok_and(|prelude| prelude.get("statusCode").is_some())
    };
    match place.filter(|&place| is_prelude(&body[..place])) {
        Some(place) => &body[place + 8..],
        None => body,
    }
}

/// Waits for the whole streamed answer to this event.
fn streamed<'s>(session: &'s Session, number: usize, what: &str) -> CheckResult<PostRequest<'s>> {
    session.next()?.deliver(&asking(number, what))?;
    session.response(&id(number))
}

fn is_streaming(request: &Request) -> CheckResult {
    let mode = request.header("Lambda-Runtime-Function-Response-Mode");
    ensure!(mode == Some("streaming"), "Lambda-Runtime-Function-Response-Mode is {mode:?}");
    Ok(())
}

fn mode(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    is_streaming(&streamed(&session, 1, "stream")?.request)
}

fn chunked(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let posted = streamed(&session, 1, "stream")?;
    ensure!(
        !posted.request.chunks.is_empty(),
        "the answer is not chunked: its headers are {:?}",
        posted.request.headers
    );
    Ok(())
}

fn content(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let posted = streamed(&session, 1, "stream")?;
    ensure!(
        written(&posted.request.body) == b"one\ntwo\nthree\n",
        "the stream is {}",
        brief(&posted.request.body)
    );
    Ok(())
}

fn flushed(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let posted = streamed(&session, 1, "stream")?;
    let before_it = posted.request.body.len() - written(&posted.request.body).len();
    let state = session.server().state();
    let progress = &state.calls[posted.call].progress;
    let came = |length: usize| {
        progress.iter().find(|(_, come)| *come >= before_it + length).map(|(when, _)| *when)
    };
    for (line, before, after) in [("one", 4, 8), ("two", 8, 14)] {
        let (Some(first), Some(second)) = (came(before), came(after)) else {
            return crate::verdict::failed(format!(
                "the stream is {}",
                brief(&posted.request.body)
            ));
        };
        let apart = second - first;
        ensure!(
            apart >= APART,
            "the line {line:?} arrived {apart:?} before the line written 200 ms later"
        );
    }
    Ok(())
}

fn is_the_answer(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    streamed(&session, 1, "stream")?.accept();
    session.echo(&event(2))?;
    session.next()?;
    session.quiet(Duration::from_millis(300))
}

fn before_next(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.next()?.deliver(&asking(1, "stream"))?;
    let call = session.begun()?;
    let early = session.wait("the end of the stream", |state| {
        let early = state.calls.iter().any(|call| !call.taken && call.head.method == "GET");
        let over = state.calls.get(call).is_some_and(|call| call.whole.is_some());
        (early || over).then_some(early && !over)
    })?;
    ensure!(!early, "received GET /next before the end of the stream");
    session.response(&id(1))?.accept();
    session.echo(&event(2))
}

fn empty(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let posted = streamed(&session, 1, "stream-empty")?;
    is_streaming(&posted.request)?;
    ensure!(
        written(&posted.request.body).is_empty(),
        "the stream is {}",
        brief(&posted.request.body)
    );
    posted.accept();
    session.echo(&event(2))
}

fn large(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let posted = streamed(&session, 1, "stream-large")?;
    is_large(&posted.request)?;
    posted.accept();
    session.echo(&event(2))
}

fn is_large(request: &Request) -> CheckResult {
    let written = written(&request.body);
    let wrong = written.iter().filter(|&&byte| byte != b'x').count();
    ensure!(
        written.len() == LARGE && wrong == 0,
        "the stream has {} bytes, {wrong} of them wrong, expected {LARGE}",
        written.len()
    );
    Ok(())
}

fn while_the_server_waits(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.server().hold_posts_at(Some(100_000));
    session.next()?.deliver(&asking(1, "stream-large"))?;
    session.held()?;
    sleep(Duration::from_millis(1500));
    session.server().hold_posts_at(None);
    let posted = session.response(&id(1))?;
    is_large(&posted.request)?;
    posted.accept();
    session.echo(&event(2))
}

fn then_buffered(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let answer = |number| {
        session.next()?.deliver(&event(number))?;
        let posted = session.response(&id(number))?;
        posted.accept();
        Ok(posted.request.clone())
    };
    let before = answer(0)?;
    // The answer is chunked as well as marked as streaming.
    if is_streaming(&before).is_ok() && !before.chunks.is_empty() {
        return Err(Verdict::NotApplicable("the function streams every answer".to_owned()));
    }
    streamed(&session, 1, "stream")?.accept();
    let mode =
        answer(2)?.header("Lambda-Runtime-Function-Response-Mode").unwrap_or("buffered").to_owned();
    ensure!(
        mode != "streaming",
        "the buffered answer has Lambda-Runtime-Function-Response-Mode: {mode}"
    );
    session.next().map(drop)
}

fn again_and_again(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    for number in 0..8 {
        let what = if number % 2 == 0 { "stream-empty" } else { "stream-http" };
        let posted = streamed(&session, number, what)?;
        is_streaming(&posted.request)?;
        posted.accept();
    }
    session.echo(&event(9))
}
