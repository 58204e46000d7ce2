//! The memory of the example `dynamodb`, and of the heap.

use std::io;

use barelambda_emulator::{Emulator, Options};
use barelambda_tests::calls::probe::{Settings, file, identity};
use barelambda_tests::calls::reply;
use barelambda_tests::calls::server::{Server, Wire};
use barelambda_tests::programs::{Architecture, aws_example};
use barelambda_tests::tls::pki::{self, Identity, Kind};
use barelambda_tests::tls::server;
use barelambda_tests::{cargo, emulated};

/// Replies as DynamoDB does to the example's UpdateItem.
fn count(mut wire: Wire) -> io::Result<()> {
    let mut visits = 0;
    while let Some(request) = wire.request()? {
        assert_eq!(request.header("x-amz-target"), Some("DynamoDB_20120810.UpdateItem"));
        visits += 1;
        let body = format!(r#"{{"Attributes":{{"visits":{{"N":"{visits}"}}}}}}"#);
        wire.send(&reply::json(200, &body))?;
    }
    Ok(())
}

fn start(identity: &Identity, server: &Server) -> Emulator {
    let root = file("root.pem", &identity.root);
    let options = Options::new(aws_example("dynamodb", Architecture::X86_64))
        .env("AWS_CA_BUNDLE", root)
        .env("AWS_ENDPOINT_URL", server.url())
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret");
    emulated::start(options)
}

fn event() -> Vec<u8> {
    std::fs::read(cargo::root().join("aws/examples/events/dynamodb.json"))
        .expect("the event exists")
}

/// What a process has besides the pages of its program, all of which count as soon as they are in
/// the page cache: the stack, the buffers and the heap, of which the handshake needs the most.
fn the_example_needs_at_most_120_kib(kind: Kind) {
    let program = aws_example("dynamodb", Architecture::X86_64);
    let size = std::fs::metadata(program).expect("the program exists").len().div_ceil(1024);
    let identity = pki::chain(kind);
    let server = Server::tls(server::config(&identity), count);
    let mut peaks: Vec<u64> = Vec::new();
    for _ in 0..10 {
        let emulator = start(&identity, &server);
        let first = emulated::invoke(&emulator, event());
        assert_eq!(first.function_error, None, "{}", first.log);
        peaks.push(first.report.peak_memory_kib.expect("/proc has it"));
    }
    peaks.sort_unstable();
    println!("{kind:?}: {peaks:?} KiB after the first call, the program has {size} KiB");
    assert!(peaks[9] <= size + 120, "{peaks:?} KiB, the program has {size} KiB");
}

#[test]
#[ignore = "builds an example of the package aws; run `bash .ci/full`"]
fn the_example_needs_at_most_120_kib_with_ecdsa() {
    the_example_needs_at_most_120_kib(Kind::P256);
}

#[test]
#[ignore = "builds an example of the package aws; run `bash .ci/full`"]
fn the_example_needs_at_most_120_kib_with_rsa() {
    the_example_needs_at_most_120_kib(Kind::Rsa2048);
}

#[test]
#[ignore = "builds an example of the package aws; run `bash .ci/full`"]
fn its_memory_stays_flat() {
    let server = Server::tls(server::config(identity()), count);
    let emulator = start(identity(), &server);
    let peak = || {
        let outcome = emulated::invoke(&emulator, event());
        assert_eq!(outcome.function_error, None, "{}", outcome.log);
        outcome.report.peak_memory_kib.expect("/proc has it")
    };
    let first: u64 = (0..10).map(|_| peak()).max().unwrap_or_default();
    let last: u64 = (0..1000).map(|_| peak()).max().unwrap_or_default();
    println!("VmHWM: {first} KiB after 10 calls, {last} KiB after 1,010");
    assert_eq!(first, last);
}

/// Nothing of a call remains on the heap, also if the server closes each connection, or breaks it.
#[test]
fn the_heap_has_the_same_bytes_after_each_call() {
    let server = Server::tls(server::config(identity()), |mut wire| {
        while wire.request()?.is_some() {
            match wire.number % 3 {
                0 => wire.send(&reply::json(200, "{}"))?,
                1 => {
                    wire.send(&reply::with_headers(200, "Connection: close\r\n", b"{}"))?;
                    return wire.close();
                }
                _ => return wire.reset(),
            }
            if wire.number.is_multiple_of(3)
                && wire.is_idle_for(std::time::Duration::from_millis(1))
            {
                return wire.close();
            }
        }
        Ok(())
    });
    let probe = Settings::new().trusting(identity()).to(&server).start();
    let mut used = Vec::new();
    for _ in 0..300 {
        probe.success(&["call", "dynamodb", "ListTables", "{}"]);
        // A second client has nothing of the first one's reply.
        let after = probe.call(&["nothing"]).expect("it can't fail");
        used.push(after["heap"].as_u64().expect("a number"));
    }
    let (first, last) = used.split_at(50);
    let most = |all: &[u64]| all.iter().copied().max().unwrap_or_default();
    println!("bytes of the heap in use: {} and {}", most(first), most(last));
    assert!(most(last) <= most(first), "{used:?}");
}
