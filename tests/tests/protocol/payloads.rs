//! Events and responses of every size, compared byte by byte.

use barelambda_emulator::script::{Script, Step, message};
use barelambda_emulator::{EventFraming, LARGEST_RESPONSE, Options};
use barelambda_tests::emulated::{answer, failure, invoke, pattern, start};
use barelambda_tests::programs::{Architecture, example};
use barelambda_tests::scripted::{answered, run, the_end};

const FRAMINGS: [EventFraming; 2] = [EventFraming::ContentLength, EventFraming::Chunked];

fn options(name: &str, framing: EventFraming) -> Options {
    let mut options = Options::new(example(name, Architecture::X86_64));
    options.event_framing = framing;
    options
}

#[test]
fn every_size_is_returned_in_both_framings() {
    for framing in FRAMINGS {
        let emulator = start(options("echo", framing));
        let mut pid = None;
        for size in [0, 1, 2047, 2048, 100_000, 6 << 20, LARGEST_RESPONSE, 1, 0] {
            let outcome = invoke(&emulator, pattern(size));
            assert_eq!(outcome.function_error, None, "{size} bytes, {framing:?}");
            assert!(
                outcome.payload == pattern(size),
                "{size} bytes, {framing:?}: the response has {} bytes",
                outcome.payload.len()
            );
            assert_eq!(*pid.get_or_insert(outcome.pid), outcome.pid, "the process hasn't changed");
        }
    }
}

#[test]
fn an_event_beyond_the_buffer_is_a_typed_failure_and_the_next_works() {
    const BUFFER: usize = 65_536;
    for framing in FRAMINGS {
        let emulator = start(options("stateful", framing));
        assert_eq!(answer(&emulator, pattern(BUFFER)), b"1", "{framing:?}");
        for size in [BUFFER + 1, 3 * BUFFER, 6 << 20] {
            let (error, outcome) = failure(&emulator, pattern(size));
            assert_eq!(error.reported, "Function.EventTooLarge", "{size} bytes, {framing:?}");
            assert!(!outcome.report.cold, "{size} bytes, {framing:?}");
        }
        assert_eq!(
            answer(&emulator, "{}"),
            b"2",
            "the handler is called only for events that fit, {framing:?}"
        );
    }
}

#[test]
fn an_event_beyond_lambdas_limit_is_a_typed_failure_and_the_next_works() {
    for framing in FRAMINGS {
        let emulator = start(options("echo", framing));
        let (error, outcome) = failure(&emulator, pattern(LARGEST_RESPONSE + 1));
        assert_eq!(error.reported, "Function.EventTooLarge", "{framing:?}");
        let next = invoke(&emulator, "{}");
        assert_eq!((next.payload.as_slice(), next.pid), (&b"{}"[..], outcome.pid), "{framing:?}");
    }
}

#[test]
fn a_response_beyond_the_limit_is_a_typed_failure_and_the_next_works() {
    for framing in FRAMINGS {
        let emulator = start(options("faults", framing));
        let (error, outcome) = failure(&emulator, "\"large\"");
        assert_eq!(error.reported, "Function.ResponseSizeTooLarge", "{framing:?}");
        let next = invoke(&emulator, pattern(100_000));
        assert!(next.payload == pattern(100_000) && next.pid == outcome.pid, "{framing:?}");
    }
}

#[test]
fn an_event_may_have_a_thousand_chunks() {
    let event = pattern(1 << 20);
    let chunked = message::next("r-1", &event).chunked(&[1000; 1000]).bytes();
    let steps = [vec![Step::Expect], answered(chunked), vec![the_end()]].concat();
    let ran = run(Script::new().connection(steps), &example("echo", Architecture::X86_64));
    assert!(ran.transcript.connections[0][1].body == event);
}

/// While a response is kept, its event is kept too, so the buffer has little space. The next event
/// must wait until it's free.
#[test]
fn a_large_event_may_arrive_with_the_202_to_a_large_response() {
    let first = pattern(LARGEST_RESPONSE);
    let second: Vec<u8> = first.iter().rev().copied().collect();
    for chunks in [None, Some(&[][..]), Some(&[70_000, 5_000_000][..])] {
        let next = |id: &str, event: &[u8]| match chunks {
            None => message::next(id, event).bytes(),
            Some(sizes) => message::next(id, event).chunked(sizes).bytes(),
        };
        let together = [message::accepted(), next("r-2", &second)].concat();
        let accepted = Step::Send(message::accepted());
        let same_connection = Script::new().connection([
            Step::Expect,
            Step::Send(next("r-1", &first)),
            Step::Expect,
            Step::Expect,
            Step::Send(together),
            Step::Expect,
            Step::Expect,
            accepted.clone(),
            the_end(),
        ]);
        // The response has arrived, but its 202 is lost. In doubt, the response is also kept until
        // another event begins.
        let new_connection = Script::new()
            .connection([Step::Expect, Step::Send(next("r-1", &first)), Step::Expect, Step::Expect])
            .connection([
                Step::Expect,
                Step::Send(next("r-2", &second)),
                Step::Expect,
                Step::Expect,
                accepted,
                the_end(),
            ]);
        for script in [same_connection, new_connection] {
            let ran = run(script, &example("echo", Architecture::X86_64));
            let answers: Vec<_> =
                ran.transcript.requests().filter(|request| request.method == "POST").collect();
            assert_eq!(answers.len(), 2, "{chunks:?}");
            assert!(
                answers[0].body == first && answers[1].body == second,
                "{chunks:?}: {answers:?}"
            );
        }
    }
}
