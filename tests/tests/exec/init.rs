//! Causes that keep `exec` from starting. Each is an error of the initialisation that names the
//! cause.

use barelambda_emulator::Options;
use barelambda_tests::emulated::{answer, failure, start};
use barelambda_tests::exec::{Process, SHELL, bootstrap, options, options_for, write};
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::Architecture;
use barelambda_tests::rie::Rie;
use barelambda_tests::waiting::eventually;
use barelambda_tests::{cargo, tools};

/// Returns the type and the message of the error that `exec` reports at its start.
fn report(options: Options) -> (String, String) {
    let (error, outcome) = failure(&start(options), "{}");
    assert_eq!(
        (outcome.report.init, error.found_by_lambda),
        (None, false),
        "an event was requested: {error:?}"
    );
    assert!(
        outcome.log.contains("FATAL barelambda: the initialisation failed")
            && outcome.log.contains(&error.error_type),
        "{}",
        outcome.log
    );
    (error.error_type, error.message)
}

/// Sets the handler, and returns its full path, too.
fn named(mut options: Options, handler: &str) -> (Options, String) {
    handler.clone_into(&mut options.handler);
    let (_, root) =
        options.environment.iter().find(|(name, _)| name == "LAMBDA_TASK_ROOT").expect("it is set");
    let path = format!("{}/{handler}", root.display());
    (options, path)
}

fn a_failure_has_the_path_and_the_cause(architecture: Architecture) {
    let new = |name: &str, handler: &str| {
        named(options_for(&format!("init-{name}-{architecture:?}"), SHELL, architecture), handler)
    };
    let fails = |(options, path): (Options, String), why: &str| {
        assert_eq!(
            report(options),
            ("Function.CannotExecute".to_owned(), format!("{path} {why}")),
            "{architecture:?}"
        );
    };
    fails(new("missing", "no-such-file"), "or what its #! line names does not exist: os error 2");
    fails(
        new("missing-folder", "no/such/file"),
        "or what its #! line names does not exist: os error 2",
    );
    let (options, path) = new("rights", "data");
    write(path.as_ref(), SHELL, 0o644);
    fails((options, path), "may not be executed: os error 13");
    let (options, path) = new("folder", "folder");
    std::fs::create_dir(&path).expect("a folder can be made");
    fails((options, path), "is a folder: os error 21");
    fails(new("below-a-file", "handler/x"), "cannot be executed: os error 20");
    for (name, text) in [
        ("plain", "echo no first line\n"),
        ("empty", ""),
        ("short", "#"),
        ("blank", " #!/bin/sh\n"),
    ] {
        let (options, path) = new(name, "script");
        write(path.as_ref(), text, 0o755);
        fails(
            (options, path),
            "is neither an executable for this processor nor a script with a #! line: os error 8",
        );
    }
}
on_each_architecture!(a_failure_has_the_path_and_the_cause);

#[test]
fn an_absolute_path_is_used_unchanged() {
    let (options, path) = named(options("absolute", "#!/bin/sh\necho $0\n"), "handler");
    let mut absolute = options.env("LAMBDA_TASK_ROOT", "/nowhere");
    absolute.handler.clone_from(&path);
    assert_eq!(answer(&start(absolute), "{}"), format!("{path}\n").into_bytes());
    let mut missing = Options::new(bootstrap(Architecture::X86_64));
    missing.handler = "/no/such/file".to_owned();
    assert_eq!(
        report(missing).1,
        "/no/such/file or what its #! line names does not exist: os error 2"
    );
}

#[test]
fn any_executable_works() {
    // This one isn't a script, and is in a subfolder.
    let (options, path) = named(options("elf", SHELL), "below/program");
    std::fs::create_dir(
        options.environment[0]
            .1
            .to_str()
            .map(|root| format!("{root}/below"))
            .expect("the path is UTF-8"),
    )
    .expect("a folder can be made");
    std::fs::copy("/bin/cat", &path).expect("a program can be copied");
    assert_eq!(answer(&start(options), "words"), b"words");
}

#[test]
fn a_missing_interpreter_fails_each_invocation_and_with_lines_the_initialisation() {
    let program = "#!/no/such/interpreter\n";
    let (process, path) = named(options("interpreter", program), "handler");
    let wanted = format!("{path} or what its #! line names does not exist: os error 2");
    let emulator = start(process);
    for _ in 0..2 {
        let (error, _) = failure(&emulator, "{}");
        assert_eq!(
            (error.error_type.as_str(), &error.message),
            ("Function.CannotExecute", &wanted)
        );
    }
    assert_eq!(
        report(options("interpreter", program).env("BARELAMBDA_MODE", "lines")),
        ("Function.CannotExecute".to_owned(), wanted)
    );
}

/// Returns a folder with the bootstrap in it, and its path there.
fn own_folder(name: &str) -> (std::path::PathBuf, std::path::PathBuf) {
    let folder = cargo::scratch(&format!("exec-itself-{name}"));
    let program = folder.join("bootstrap");
    std::fs::copy(bootstrap(Architecture::X86_64), &program).expect("a program can be copied");
    (folder, program)
}

#[test]
fn the_bootstrap_itself_is_no_handler_by_whatever_path() {
    for (name, handler, runs_link) in [
        ("plain", "bootstrap", false),
        ("dot", "./bootstrap", false),
        ("parents", "../exec-itself-parents/bootstrap", false),
        ("link", "link", false),
        ("hard", "hard", false),
        ("started-by-link", "bootstrap", true),
    ] {
        let (folder, program) = own_folder(name);
        std::os::unix::fs::symlink("bootstrap", folder.join("link")).expect("a link can be made");
        std::fs::hard_link(&program, folder.join("hard")).expect("a link can be made");
        let started = if runs_link { folder.join("link") } else { program };
        let mut options = Options::new(started).env("LAMBDA_TASK_ROOT", &folder);
        handler.clone_into(&mut options.handler);
        let message =
            format!("{}/{handler} is this bootstrap itself: os error 40", folder.display());
        assert_eq!(report(options), ("Function.CannotExecute".to_owned(), message));
    }
}

#[test]
fn a_handler_that_executes_the_bootstrap_fails_instead_of_starting_itself_without_end() {
    for (name, mode) in [("process", "process"), ("lines", "lines")] {
        let (folder, program) = own_folder(&format!("script-{name}"));
        let script =
            format!("#!/bin/sh\nprintf x >>{}/starts\nexec ./bootstrap\n", folder.display());
        write(&folder.join("handler"), script, 0o755);
        let mut options =
            Options::new(program).env("LAMBDA_TASK_ROOT", &folder).env("BARELAMBDA_MODE", mode);
        options.handler = "handler".to_owned();
        let emulator = start(options);
        for _ in 0..2 {
            let (error, outcome) = failure(&emulator, "{}");
            assert_eq!(error.error_type, "Function.ExitStatus", "{error:?} {}", outcome.log);
            assert!(error.message.contains("starts its own bootstrap again"), "{error:?}");
        }
        let starts = std::fs::read(folder.join("starts")).expect("the script was started").len();
        assert!(starts < 5, "{starts} processes");
    }
}

#[test]
fn an_invalid_value_of_a_variable_is_a_failure() {
    let empty = |mut options: Options| {
        options.handler.clear();
        options
    };
    let new = || options("settings", SHELL);
    for (options, message) in [
        (empty(new()), "_HANDLER is not set"),
        (new().env("BARELAMBDA_MODE", "line"), "BARELAMBDA_MODE cannot be line"),
        (new().env("BARELAMBDA_MODE", "Lines"), "BARELAMBDA_MODE cannot be Lines"),
        (new().env("BARELAMBDA_RESPONSE", "streaming"), "BARELAMBDA_RESPONSE cannot be streaming"),
        (
            new().env("BARELAMBDA_RESPONSE", "stream").env("BARELAMBDA_MODE", "lines"),
            "BARELAMBDA_RESPONSE with BARELAMBDA_MODE=lines cannot be stream",
        ),
        (
            new().env("BARELAMBDA_CONTENT_TYPE", "text/plain\r\nX: y"),
            "BARELAMBDA_CONTENT_TYPE cannot be text/plain\r\nX: y",
        ),
    ] {
        assert_eq!(report(options), ("Function.InvalidSetting".to_owned(), message.to_owned()));
    }
    // The defaults have names, and an empty value selects them, too.
    for mode in ["process", ""] {
        let options = new()
            .env("BARELAMBDA_MODE", mode)
            .env("BARELAMBDA_RESPONSE", if mode.is_empty() { "" } else { "buffered" });
        assert_eq!(answer(&start(options), "echo yes"), b"yes\n");
    }
}

#[test]
fn arguments_and_environment_have_a_limit() {
    let argument =
        |length: usize| options("limit", SHELL).env("BARELAMBDA_ARGS", "x".repeat(length));
    assert_eq!(answer(&start(argument(15_000)), "echo ${#1}"), b"15000\n");
    assert_eq!(answer(&start(argument(17_000)), "echo ${#1}"), b"17000\n");
    // A program that starts during the initialisation has a smaller limit.
    let (error_type, message) = report(argument(17_000).env("BARELAMBDA_MODE", "lines"));
    assert_eq!(
        (error_type.as_str(), message.ends_with(" cannot be executed: os error 7")),
        ("Function.CannotExecute", true),
        "{message}"
    );
}

#[test]
#[ignore = "needs strace; run `bash .ci/full`"]
fn a_process_that_cannot_be_watched_is_killed() {
    let mut options = options("unwatched", "#!/bin/sh\nwhile :; do sleep 0.1; done\n");
    let words =
        ["-f", "-o", "/dev/null", "-e", "trace=pidfd_open", "-e", "inject=pidfd_open:error=ENOMEM"];
    options.runner =
        Some([tools::strace().into_os_string()].into_iter().chain(words.map(Into::into)).collect());
    let emulator = start(options);
    let (error, outcome) = failure(&emulator, "{}");
    assert_eq!(
        (error.error_type.as_str(), error.message.ends_with(" cannot be executed: os error 12")),
        ("Function.CannotExecute", true),
        "{error:?}"
    );
    // strace runs the runtime. As long as that runs, only a signal ends the program.
    let [runtime] = Process::children(outcome.pid.expect("the runtime was started"))[..] else {
        panic!("strace has one child")
    };
    eventually("the program is killed", || {
        Process::children(runtime.id).iter().all(|child| child.state == 'Z').then_some(())
    });
    assert!(!Process::has_exited(runtime.id));
}

#[test]
#[ignore = "needs RIE; run `bash .ci/full`"]
fn rie_accepts_the_report() {
    let folder = barelambda_tests::exec::task("rie-init", SHELL);
    let environment = [
        ("LAMBDA_TASK_ROOT", folder.to_str().expect("the path is UTF-8")),
        ("_HANDLER", "missing"),
    ];
    let mut rie = Rie::start(&bootstrap(Architecture::X86_64), &environment, "exec-init");
    let error = rie.answer(b"{}").json();
    assert_eq!(error["errorType"], "Function.CannotExecute");
    assert_eq!(
        error["errorMessage"],
        format!(
            "{}/missing or what its #! line names does not exist: os error 2",
            folder.display()
        )
    );
}
