//! A small web service with a function URL:
//! `cargo bare invoke function_url --file examples/events/function_url_order.json`
//!
//! `GET /` returns text, `POST /orders` reads and returns JSON, and `GET /icon` returns bytes.
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
use barelambda::events::Body;
use barelambda::events::api_gateway_v2::Request;
use barelambda::events::http::HttpRequest;
use barelambda::{Invocation, Responder, Response};
use serde::{Deserialize, Serialize};

barelambda::entry!(service);

/// A GIF image of one pixel.
static ICON: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

fn service(invocation: Invocation) -> Response {
    let Invocation { event, responder, .. } = invocation;
    let (request, body) = event.http::<Request>()?;
    match (request.method(), request.path()) {
        ("GET", "/") => responder.http(200).text(request.query("name").unwrap_or("hello, world")),
        ("GET", "/icon") => responder
            .http(200)
            .header("cache-control", "max-age=86400")
            .content_type("image/gif")
            .bytes(ICON),
        ("POST", "/orders") => order(body, responder),
        _ => responder.http(404).text("there is nothing here"),
    }
}

#[derive(Deserialize)]
struct Order<'a> {
    item: &'a str,
    count: u32,
}

#[derive(Serialize)]
struct Accepted<'a> {
    item: &'a str,
    cents: u64,
}

fn order<'a>(body: Body<'a>, responder: Responder<'a>) -> Response<'a> {
    // An invalid order is an error of the client, not of the function.
    match body.json::<Order>() {
        Ok(order) => responder
            .http(201)
            .cookie("last-order=1; Secure; HttpOnly; SameSite=Strict")
            .json(&Accepted { item: order.item, cents: u64::from(order.count) * 250 }),
        Err(_) => responder.http(400).text("this is no order"),
    }
}
