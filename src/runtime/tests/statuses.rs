//! The effect of each status, and requests that were sent in part.

use super::*;

fn asks(pipeline: bool, answer: Vec<u8>) -> Vec<u8> {
    if pipeline { both(answer, next()) } else { answer }
}

/// Returns a conversation whose first answer, to r-1, gets this reply. The next reply is that to
/// GET /next.
fn answered(pipeline: bool, closes: bool, code: u16) -> Vec<Beat> {
    let reply = status(code, if closes { "Connection: close\r\n" } else { "" });
    let mut script = std::vec![
        Accept,
        Gets(next()),
        Gives(event("r-1", "one")),
        Gets(asks(pipeline, answer("r-1", "one"))),
        Gives(reply)
    ];
    if closes {
        script.push(Accept);
    }
    if closes || !pipeline {
        script.push(Gets(next()));
    }
    script
}

const WAYS: [(bool, bool); 4] = [(true, true), (true, false), (false, true), (false, false)];

#[test]
fn an_accepted_late_or_rejected_answer_is_followed_by_another_invocation() {
    for code in [200, 202, 410, 413, 301, 400, 403, 404, 405] {
        for (pipeline, closes) in WAYS {
            for &size in sizes(&[1, 100_000]) {
                let mut script = answered(pipeline, closes, code);
                script.push(GivesBy(size, event("r-2", "two")));
                script.push(Gets(asks(pipeline, answer("r-2", "two"))));
                script.push(Gives(accepted()));
                assert_eq!(
                    talk(script, pipeline, 2).events(),
                    ["one", "two"],
                    "{code} {pipeline} {closes}"
                );
            }
        }
    }
}

#[test]
fn an_acknowledged_invocation_may_be_delivered_again() {
    for code in [202, 410, 413] {
        for (pipeline, closes) in WAYS {
            let mut script = answered(pipeline, closes, code);
            script.extend([
                Gives(event("r-1", "again")),
                Gets(asks(pipeline, answer("r-1", "again"))),
                Gives(accepted()),
            ]);
            assert_eq!(
                talk(script, pipeline, 2).events(),
                ["one", "again"],
                "{code} {pipeline} {closes}"
            );
        }
    }
}

#[test]
fn a_rejected_invocation_that_is_delivered_again_stops() {
    for code in [301, 400, 403, 404, 405] {
        for (pipeline, closes) in WAYS {
            let mut script = answered(pipeline, closes, code);
            script.push(Gives(event("r-1", "one")));
            let talk = talk(script, pipeline, 1);
            assert_eq!(talk.error(), Error::ANSWER_STUCK, "{code} {pipeline} {closes}");
            assert_eq!(talk.events.len(), 1);
        }
    }
}

/// The server's state machine is stuck: it accepts no answer, and delivers no invocation.
#[test]
fn a_rejected_next_after_a_rejected_answer_stops() {
    for (pipeline, closes) in WAYS {
        let mut script = answered(pipeline, closes, 400);
        script.push(Gives(status(403, "")));
        assert_eq!(talk(script, pipeline, 1).error(), Error::CANNOT_GO_ON.with(403));
    }
}

#[test]
fn after_a_rejection_a_lost_next_is_sent_again() {
    for (id, is_other) in [("r-2", true), ("r-1", false)] {
        for (pipeline, closes) in WAYS {
            let mut script = answered(pipeline, closes, 400);
            script.extend([Closes, Refuse(111), Accept, Gets(next()), Gives(event(id, "two"))]);
            if is_other {
                script.extend([Gets(asks(pipeline, answer(id, "two"))), Gives(accepted())]);
                assert_eq!(talk(script, pipeline, 2).events(), ["one", "two"]);
            } else {
                assert_eq!(talk(script, pipeline, 1).error(), Error::ANSWER_STUCK);
            }
        }
    }
}

#[test]
fn a_server_error_stops() {
    for code in [500, 502, 503, 599] {
        for pipeline in [true, false] {
            let mut script = answered(pipeline, false, code);
            script.truncate(5);
            assert_eq!(talk(script, pipeline, 1).error(), Error::CANNOT_GO_ON.with(code.into()));
        }
    }
}

#[test]
fn no_event_stops() {
    for code in [202, 206, 301, 400, 403, 404, 410, 413, 500, 503] {
        let talk = talk(std::vec![Accept, Gets(next()), Gives(status(code, ""))], true, 1);
        assert_eq!((talk.error(), talk.events.len()), (Error::CANNOT_GO_ON.with(code.into()), 0));
    }
}

#[test]
fn a_long_reply_body_is_read_to_its_end() {
    const LEN: usize = if cfg!(miri) { 3_000 } else { 300_000 };
    for &size in sizes(&[1000, 100_000]) {
        for long in [
            format!("HTTP/1.1 413 Large\r\nContent-Length: {LEN}\r\n\r\n{}", "a".repeat(LEN))
                .into_bytes(),
            String::from_utf8(event_in_chunks("x", &[b'x'; LEN], 1000))
                .unwrap()
                .replace("200 OK", "410 Gone")
                .into_bytes(),
            String::from_utf8(event_in_chunks("x", &[b'x'; LEN], 1000))
                .unwrap()
                .replace("200 OK", "202 OK")
                .into_bytes(),
        ] {
            let script = std::vec![
                Accept,
                Gets(next()),
                Gives(event("r-1", "one")),
                Gets(both(answer("r-1", "one"), next())),
                GivesBy(size, both(long, event("r-2", "two"))),
                Gets(both(answer("r-2", "two"), next())),
                Gives(accepted()),
            ];
            assert_eq!(talk(script, true, 2).events(), ["one", "two"]);
        }
    }
}

#[test]
fn a_reply_to_half_an_answer_is_read_and_is_the_last_of_its_connection() {
    for code in [413, 410, 400] {
        for pipeline in [true, false] {
            for fields in ["", "Connection: close\r\n"] {
                let script = std::vec![
                    Accept,
                    Gets(next()),
                    Gives(event("r-1", "one")),
                    Fails(asks(pipeline, answer("r-1", "one"))),
                    Gives(status(code, fields)),
                    Accept,
                    Gets(next()),
                    Gives(event("r-2", "two")),
                    Gets(asks(pipeline, answer("r-2", "two"))),
                    Gives(accepted()),
                ];
                let talk = talk(script, pipeline, 2);
                assert_eq!((talk.events(), &talk.pauses[..]), (std::vec!["one", "two"], &[][..]));
            }
        }
    }
}

#[test]
fn half_an_answer_without_a_reply_is_sent_again() {
    for pipeline in [true, false] {
        for end in [Closes, Breaks] {
            let sent = || asks(pipeline, answer("r-1", "one"));
            let script = std::vec![
                Accept,
                Gets(next()),
                Gives(event("r-1", "one")),
                Fails(sent()),
                end,
                Accept,
                Gets(next()),
                Gives(event("r-1", "one")),
                Gets(sent()),
                Gives(accepted()),
            ];
            let talk = talk(script, pipeline, 1);
            assert_eq!((talk.events(), &talk.pauses[..]), (std::vec!["one"], &[][..]));
        }
    }
}

/// Each failure counts once, whether sending or receiving reports it.
#[test]
fn half_of_a_next_is_sent_again_at_most_five_times() {
    let script = || (0..5).flat_map(|_| [Accept, Fails(next()), Closes]).collect::<Vec<_>>();
    let mut good = script();
    good.extend([
        Accept,
        Gets(next()),
        Gives(event("r-1", "one")),
        Gets(answer("r-1", "one")),
        Gives(accepted()),
    ]);
    assert_eq!(talk(good, false, 1).events(), ["one"]);
    let mut bad = script();
    bad.extend([Accept, Fails(next()), Closes]);
    let talk = talk(bad, false, 1);
    assert_eq!((talk.error(), talk.pauses), (super::peer::BROKEN, std::vec![20, 80, 320, 1280]));
}

#[test]
fn an_invocation_that_cannot_be_answered_stops() {
    for fields in [
        "",
        "Lambda-Runtime-Invocation-Id: i-1\r\n",
        "Lambda-Runtime-Aws-Request-Id:\r\n",
        "Lambda-Runtime-Aws-Request-Id: a b\r\n",
        "Lambda-Runtime-Aws-Request-Id: a\tb\r\n",
        "Lambda-Runtime-Aws-Request-Id: a HTTP/1.1 x\r\n",
        "Lambda-Runtime-Aws-Request-Id: r-1\r\nLambda-Runtime-Invocation-Id: i 1\r\n",
        "Lambda-Runtime-Aws-Request-Id: r-1\r\nLambda-Runtime-Invocation-Id: i\t1\r\n",
    ] {
        let talk = talk(std::vec![Accept, Gets(next()), Gives(event_with(fields, "one"))], true, 1);
        assert_eq!((talk.error(), talk.events.len()), (Error::REQUEST_ID, 0), "{fields}");
    }
}
