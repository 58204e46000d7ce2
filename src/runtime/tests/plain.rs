//! Conversations without errors.

use super::*;

#[test]
fn with_pipelining_next_is_sent_with_the_answer() {
    let script = std::vec![
        Accept,
        Gets(next()),
        Gives(event("r-1", "one")),
        Gets(both(answer("r-1", "one"), next())),
        Gives(accepted()),
        Gives(event("r-2", "")),
        Gets(both(answer("r-2", ""), next())),
        Gives(accepted()),
        Gives(event_in_chunks("r-3", b"three", 100)),
        Gets(both(answer("r-3", "three"), next())),
        Gives(accepted()),
    ];
    assert_eq!(talk(script, true, 3).events(), ["one", "", "three"]);
}

#[test]
fn without_pipelining_next_is_sent_after_the_acknowledgement() {
    let script = std::vec![
        Accept,
        Gets(next()),
        Gives(event("r-1", "one")),
        Gets(answer("r-1", "one")),
        Gives(accepted()),
        Gets(next()),
        Gives(event_in_chunks("r-2", b"two", 1)),
        Gets(answer("r-2", "two")),
        Gives(accepted()),
    ];
    assert_eq!(talk(script, false, 2).events(), ["one", "two"]);
}

#[test]
fn replies_come_in_pieces_of_any_size() {
    for size in (1..100).step_by(STEP) {
        let script = std::vec![
            Accept,
            Gets(next()),
            GivesBy(size, event("r-1", "one")),
            Gets(both(answer("r-1", "one"), next())),
            GivesBy(size, both(accepted(), event_in_chunks("r-2", b"the second", 3))),
            Gets(both(answer("r-2", "the second"), next())),
            GivesBy(size, both(accepted(), event("r-3", "three"))),
            Gets(both(answer("r-3", "three"), next())),
            GivesBy(size, accepted()),
        ];
        assert_eq!(talk(script, true, 3).events(), ["one", "the second", "three"], "{size}");
    }
}

/// The 202 and the next event are split at every byte. The received part of the next event isn't
/// lost while the answer is kept.
#[test]
fn replies_come_together() {
    for second in [event("r-2", "two"), event_in_chunks("r-2", b"two", 2)] {
        let replies = both(accepted(), second);
        for cut in (0..=replies.len()).step_by(STEP) {
            let mut script = std::vec![
                Accept,
                Gets(next()),
                Gives(event("r-1", "one")),
                Gets(both(answer("r-1", "one"), next()))
            ];
            script.extend(
                [&replies[..cut], &replies[cut..]]
                    .into_iter()
                    .filter(|part| !part.is_empty())
                    .map(|part| Gives(part.to_vec())),
            );
            script.extend([
                Gets(both(answer("r-2", "two"), next())),
                Gives(both(accepted(), event("r-3", "three"))),
            ]);
            script.extend([Gets(both(answer("r-3", "three"), next())), Gives(accepted())]);
            assert_eq!(talk(script, true, 3).events(), ["one", "two", "three"], "{cut}");
        }
    }
}

#[test]
fn many_invocations_in_a_row() {
    const COUNT: usize = 2000 / STEP;
    let mut script = std::vec![Accept, Gets(next()), Gives(event("r-0", "event 0"))];
    for at in 0..COUNT {
        script.push(Gets(both(answer(&format!("r-{at}"), format!("event {at}")), next())));
        script.push(Gives(both(
            accepted(),
            event(&format!("r-{}", at + 1), &format!("event {}", at + 1)),
        )));
    }
    assert_eq!(talk(script, true, COUNT).events().len(), COUNT);
}

#[test]
fn interim_responses_of_a_proxy_are_skipped() {
    let early = b"HTTP/1.1 100 Continue\r\n\r\n".to_vec();
    let script = std::vec![
        Accept,
        Gets(next()),
        Gives(both(early.clone(), event("r-1", "one"))),
        Gets(answer("r-1", "one")),
        GivesBy(5, both(early, accepted())),
    ];
    assert_eq!(talk(script, false, 1).events(), ["one"]);
}

#[test]
fn an_invocation_id_is_sent_back() {
    let script = std::vec![
        Accept,
        Gets(next()),
        Gives(event_of("r-1", "i-1", "one")),
        Gets(answer_to("r-1", "i-1", JSON_TYPE, b"one")),
        Gives(accepted()),
        Gets(next()),
        Gives(event("r-2", "two")),
        Gets(answer("r-2", "two")),
        Gives(accepted()),
    ];
    assert_eq!(talk(script, false, 2).events(), ["one", "two"]);
}

#[test]
fn requests_have_the_prefix() {
    let under = |text: Vec<u8>| {
        String::from_utf8(text).unwrap().replace(" /2018", " /.rt/f/2018").into_bytes()
    };
    let mut peer = Peer::new(std::vec![
        Accept,
        Gets(under(next())),
        Gives(event("r-1", "one")),
        Gets(under(both(answer("r-1", "one"), next()))),
        Gives(accepted()),
    ]);
    let prefixed = Endpoint { prefix: b"/.rt/f", ..endpoint() };
    let (mut receive, mut response) = (std::vec![0; ROOM + 100], [0; 256]);
    let heads = &mut Heads::new();
    let buffers = Buffers { heads, receive: &mut receive, response: &mut response };
    let mut runtime = Runtime::new(&prefixed, &mut peer, buffers, true).unwrap();
    assert_eq!(runtime.step(&mut observe(echo)), Ok(()));
    peer.end();
}

/// RFC 9112, section 9.3.2: replies come in the order of the requests. A reply that arrives too
/// early counts as the next one.
#[test]
fn bytes_after_an_event_end_the_connection() {
    let script = std::vec![
        Accept,
        Gets(next()),
        Gives([event("r-1", "one"), accepted(), event("r-0", "early")].concat()),
        Accept,
        Gets(both(answer("r-1", "one"), next())),
        Gives(both(accepted(), event("r-2", "two"))),
        Gets(both(answer("r-2", "two"), next())),
        Gives(accepted()),
    ];
    assert_eq!(talk(script, true, 2).events(), ["one", "two"]);
}

#[test]
fn a_close_on_the_202_is_followed_by_a_new_connection() {
    for pipeline in [true, false] {
        let asks = |answer: Vec<u8>| if pipeline { both(answer, next()) } else { answer };
        let script = std::vec![
            Accept,
            Gets(next()),
            Gives(event("r-1", "one")),
            Gets(asks(answer("r-1", "one"))),
            // The bytes after the reply belong to a connection that is closed.
            Gives(both(status(202, "Connection: close\r\n"), event("r-0", "gone"))),
            Accept,
            Gets(next()),
            Gives(event("r-2", "two")),
            Gets(asks(answer("r-2", "two"))),
            Gives(accepted()),
        ];
        let talk = talk(script, pipeline, 2);
        assert_eq!((talk.events(), &talk.pauses[..]), (std::vec!["one", "two"], &[][..]));
    }
}

#[test]
fn a_close_on_the_event_is_followed_by_the_answer_on_a_new_connection() {
    for pipeline in [true, false] {
        let asks = |answer: Vec<u8>| if pipeline { both(answer, next()) } else { answer };
        let script = std::vec![
            Accept,
            Gets(next()),
            Gives(event_with("Lambda-Runtime-Aws-Request-Id: r-1\r\nConnection: close\r\n", "one")),
            Accept,
            Gets(asks(answer("r-1", "one"))),
            Gives(accepted()),
        ];
        let talk = talk(script, pipeline, 1);
        assert_eq!((talk.events(), &talk.pauses[..]), (std::vec!["one"], &[][..]));
    }
}

#[test]
fn http_1_0_closes_each_time() {
    let old = |text: Vec<u8>| {
        String::from_utf8(text).unwrap().replace("HTTP/1.1", "HTTP/1.0").into_bytes()
    };
    let mut script = Vec::new();
    for id in ["r-1", "r-2"] {
        script.extend([
            Accept,
            Gets(next()),
            Gives(old(event(id, "body"))),
            Accept,
            Gets(answer(id, "body")),
            Gives(old(accepted())),
        ]);
    }
    assert_eq!(talk(script, false, 2).events(), ["body", "body"]);
}
