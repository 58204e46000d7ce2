//! The steps of a user: a new function is tested, invoked, packaged and deployed on both
//! architectures, and the deployed function responds.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::thread;

use barelambda_emulator::Options;
use barelambda_tests::emulated::{answer, start};
use barelambda_tests::moto::Moto;
use barelambda_tests::new_function::{NewFunction, lambda_name};
use barelambda_tests::packages::{code_sha256, members};
use barelambda_tests::programs::Architecture;
use barelambda_tests::rie::Rie;
use barelambda_tests::terraform::Stack;

/// The templates, the handler's name, and a part of the response to their event.
const TEMPLATES: [(&str, &str, &str); 4] = [
    ("hello", "bootstrap", "\"hello, world\""),
    ("json", "bootstrap", "\"cents\":750}"),
    ("c", "bootstrap", "\"hello, world\""),
    ("shell", "handler.sh", "\"event\":{\"name\":\"Ada\"}"),
];

/// Makes Terraform replace the function.
const REPLACE: &str = "-replace=module.function.aws_lambda_function.this";

#[test]
#[ignore = "needs Terraform, its AWS provider, moto, RIE and qemu-user-static; run `bash .ci/full`"]
fn new_test_invoke_package_deploy() {
    let moto = Moto::start();
    moto.aws(&["s3", "mb", "s3://state"]);
    thread::scope(|scope| {
        for (template, handler, wanted) in TEMPLATES {
            let moto = &moto;
            scope.spawn(move || journey(moto, template, handler, wanted));
        }
    });
    let state = moto.aws(&["s3api", "list-objects-v2", "--bucket", "state"]);
    assert_eq!(
        state["Contents"].as_array().map(Vec::len),
        Some(TEMPLATES.len()),
        "expected a state for each function: {state}"
    );
}

fn journey(moto: &Moto, template: &str, handler: &str, wanted: &str) {
    let name = &format!("my-{template}");
    let function = NewFunction::make(&format!("journey-{template}"), template, name);
    let tested = function.test();
    assert!(tested.contains("passed") && !tested.contains(" 0 passed"), "{template}: {tested}");
    let event =
        fs::read(function.folder().join("events/event.json")).expect("the template has an event");

    let stack = Stack::at(function.folder().join("terraform"), moto.environment());
    stack.succeed("", &["init", "-backend-config=bucket=state"]);
    for architecture in [Architecture::Aarch64, Architecture::X86_64] {
        let lambda = lambda_name(architecture);
        let invoked = function.invoke(lambda);
        assert!(invoked.contains(wanted), "{template}, {lambda}: {invoked}");
        let zip = function.package(lambda);

        // `new` sets the variables for arm64. Moto, unlike AWS, can't change a function's
        // architecture.
        let variables = [
            format!("-var=architecture={lambda}"),
            format!("-var=zip=../dist/{name}-{lambda}.zip"),
        ];
        let other = [REPLACE, &variables[0], &variables[1]];
        stack.succeed(
            "",
            &[
                &["apply", "-auto-approve"][..],
                if architecture == Architecture::X86_64 { &other } else { &[] },
            ]
            .concat(),
        );
        let deployed = moto.aws(&["lambda", "get-function", "--function-name", name]);
        let configuration = &deployed["Configuration"];
        assert_eq!(
            configuration["CodeSha256"],
            code_sha256(&zip),
            "{template}, {lambda}: {deployed}"
        );
        assert_eq!(configuration["CodeSize"], zip.metadata().expect("the zip exists").len());
        assert_eq!(configuration["Architectures"], serde_json::json!([lambda]));
        assert_eq!(configuration["Handler"], handler);
        assert_eq!(configuration["Runtime"], "provided.al2023");

        let root = function.folder().join(format!("unzipped-{lambda}"));
        unzip(&zip, &root);
        let mut options = Options::new(root.join("bootstrap"));
        options.handler = handler.to_owned();
        options.runner = architecture.runner();
        let emulated = answer(&start(options), str::from_utf8(&event).expect("the event is UTF-8"));
        assert!(
            String::from_utf8_lossy(&emulated).contains(wanted),
            "{template}, {lambda}: {}",
            emulated.escape_ascii()
        );

        let environment = [
            ("LAMBDA_TASK_ROOT", root.to_str().expect("the path is UTF-8")),
            ("_HANDLER", handler),
        ];
        let mut rie = Rie::start(
            &started(&root, architecture),
            &environment,
            &format!("journey-{template}-{lambda}"),
        );
        let real = rie.answer(&event);
        assert!(real.text().contains(wanted), "{template}, {lambda}, under RIE: {real:?}");
    }
    stack.succeed("", &["destroy", "-auto-approve"]);
}

/// Unpacks a zip as Lambda does.
fn unzip(zip: &Path, folder: &Path) {
    fs::create_dir(folder).expect("the folder is new");
    for member in members(zip) {
        let path = folder.join(&member.name);
        fs::write(&path, member.bytes).expect("a file can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(member.mode as u32 & 0o777))
            .expect("the mode can be set");
    }
}

/// Returns the file that RIE starts: the bootstrap, or a script that runs it in an emulator.
fn started(root: &Path, architecture: Architecture) -> PathBuf {
    let bootstrap = root.join("bootstrap");
    let Some(runner) = architecture.runner() else {
        return bootstrap;
    };
    let script = root.join("run");
    let words: Vec<_> = runner.iter().map(|word| word.to_string_lossy()).collect();
    fs::write(&script, format!("#!/bin/sh\nexec {} '{}'\n", words.join(" "), bootstrap.display()))
        .expect("a file can be written");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("the mode can be set");
    script
}
