//! The context of an invocation.

use super::*;
use core::time::Duration;

/// Calls `look` with the context of an event with these fields.
fn with_context(fields: &str, look: impl Fn(&Context<'_>)) {
    with_head(&format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: 2\r\n\r\n").into_bytes(), look);
}

fn with_head(head: &[u8], look: impl Fn(&Context<'_>)) {
    let mut peer = Peer::new(std::vec![
        Accept,
        Gets(next()),
        Gives([head, b"{}"].concat()),
        Fails(answer("r-1", "{}")),
        Gives(status(410, ""))
    ]);
    let (mut receive, mut response) = (std::vec![0; ROOM + 2], [0; 256]);
    let mut runtime = runtime(&mut peer, &mut receive, &mut response, false).unwrap();
    let result = runtime.step(&mut observe(|invocation| {
        look(&invocation.context);
        echo(invocation)
    }));
    assert_eq!(result, Ok(()));
    peer.end();
}

#[test]
fn every_field_is_read() {
    with_context(
        "Content-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: r-1\r\nlambda-runtime-aws-tenant-id: blue\r\n\
         LAMBDA-RUNTIME-CLIENT-CONTEXT: {\"client\":{\"app_title\":\"\u{e9}: \u{1f600}\"}}\r\n\
         Lambda-Runtime-Cognito-Identity: {\"cognitoIdentityId\":\"x\"}\r\nLambda-Runtime-Deadline-Ms: 1542409706888\r\n\
         Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:f:PROD\r\n\
         Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1\r\n",
        |context| {
            assert_eq!(context.request_id(), "r-1");
            assert_eq!(context.tenant_id(), Some("blue"));
            assert_eq!(
                context.client_context(),
                Some("{\"client\":{\"app_title\":\"\u{e9}: \u{1f600}\"}}")
            );
            assert_eq!(context.cognito_identity(), Some("{\"cognitoIdentityId\":\"x\"}"));
            assert_eq!(context.deadline_ms(), Some(1_542_409_706_888));
            assert_eq!(context.remaining(), Duration::ZERO);
            assert_eq!(
                context.function_arn(),
                Some("arn:aws:lambda:us-east-1:123456789012:function:f:PROD")
            );
            assert_eq!(
                context.trace_id(),
                Some("Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1")
            );
            assert_eq!(context.invocation_id(), None);
        },
    );
}

#[test]
fn a_missing_field_is_none() {
    let empty = "Lambda-Runtime-Aws-Tenant-Id:\r\nLambda-Runtime-Client-Context: \r\nLambda-Runtime-Cognito-Identity:\t\r\n\
        Lambda-Runtime-Deadline-Ms:\r\nLambda-Runtime-Invoked-Function-Arn:\r\nLambda-Runtime-Trace-Id:\r\nLambda-Runtime-Invocation-Id:\r\n";
    for fields in ["", empty] {
        with_context(&format!("Lambda-Runtime-Aws-Request-Id: r-1\r\n{fields}"), |context| {
            assert_eq!(context.request_id(), "r-1");
            let texts = [
                context.tenant_id(),
                context.client_context(),
                context.cognito_identity(),
                context.function_arn(),
            ];
            assert_eq!(
                (texts, context.trace_id(), context.invocation_id()),
                ([None; 4], None, None)
            );
            assert_eq!((context.deadline_ms(), context.remaining()), (None, Duration::MAX));
        });
    }
}

#[test]
fn a_field_that_is_not_utf_8_is_none() {
    with_head(
        b"HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r-1\r\nLambda-Runtime-Trace-Id: \xff\r\n\
        Lambda-Runtime-Aws-Tenant-Id: blue\r\nLambda-Runtime-Client-Context: {\"\xc3\"}\r\nContent-Length: 2\r\n\r\n",
        |context| assert_eq!((context.trace_id(), context.client_context(), context.tenant_id()), (None, None, Some("blue"))),
    );
}

#[test]
fn the_remaining_time_decreases() {
    let deadline = crate::now() + Duration::from_secs(60);
    with_context(
        &format!(
            "Lambda-Runtime-Aws-Request-Id: r-1\r\nLambda-Runtime-Deadline-Ms: {}\r\n",
            deadline.as_millis()
        ),
        |context| {
            let remaining = context.remaining();
            assert!(
                remaining <= Duration::from_secs(60) && remaining > Duration::from_secs(30),
                "{remaining:?}"
            );
            crate::sleep(Duration::from_millis(2));
            assert!(context.remaining() < remaining);
        },
    );
    for strange in ["soon", "-1", "1.5", "18446744073709551616"] {
        with_context(
            &format!(
                "Lambda-Runtime-Aws-Request-Id: r-1\r\nLambda-Runtime-Deadline-Ms: {strange}\r\n"
            ),
            |context| {
                assert_eq!((context.deadline_ms(), context.remaining()), (None, Duration::MAX));
            },
        );
    }
}

/// RFC 9110, section 15.2: the fields of an interim response don't belong to the final one.
#[test]
fn the_fields_of_a_1xx_are_ignored() {
    let head = "HTTP/1.1 103 Early\r\nLambda-Runtime-Trace-Id: early\r\nLambda-Runtime-Invocation-Id: early\r\n\r\n\
        HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r-1\r\nContent-Length: 2\r\n\r\n";
    let mut peer = Peer::new(std::vec![
        Accept,
        Gets(next()),
        Gives([head.as_bytes(), b"{}"].concat()),
        Gets(answer("r-1", "None None")),
        Gives(accepted()),
    ]);
    let (mut receive, mut response) = (std::vec![0; ROOM + 2], [0; 256]);
    let mut runtime = runtime(&mut peer, &mut receive, &mut response, false).unwrap();
    let result = runtime.step(&mut observe(|Invocation { context, responder, .. }| {
        let mut writer = responder.writer();
        core::fmt::Write::write_fmt(
            &mut writer,
            format_args!("{:?} {:?}", context.trace_id(), context.invocation_id()),
        )?;
        writer.finish()
    }));
    assert_eq!(result, Ok(()));
    peer.end();
}

#[test]
fn the_context_outlives_the_event() {
    let script = std::vec![
        Accept,
        Gets(next()),
        Gives(event("r-1", "one")),
        Gets(answer("r-1", "r-1")),
        Gives(accepted())
    ];
    let talk = talk_with(script, false, 1, |Invocation { context, event, responder }| {
        event.into_payload().fill(0);
        responder.bytes(context.request_id().as_bytes())
    });
    assert_eq!(talk.events(), ["one"]);
}
