//! Writes each event as an item to DynamoDB, with the official `lambda_runtime` and AWS's SDK. See README.md.

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::types::AttributeValue::{N, S};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Serialize)]
struct Order {
    count: u32,
    name: String,
    price: u32,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = aws_config::defaults(BehaviorVersion::latest());
    #[cfg(feature = "ring")]
    let config = {
        use aws_smithy_http_client::Builder;
        use aws_smithy_http_client::tls::Provider;
        use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
        config.http_client(Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https())
    };
    let client = Client::new(&config.load().await);
    run(service_fn(|event: LambdaEvent<Order>| put(&client, event.payload))).await
}

async fn put(client: &Client, order: Order) -> Result<Order, Error> {
    let request = client
        .put_item()
        .table_name("orders")
        .item("count", N(order.count.to_string()))
        .item("name", S(order.name.clone()))
        .item("price", N(order.price.to_string()));
    request.send().await.map_err(|error| DisplayErrorContext(error).to_string())?;
    Ok(order)
}
