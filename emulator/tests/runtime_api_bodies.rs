//! The bodies that a process posts: too large, left unread, cut off, streamed.

mod support;

use std::time::Duration;

use barelambda_emulator::LARGEST_RESPONSE;
use support::{Client, LATE, NEXT, StandIn, assert_error, id, options, post, respond};

#[test]
fn an_answer_over_the_limit_is_refused_and_the_process_goes_on() {
    let stand_in = StandIn::new(options());
    let mut client = None;
    for (size, status) in [(LARGEST_RESPONSE, 202), (LARGEST_RESPONSE + 1, 413)] {
        let running = stand_in.invoke("1");
        let client = client.get_or_insert_with(|| Client::connect(stand_in.address()));
        let event = client.get(NEXT);
        let response = respond(client, &event, vec![b'x'; size]);
        assert_eq!(response.status, status, "{size} bytes");
        let outcome = running.join().unwrap();
        assert_eq!(outcome.function_error.is_some(), status == 413);
        if status == 413 {
            assert_error(&response, 413, "RequestEntityTooLarge");
            assert_eq!(outcome.function_error.unwrap().error_type, "Function.ResponseSizeTooLarge");
            let path = format!("/2018-06-01/runtime/invocation/{}/error", id(&event));
            assert_error(&client.post(&path, "", "{}"), 403, "InvalidStateTransition");
        }
    }
    let running = stand_in.invoke("2");
    let client = client.as_mut().unwrap();
    let event = client.get(NEXT);
    respond(client, &event, "fine");
    assert_eq!(running.join().unwrap().payload, b"fine");
}

#[test]
fn a_connection_is_closed_when_more_than_256_kib_are_left_unread() {
    let stand_in = StandIn::new(options());
    let running = stand_in.invoke("1");
    let address = stand_in.address();
    let mut client = Client::connect(address);
    let event = client.get(NEXT);
    let small =
        client.post("/2018-06-01/runtime/invocation/wrong/response", "", vec![b'x'; 256 << 10]);
    assert_eq!((small.status, small.header("connection")), (400, None));
    let request = post("/2018-06-01/runtime/invocation/wrong/response", "", vec![b'x'; 1 << 20]);
    let _ = client.try_send(&request);
    let large = client.receive();
    assert_eq!((large.status, large.header("connection")), (400, Some("close")));
    assert!(client.is_closed());
    let mut client = Client::connect(address);
    let path = format!("/2018-06-01/runtime/invocation/{}/response", id(&event));
    let _ = client.try_send(&post(&path, "", vec![b'x'; 7 << 20]));
    let too_large = client.receive();
    assert_eq!((too_large.status, too_large.header("connection")), (413, Some("close")));
    assert!(client.is_closed());
    assert_eq!(
        running.join().unwrap().function_error.unwrap().error_type,
        "Function.ResponseSizeTooLarge"
    );
}

#[test]
fn a_bad_response_mode_or_a_body_cut_off_leaves_the_process_stuck() {
    for cut in [false, true] {
        let mut options = options();
        options.timeout = Duration::from_secs(4);
        let stand_in = StandIn::new(options);
        let running = stand_in.invoke("1");
        let address = stand_in.address();
        let mut client = Client::connect(address);
        let event = client.get(NEXT);
        let path = format!("/2018-06-01/runtime/invocation/{}/response", id(&event));
        if cut {
            let request = post(&path, "", "0123456789");
            client.send(&request[..request.len() - 5]);
            drop(client);
            // The server notices the end of the connection later. Until then the event is current.
            while Client::connect(address).get(NEXT).status == 200 {}
        } else {
            let response =
                client.post(&path, "Lambda-Runtime-Function-Response-Mode: fast\r\n", "x");
            assert_error(&response, 400, "InvalidFunctionResponseMode");
        }
        let mut client = Client::connect(address);
        assert_error(&client.get(NEXT), 403, "InvalidStateTransition");
        assert_eq!(running.join().unwrap().function_error.unwrap().error_type, "Sandbox.Timedout");
    }
}

#[test]
fn a_stream_is_collected_for_a_caller_that_waits_and_its_trailers_make_a_failure() {
    let stand_in = StandIn::new(options());
    let mut client = None;
    for trailers in [
        "",
        LATE,
        "Lambda-Runtime-Function-Error-Type: oh\r\nLambda-Runtime-Function-Error-Body: %\r\n",
    ] {
        let running = stand_in.invoke("1");
        let client = client.get_or_insert_with(|| Client::connect(stand_in.address()));
        let event = client.get(NEXT);
        client.begin_stream(&event, "");
        client.send_chunk("abc");
        client.send_chunk("de");
        assert_eq!(client.end_stream(trailers).status, 202);
        let outcome = running.join().unwrap();
        match outcome.function_error {
            None => assert_eq!((outcome.payload.as_slice(), trailers), (&b"abcde"[..], "")),
            Some(error) if trailers == LATE => {
                assert_eq!(
                    (error.reported.as_str(), error.message.as_str()),
                    ("Function.Late", "too late")
                );
                assert!(!error.found_by_lambda);
            }
            Some(error) => {
                assert_eq!(error.reported, "Runtime.Unknown");
                assert!(
                    error.message.starts_with(
                        "The trailer Lambda-Runtime-Function-Error-Body is not base64: "
                    ),
                    "{error:?}"
                );
            }
        }
    }
}

#[test]
fn a_caller_that_waits_gets_no_more_of_a_stream_than_of_any_answer() {
    let stand_in = StandIn::new(options());
    let mut client = None;
    for (size, status) in [(LARGEST_RESPONSE, 202), (LARGEST_RESPONSE + 1, 413)] {
        let running = stand_in.invoke("1");
        let client = client.get_or_insert_with(|| Client::connect(stand_in.address()));
        let event = client.get(NEXT);
        client.begin_stream(&event, "");
        client.send_chunk(vec![b'x'; size]);
        assert_eq!(client.end_stream("").status, status, "{size} bytes");
        let outcome = running.join().unwrap();
        match outcome.function_error {
            None => assert_eq!((outcome.payload.len(), status), (size, 202)),
            Some(error) => assert_eq!(
                (error.error_type.as_str(), error.found_by_lambda),
                ("Function.ResponseSizeTooLarge", true)
            ),
        }
    }
}

#[test]
fn a_stream_that_is_cut_off_ends_the_invocation_and_the_process() {
    let stand_in = StandIn::new(options());
    let running = stand_in.invoke("1");
    let mut client = Client::connect(stand_in.address());
    let event = client.get(NEXT);
    client.begin_stream(&event, "");
    client.send_chunk("abc");
    drop(client);
    let outcome = running.join().unwrap();
    let words = format!(
        "RequestId: {} Error: The response was cut off before its end: its connection broke",
        id(&event)
    );
    assert_eq!(
        outcome.payload,
        format!(r#"{{"errorType":"Runtime.TruncatedResponse","errorMessage":"{words}"}}"#)
            .into_bytes()
    );
    let running = stand_in.invoke("2");
    let mut client = Client::connect(stand_in.address());
    let event = client.get(NEXT);
    respond(&mut client, &event, "fine");
    let next = running.join().unwrap();
    assert_eq!((next.payload.as_slice(), next.report.cold), (&b"fine"[..], true));
    assert_ne!(next.pid, outcome.pid);
}
