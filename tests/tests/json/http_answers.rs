//! HTTP responses, parsed by a third-party JSON parser and base64 decoder.

use barelambda::runtime::{Buffers, Heads, ROOM, Runtime, Transport};
use barelambda::runtime_api::endpoint::{Address, Endpoint};
use barelambda::{Error, Handler, Invocation, Responder, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

/// Sends one invocation, and receives its response.
#[derive(Default)]
struct Once {
    replies: Vec<u8>,
    sent: Vec<u8>,
}

impl Transport for &mut Once {
    fn connect(&mut self, _: &Address) -> Result<(), Error> {
        self.replies =
            b"HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r-1\r\nContent-Length: 2\r\n\r\n{}"
                .to_vec();
        Ok(())
    }

    fn send(&mut self, parts: [&[u8]; 3]) -> Result<(), Error> {
        let [head, body, _] = parts;
        if head.starts_with(b"POST") {
            assert!(head.windows(9).any(|text| text == b"/response"), "{}", head.escape_ascii());
            self.sent = body.to_vec();
            self.replies = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n".to_vec();
        }
        Ok(())
    }

    fn has_input(&mut self) -> bool {
        panic!("unexpected stream")
    }

    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        let reply = std::mem::take(&mut self.replies);
        buffer[..reply.len()].copy_from_slice(&reply);
        Ok(reply.len())
    }

    fn pause(&mut self, _: u32) {}
}

/// A handler that only uses its responder.
struct Handling<F>(F);

impl<F: Fn(Responder<'_>) -> Response<'_>> Handler for Handling<F> {
    fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a> {
        (self.0)(invocation.responder)
    }
}

/// Returns the response that Lambda receives from a handler that calls `make`.
fn answer(make: impl Fn(Responder<'_>) -> Response<'_>) -> Value {
    let mut once = Once::default();
    let endpoint = Endpoint::parse(b"127.0.0.1:9001").expect("the address is valid");
    let (mut receive, mut response) = (vec![0; ROOM + 1024], vec![0; 1 << 23]);
    let heads = &mut Heads::new();
    let buffers = Buffers { heads, receive: &mut receive, response: &mut response };
    let mut runtime =
        Runtime::new(&endpoint, &mut once, buffers, false).expect("the buffers are large enough");
    runtime.step(&mut Handling(make)).expect("the response is accepted");
    serde_json::from_slice(&once.sent).expect("the response is JSON")
}

#[test]
fn text_of_every_character_arrives() {
    let text: String = ('\0'..=char::MAX).collect();
    assert_eq!(answer(|responder| responder.http(200).text(&text))["body"], text);
}

#[test]
fn json_arrives_as_json_in_a_string() {
    let value = json!({"a \"b\"": ["\\", "\u{1}\n\"", -1, 2.5, null, true, {}], "é": "\u{1f600}"});
    let answer = answer(|responder| responder.http(201).json(&value));
    assert_eq!(
        serde_json::from_str::<Value>(answer["body"].as_str().expect("the body is a string"))
            .expect("the body is JSON"),
        value
    );
    assert_eq!(answer["statusCode"], 201);
    assert_eq!(answer["headers"], json!({"content-type": "application/json"}));
    assert_eq!(answer["isBase64Encoded"], false);
}

#[test]
fn bytes_arrive_as_base64() {
    for len in [0, 1, 2, 3, 1000, 100_001] {
        let bytes: Vec<u8> = (0..len).map(|index| (index * 7 % 256) as u8).collect();
        let answer =
            answer(|responder| responder.http(200).content_type("image/png").bytes(&bytes));
        assert_eq!(
            BASE64_STANDARD.decode(answer["body"].as_str().expect("the body is a string")),
            Ok(bytes)
        );
        assert_eq!(answer["isBase64Encoded"], true);
        assert_eq!(answer["headers"], json!({"content-type": "image/png"}));
    }
}

#[test]
fn fields_arrive_in_both_forms() {
    let every: String = (' '..='~').collect::<String>().trim().to_owned();
    let fields = |has_them| {
        answer(|responder| {
            responder
                .http(302)
                .multi_value_headers(has_them)
                .header("x-every", &every)
                .cookie("a=1")
                .header("vary", "origin")
                .header("Vary", "accept")
                .header("set-cookie", "b=\"2\"; Path=/")
                .empty()
        })
    };
    let single = fields(false);
    assert_eq!(single["headers"], json!({"x-every": every, "vary": "origin, accept"}));
    assert_eq!(single["cookies"], json!(["a=1", "b=\"2\"; Path=/"]));
    assert_eq!(single.get("multiValueHeaders"), None);
    let multi = fields(true);
    let expected = json!({"x-every": [every], "vary": ["origin", "accept"], "set-cookie": ["a=1", "b=\"2\"; Path=/"]});
    assert_eq!(multi["multiValueHeaders"], expected);
    assert_eq!((multi.get("headers"), multi.get("cookies")), (None, None));
    for answer in [single, multi] {
        assert_eq!(
            (&answer["statusCode"], &answer["body"], &answer["isBase64Encoded"]),
            (&json!(302), &json!(""), &json!(false))
        );
    }
}

#[test]
fn a_list_is_written_element_by_element() {
    let answer = answer(|responder| {
        let mut writer = responder.writer();
        writer.write(b"[")?;
        writer.json(&("a\n", 1))?;
        // A failed write leaves nothing in the response.
        assert_eq!(writer.json(&(1, u128::MAX)), Err(Error::JSON_INTEGER));
        writer.write(b",")?;
        writer.json(&["b"])?;
        writer.write(b"]")?;
        writer.finish()
    });
    assert_eq!(answer, json!([["a\n", 1], ["b"]]));
    assert_eq!(
        self::answer(|responder| responder.json(&json!({"k": ["v", 1]}))),
        json!({"k": ["v", 1]})
    );
}
