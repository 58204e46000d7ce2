//! Events up to the limit and beyond, and the answer in the receive buffer until it is accepted.

use super::*;
use crate::http1::framing::SKIP_LIMIT;

/// Returns bytes whose pattern doesn't repeat soon.
fn data(len: usize) -> Vec<u8> {
    (0..len).map(|at| b'0' + (at * 7 + at / 256) as u8 % 75).collect()
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap()
}

fn too_large(id: &str) -> Vec<u8> {
    error(id, Error::EVENT_TOO_LARGE.error_type(), Error::EVENT_TOO_LARGE.message())
}

#[test]
fn buffers_below_the_minimum_are_refused() {
    for (receive_len, response_len, is_fit) in [
        (ROOM + 1, 256, true),
        (ROOM, 256, false),
        (0, 256, false),
        (ROOM + 1, 255, false),
        (ROOM + 1, 0, false),
    ] {
        let mut peer = Peer::new(Vec::new());
        let (mut receive, mut response) = (std::vec![0; receive_len], std::vec![0; response_len]);
        let result = runtime(&mut peer, &mut receive, &mut response, true).map(|_| ());
        assert_eq!(result, if is_fit { Ok(()) } else { Err(Error::BUFFER_TOO_SMALL) });
    }
}

#[test]
fn an_event_may_have_the_limit_and_one_byte_more_is_an_error() {
    for &len in sizes(&[
        EVENT_LIMIT - 1,
        EVENT_LIMIT,
        EVENT_LIMIT + 2,
        2 * EVENT_LIMIT,
        300 * EVENT_LIMIT,
        EVENT_LIMIT + 1,
    ]) {
        let body = data(len);
        for large in [
            event("r-1", text(&body)),
            event_in_chunks("r-1", &body, if cfg!(miri) { 900 } else { 9 }),
            event_in_chunks("r-1", &body, len),
        ] {
            for (pipeline, size) in [(true, 100_000), (true, 1000), (false, 999)] {
                let is_fit = len <= EVENT_LIMIT;
                let reply = if is_fit { answer("r-1", &body) } else { too_large("r-1") };
                let mut script = std::vec![Accept, Gets(next()), GivesBy(size, large.clone())];
                if pipeline {
                    script.extend([
                        Gets(both(reply, next())),
                        GivesBy(size, both(accepted(), event("r-2", "two"))),
                    ]);
                } else {
                    script.extend([
                        Gets(reply),
                        Gives(accepted()),
                        Gets(next()),
                        Gives(event("r-2", "two")),
                    ]);
                }
                script.extend([
                    Gets(if pipeline {
                        both(answer("r-2", "two"), next())
                    } else {
                        answer("r-2", "two")
                    }),
                    Gives(accepted()),
                ]);
                let talk = talk(script, pipeline, 2);
                assert_eq!(
                    talk.events(),
                    if is_fit { std::vec![text(&body), "two"] } else { std::vec!["two"] }
                );
            }
        }
    }
}

#[test]
fn the_error_of_an_event_that_is_too_large_is_kept_like_any_answer() {
    let large = event_in_chunks("r-1", &data(5 * EVENT_LIMIT), 500);
    let script = std::vec![
        Accept,
        Gets(next()),
        GivesBy(700, large.clone()),
        Gets(both(too_large("r-1"), next())),
        Closes,
        Accept,
        Gets(next()),
        GivesBy(800, large),
        Gets(both(too_large("r-1"), next())),
        Gives(accepted()),
    ];
    assert!(talk(script, true, 1).events().is_empty());
}

/// The echo of a large event is in the receive buffer, which also receives everything else.
#[test]
fn a_large_answer_is_not_overwritten_before_it_is_accepted() {
    const LIMIT: usize = if cfg!(miri) { 2_000 } else { 200_000 };
    let (first, second) = (data(LIMIT), data(LIMIT - 1000));
    let sent = || both(answer("r-1", &first), next());
    let sizes =
        [(100_000_000, LIMIT), (100_000_000, 50_000), (4096, 4000), (60_001, 9999), (1500, LIMIT)];
    for (size, chunk) in sizes.into_iter().step_by(if cfg!(miri) { 5 } else { 1 }) {
        for again in [
            event("r-1", text(&data(LIMIT))),
            event_in_chunks("r-1", &[b'!'; LIMIT], chunk),
            event_in_chunks("r-1", &[b'!'; 2 * LIMIT], 77),
        ]
        .into_iter()
        .skip(if cfg!(miri) { 2 } else { 0 })
        {
            let mut script = std::vec![
                Accept,
                Gets(next()),
                GivesBy(size, event_in_chunks("r-1", &first, chunk)),
                Gets(sent())
            ];
            // The reply doesn't come; half of it comes; it comes byte by byte.
            script.extend([
                Closes,
                Accept,
                Gets(next()),
                GivesBy(size, again),
                Gets(sent()),
                GivesBy(1, accepted()[..60].to_vec()),
                Breaks,
            ]);
            script.extend([
                Refuse(111),
                Accept,
                Gets(next()),
                GivesBy(size, event("r-1", "short")),
                Gets(sent()),
                GivesBy(1, accepted()),
            ]);
            script.extend([
                GivesBy(size, event_in_chunks("r-2", &second, chunk)),
                Gets(both(answer("r-2", &second), next())),
            ]);
            script.extend([
                GivesBy(3, accepted()),
                Gives(event("r-3", "three")),
                Gets(both(answer("r-3", "three"), next())),
            ]);
            script.push(Gives(accepted()));
            let talk = talk_in(LIMIT, script, true, 3, echo);
            assert_eq!(talk.events(), [text(&first), text(&second), "three"]);
        }
    }
}

#[test]
fn a_large_event_may_follow_the_202_in_one_piece() {
    const LIMIT: usize = if cfg!(miri) { 2_000 } else { 200_000 };
    let (first, second) = (data(LIMIT), data(LIMIT));
    for &size in sizes(&[100_000_000, 70_000, 1000]) {
        for next_event in [event("r-2", text(&second)), event_in_chunks("r-2", &second, 1234)] {
            let mut script =
                std::vec![Accept, Gets(next()), GivesBy(size, event("r-1", text(&first)))];
            script.extend([
                Gets(both(answer("r-1", &first), next())),
                GivesBy(size, both(accepted(), next_event.clone())),
            ]);
            // While the answer is unconfirmed, the large event is that of another invocation.
            script.extend([
                Gets(both(answer("r-2", &second), next())),
                Closes,
                Accept,
                Gets(next()),
            ]);
            script.extend([
                GivesBy(size, event("r-3", text(&first))),
                Gets(both(answer("r-3", &first), next())),
                Gives(accepted()),
            ]);
            assert_eq!(
                talk_in(LIMIT, script, true, 3, echo).events(),
                [text(&first), text(&second), text(&first)]
            );
        }
    }
}

/// The worst case that fits: the longest head, ids, content type and event, and the most framing.
#[test]
#[cfg_attr(miri, ignore = "long, and what it reads is what shorter ones read")]
fn everything_may_have_its_limit_at_once() {
    let body = data(EVENT_LIMIT);
    let extension = "x".repeat(SKIP_LIMIT - 30);
    let content_type = "t".repeat(1024).leak();
    for framing in ["Content-Length: 1000\r\n", "Transfer-Encoding: chunked\r\n"] {
        let mut head = format!(
            "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: \r\nLambda-Runtime-Invocation-Id: \r\n{framing}\r\n"
        );
        let (id, invocation_id) = ("r".repeat(5000), "i".repeat(HEAD_LIMIT - 5000 - head.len()));
        head = head
            .replace("Request-Id: ", &format!("Request-Id: {id}"))
            .replace("Invocation-Id: ", &format!("Invocation-Id: {invocation_id}"));
        assert_eq!(head.len(), HEAD_LIMIT);
        let large = if framing.starts_with('C') {
            both(head.into(), body.clone())
        } else {
            let (first, second) = body.split_at(EVENT_LIMIT / 2);
            let chunk = |data: &[u8]| {
                [format!("{:x};{extension}\r\n", data.len()).as_bytes(), data, b"\r\n"].concat()
            };
            [head.into(), chunk(first), chunk(second), format!("0;{extension}\r\n\r\n").into()]
                .concat()
        };
        for size in [100_000, 5000, 100].into_iter().step_by(STEP) {
            let sent = || both(answer_to(&id, &invocation_id, content_type, &body), next());
            let mut script = std::vec![
                Accept,
                Gets(next()),
                GivesBy(size, large.clone()),
                Gets(sent()),
                Gives(accepted()[..50].to_vec()),
                Breaks
            ];
            script.extend([Accept, Gets(next()), GivesBy(size, large.clone()), Gets(sent())]);
            script.extend([
                GivesBy(size, both(accepted(), large.clone())),
                Gets(sent()),
                Gives(accepted()),
            ]);
            let talk = talk_with(script, true, 2, |invocation| {
                invocation
                    .responder
                    .content_type(content_type)?
                    .bytes(invocation.event.into_payload())
            });
            assert_eq!(talk.events(), [text(&body), text(&body)]);
        }
    }
}

/// The framing of many small chunks may be longer than `ROOM`, even if the event fits. The buffer
/// is then full to the last byte when the event is complete.
#[test]
fn an_event_in_small_chunks_that_comes_at_once_can_be_answered() {
    for len in [EVENT_LIMIT, 8000, 8200, 8400, 9000, 12_000].into_iter().step_by(STEP) {
        let (body, limit) = (data(len), len.max(EVENT_LIMIT));
        for chunk in if cfg!(miri) { [16, 17] } else { [1, 2] } {
            let mut script = std::vec![
                Accept,
                Gets(next()),
                Gives(event_in_chunks("r-1", &body, chunk)),
                Gets(both(answer("r-1", &body), next()))
            ];
            script.extend([
                Gives(both(accepted(), event("r-2", "two"))),
                Gets(both(answer("r-2", "two"), next())),
                Gives(accepted()),
            ]);
            let talk = talk_in(limit, script, true, 2, echo);
            assert_eq!(talk.results, [Ok(()), Ok(())], "{len} bytes in chunks of {chunk}");
        }
    }
}

/// Such an event just fills the buffer.
#[test]
#[cfg_attr(miri, ignore = "it takes thousands of chunks")]
fn an_event_in_small_chunks_may_end_at_the_end_of_the_buffer() {
    let head_len = event_in_chunks("r-1", b"", 1).len() - 5;
    for spare in [0, 1, 100, 500] {
        // Each byte needs six; the remainder goes into a last chunk with a longer extension.
        let limit = 20_000;
        let raw = ROOM + limit - spare - head_len - 5;
        let body = data(raw / 6);
        let mut large = event_in_chunks("r-1", &body, 1);
        let filler = "0".repeat(raw % 6);
        large.truncate(large.len() - 5);
        large.extend_from_slice(format!("{filler}0\r\n\r\n").as_bytes());
        assert_eq!(large.len(), ROOM + limit - spare);
        let script = std::vec![
            Accept,
            Gets(next()),
            Gives(large),
            Gets(both(answer("r-1", &body), next())),
            Gives(accepted())
        ];
        assert_eq!(talk_in(limit, script, true, 1, echo).results, [Ok(())], "{spare}");
    }
}

/// The beginning of a head beyond the limit is never taken for a complete one, however it arrives.
#[test]
fn an_endless_head_is_never_an_invocation() {
    for len in [HEAD_LIMIT, 40_000, 70_000].into_iter().step_by(STEP) {
        let fields = format!("A: {}\r\nLambda-Runtime-Aws-Request-Id: r-1\r\n", "a".repeat(len));
        let losses = (0..6).flat_map(|_| [Accept, Gets(next()), Gives(event_with(&fields, "one"))]);
        let talk = talk_in(100_000, losses.collect(), true, 1, echo);
        assert_eq!((talk.error(), talk.events.len()), (Error::HEAD_TOO_LARGE, 0), "{len}");
    }
}
