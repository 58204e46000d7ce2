//! Echoes each event with the official `lambda_runtime`, as its documentation shows. See README.md.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[cfg_attr(feature = "as-documented", tokio::main)]
#[cfg_attr(not(feature = "as-documented"), tokio::main(flavor = "current_thread"))]
async fn main() -> Result<(), Error> {
    #[cfg(feature = "as-documented")]
    lambda_runtime::tracing::init_default_subscriber();
    run(service_fn(echo)).await
}

async fn echo(event: LambdaEvent<Value>) -> Result<Value, Error> {
    Ok(event.payload)
}
