//! Connections that can't be made, or break, and what happens to the answer.

use super::peer::BROKEN;
use super::*;

/// Returns the ways in which a connection ends before the head of a reply is complete.
fn losses() -> Vec<Vec<Beat>> {
    let reply = accepted();
    let mut losses: Vec<Vec<Beat>> = [1, 20, head_len(&reply) - 1]
        .into_iter()
        .map(|cut| std::vec![Gives(reply[..cut].to_vec()), Closes])
        .collect();
    losses.extend([
        std::vec![Closes],
        std::vec![Breaks],
        std::vec![Gives(reply[..30].to_vec()), Breaks],
    ]);
    for nonsense in ["SSH-2.0-OpenSSH\r\n", "HTTP/1.1 202 OK\r\n\r\n"] {
        losses.push(std::vec![Gives(nonsense.into())]);
    }
    if !cfg!(miri) {
        losses
            .push(std::vec![Gives([b"HTTP/1.1 202 OK\r\nA: ", &[b'a'; HEAD_LIMIT][..]].concat())]);
    }
    losses
}

fn head_len(reply: &[u8]) -> usize {
    reply.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4
}

/// The 202 has been seen, so the same ids are a new attempt, not the old one again.
#[test]
fn a_202_whose_body_is_lost_acknowledges() {
    let reply = accepted();
    let head = head_len(&reply);
    for pipeline in [true, false] {
        for loss in [
            std::vec![Gives(reply[..head].to_vec()), Closes],
            std::vec![Gives(reply[..reply.len() - 1].to_vec()), Breaks],
            std::vec![Gives("HTTP/1.1 202 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n".into())],
        ] {
            let mut script = lost(pipeline, loss);
            script.extend([
                Gives(event_of("r-1", "i-1", "two")),
                Gets(asks(pipeline, answer_to("r-1", "i-1", JSON_TYPE, b"two"))),
            ]);
            script.push(Gives(accepted()));
            assert_eq!(talk(script, pipeline, 2).events(), ["one", "two"]);
        }
    }
}

fn asks(pipeline: bool, answer: Vec<u8>) -> Vec<u8> {
    if pipeline { both(answer, next()) } else { answer }
}

/// Returns a conversation whose first answer, to r-1 and i-1, is sent and then lost. GET /next has
/// been sent again.
fn lost(pipeline: bool, loss: Vec<Beat>) -> Vec<Beat> {
    let sent = asks(pipeline, answer_to("r-1", "i-1", JSON_TYPE, b"one"));
    let mut script =
        std::vec![Accept, Gets(next()), Gives(event_of("r-1", "i-1", "one")), Gets(sent)];
    script.extend(loss);
    script.extend([Accept, Gets(next())]);
    script
}

#[test]
fn the_same_invocation_again_gets_the_kept_answer() {
    for pipeline in [true, false] {
        for loss in losses() {
            for &size in sizes(&[1, 10, 100_000]) {
                for again in
                    [event_of("r-1", "i-1", "one"), event_of("r-1", "i-1", &"changed".repeat(100))]
                {
                    let mut script = lost(pipeline, loss.iter().map(copy).collect());
                    script.push(GivesBy(size, again));
                    script.push(Gets(asks(pipeline, answer_to("r-1", "i-1", JSON_TYPE, b"one"))));
                    script.push(GivesBy(size, accepted()));
                    assert_eq!(talk(script, pipeline, 1).events(), ["one"]);
                }
            }
        }
    }
}

/// Copies a beat.
fn copy(beat: &Beat) -> Beat {
    match beat {
        Gives(bytes) => Gives(bytes.clone()),
        Closes => Closes,
        Breaks => Breaks,
        other => panic!("{other:?}"),
    }
}

#[test]
fn another_invocation_is_handled() {
    // Another request; another attempt of the same request; and the same request without its
    // invocation id.
    let others = [("r-2", "i-1"), ("r-1", "i-2"), ("r-1", "")];
    for (id, invocation_id) in others.into_iter().skip(if cfg!(miri) { 2 } else { 0 }) {
        for pipeline in [true, false] {
            for loss in losses() {
                for &size in sizes(&[1, 10, 100_000]) {
                    let mut script = lost(pipeline, loss.iter().map(copy).collect());
                    script.push(GivesBy(size, event_of(id, invocation_id, "two")));
                    script.push(Gets(asks(
                        pipeline,
                        answer_to(id, invocation_id, JSON_TYPE, b"two"),
                    )));
                    script.push(GivesBy(size, accepted()));
                    assert_eq!(
                        talk(script, pipeline, 2).events(),
                        ["one", "two"],
                        "{id} {invocation_id}"
                    );
                }
            }
        }
    }
}

#[test]
fn unconfirmed_a_large_event_of_another_invocation_is_read_to_its_end() {
    let large = "two ".repeat(EVENT_LIMIT / 4);
    for &size in sizes(&[100, 100_000]) {
        for second in [event("r-2", &large), event_in_chunks("r-2", large.as_bytes(), 7)] {
            let mut script = lost(true, std::vec![Closes]);
            script.extend([
                GivesBy(size, second),
                Gets(both(answer("r-2", &large), next())),
                Gives(accepted()),
            ]);
            assert_eq!(talk(script, true, 2).events(), ["one", &large]);
        }
    }
}

#[test]
fn unconfirmed_any_status_but_200_stops() {
    for code in [202, 400, 403, 404, 410, 413, 500, 503] {
        for pipeline in [true, false] {
            let mut script = lost(pipeline, std::vec![Closes]);
            script.push(Gives(status(code, "")));
            let talk = talk(script, pipeline, 1);
            assert_eq!(
                (talk.error(), talk.events.len()),
                (Error::CANNOT_GO_ON.with(code.into()), 1)
            );
        }
    }
}

#[test]
fn after_a_202_the_same_ids_are_a_new_attempt() {
    for pipeline in [true, false] {
        for closes in [true, false] {
            let mut script = std::vec![Accept, Gets(next()), Gives(event_of("r-1", "i-1", "one"))];
            script.push(Gets(asks(pipeline, answer_to("r-1", "i-1", JSON_TYPE, b"one"))));
            script.push(Gives(accepted()));
            if !pipeline {
                script.push(Gets(next()));
            }
            if closes {
                script.extend([Closes, Accept, Gets(next())]);
            }
            script.push(Gives(event_of("r-1", "i-1", "again")));
            script.push(Gets(asks(pipeline, answer_to("r-1", "i-1", JSON_TYPE, b"again"))));
            script.push(Gives(accepted()));
            assert_eq!(talk(script, pipeline, 2).events(), ["one", "again"]);
        }
    }
}

#[test]
fn a_redelivery_may_close_the_connection() {
    let ids = "Lambda-Runtime-Aws-Request-Id: r-1\r\nLambda-Runtime-Invocation-Id: i-1\r\nConnection: close\r\n";
    let mut script = lost(true, std::vec![Breaks]);
    script.extend([Gives(event_with(ids, "one")), Accept]);
    script.extend([
        Gets(both(answer_to("r-1", "i-1", JSON_TYPE, b"one"), next())),
        Gives(accepted()),
    ]);
    assert_eq!(talk(script, true, 1).events(), ["one"]);
}

#[test]
fn a_lost_next_is_sent_again() {
    let event_text = event("r-1", "one");
    for cut in (0..event_text.len()).step_by(STEP) {
        let mut script = std::vec![Accept, Gets(next())];
        if cut > 0 {
            script.push(Gives(event_text[..cut].to_vec()));
        }
        script.extend([
            if cut % 2 == 0 { Closes } else { Breaks },
            Accept,
            Gets(next()),
            Gives(event_text.clone()),
        ]);
        script.extend([Gets(answer("r-1", "one")), Gives(accepted())]);
        assert_eq!(talk(script, false, 1).events(), ["one"], "{cut}");
    }
}

#[test]
fn a_lost_next_after_a_202_is_sent_again() {
    for nonsense in [
        "",
        "HTTP/1.1 20",
        "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nLambda-Runtime-Aws-Request-Id: r-2\r\n\r\ntw",
    ] {
        let mut script = std::vec![
            Accept,
            Gets(next()),
            Gives(event("r-1", "one")),
            Gets(both(answer("r-1", "one"), next()))
        ];
        script.extend([
            Gives(both(accepted(), nonsense.into())),
            Closes,
            Accept,
            Gets(next()),
            Gives(event("r-2", "two")),
        ]);
        script.extend([Gets(both(answer("r-2", "two"), next())), Gives(accepted())]);
        assert_eq!(talk(script, true, 2).events(), ["one", "two"]);
    }
}

#[test]
fn a_connection_that_cannot_be_made_is_tried_six_times() {
    let refusals = || (0..6).map(|at| Refuse(111 + at));
    let talk = talk(refusals().collect(), true, 1);
    assert_eq!(
        (talk.error(), &talk.pauses[..]),
        (Error::CONNECT.with(116), &[20, 80, 320, 1280][..])
    );

    let mut script = lost(true, std::vec![Closes]);
    script.truncate(script.len() - 2);
    script.extend(refusals().take(5));
    let talk = super::talk(script, true, 1);
    assert_eq!(
        (talk.error(), &talk.pauses[..]),
        (Error::CONNECT.with(115), &[20, 80, 320, 1280][..])
    );
}

#[test]
fn a_connection_that_is_made_in_the_end_is_used() {
    for refusals in 1..6 {
        let mut script: Vec<Beat> = (0..refusals).map(|_| Refuse(111)).collect();
        script.extend([
            Accept,
            Gets(next()),
            Gives(event("r-1", "one")),
            Gets(answer("r-1", "one")),
            Closes,
            Refuse(111),
            Accept,
        ]);
        script.extend([
            Gets(next()),
            Gives(event("r-1", "one")),
            Gets(answer("r-1", "one")),
            Gives(accepted()),
        ]);
        let talk = talk(script, false, 1);
        let expected = [&[20, 80, 320, 1280][..refusals - 1], &[20]].concat();
        assert_eq!((talk.events(), &talk.pauses), (std::vec!["one"], &expected), "{refusals}");
    }
}

#[test]
fn six_malformed_replies_end_the_runtime() {
    for (loss, expected) in [
        (Gives(b"SSH-2.0-OpenSSH\r\n".to_vec()), Error::HEAD_MALFORMED),
        (Gives(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()), Error::BODY_LENGTH),
        (Closes, Error::CONNECTION_CLOSED),
        (Breaks, BROKEN),
    ] {
        let script = (0..6).flat_map(|_| [Accept, Gets(next()), copy(&loss)]).collect();
        let talk = talk(script, true, 1);
        assert_eq!((talk.error(), &talk.pauses[..]), (expected, &[20, 80, 320, 1280][..]));
    }
}

#[test]
fn six_unacknowledged_answers_end_the_runtime() {
    let exchange =
        || [Gives(event("r-1", "one")), Gets(both(answer("r-1", "one"), next())), Closes];
    let script =
        (0..6).flat_map(|_| [Accept, Gets(next())].into_iter().chain(exchange())).collect();
    let talk = talk(script, true, 1);
    assert_eq!((talk.error(), talk.events.len()), (Error::CONNECTION_CLOSED, 1));
    assert_eq!(talk.pauses, [20, 80, 320, 1280]);
}
