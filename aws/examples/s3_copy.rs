//! Copies each object that is put into a bucket to the bucket TARGET, under the same key. S3 copies
//! the bytes itself: `cargo bare invoke s3_copy --aws moto --file examples/events/s3.json`
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]

use barelambda::events::s3::Record;
use barelambda::{Error, FunctionError, Handler, Invocation, Response};
use barelambda_aws::{Aws, S3};

barelambda::entry!(init = init, event = 262_144, response = 4096, heap = 1_048_576);

static NO_TARGET: FunctionError =
    FunctionError::new("Function.NoTarget", "expected the name of a bucket in TARGET");

struct Copier {
    target: S3,
}

fn init() -> Result<Copier, Error> {
    let target = Aws::from_env()?.s3(barelambda::env("TARGET").ok_or(&NO_TARGET)?)?;
    Ok(Copier { target })
}

impl Handler for Copier {
    fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a> {
        let mut copied = 0_u32;
        for record in invocation.event.records::<Record>()? {
            let record = record?;
            if !record.event_name.starts_with("ObjectCreated:") {
                continue;
            }
            // A key has at most 1,024 bytes. In the event it is URL-encoded.
            let mut key = [0; 1024];
            let key = record.s3.object.key_decoded(&mut key)?;
            let reply = self.target.copy_from(record.s3.bucket.name, key, key)?;
            if !reply.is_success() {
                // Lambda sends the event again, so that no object is forgotten.
                return reply.fail(invocation.responder);
            }
            copied += 1;
        }
        invocation.responder.json(&copied)
    }
}
