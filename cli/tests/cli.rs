//! Runs the tool: its output on both streams, and its exit codes.

mod support;

use support::{Folder, Ran, barelambda, barelambda_in};

#[test]
fn help_has_all_subcommands_and_examples() {
    for words in [&["--help"][..], &["help"], &["barelambda", "--help"]] {
        let ran = barelambda(words, "");
        assert_eq!(ran.code, 0);
        assert!(ran.stdout.contains("invoke") && ran.stdout.contains("serve"), "{}", ran.stdout);
    }
    for subcommand in ["invoke", "serve"] {
        let ran = barelambda(&[subcommand, "--help"], "");
        assert_eq!(ran.code, 0);
        assert!(ran.stdout.contains("Examples:\n  cargo barelambda"), "{}", ran.stdout);
    }
    let ran = barelambda(&[], "");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("Usage: cargo barelambda <COMMAND>"), "{}", ran.stderr);
}

#[test]
fn invalid_usage_exits_with_2_and_a_message() {
    for (words, expected) in [
        (&["invok"][..], "a similar subcommand exists: 'invoke'"),
        (&["invoke", "echo", "--env", "A"], "expected NAME=VALUE"),
        (&["invoke", "echo", "--timeout", "0"], "expected 0.001 to 900 seconds"),
        (&["invoke", "echo", "--memory", "64"], "64 is not in 128..=10240"),
        (&["invoke", "echo", "--arch", "mips"], "possible values: x86_64, arm64, host"),
        (&["invoke", "echo", "{}", "--file", "f"], "cannot be used with"),
        (&["invoke", "echo", "--client-context", "[]"], "expected a JSON object"),
        (&["invoke", "--bootstrap", "b", "a", "b"], "pass only the event"),
        (&["invoke", "--bootstrap", "b", "a", "--file", "f"], "cannot be used with an event"),
        (&["invoke", "--bootstrap", "b", "--features", "f"], "cannot be used with"),
        (&["serve", "echo", "--bootstrap", "b"], "cannot be used with"),
        (&["serve", "echo", "--port", "70000"], "70000 is not in 0..=65535"),
        (&["serve", "echo", "--concurrency", "0"], "0 is not in 1..=1000"),
    ] {
        let ran = barelambda(words, "");
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{words:?}");
        assert!(ran.stderr.contains(expected), "{words:?}: {}", ran.stderr);
    }
}

#[test]
fn events_from_every_source_and_only_the_response_on_stdout() {
    let folder = Folder::new("events");
    let bootstrap = folder.script("bootstrap", support::ECHO);
    let file = folder.file("event.json", "{\"from\":\n\"file\"}\n");
    for (words, input, answer) in [
        (&["{\"from\":\"argument\"}"][..], "", "{\"from\":\"argument\"}"),
        (&[], "", "{}"),
        (&["-"], "{\"from\":\"stdin\"}\n", "{\"from\":\"stdin\"}\n"),
        (&["-"], "", ""),
        (&[], "{\"from\":\"a pipe\"}\n", "{\"from\":\"a pipe\"}\n"),
        (&["{}"], "{\"from\":\"a pipe\"}\n", "{}"),
        (&["--raw", "not json"], "", "not json"),
        (&["-7"], "", "-7"),
        (&["--file", &file], "", "{\"from\":\n\"file\"}\n"),
    ] {
        let ran = barelambda(&[&["invoke", "--bootstrap", &bootstrap], words].concat(), input);
        assert_eq!((ran.code, ran.stdout.as_str()), (0, answer), "{words:?}: {}", ran.stderr);
        let lines: Vec<&str> = ran.stderr.lines().collect();
        assert_eq!(lines[0], "the function's log");
        assert!(
            lines[1].starts_with("REPORT RequestId: ") && lines[1].contains(" Init Duration: "),
            "{}",
            lines[1]
        );
        assert!(
            lines[1].ends_with(&format!(" Binary Size: {} bytes", support::ECHO.len())),
            "{}",
            lines[1]
        );
        assert_eq!(lines.len(), 2);
    }
    for words in [&["not json"][..], &["-"]] {
        let ran = barelambda(&[&["invoke", "--bootstrap", &bootstrap], words].concat(), "not json");
        assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
        assert!(
            ran.stderr.starts_with("error: Lambda refuses this event: InvalidRequest"),
            "{}",
            ran.stderr
        );
    }
    let ran = barelambda(&["invoke", "--bootstrap", &bootstrap, "--file", "/nowhere/event"], "");
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
    assert!(ran.stderr.contains("/nowhere/event: No such file"), "{}", ran.stderr);
}

#[test]
fn a_line_break_separates_the_response_and_the_report_in_one_file() {
    let folder = Folder::new("one-file");
    let bootstrap = folder.script("bootstrap", support::ECHO);
    for (words, expected) in [
        (&["[1]"][..], "the function's log\n[1]\nREPORT "),
        (&["[1]\n"], "the function's log\n[1]\nREPORT "),
        (&["[1]", "--quiet"], "the function's log\n[1]"),
    ] {
        let path = folder.file("out", "");
        let file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        let mut command = support::command(&["invoke", "--bootstrap", &bootstrap]);
        let (stdout, stderr) = (file.try_clone().unwrap(), file);
        let status = command.args(words).stdout(stdout).stderr(stderr).status().unwrap();
        assert!(status.success());
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.starts_with(expected), "{words:?}: {text}");
        assert_eq!(text.lines().count(), expected.lines().count(), "{text}");
    }
}

#[test]
fn messages_are_coloured_unless_no_color_is_set() {
    let run = |name: &str, value: &str| {
        let mut command = support::command(&["invoke", "--bootstrap", "/nowhere"]);
        Ran::of(command.env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1").env(name, value), "")
            .stderr
    };
    assert!(
        run("A", "B").starts_with("\u{1b}[1m\u{1b}[91merror\u{1b}[0m: /nowhere: "),
        "{}",
        run("A", "B")
    );
    assert!(run("NO_COLOR", "1").starts_with("error: /nowhere: "));
    let ran = barelambda(&["invoke", "--bootstrap", "/nowhere"], "");
    assert!(ran.stderr.starts_with("error: /nowhere: "), "{}", ran.stderr);
}

#[test]
fn the_benchmark_runs_in_the_clone_only() {
    let ran = barelambda_in(&Folder::new("bench"), &["bench"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
    let clone = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    assert!(
        ran.stderr.ends_with(&format!("run `cargo bare bench` in {}\n", clone.display())),
        "{}",
        ran.stderr
    );
}

#[test]
fn the_bootstrap_for_any_program_needs_the_name_of_one() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let ran = barelambda(&["invoke", "exec", "{}", "--manifest-path", root], "");
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
    assert!(ran.stderr.contains("--env _HANDLER=handler.sh"), "{}", ran.stderr);
}

#[test]
fn options_reach_the_function() {
    let folder = Folder::new("options");
    let script = "#!/bin/sh\necho \"$COLOUR $SIZE $AWS_LAMBDA_FUNCTION_MEMORY_SIZE\" >&2\nexit 3\n";
    let bootstrap = folder.script("bootstrap", script);
    let words = [
        "invoke",
        "--bootstrap",
        &bootstrap,
        "-e",
        "COLOUR=red",
        "--env",
        "SIZE=x=1",
        "--memory",
        "512",
    ];
    let ran = barelambda(&words, "");
    assert!(ran.stderr.starts_with("red x=1 512\n"), "{}", ran.stderr);
}

#[test]
fn a_failed_function_exits_with_1_and_prints_its_json() {
    let folder = Folder::new("failures");
    let exits = folder.script("exits", "#!/bin/sh\nexit 3\n");
    let ran = barelambda(&["invoke", "--bootstrap", &exits], "");
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout.starts_with(r#"{"errorType":"Runtime.ExitError","errorMessage":"RequestId: "#),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stderr.contains("error: the function failed: Runtime.ExitError: "),
        "{}",
        ran.stderr
    );
    let hangs = folder.script("hangs", "#!/bin/sh\nsleep 60\n");
    let ran = barelambda(&["invoke", "--bootstrap", &hangs, "--timeout", "0.2"], "");
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.contains("Sandbox.Timedout: ") && ran.stderr.contains("after 0.20 seconds"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_bootstrap_that_cannot_run_is_named() {
    let folder = Folder::new("bootstraps");
    let mut elf = [0; 64];
    elf[..6].copy_from_slice(b"\x7fELF\x02\x01");
    elf[18] = if cfg!(target_arch = "aarch64") { 62 } else { 183 };
    let foreign = folder.executable("foreign", &elf);
    let (native_name, foreign_name) =
        if cfg!(target_arch = "aarch64") { ("arm64", "x86_64") } else { ("x86_64", "arm64") };
    let plain = folder.file("plain", "#!/bin/sh\n");
    let text = folder.executable("text", b"hello");
    let nowhere = format!("{}/nowhere", folder.path());
    for (path, arch, expected) in [
        (&nowhere[..], foreign_name, "No such file"),
        (folder.path(), foreign_name, "is not a file"),
        (&plain, foreign_name, "is not executable: run `chmod +x "),
        (&text, foreign_name, "is neither an ELF executable nor a script"),
        (&foreign, native_name, &format!("is built for {foreign_name}, not for {native_name}")),
        (&foreign, foreign_name, "qemu-user-static"),
    ] {
        let mut command = support::command(&["invoke", "--bootstrap", path, "--arch", arch]);
        let ran = Ran::of(command.env("PATH", "/nowhere"), "");
        assert_eq!((ran.code, ran.stdout.as_str()), (3, ""), "{path}");
        assert!(
            ran.stderr.starts_with("error: ") && ran.stderr.contains(expected),
            "{path}: {}",
            ran.stderr
        );
    }
}

#[test]
fn an_unknown_name_is_answered_with_the_known_ones() {
    let folder = Folder::new("names");
    folder.file("Cargo.toml", "[package]\nname = \"two\"\nedition = \"2024\"\n[workspace]\n");
    folder.file("src/lib.rs", "");
    folder.file("examples/first.rs", "fn main() {}");
    folder.file("examples/second.rs", "fn main() {}");
    let ran = barelambda_in(&folder, &["invoke", "frist"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
    assert!(
        ran.stderr
            .contains("no target named `frist`; did you mean `first`? Examples: first, second"),
        "{}",
        ran.stderr
    );
    let ran = barelambda_in(&folder, &["serve"]);
    assert!(
        ran.stderr.contains("several targets: pass one of them. Examples: first, second"),
        "{}",
        ran.stderr
    );
    let nothing = Folder::new("nothing");
    let ran = barelambda_in(&nothing, &["invoke", "echo"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("run this in a package"), "{}", ran.stderr);
}

#[test]
fn a_users_package_is_built_and_run() {
    let folder = Folder::new("own");
    let manifest = "[package]\nname = \"mine\"\nedition = \"2024\"\n[workspace]\n[features]\nshout = []\n\
                    [package.metadata.barelambda]\nhost-examples = [\"hosted\"]\n";
    folder.file("Cargo.toml", manifest);
    let program = "fn main() { println!(\"{} {}\", cfg!(target_env = \"musl\"), cfg!(feature = \"shout\")); std::process::exit(7) }";
    folder.file("src/main.rs", program);
    folder.file("examples/hosted.rs", program);
    for (words, log) in [
        (&["invoke"][..], "true false"),
        (&["invoke", "mine", "{}", "--features", "shout"], "true true"),
        (&["invoke", "hosted"], "false false"),
    ] {
        let ran = barelambda_in(&folder, words);
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        assert!(ran.stdout.contains("exit status 7"), "{words:?}: {}", ran.stdout);
        assert!(ran.stderr.lines().any(|line| line == log), "{words:?}: {}", ran.stderr);
    }
    folder.file("src/main.rs", "fn main() { nonsense }");
    let ran = barelambda_in(&folder, &["invoke"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
    assert!(ran.stderr.contains("error: failed to build `mine`"), "{}", ran.stderr);
}

#[test]
fn a_missing_target_is_installed_or_reported() {
    let folder = Folder::new("target");
    folder.file("Cargo.toml", "[package]\nname = \"mine\"\nedition = \"2024\"\n[workspace]\n");
    folder.file("src/main.rs", "fn main() {}");
    let rustc = folder.script("rustc", "#!/bin/sh\necho /nowhere/lib\n");
    let ran = Ran::of(
        support::command_in(&folder, &["invoke"]).env("RUSTC", &rustc).env("PATH", folder.path()),
        "",
    );
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
    assert!(ran.stderr.contains("Running `rustup target add"), "{}", ran.stderr);
    assert!(ran.stderr.contains("install Rust through rustup"), "{}", ran.stderr);
    folder.script("rustup", "#!/bin/sh\necho \"rustup was asked: $*\"\nexit 1\n");
    let ran = Ran::of(
        support::command_in(&folder, &["invoke"]).env("RUSTC", &rustc).env("PATH", folder.path()),
        "",
    );
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
    let words = if cfg!(target_arch = "aarch64") {
        "aarch64-unknown-linux-musl"
    } else {
        "x86_64-unknown-linux-musl"
    };
    assert!(
        ran.stderr.contains(&format!("rustup was asked: target add {words}\n")),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("failed (exit status: 1)"), "{}", ran.stderr);
}

#[test]
fn doctor_names_what_is_missing() {
    let folder = Folder::new("doctor");
    folder.script("bin/cargo", "#!/bin/sh\necho cargo 1.99.0\n");
    folder.script("bin/rustc", "#!/bin/sh\necho /nowhere/lib\n");
    let run = || {
        let mut command = support::command(&["doctor"]);
        command.env("PATH", format!("{}/bin", folder.path())).env_remove("RUSTC");
        Ran::of(command.env("RUSTFLAGS", "-Dwarnings"), "")
    };
    let ran = run();
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    let line = |start: &str| {
        let line = ran.stdout.lines().find(|line| line.starts_with(start));
        line.unwrap_or_else(|| panic!("{start}: {}", ran.stdout)).to_owned()
    };
    assert!(line("ok       cargo ").ends_with(" cargo 1.99.0"));
    assert!(line("missing  cc ").contains("apt-get install gcc"));
    assert!(line("missing  terraform ").contains("for deploying: https://"));
    assert!(line("missing  aarch64-unknown-linux-musl ").contains("rustup target add aarch64"));
    assert!(line("ok       RUSTFLAGS ").contains("plain `cargo build` drops the flags"));
    folder.script("bin/cc", "#!/bin/sh\nexit 1\n");
    assert_eq!(run().code, 0);
}
