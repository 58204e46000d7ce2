//! Lists the objects that were created in a bucket:
//! `cargo bare invoke s3_event --file examples/events/s3.json`
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
use barelambda::events::s3::Record;
use barelambda::{Invocation, Response};
use serde::Serialize;

barelambda::entry!(sum);

#[derive(Serialize)]
struct Created<'a> {
    bucket: &'a str,
    key: &'a str,
    bytes: u64,
}

fn sum(invocation: Invocation) -> Response {
    let mut response = invocation.responder.writer();
    let mut lead = "[";
    for record in invocation.event.records::<Record>()? {
        let record = record?;
        if !record.event_name.starts_with("ObjectCreated:") {
            continue;
        }
        // A key has at most 1,024 bytes. In the event it is URL-encoded.
        let mut key = [0; 1024];
        let key = record.s3.object.key_decoded(&mut key)?;
        response.write(lead.as_bytes())?;
        response.json(&Created {
            bucket: record.s3.bucket.name,
            key,
            bytes: record.s3.object.size().unwrap_or_default(),
        })?;
        lead = ",";
    }
    response.write(if lead == "[" { b"[]" } else { b"]" })?;
    response.finish()
}
