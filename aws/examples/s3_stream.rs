//! Serves the objects of the bucket BUCKET through a function URL, of any size, in constant memory:
//! `cargo bare serve s3_stream --aws moto --url`
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]

use barelambda::events::api_gateway_v2::Request;
use barelambda::events::http::HttpRequest;
use barelambda::{Error, FunctionError, Handler, Invocation, Response};
use barelambda_aws::{Aws, S3};

barelambda::entry!(init = init, event = 65_536, response = 65_536, heap = 1_048_576);

static NO_BUCKET: FunctionError =
    FunctionError::new("Function.NoBucket", "expected the name of a bucket in BUCKET");

struct Files {
    bucket: S3,
}

fn init() -> Result<Files, Error> {
    let bucket = Aws::from_env()?.s3(barelambda::env("BUCKET").ok_or(&NO_BUCKET)?)?;
    Ok(Files { bucket })
}

impl Handler for Files {
    fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a> {
        let Invocation { event, responder, .. } = invocation;
        let (request, _) = event.http::<Request>()?;
        let mut object = self.bucket.open(request.path().trim_start_matches('/'))?;
        if object.status() != 200 {
            return responder.http(404).text("no such object");
        }
        let content_type = object.header("content-type").unwrap_or("application/octet-stream");
        let mut stream = responder.http_stream(200, &[("content-type", content_type)], &[])?;
        while let Some(piece) = object.read()? {
            stream.write(piece)?;
        }
        stream.finish()
    }
}
