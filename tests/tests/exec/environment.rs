//! The environment of the program that `exec` runs: the function's, and the context of the
//! invocation.

use std::collections::BTreeMap;

use barelambda_emulator::{InvokeOptions, Outcome};
use barelambda_tests::emulated::{invoke, start};
use barelambda_tests::exec::{options, options_for};
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::Architecture;

const ENVIRONMENT: &str = "#!/bin/sh\nexec env -0\n";

fn variables(outcome: &Outcome) -> BTreeMap<String, String> {
    assert_eq!(outcome.function_error, None, "{}", outcome.log);
    let text = String::from_utf8(outcome.payload.clone()).expect("the environment is text");
    let pairs = text
        .split_terminator('\0')
        .map(|pair| pair.split_once('=').expect("a variable has the form NAME=VALUE"));
    let pairs: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let count = pairs.len();
    let variables: BTreeMap<_, _> = pairs.into_iter().collect();
    assert_eq!(variables.len(), count, "duplicate variable: {variables:?}");
    variables
}

fn the_context_is_in_variables(architecture: Architecture) {
    let emulator =
        start(options_for(&format!("context-{architecture:?}"), ENVIRONMENT, architecture));
    let full = InvokeOptions {
        request_id: Some("request".into()),
        invocation_id: Some("invocation".into()),
        trace_id: Some("Root=1-2;Sampled=1".into()),
        client_context: Some(r#"{"custom":{"a b":"c=d"}}"#.into()),
        cognito_identity: Some(r#"{"cognitoIdentityId":"i"}"#.into()),
        tenant_id: Some("tenant".into()),
        ..InvokeOptions::default()
    };
    let variables = variables(&emulator.invoke("{}", full));
    for (name, value) in [
        ("_X_AMZN_TRACE_ID", "Root=1-2;Sampled=1"),
        ("BARELAMBDA_REQUEST_ID", "request"),
        ("BARELAMBDA_INVOCATION_ID", "invocation"),
        ("BARELAMBDA_FUNCTION_ARN", "arn:aws:lambda:us-east-1:123456789012:function:function"),
        ("BARELAMBDA_TENANT_ID", "tenant"),
        ("BARELAMBDA_CLIENT_CONTEXT", r#"{"custom":{"a b":"c=d"}}"#),
        ("BARELAMBDA_COGNITO_IDENTITY", r#"{"cognitoIdentityId":"i"}"#),
    ] {
        assert_eq!(variables.get(name).map(String::as_str), Some(value), "{architecture:?} {name}");
    }
    let deadline: u128 =
        variables["BARELAMBDA_DEADLINE_MS"].parse().expect("the deadline is a number");
    let now = std::time::UNIX_EPOCH.elapsed().expect("the clock is after 1970").as_millis();
    assert!(deadline > now && deadline < now + 31_000, "{deadline} at {now}");
}
on_each_architecture!(the_context_is_in_variables);

#[test]
fn context_that_lambda_did_not_send_is_not_set() {
    // Values of the function's environment and of the previous invocation are removed.
    let options = options("absent", ENVIRONMENT)
        .env("BARELAMBDA_TENANT_ID", "of the function")
        .env("_X_AMZN_TRACE_ID", "of the function");
    let emulator = start(options);
    let full = InvokeOptions {
        tenant_id: Some("before".into()),
        client_context: Some("{}".into()),
        ..InvokeOptions::default()
    };
    assert_eq!(variables(&emulator.invoke("{}", full))["BARELAMBDA_TENANT_ID"], "before");
    let bare = InvokeOptions { trace_id: Some(String::new()), ..InvokeOptions::default() };
    let variables = variables(&emulator.invoke("{}", bare));
    for name in [
        "BARELAMBDA_TENANT_ID",
        "BARELAMBDA_CLIENT_CONTEXT",
        "BARELAMBDA_COGNITO_IDENTITY",
        "_X_AMZN_TRACE_ID",
    ] {
        assert_eq!(variables.get(name), None, "{name}");
    }
}

#[test]
fn the_functions_environment_is_passed_on() {
    let mut options = options("function", ENVIRONMENT).env("EMPTY", "").env("ODD", "a=b\nc ");
    for number in 0..1000 {
        options = options.env(format!("MANY_{number}"), "x".repeat(number));
    }
    let variables = variables(&invoke(&start(options), "{}"));
    for (name, value) in [
        ("EMPTY", ""),
        ("ODD", "a=b\nc "),
        ("_HANDLER", "handler"),
        ("AWS_REGION", "us-east-1"),
        ("TZ", ":UTC"),
    ] {
        assert_eq!(variables[name], value, "{name}");
    }
    assert!(
        variables.contains_key("PATH")
            && variables["AWS_LAMBDA_RUNTIME_API"].starts_with("127.0.0.1:")
    );
    for number in 0..1000 {
        assert_eq!(variables[&format!("MANY_{number}")].len(), number);
    }
}

#[test]
#[ignore = "needs Python 3; run `bash .ci/full`"]
fn lines_have_no_context() {
    let program = "#!/bin/sh\nwhile read -r line; do env | grep -c -e BARELAMBDA_REQUEST_ID -e _X_AMZN_TRACE_ID; done\n";
    let options = options("lines-context", program)
        .env("BARELAMBDA_MODE", "lines")
        .env("_X_AMZN_TRACE_ID", "of the function");
    assert_eq!(invoke(&start(options), "{}").payload, b"0");
}
