//! Invocations of other functions. moto runs none without Docker.

use std::io;

use barelambda_tests::calls::probe::{Settings, identity};
use barelambda_tests::calls::reply;
use barelambda_tests::calls::server::{Server, Wire};
use barelambda_tests::tls::server;
use serde_json::json;

/// Replies as Lambda does, by the name of the function.
fn serve(mut wire: Wire) -> io::Result<()> {
    const FAILED: &str = "X-Amz-Function-Error: Unhandled\r\nX-Amz-Executed-Version: $LATEST\r\n";
    while let Some(request) = wire.request()? {
        let name = request.target.split('/').nth(3).unwrap_or_default();
        let bytes = match name {
            "prices%3Alive" => reply::json(200, "250"),
            "queued" => reply::with_headers(202, "", b""),
            "fails" => reply::with_headers(
                200,
                FAILED,
                br#"{"errorMessage":"order 7","errorType":"OrderNotFound","stackTrace":[]}"#,
            ),
            "times-out" => reply::with_headers(
                200,
                FAILED,
                br#"{"errorMessage":"2026-11-30T22:11:18Z 7 Task timed out after 3.00 seconds"}"#,
            ),
            "returns-null" => reply::with_headers(200, FAILED, b"null"),
            "fails-at-length" => {
                let text = format!(r#"{{"errorType":"E","errorMessage":"{}"}}"#, "x".repeat(70_000));
                reply::with_headers(200, FAILED, text.as_bytes())
            }
            "missing" => reply::with_headers(
                404,
                "x-amzn-ErrorType: ResourceNotFoundException:http://internal.amazon.com/\r\n",
                br#"{"Message":"Function not found: missing","Type":"User"}"#,
            ),
            "throttled" => reply::with_headers(
                429,
                "x-amzn-ErrorType: TooManyRequestsException\r\n",
                br#"{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}"#,
            ),
            _ => panic!("{request:?}"),
        };
        wire.send(&bytes)?;
    }
    Ok(())
}

#[test]
fn the_errors_of_a_function_and_of_the_call_are_told_apart() {
    let server = Server::tls(server::config(identity()), serve);
    let probe = Settings::new().trusting(identity()).to(&server).start();
    let timeout = "2026-11-30T22:11:18Z 7 Task timed out after 3.00 seconds";
    let rows: [(&str, u16, bool, &str, &str, usize); 7] = [
        ("prices:live", 200, true, "", "", 1),
        ("fails", 200, false, "OrderNotFound", "order 7", 1),
        ("times-out", 200, false, "Unhandled", timeout, 1),
        ("returns-null", 200, false, "Unhandled", "", 1),
        ("fails-at-length", 200, false, "Unhandled", "", 1),
        ("missing", 404, false, "ResourceNotFoundException", "Function not found: missing", 1),
        ("throttled", 429, false, "TooManyRequestsException", "Rate Exceeded.", 3),
    ];
    for (name, status, success, code, message, tries) in rows {
        let reply = probe.reply(&["invoke", name, "{\"item\":\"bolts\"}"]);
        assert_eq!(
            (&reply["status"], &reply["success"], &reply["code"], &reply["message"]),
            (&json!(status), &json!(success), &json!(code), &json!(message)),
            "{name}"
        );
        let requests = server.take_requests();
        assert_eq!(requests.len(), tries, "{name}");
        let (_, request) = &requests[0];
        assert_eq!(request.header("x-amz-invocation-type"), Some("RequestResponse"));
        assert_eq!(request.body, b"{\"item\":\"bolts\"}");
    }
    let reply = probe.success(&["invoke async", "queued", "{}"]);
    assert_eq!(reply["status"], 202);
    let (_, request) = &server.take_requests()[0];
    assert_eq!(request.header("x-amz-invocation-type"), Some("Event"));
}
