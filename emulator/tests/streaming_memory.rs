//! The largest streams, for callers that read slowly. It is a separate program since it measures
//! its own memory.

mod support;

use std::thread::sleep;
use std::time::Duration;

use barelambda_emulator::{InvokeOptions, LARGEST_STREAM, measured};
use support::{Client, options, post, start};

/// The most memory that the emulator may need for streams of 200 MiB, in KiB. It holds four pieces
/// of at most 1 MiB, hyper's buffers for each of two connections, and what this test reads at once.
const MOST: u64 = 32 << 10;

/// How long the callers read nothing. It is enough to read everything, if the emulator didn't wait
/// for them. On a busy machine it may be too short to detect that, but the test passes.
const A_WHILE: Duration = Duration::from_millis(1500);

#[test]
fn the_largest_streams_take_little_memory_and_larger_ones_are_cut() {
    let mut options = options();
    options.timeout = Duration::from_secs(120);
    let emulator = start(options);
    let before = peak();

    for (size, fits) in [(LARGEST_STREAM, true), (LARGEST_STREAM + 1, false)] {
        let mut stream =
            emulator.invoke_streaming(format!("stream-bytes {size}"), InvokeOptions::default());
        assert!(stream.is_streamed());
        sleep(A_WHILE);
        let taken: usize = stream.by_ref().map(|piece| piece.len()).sum();
        assert_eq!(taken, LARGEST_STREAM);
        let error = stream.finish().function_error;
        assert_eq!(
            error.map(|error| error.error_type),
            (!fits).then(|| "Function.ResponseSizeTooLarge".to_owned())
        );
    }

    let mut client = Client::connect(emulator.address());
    let path = "/2021-11-15/functions/function/response-streaming-invocations";
    client.send(post(path, "", format!("stream-bytes {LARGEST_STREAM}")));
    assert_eq!(client.receive_head().status, 200);
    sleep(A_WHILE);
    let mut taken = 0;
    while let Some(chunk) = client.receive_chunk() {
        taken += chunk.len();
    }
    assert!(taken > LARGEST_STREAM, "{taken}");

    let more = peak() - before;
    println!("200 MiB three times: {more} KiB more");
    assert!(more < MOST, "{more} KiB");
}

fn peak() -> u64 {
    measured(std::process::id()).0.expect("this program's peak memory can be read")
}
