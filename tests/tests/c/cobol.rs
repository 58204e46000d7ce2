//! The example in COBOL: as a handler, linked statically with the C library, and as a plain
//! program.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use barelambda_tests::c_programs::{headers, run};
use barelambda_tests::emulated::{answer, failure, serve};
use barelambda_tests::rie::Rie;
use barelambda_tests::{cargo, tools};
use elf::abi::PT_INTERP;

/// Events and their responses.
const PAY: [(&str, &str); 4] = [
    (r#"{"hours":37.5,"rate":41.20}"#, r#"{"pay":"1545.00"}"#),
    // Ten hours of overtime are paid at one and a half times the rate.
    (r#"{"rate":41.20,"hours":50}"#, r#"{"pay":"2266.00"}"#),
    // The product of floats would be 0.020000000000000004.
    (r#"{"hours":0.1,"rate":0.2}"#, r#"{"pay":"0.02"}"#),
    (r#"{"hours":168,"rate":9999}"#, r#"{"pay":"2319768.00"}"#),
];

/// Invalid events and their error messages.
const REFUSED: [(&str, &str); 5] = [
    ("{}", "there are no hours from 0 to 168"),
    (r#"{"hours":169,"rate":1}"#, "there are no hours from 0 to 168"),
    (r#"{"hours":1.2.3,"rate":1}"#, "there are no hours from 0 to 168"),
    (r#"{"hours":5}"#, "there is no rate from 0 to 9999"),
    (r#"{"hours":5,"rate":"x"}"#, "there is no rate from 0 to 9999"),
];

/// Builds both programs, and returns their folder.
fn built() -> PathBuf {
    let made = cargo::once("make install command in examples/cobol", || {
        tools::for_c("cobc");
        let folder = cargo::scratch("cobol");
        let mut make = Command::new(tools::for_c("make"));
        make.arg("-C").arg(cargo::root().join("examples/cobol")).args(["install", "command"]);
        run(make
            .arg(format!("BUILD={}", folder.display()))
            .env("CARGO_TARGET_DIR", cargo::target_folder()));
        vec![folder]
    });
    made[0].clone()
}

#[test]
#[ignore = "needs GnuCOBOL; run `bash .ci/full`"]
fn a_handler_in_cobol_responds_and_fails() {
    let bootstrap = built().join("package/bootstrap");
    assert!(!headers(&bootstrap).1.contains(&PT_INTERP), "the program is static");
    let emulator = serve(&bootstrap);
    for (event, pay) in PAY {
        assert_eq!(String::from_utf8_lossy(&answer(&emulator, event)), pay, "{event}");
    }
    for (event, message) in REFUSED {
        let (error, _) = failure(&emulator, event);
        assert_eq!(
            (error.error_type.as_str(), error.message.as_str()),
            ("Function.InvalidPay", message),
            "{event}"
        );
    }
    let (error, _) = failure(&emulator, " ".repeat(4097));
    assert_eq!(error.message, "the event is longer than 4096 bytes");
    assert_eq!(answer(&emulator, PAY[0].0), PAY[0].1.as_bytes());
}

#[test]
#[ignore = "needs GnuCOBOL and RIE; run `bash .ci/full`"]
fn a_handler_in_cobol_responds_under_rie() {
    let mut rie = Rie::start(&built().join("package/bootstrap"), &[], "cobol");
    for (event, pay) in PAY {
        assert_eq!(String::from_utf8_lossy(&rie.invoke(event.as_bytes())), pay, "{event}");
    }
}

#[test]
#[ignore = "needs GnuCOBOL; run `bash .ci/full`"]
fn the_same_logic_is_a_plain_program_with_standard_input_and_output() {
    let command = built().join("command");
    let ran = |event: &str| {
        let mut child = Command::new(&command)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program can be started");
        child
            .stdin
            .take()
            .expect("stdin is a pipe")
            .write_all(event.as_bytes())
            .expect("the program reads its event");
        let output = child.wait_with_output().expect("the program ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes ASCII");
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    for (event, pay) in PAY {
        assert_eq!(ran(event), (Some(0), pay.to_owned(), String::new()), "{event}");
    }
    for (event, message) in REFUSED {
        assert_eq!(ran(event), (Some(1), String::new(), format!("{message}\n")), "{event}");
    }
}
