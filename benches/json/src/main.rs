//! Parses an API Gateway event repeatedly: `json ours|text|theirs|none FILE TIMES`. `none` measures
//! the program without parsing; `text` is `ours`, and also reads the body as text.
//!
//! Like bare programs, it is built for size, with the profile in the repository's
//! `.cargo/config.toml`.

use std::borrow::Cow;
use std::hint::black_box;
use std::{env, fs};

use barelambda::events::{api_gateway_v2, http};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The fields of `api_gateway_v2::Request`, and the body. Those that are parsed on demand are raw
/// in both.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is only parsed")]
struct Request<'a> {
    #[serde(borrow, default)]
    route_key: Cow<'a, str>,
    #[serde(borrow)]
    raw_path: Cow<'a, str>,
    #[serde(borrow, default)]
    raw_query_string: Cow<'a, str>,
    #[serde(borrow)]
    cookies: Option<&'a RawValue>,
    #[serde(borrow)]
    headers: Option<&'a RawValue>,
    #[serde(borrow)]
    query_string_parameters: Option<&'a RawValue>,
    #[serde(borrow)]
    request_context: &'a RawValue,
    #[serde(borrow)]
    path_parameters: Option<&'a RawValue>,
    #[serde(borrow)]
    stage_variables: Option<&'a RawValue>,
    #[serde(default)]
    is_base64_encoded: bool,
    #[serde(borrow)]
    body: Option<Cow<'a, str>>,
}

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let [_, who, file, times] = &arguments[..] else { panic!("json ours|text|theirs|none FILE TIMES") };
    let event = fs::read(file).expect("the event can be read");
    for _ in 0..times.parse().expect("a number of times") {
        // Parsing in place changes the text. All figures include the copy.
        let mut text = event.clone();
        match &who[..] {
            "ours" => ours(&mut text),
            "text" => text_of(&mut text),
            "theirs" => theirs(&text),
            _ => drop(black_box(text)),
        }
    }
}

#[inline(never)]
fn ours(text: &mut [u8]) {
    black_box(http::from_slice::<api_gateway_v2::Request>(text).expect("it is an event"));
}

#[inline(never)]
fn text_of(text: &mut [u8]) {
    let (request, body) = http::from_slice::<api_gateway_v2::Request>(text).expect("it is an event");
    black_box((request, body.text().expect("it is text")));
}

#[inline(never)]
fn theirs(text: &[u8]) {
    black_box(serde_json::from_slice::<Request>(text).expect("it is an event"));
}
