//! Examples, beside those that `tool::local_aws` runs.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use barelambda_emulator::{Emulator, InvokeOptions, Options};
use barelambda_tests::calls::probe::{file, identity};
use barelambda_tests::calls::reply;
use barelambda_tests::calls::server::Server;
use barelambda_tests::cargo;
use barelambda_tests::emulated;
use barelambda_tests::moto::Moto;
use barelambda_tests::programs::{Architecture, aws_example};
use barelambda_tests::tls::server;

/// The server is on this machine, in place of example.com.
#[test]
#[ignore = "builds an example of the package aws; run `bash .ci/full`"]
fn webhook_passes_events_on() {
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&bodies);
    let server = Server::tls(server::config(identity()), move |mut wire| {
        while let Some(request) = wire.request()? {
            seen.lock().expect("no thread panics with it").push(request.body);
            let status = if request.target == "/hook" { 204 } else { 403 };
            wire.send(&reply::with_headers(status, "", b""))?;
        }
        Ok(())
    });
    let root = file("root.pem", &identity().root);
    let start = |path: &str| {
        let options = Options::new(aws_example("webhook", Architecture::X86_64))
            .env("AWS_CA_BUNDLE", &root)
            .env("WEBHOOK_URL", format!("{}{path}", server.url()));
        emulated::start(options)
    };
    let emulator = start("/hook");
    for _ in 0..3 {
        assert_eq!(emulated::answer(&emulator, r#"{"text":"deployed"}"#), b"204");
    }
    let (error, _) = emulated::failure(&start("/other"), "{}");
    assert_eq!((error.error_type.as_str(), error.message.as_str()), ("Aws.Refused", "403 : "));
    let bodies = bodies.lock().expect("no thread panics with it");
    assert_eq!(bodies[..3], [br#"{"text":"deployed"}"#; 3]);
}

/// Invokes a function that streams. Returns the number of bytes of its response, and its peak
/// memory then in KiB.
fn received(emulator: &Emulator, event: &str) -> (u64, u64) {
    let mut stream = emulator.invoke_streaming(event, InvokeOptions::default());
    let count = stream.by_ref().map(|piece| piece.len() as u64).sum();
    let outcome = stream.finish();
    assert_eq!(outcome.function_error, None, "{}", outcome.log);
    (count, outcome.report.peak_memory_kib.expect("/proc has it"))
}

/// Serves objects of 1 and of 100 MB, one after the other, and compares the memory.
#[test]
#[ignore = "builds an example of the package aws; run `bash .ci/full`"]
fn s3_stream_needs_constant_memory() {
    const SMALL: u64 = 1_000_000;
    const LARGE: u64 = 100_000_000;
    let sent = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&sent);
    let server = Server::tls(server::config(identity()), move |mut wire| {
        let piece = vec![b'x'; 100_000];
        while let Some(request) = wire.request()? {
            let len = if request.target.ends_with("large") { LARGE } else { SMALL };
            wire.send(format!("HTTP/1.1 200 OK\r\nContent-Length: {len}\r\n\r\n").as_bytes())?;
            for _ in 0..len / 100_000 {
                wire.send(&piece)?;
                counted.fetch_add(100_000, Ordering::Relaxed);
            }
        }
        Ok(())
    });
    let root = file("root.pem", &identity().root);
    let options = Options::new(aws_example("s3_stream", Architecture::X86_64))
        .env("AWS_CA_BUNDLE", root)
        .env("AWS_ENDPOINT_URL", server.url())
        .env("AWS_ACCESS_KEY_ID", "A")
        .env("AWS_SECRET_ACCESS_KEY", "s")
        .env("BUCKET", "files");
    let emulator = emulated::start(options);
    let event = std::fs::read_to_string(cargo::root().join("aws/examples/events/s3_stream.json"))
        .expect("the event exists");
    let peak = |path: &str| received(&emulator, &event.replace("/greeting.txt", path));
    let (small, before) = peak("/small");
    let (large, after) = peak("/large");
    // The head of a response to a function URL precedes the body.
    assert!((SMALL..SMALL + 1000).contains(&small), "{small} bytes");
    assert!((LARGE..LARGE + 1000).contains(&large), "{large} bytes");
    assert_eq!(sent.load(Ordering::Relaxed), SMALL + LARGE);
    println!("VmHWM: {before} KiB after 1 MB, {after} KiB after 100 MB");
    assert!(after <= before + 16, "{before} KiB after 1 MB, {after} KiB after 100 MB");
}

/// As above, with the real bytes, from moto.
#[test]
#[ignore = "needs moto and the AWS CLI; run `bash .ci/full`"]
fn s3_stream_serves_100_mb_from_moto() {
    let moto = Moto::start_tls(identity());
    moto.python(
        "import boto3\ns3 = boto3.client('s3')\ns3.create_bucket(Bucket='files')\n\
         s3.put_object(Bucket='files', Key='greeting.txt', Body=b'0123456789' * 10_000_000)",
    );
    let mut options = Options::new(aws_example("s3_stream", Architecture::X86_64));
    options.environment.extend(moto.environment().map(|(name, value)| (name.into(), value)));
    let emulator = emulated::start(options.env("BUCKET", "files"));
    let event = std::fs::read_to_string(cargo::root().join("aws/examples/events/s3_stream.json"))
        .expect("the event exists");
    let (count, peak) = received(&emulator, &event);
    assert!((100_000_000..100_001_000).contains(&count), "{count} bytes");
    println!("VmHWM: {peak} KiB");
    assert!(peak < 1024, "{peak} KiB");
}
