//! The Runtime API, byte by byte: the process does nothing, and the test acts as the runtime.

mod support;

use barelambda_emulator::{EventFraming, InvokeOptions};
use support::{
    Client, INIT_ERROR, NEXT, StandIn, assert_error, id, invocation_id, options, post, respond,
};

#[test]
fn an_event_has_its_headers_in_order_and_an_answer_is_accepted() {
    let stand_in = StandIn::new(options());
    let call = InvokeOptions {
        client_context: Some("{\"a\":\n\"é\"}".to_owned()),
        cognito_identity: Some("{}".to_owned()),
        tenant_id: Some("blue".to_owned()),
        ..InvokeOptions::default()
    };
    let running = stand_in.invoke_with("{}", call);
    let mut client = Client::connect(stand_in.address());
    let event = client.get(NEXT);
    assert_eq!((event.status, event.text()), (200, "{}"));
    let names: Vec<&str> =
        event.head.lines().skip(1).filter_map(|line| Some(line.split_once(':')?.0)).collect();
    let expected = [
        "Content-Type",
        "Lambda-Runtime-Aws-Request-Id",
        "Lambda-Runtime-Aws-Tenant-Id",
        "Lambda-Runtime-Client-Context",
        "Lambda-Runtime-Cognito-Identity",
        "Lambda-Runtime-Deadline-Ms",
        "Lambda-Runtime-Invocation-Id",
        "Lambda-Runtime-Invoked-Function-Arn",
        "Lambda-Runtime-Trace-Id",
        "Content-Length",
        "Date",
    ];
    assert_eq!(names, expected);
    assert_eq!(event.header("content-type"), Some("application/json"));
    assert_eq!(event.header("lambda-runtime-client-context"), Some("{\"a\": \"é\"}"));
    let accepted = respond(&mut client, &event, "done");
    assert_eq!((accepted.status, accepted.text()), (202, "{\"status\":\"OK\"}\n"));
    assert!(accepted.header("date").is_some());
    let outcome = running.join().unwrap();
    assert_eq!(outcome.payload, b"done");
    assert_eq!(outcome.request_id, id(&event));
    assert!(
        outcome.function_error.is_none() && outcome.report.cold && outcome.report.init.is_some()
    );
    assert!(outcome.report.peak_memory_kib.is_some() && outcome.report.faults.is_some());
}

#[test]
fn empty_headers_are_left_out() {
    let mut options = options();
    options.invocation_ids = false;
    let stand_in = StandIn::new(options);
    let call = InvokeOptions { trace_id: Some(String::new()), ..InvokeOptions::default() };
    let running = stand_in.invoke_with("", call);
    let mut client = Client::connect(stand_in.address());
    let event = client.get(NEXT);
    for name in ["trace-id", "invocation-id", "client-context", "cognito-identity", "aws-tenant-id"]
    {
        assert_eq!(event.header(&format!("lambda-runtime-{name}")), None);
    }
    assert_eq!(event.header("content-length"), Some("0"));
    respond(&mut client, &event, "");
    assert_eq!(running.join().unwrap().payload, b"");
}

#[test]
fn events_of_2048_bytes_are_chunked() {
    let stand_in = StandIn::new(options());
    let sizes = [0, 1, 2047, 2048, 100_000, 6 << 20];
    let mut client = None;
    for size in sizes {
        let payload: Vec<u8> = (0..size).map(|index| (index % 251) as u8).collect();
        let running = stand_in.invoke(payload.clone());
        let client = client.get_or_insert_with(|| Client::connect(stand_in.address()));
        let event = client.get(NEXT);
        assert_eq!(event.chunks, usize::from(size >= 2048), "{size} bytes");
        assert_eq!(event.header("content-length").is_some(), size < 2048, "{size} bytes");
        assert!(event.body == payload, "{size} bytes");
        assert_eq!(respond(client, &event, &event.body).status, 202);
        assert!(running.join().unwrap().payload == payload, "{size} bytes");
    }
}

#[test]
fn the_framing_can_be_chosen() {
    for (framing, chunked) in [(EventFraming::Chunked, true), (EventFraming::ContentLength, false)]
    {
        let mut options = options();
        options.event_framing = framing;
        let stand_in = StandIn::new(options);
        let mut address = None;
        for payload in ["", "{}", &"x".repeat(5000)] {
            let running = stand_in.invoke(payload);
            let mut client = Client::connect(*address.get_or_insert_with(|| stand_in.address()));
            let event = client.get(NEXT);
            assert_eq!(event.header("transfer-encoding").is_some(), chunked);
            assert_eq!(event.text(), payload);
            respond(&mut client, &event, "");
            running.join().unwrap();
        }
    }
}

#[test]
fn a_response_and_the_next_request_may_come_in_one_write() {
    let stand_in = StandIn::new(options());
    let running = stand_in.invoke("1");
    let mut client = Client::connect(stand_in.address());
    let event = client.get(NEXT);
    let request =
        post(&format!("/2018-06-01/runtime/invocation/{}/response", id(&event)), "", "one");
    client.send(
        [&request[..], format!("GET {NEXT} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()].concat(),
    );
    assert_eq!(client.receive().status, 202);
    assert_eq!(running.join().unwrap().payload, b"one");
    assert!(client.is_silent(), "the next event is waited for without a limit");
    let running = stand_in.invoke("2");
    let event = client.receive();
    assert_eq!(event.text(), "2");
    respond(&mut client, &event, "two");
    let outcome = running.join().unwrap();
    assert_eq!((outcome.payload.as_slice(), outcome.report.cold), (&b"two"[..], false));
}

#[test]
fn asking_again_while_an_invocation_runs_gives_the_same_event() {
    let stand_in = StandIn::new(options());
    let running = stand_in.invoke("1");
    let address = stand_in.address();
    let event = Client::connect(address).get(NEXT);
    let mut client = Client::connect(address);
    let again = client.get(NEXT);
    assert_eq!((id(&again), invocation_id(&again)), (id(&event), invocation_id(&event)));
    assert_eq!(again.text(), "1");
    respond(&mut client, &again, "");
    running.join().unwrap();
}

#[test]
fn wrong_paths_methods_and_a_missing_host() {
    let stand_in = StandIn::new(options());
    let _running = stand_in.invoke("1");
    let address = stand_in.address();
    let mut client = Client::connect(address);
    for path in [
        "/",
        "/2018-06-01/runtime",
        "/2018-06-01/runtime/restore/next",
        "/2018-06-01/runtime/invocation/a/b",
    ] {
        assert_eq!(client.get(path).status, 404, "{path}");
    }
    assert_eq!(client.post(NEXT, "", "x").status, 405);
    assert_eq!(client.get(INIT_ERROR).status, 405);
    client.send("GET / HTTP/1.1\r\n\r\n");
    let response = client.receive();
    assert_eq!((response.status, response.header("connection")), (400, Some("close")));
    assert!(client.is_closed());
    let mut client = Client::connect(address);
    // The server may close before it has read everything.
    let _ = client.try_send(
        format!("GET / HTTP/1.1\r\nHost: x\r\nA: {}\r\n\r\n", "a".repeat(2 << 20)).as_bytes(),
    );
    assert_eq!(client.receive().status, 431);
    assert!(client.is_closed());
}

#[test]
fn the_states_refuse_what_does_not_fit() {
    let stand_in = StandIn::new(options());
    let running = stand_in.invoke("1");
    let mut client = Client::connect(stand_in.address());
    let early = client.post("/2018-06-01/runtime/invocation/some-id/response", "", "x");
    assert_error(&early, 400, "InvalidRequestID");
    let event = client.get(NEXT);
    assert_error(&client.post(INIT_ERROR, "", "{}"), 403, "InvalidStateTransition");
    let wrong = client.post("/2018-06-01/runtime/invocation/some-id/error", "", "x");
    assert_error(&wrong, 400, "InvalidRequestID");
    let path = format!("/2018-06-01/runtime/invocation/{}/response", id(&event));
    let stale = client.post(&path, "Lambda-Runtime-Invocation-Id: other\r\n", "x");
    assert_error(&stale, 410, "InvokeTimeout");
    assert_eq!(
        stale.text(),
        "{\"errorMessage\":\"Invoke timeout\",\"errorType\":\"InvokeTimeout\"}\n"
    );
    assert_eq!(respond(&mut client, &event, "answer").status, 202);
    assert_error(&respond(&mut client, &event, "again"), 403, "InvalidStateTransition");
    assert_eq!(running.join().unwrap().payload, b"answer");
}

#[test]
fn a_failure_is_passed_on_and_its_type_is_made_to_fit() {
    let stand_in = StandIn::new(options());
    let running = stand_in.invoke("1");
    let mut client = Client::connect(stand_in.address());
    let event = client.get(NEXT);
    let path = format!("/2018-06-01/runtime/invocation/{}/error", id(&event));
    let body = r#"{"errorMessage":"no such order","errorType":"NotFound","stackTrace":[]}"#;
    let response =
        client.post(&path, "Lambda-Runtime-Function-Error-Type: Function.not-found\r\n", body);
    assert_eq!((response.status, response.text()), (202, "{\"status\":\"OK\"}\n"));
    let outcome = running.join().unwrap();
    let error = outcome.function_error.unwrap();
    assert_eq!(outcome.payload, body.as_bytes());
    assert_eq!((error.error_type.as_str(), error.message.as_str()), ("NotFound", "no such order"));
    assert_eq!(error.reported, "Function.Unknown");
}

#[test]
fn an_init_failure_reaches_the_caller() {
    let stand_in = StandIn::new(options());
    let running = stand_in.invoke("1");
    let mut client = Client::connect(stand_in.address());
    let body = r#"{"errorMessage":"no table","errorType":"Config"}"#;
    let response =
        client.post(INIT_ERROR, "Lambda-Runtime-Function-Error-Type: Function.Config\r\n", body);
    assert_eq!(response.status, 202);
    assert_error(&client.get(NEXT), 403, "InvalidStateTransition");
    let outcome = running.join().unwrap();
    assert_eq!(outcome.payload, body.as_bytes());
    assert_eq!(outcome.function_error.unwrap().reported, "Function.Config");
    assert_eq!(outcome.report.init, None);
}
