//! HTTP requests from the files in examples/events.

use crate::error::Error;
use crate::events::http::*;
use crate::events::{alb, api_gateway_v1, api_gateway_v2, url_decode};
use std::string::{String, ToString};
use std::vec::Vec;

const V2: &str = include_str!("../../../examples/events/api_gateway_v2.json");
const FUNCTION_URL: &str = include_str!("../../../examples/events/function_url.json");
const BINARY: &str = include_str!("../../../examples/events/function_url_binary.json");
const V1: &str = include_str!("../../../examples/events/api_gateway_v1.json");
const ALB: &str = include_str!("../../../examples/events/alb.json");
const ALB_MULTI_VALUE: &str = include_str!("../../../examples/events/alb_multi_value.json");

/// The order in the bodies.
#[derive(Debug, PartialEq, serde::Deserialize)]
struct Order<'a> {
    item: &'a str,
    quantity: u32,
    note: &'a str,
    gift: bool,
}

fn bytes(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

#[test]
fn a_request_to_an_http_api() {
    let mut text = bytes(V2);
    let (request, body) = from_slice::<api_gateway_v2::Request>(&mut text).unwrap();
    assert_eq!((request.method(), request.path()), ("POST", "/shops/café-9/orders"));
    assert_eq!(request.route_key(), "POST /shops/{shop}/orders");
    assert_eq!(
        request.raw_query_string(),
        "dry=true&tag=new&tag=gift&note=a%20%22quoted%22%20word&empty="
    );
    assert_eq!(request.header("X-Customer"), Some("André \"Dédé\" \u{1f600}"));
    assert_eq!(request.header("x-tab"), Some("a\tb"));
    assert_eq!((request.header("X-Absent"), request.header("")), (None, None));
    assert_eq!(request.headers().iter().count(), 11);
    assert_eq!(request.headers().iter().next(), Some(("accept", "*/*")));
    assert_eq!(request.query("note"), Some("a \"quoted\" word"));
    assert_eq!(
        (request.query("empty"), request.query("tag"), request.query("Tag")),
        (Some(""), Some("new,gift"), None)
    );
    let cookies: Vec<_> = request.cookies().iter().collect();
    assert_eq!(cookies, ["session=4f2a9c", "theme=\"dark\"", "city=Zürich"]);
    assert_eq!(
        (request.cookie("theme"), request.cookie("city")),
        (Some("\"dark\""), Some("Zürich"))
    );
    assert_eq!((request.cookie("them"), request.cookie("Theme")), (None, None));
    assert_eq!(request.path_parameters().get("shop"), Some("café-9"));
    assert_eq!(
        (request.stage_variables().get("table"), request.stage_variables().get("flag")),
        (Some("orders-é"), Some("on"))
    );

    let context = &request.request_context();
    assert_eq!(
        (context.account_id(), context.api_id(), context.stage()),
        ("123456789012", "a1b2c3d4e5", "$default")
    );
    assert_eq!(
        (context.request_id(), context.time_epoch()),
        ("eTk5IhQmFiAEPxQ=", 1_727_176_112_345)
    );
    assert_eq!(
        (context.http().source_ip(), context.http().user_agent()),
        ("203.0.113.17", Some("curl/8.5.0"))
    );
    assert_eq!(context.authorizer().jwt_claims().get("name"), Some("André \u{1f600}"));
    assert_eq!(context.authorizer().jwt_claims().iter().count(), 7);
    assert_eq!(
        context.authorizer().jwt_scopes().iter().collect::<Vec<_>>(),
        ["orders/write", "orders/read"]
    );
    assert!(
        context.authorizer().jwt_scopes().contains("orders/read")
            && !context.authorizer().jwt_scopes().contains("orders")
    );
    assert!(
        context.authorizer().iam().is_empty()
            && context.authorizer().lambda().is_null()
            && context.authentication().is_null()
    );

    let order = Order {
        item: "café \"No. 1\" \u{1f600}",
        quantity: 3,
        note: "line 1\nline 2 é\u{1f680} \u{1f600}",
        gift: false,
    };
    assert_eq!(body.json(), Ok(order));
}

#[test]
fn a_body_that_is_not_utf8_is_not_text() {
    let read = |body: &[u8]| {
        let mut text = [
            &b"{\"body\":\""[..],
            body,
            b"\",\"rawPath\":\"/\",\"requestContext\":{\"http\":{\"method\":\"GET\"}}}",
        ]
        .concat();
        let (_, body) = from_slice::<api_gateway_v2::Request>(&mut text).unwrap();
        body.text().map(String::from)
    };
    assert_eq!(read(b"caf\xc3\xa9"), Ok("café".into()));
    assert_eq!(read(b"caf\xe9"), Err(Error::BODY_UTF8));
    assert_eq!(read(b"\\u00e9\xff"), Err(Error::BODY_UTF8));
}

#[test]
fn a_request_to_a_function_url() {
    let mut text = bytes(FUNCTION_URL);
    let (request, body) = from_slice::<api_gateway_v2::Request>(&mut text).unwrap();
    assert_eq!(
        (request.method(), request.path(), request.raw_query_string()),
        ("POST", "/hello/wörld", "")
    );
    assert_eq!(request.header("Accept"), Some("text/html, */*"));
    assert!(
        request.query_parameters().is_empty()
            && request.cookies().is_empty()
            && request.path_parameters().is_empty()
    );
    let iam = request.request_context().authorizer().iam();
    assert_eq!(iam.get("userArn"), Some("arn:aws:sts::123456789012:assumed-role/caller/andré"));
    assert_eq!(iam.get("cognitoIdentity"), None);
    assert_eq!(
        request.request_context().http().user_agent(),
        Some("Mozilla/5.0 (\"quoted\"; \u{1f680})")
    );
    assert_eq!(
        body.text(),
        Ok(
            "{\"name\":\"Zoë \\\"Z\\\" \u{1f600}\",\"lines\":\"one\\ntwo\\ttabs \\ud83c\\udf0d \u{1f30d}\"}"
        )
    );
}

#[test]
fn a_body_of_bytes() {
    let mut text = bytes(BINARY);
    let (request, body) = from_slice::<api_gateway_v2::Request>(&mut text).unwrap();
    assert_eq!((request.method(), request.query("name")), ("PUT", Some("café 1.png")));
    assert!(request.is_base64_encoded() && !body.is_empty());
    assert_eq!(body.bytes().unwrap(), b"\x89PNG\r\n\x1a\n\0\0\0\xff\xfb\xfe\xf0\x9f\x98\x80");

    let mut text = bytes(BINARY);
    let (_, body) = from_slice::<api_gateway_v2::Request>(&mut text).unwrap();
    assert_eq!(body.text(), Err(Error::BODY_UTF8));

    let mut text = BINARY.replace("iVBO", "iV!O").into_bytes();
    let (_, body) = from_slice::<api_gateway_v2::Request>(&mut text).unwrap();
    assert_eq!(body.bytes(), Err(Error::BODY_BASE64));
}

#[test]
fn a_body_of_json_in_base64() {
    let json =
        "eyJpdGVtIjoiYSBcImJcIiIsInF1YW50aXR5IjoxLCJub3RlIjoiXHVkODNkXHVkZTAwIiwiZ2lmdCI6dHJ1ZX0=";
    let mut text = BINARY.replace("iVBORw0KGgoAAAD\\/\\u002b/7wn5iA", json).into_bytes();
    let (_, body) = from_slice::<api_gateway_v2::Request>(&mut text).unwrap();
    assert_eq!(
        body.json(),
        Ok(Order { item: "a \"b\"", quantity: 1, note: "\u{1f600}", gift: true })
    );
}

#[test]
fn a_request_to_a_rest_api() {
    let mut text = bytes(V1);
    let (request, body) = from_slice::<api_gateway_v1::Request>(&mut text).unwrap();
    assert_eq!((request.method(), request.path()), ("GET", "/shops/münchen/orders/42"));
    assert_eq!(request.resource(), "/shops/{shop}/{proxy+}");
    assert_eq!(
        (request.header("x-name"), request.header("user-agent")),
        (Some("José \u{1f600}"), Some("Mozilla/5.0 (X11; Linux x86_64) \"quoted\""))
    );
    assert_eq!(
        (Headers::from(request.get("headers")).get("cookie"), request.header("COOKIE")),
        (Some("b=2"), Some("a=\"1\""))
    );
    assert_eq!(request.multi_value_headers().all("cookie").collect::<Vec<_>>(), ["a=\"1\"", "b=2"]);
    assert_eq!(
        (request.cookie("a"), request.cookie("b"), request.cookie("c")),
        (Some("\"1\""), Some("2"), None)
    );
    assert_eq!(
        (request.query_string_parameters().get("tag"), request.query("tag")),
        (Some("café"), Some("new \"ones\""))
    );
    assert_eq!(request.query_parameters().all("tag").collect::<Vec<_>>(), ["new \"ones\"", "café"]);
    let all: Vec<_> = request.query_parameters().iter().collect();
    assert_eq!(all, [("page", "2"), ("tag", "new \"ones\""), ("tag", "café")]);
    assert_eq!(
        (request.path_parameters().get("shop"), request.path_parameters().get("proxy")),
        (Some("münchen"), Some("orders/42"))
    );
    assert!(request.stage_variables().is_empty());
    let context = &request.request_context();
    assert_eq!(
        (context.path(), context.request_time_epoch()),
        (Some("/prod/shops/münchen/orders/42"), 1_727_176_664_123)
    );
    assert_eq!(
        (context.identity().source_ip(), context.identity().api_key(), context.identity().caller()),
        ("203.0.113.17", Some("example-key-é"), None)
    );
    let claims = context.authorizer().fields().find(|(name, _)| *name == "claims").unwrap().1;
    assert_eq!(Parameters::from(claims).get("name"), Some("José \u{1f600}"));
    assert!(body.is_empty());
    assert_eq!(body.text(), Ok(""));
}

#[test]
fn a_request_to_a_load_balancer() {
    let mut text = bytes(ALB);
    let (request, body) = from_slice::<alb::Request>(&mut text).unwrap();
    assert_eq!((request.method(), request.path()), ("POST", "/orders/caf%C3%A9"));
    let mut buffer = [0; 64];
    assert_eq!(url_decode(request.path(), &mut buffer), Ok("/orders/café"));
    assert_eq!(url_decode(request.query("note").unwrap(), &mut buffer), Ok("a \"quoted\" word"));
    assert_eq!((request.header("X-NAME"), request.cookie("a")), (Some("José \u{1f600}"), None));
    assert_eq!(
        request.target_group_arn(),
        Some(
            "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/orders/6d0ecf831eec9f09"
        )
    );
    assert_eq!(body.text(), Ok("Grüße,\n\"zwei\" Zeilen \u{1f600} und \u{1f30d}"));

    let mut text = bytes(ALB_MULTI_VALUE);
    let (request, body) = from_slice::<alb::Request>(&mut text).unwrap();
    assert_eq!(
        (request.header("user-agent"), request.header("Cookie")),
        (Some("ELB-HealthChecker/2.0"), Some("a=\"1\""))
    );
    assert_eq!((request.cookie("a"), request.cookie("city")), (Some("\"1\""), Some("Zürich")));
    assert_eq!((request.query("flag"), request.query("tag")), (Some(""), Some("new")));
    let last = request.query_parameters().all("tag").last().unwrap();
    assert_eq!(url_decode(last, &mut buffer), Ok("café \u{1f600}"));
    assert!(body.is_empty());
}

#[test]
fn one_handler_takes_requests_from_everywhere() {
    fn response<'a, R: HttpRequest<'a>>(text: &'a mut [u8]) -> String {
        let (request, body) = from_slice::<R>(text).unwrap();
        let agent = request.header("User-Agent").unwrap_or_default();
        [request.method(), request.path(), agent, &body.bytes().unwrap().len().to_string()]
            .join(" ")
    }
    assert_eq!(
        response::<api_gateway_v2::Request>(&mut bytes(BINARY)),
        "PUT /upload curl/8.5.0 18"
    );
    assert_eq!(
        response::<alb::Request>(&mut bytes(ALB_MULTI_VALUE)),
        "GET / ELB-HealthChecker/2.0 0"
    );
    assert_eq!(
        response::<api_gateway_v1::Request>(&mut bytes(V1)),
        "GET /shops/münchen/orders/42 Mozilla/5.0 (X11; Linux x86_64) \"quoted\" 0"
    );
}

#[test]
fn an_event_of_another_source_is_an_error() {
    fn message<'a, R: HttpRequest<'a>>(text: &'a mut [u8]) -> &'static str {
        from_slice::<R>(text).err().unwrap().message()
    }
    let sqs = include_str!("../../../examples/events/sqs.json");
    for text in [sqs, ALB, "{}"] {
        assert_eq!(
            message::<api_gateway_v2::Request>(&mut bytes(text)),
            Error::JSON_MISSING_FIELD.message()
        );
    }
    assert_eq!(message::<alb::Request>(&mut bytes("[]")), Error::JSON_NO_OBJECT.message());
    assert_eq!(
        message::<alb::Request>(&mut bytes(&[ALB, ","].concat())),
        Error::JSON_TRAILING.message()
    );
    let no_text = ALB.replace("\"Gr\\u00fc", "17, \"x\": \"");
    assert_eq!(message::<alb::Request>(&mut bytes(&no_text)), Error::JSON_NO_STRING.message());
}

#[test]
fn scalars_are_text_and_other_values_are_raw() {
    let mut text = bytes(
        r#"{"httpMethod":"GET","path":"/","headers":{"a":null,"b":1,"c":["x",2,null,["y"],"z"],"C":"w","d":{}},
            "queryStringParameters":{"test":1,"flag":true,"o":{"k":[1.5]}}}"#,
    );
    let (request, body) = from_slice::<alb::Request>(&mut text).unwrap();
    assert_eq!(
        (request.header("a"), request.header("b"), request.header("d")),
        (None, Some("1"), None)
    );
    assert_eq!(request.headers().all("c").collect::<Vec<_>>(), ["x", "2", "z", "w"]);
    assert_eq!(
        (request.query("test"), request.query("flag"), request.query("o")),
        (Some("1"), Some("true"), None)
    );
    assert_eq!(
        request.query_string_parameters().raw("o").get("k").elements().next().unwrap().read(),
        Ok(1.5)
    );
    assert!(request.query_string_parameters().raw("absent").is_null());
    assert!(body.is_empty() && request.target_group_arn().is_none());
}
