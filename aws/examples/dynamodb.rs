//! A counter in DynamoDB, behind a function URL: each request adds one to the item of its path.
//! The table has the partition key `name`, a string, and the environment variable TABLE its name:
//! `cargo bare invoke dynamodb --aws moto --file aws/examples/events/dynamodb.json`
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]

use barelambda::events::api_gateway_v2::Request;
use barelambda::events::http::HttpRequest;
use barelambda::{Error, Handler, Invocation, Response};
use barelambda_aws::{Aws, Client, Service};
use serde::{Deserialize, Serialize};

barelambda::entry!(init = init, event = 262_144, response = 65_536, heap = 1_048_576);

struct Counter {
    table: &'static str,
    dynamodb: Client,
}

fn init() -> Result<Counter, Error> {
    let mut dynamodb = Aws::from_env()?.client(Service::DYNAMODB)?;
    // The handshake is a part of the cold start, where Lambda gives the process a whole processor.
    dynamodb.connect()?;
    Ok(Counter { table: barelambda::env("TABLE").unwrap_or("counters"), dynamodb })
}

impl Handler for Counter {
    fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a> {
        let (request, _) = invocation.event.http::<Request>()?;
        let mut reply = self.dynamodb.call(
            "UpdateItem",
            &UpdateItem {
                table_name: self.table,
                key: Key { name: S { s: request.path() } },
                update_expression: "ADD visits :one",
                expression_attribute_values: Values { one: N { n: "1" } },
                return_values: "UPDATED_NEW",
            },
        )?;
        if !reply.is_success() {
            return reply.fail(invocation.responder);
        }
        let output: Output = reply.json()?;
        invocation.responder.http(200).text(output.attributes.visits.n)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct UpdateItem<'a> {
    table_name: &'a str,
    key: Key<'a>,
    update_expression: &'a str,
    expression_attribute_values: Values<'a>,
    return_values: &'a str,
}

#[derive(Serialize)]
struct Key<'a> {
    name: S<'a>,
}

#[derive(Serialize)]
struct Values<'a> {
    #[serde(rename = ":one")]
    one: N<'a>,
}

/// A string, as DynamoDB writes it.
#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
struct S<'a> {
    s: &'a str,
}

/// A number, as DynamoDB writes it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct N<'a> {
    n: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Output<'a> {
    #[serde(borrow)]
    attributes: Attributes<'a>,
}

#[derive(Deserialize)]
struct Attributes<'a> {
    #[serde(borrow)]
    visits: N<'a>,
}
