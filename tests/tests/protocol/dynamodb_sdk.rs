//! The example that uses AWS's SDK, under the emulator, against moto. It is built in the long run
//! only, as that takes minutes.

use barelambda_emulator::Options;
use barelambda_tests::emulated::{answer, failure, start};
use barelambda_tests::moto::Moto;
use barelambda_tests::programs::{Architecture, std_program};
use barelambda_tests::{cargo, on_each_architecture, packages, tools};

fn options(architecture: Architecture, moto: &Moto, table: Option<&str>) -> Options {
    let mut options = Options::new(std_program("dynamodb-sdk-function", architecture));
    options.runner = architecture.runner();
    options.environment.extend(moto.environment().map(|(name, value)| (name.into(), value)));
    table.map_or(options.clone(), |table| options.env("TABLE", table))
}

fn it_counts_in_a_table(architecture: Architecture) {
    let moto = Moto::start();
    moto.aws(&[
        "dynamodb",
        "create-table",
        "--table-name",
        "counters",
        "--billing-mode",
        "PAY_PER_REQUEST",
        "--attribute-definitions",
        "AttributeName=name,AttributeType=S",
        "--key-schema",
        "AttributeName=name,KeyType=HASH",
    ]);
    let emulator = start(options(architecture, &moto, Some("counters")));
    for visits in ["1", "2", "3"] {
        assert_eq!(String::from_utf8_lossy(&answer(&emulator, "{}")), visits);
    }
    let key = r#"{"name":{"S":"visits"}}"#;
    let item = moto.aws(&["dynamodb", "get-item", "--table-name", "counters", "--key", key]);
    assert_eq!(item["Item"]["visits"]["N"], "3");

    let (error, _) = failure(&start(options(architecture, &moto, Some("absent"))), "{}");
    assert_eq!(error.error_type, "Function.DynamoDb");
    assert!(error.message.contains("ResourceNotFoundException"), "{}", error.message);

    let (error, _) = failure(&start(options(architecture, &moto, None)), "{}");
    assert_eq!(error.reported, "Function.NoTable");
}
on_each_architecture!(
    it_counts_in_a_table,
    "long; run `bash .ci/long`",
    "long; run `bash .ci/long`"
);

/// The example's command, with the program that is already built.
#[test]
#[ignore = "long; run `bash .ci/long`"]
fn it_calls_moto_over_tls_by_one_command() {
    let program = std_program("dynamodb-sdk-function", Architecture::X86_64);
    let output = packages::tool(cargo::root())
        .args(["invoke", "{}", "--env", "TABLE=counters", "--aws", "moto"])
        .args(["--setup", "python3 aws/examples/setup/dynamodb.py", "--bootstrap"])
        .arg(program)
        .env("BARELAMBDA_MOTO", tools::moto_server())
        .output()
        .expect("the tool can be started");
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{words}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1", "{words}");
}
