//! The official `lambda_runtime` under RIE, in both modes. Where its results equal barelambda's,
//! the cause is the server, or how the test starts it.

use std::path::Path;

use barelambda_tests::programs::{Architecture, example, peer};
use barelambda_tests::rie::Rie;
use barelambda_tests::rie_managed;

/// The variables that `lambda_runtime` requires. RIE sets them, too, if they are missing.
const ENVIRONMENT: [(&str, &str); 3] = [
    ("AWS_LAMBDA_FUNCTION_NAME", "named"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
];

#[test]
#[ignore = "needs RIE, and root or sudo; run `bash .ci/full`"]
fn both_functions_have_the_same_results_in_the_usual_mode() {
    compare(Rie::start, "usual");
}

#[test]
#[ignore = "needs RIE, and root or sudo; run `bash .ci/full`"]
fn both_functions_have_the_same_results_in_the_mode_for_managed_instances() {
    compare(rie_managed::start, "managed");
}

fn compare(start: impl Fn(&Path, &[(&str, &str)], &str) -> Rie, mode: &str) {
    let mut ours = start(
        &example("conformance", Architecture::X86_64),
        &ENVIRONMENT,
        &format!("peer-{mode}-ours"),
    );
    let mut theirs = start(&peer(), &ENVIRONMENT, &format!("peer-{mode}-theirs"));
    for event in ["{}", "[ 1.0 ]", "\"conformance:slow\"", "\"conformance:stream-large\"", "\"x\""]
    {
        let (ours, theirs) = (ours.answer(event.as_bytes()), theirs.answer(event.as_bytes()));
        // Content types aren't compared because lambda_runtime sends none.
        assert_eq!(
            (ours.status, ours.error_type, ours.body),
            (theirs.status, theirs.error_type, theirs.body),
            "{event}"
        );
    }
    for (event, field) in [("error", "errorMessage"), ("context", "invokedFunctionArn")] {
        let event = format!("\"conformance:{event}\"");
        let (ours, theirs) =
            (ours.answer(event.as_bytes()).json(), theirs.answer(event.as_bytes()).json());
        assert!(ours[field].is_string(), "{ours}");
        assert_eq!(ours[field], theirs[field], "{event}");
    }
}
