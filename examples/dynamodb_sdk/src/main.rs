//! A std program that uses AWS's SDK on tokio. It counts in an item of the DynamoDB table `TABLE`:
//! `cargo barelambda invoke dynamodb-sdk-function '{}' --env TABLE=counters --aws moto`
use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use barelambda::{Error, FunctionError, Handler, Invocation, Response};
use tokio::runtime::{Builder, Runtime};

barelambda::entry!(init = setup);

static NO_TABLE: FunctionError =
    FunctionError::new("Function.NoTable", "the variable TABLE must be the name of a table");

struct Counter {
    table: String,
    client: Client,
    /// Runs on the handler's thread, so that nothing happens between invocations.
    runtime: Runtime,
}

fn setup() -> Result<Counter, Error> {
    let table = std::env::var("TABLE").map_err(|_| Error::from(&NO_TABLE))?;
    let runtime = Builder::new_current_thread().enable_all().build().expect("tokio starts");
    let https = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let config = aws_config::defaults(BehaviorVersion::latest()).http_client(https);
    let client = Client::new(&runtime.block_on(config.load()));
    Ok(Counter { table, client, runtime })
}

impl Handler for Counter {
    fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("name", AttributeValue::S("visits".into()))
            .update_expression("ADD visits :one")
            .expression_attribute_values(":one", AttributeValue::N("1".into()))
            .return_values(ReturnValue::UpdatedNew)
            .send();
        match self.runtime.block_on(update) {
            Ok(output) => {
                let attributes = output.attributes.unwrap_or_default();
                let visits = attributes.get("visits").and_then(|value| value.as_n().ok());
                let mut response = invocation.responder.writer();
                response.write(visits.map_or("0", String::as_str).as_bytes())?;
                response.finish()
            }
            Err(error) => invocation
                .responder
                .fail("Function.DynamoDb", format_args!("{}", DisplayErrorContext(error))),
        }
    }
}
