//! The size of the example `dynamodb`, and its memory after the first call, over TLS to a server of
//! this test. `cargo suite --show --only figures aws_budget` shows the table.

use std::fs;
use std::path::PathBuf;

use barelambda_emulator::Options;
use barelambda_tests::budgets::{Budgets, Measured};
use barelambda_tests::calls::probe::{file, identity};
use barelambda_tests::calls::reply;
use barelambda_tests::calls::server::Server;
use barelambda_tests::tls::server;
use barelambda_tests::{cargo, emulated, packages};

/// The table of the figures in budgets.toml.
const PART: &str = "aws-dynamodb";

/// The number of processes whose memory is measured.
const PROCESSES: usize = 20;

#[test]
#[ignore = "needs a minute for two builds; run `bash .ci/full`"]
fn every_figure_keeps_its_bound() {
    let [x86_64, aarch64] = ["x86_64", "arm64"].map(|arch| {
        let (path, _) = packages::succeed(cargo::root(), &["build", "dynamodb", "--arch", arch]);
        PathBuf::from(path.trim())
    });
    let size = |file: &PathBuf| fs::metadata(file).expect("the program exists").len() as f64;
    let figure = |architecture, figure, value| Measured {
        program: PART.to_owned(),
        architecture,
        figure,
        value,
    };
    let figures = [
        figure("x86_64", "size", size(&x86_64)),
        figure("aarch64", "size", size(&aarch64)),
        figure("x86_64", "peak-memory-kib", peak(&x86_64)),
    ];
    Budgets::read().hold(&[PART.to_owned()], &figures);
}

/// Returns the largest peak memory of several processes after their first call, in KiB.
fn peak(program: &PathBuf) -> f64 {
    let server = Server::tls(server::config(identity()), |mut wire| {
        while wire.request()?.is_some() {
            wire.send(&reply::json(200, r#"{"Attributes":{"visits":{"N":"1"}}}"#))?;
        }
        Ok(())
    });
    let root = file("root.pem", &identity().root);
    let event = fs::read(cargo::root().join("aws/examples/events/dynamodb.json"))
        .expect("the event exists");
    let peak = |_| {
        let options = Options::new(program)
            .env("AWS_CA_BUNDLE", &root)
            .env("AWS_ENDPOINT_URL", server.url())
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "secret");
        let outcome = emulated::invoke(&emulated::start(options), event.clone());
        assert_eq!(outcome.function_error, None, "{}", outcome.log);
        // A zero means that the figure couldn't be read.
        outcome.report.peak_memory_kib.unwrap_or(0)
    };
    (0..PROCESSES).map(peak).max().unwrap_or(0) as f64
}
