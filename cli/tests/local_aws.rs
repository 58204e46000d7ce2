//! `--aws moto` with a stand-in for moto and for openssl: errors, variables, the setup command, and
//! that nothing survives. `tool::local_aws` in tests/ runs the real ones.

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use support::{Folder, Ran};

/// The time limit of everything that a test waits for.
const LIMIT: Duration = Duration::from_secs(120);

/// Makes empty files with the names after -out and -keyout.
const OPENSSL: &str = r#"#!/bin/sh
while [ $# -gt 0 ]; do
  case "$1" in -out | -keyout) : >"$2" ;; esac
  shift
done
"#;

/// Prints its variables in its response: those of AWS and TABLE.
const SHOW: &str = r#"#!/bin/bash
body=$(env | grep -E '^(AWS_(ENDPOINT|CA|REGION|ACCESS|SECRET)|TABLE)' | sort)
base=/2018-06-01/runtime/invocation
exec 3<>"/dev/tcp/${AWS_LAMBDA_RUNTIME_API/://}"
printf 'GET %s/next HTTP/1.1\r\nHost: x\r\n\r\n' "$base" >&3
while IFS= read -r line <&3 && [ "$line" != $'\r' ]; do
  case "${line,,}" in lambda-runtime-aws-request-id:*) id=${line#*: }; id=${id%$'\r'} ;; esac
done
printf 'POST %s/%s/response HTTP/1.1\r\nHost: x\r\nContent-Length: %s\r\n\r\n%s' "$base" "$id" "${#body}" "$body" >&3
read -r line <&3
sleep 100
"#;

/// A folder with a function, the stand-ins, and a folder for temporary files.
struct Scene(Folder);

impl Scene {
    fn new(name: &str) -> Self {
        let folder = Folder::new(name);
        folder.script("bootstrap", SHOW);
        folder.script("bin/openssl", OPENSSL);
        folder.file("tmp/empty", "");
        // This tool listens, too.
        folder.script(
            "bin/moto_server",
            &format!(
                "#!/bin/sh\n[ \"$5\" = --ssl ] && [ -f \"$7\" ] && [ -f \"$9\" ] && [ -z \"$AWS_PROFILE\" ] || exit 9\n\
                 exec {} serve --bootstrap {}/bootstrap --port \"$4\"\n",
                env!("CARGO_BIN_EXE_cargo-barelambda"),
                folder.path()
            ),
        );
        Self(folder)
    }

    fn command(&self, words: &[&str]) -> Command {
        let folder = self.0.path();
        let bootstrap = format!("{folder}/bootstrap");
        let (first, rest) = words.split_first().expect("a subcommand");
        let words = [&[first, "--bootstrap", &bootstrap, "--aws", "moto"], rest].concat();
        let mut command = support::command_in(&self.0, &words);
        let path = std::env::var("PATH").expect("PATH is text");
        command
            .env("PATH", format!("{folder}/bin:{path}"))
            .env("TMPDIR", format!("{folder}/tmp"))
            .env("AWS_PROFILE", "mine")
            .env_remove("BARELAMBDA_MOTO");
        command
    }

    fn run(&self, words: &[&str]) -> Ran {
        Ran::of(&mut self.command(words), "")
    }

    /// Checks that no process of the folder runs, and that no temporary file remains.
    fn expect_nothing(&self) {
        let names: Vec<_> = std::fs::read_dir(format!("{}/tmp", self.0.path()))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(names, ["empty"]);
        let limit = Instant::now() + LIMIT;
        while self.processes() > 0 {
            assert!(Instant::now() < limit, "processes survive");
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn processes(&self) -> usize {
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        let lines =
            processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
        lines.filter(|line| String::from_utf8_lossy(line).contains(self.0.path())).count()
    }
}

fn rejected(ran: &Ran, words: &str) {
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains(words), "{words:?} in {:?}", ran.stderr);
}

#[test]
fn the_function_and_the_setup_command_have_the_variables() {
    let scene = Scene::new("aws-variables");
    let setup = "env | grep -c '^AWS_PROFILE='; echo \"from $AWS_ENDPOINT_URL in $PWD\"; \
        printf 'TABLE=made\\n\\nTABLE_2=a=b\\n' >>\"$BARELAMBDA_ENV\"";
    let ran = scene.run(&["invoke", "--setup", setup, "--env", "AWS_REGION=eu-west-3"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    let [key, bundle, endpoint, region, secret, table, second] = lines[..] else {
        panic!("{lines:?}")
    };
    assert_eq!((key, secret), ("AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local"));
    assert_eq!((region, table, second), ("AWS_REGION=eu-west-3", "TABLE=made", "TABLE_2=a=b"));
    assert!(bundle.starts_with(&format!("AWS_CA_BUNDLE={}/tmp/", scene.0.path())), "{bundle}");
    let url = endpoint.strip_prefix("AWS_ENDPOINT_URL=").expect("a variable");
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    let said: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(said[..2], ["0", &format!("from {url} in {}", scene.0.path())]);
    scene.expect_nothing();

    // --env comes before the variables of the setup command.
    let setup = "echo TABLE=made >>\"$BARELAMBDA_ENV\"";
    let ran = scene.run(&["invoke", "--setup", setup, "--env", "TABLE=given"]);
    assert!(ran.stdout.ends_with("\nTABLE=given"), "{}", ran.stdout);
}

#[test]
fn the_setup_command_can_fail() {
    let scene = Scene::new("aws-setup");
    for (setup, words) in [
        (
            "echo broken >&2; exit 7",
            "broken\nerror: the setup command `echo broken >&2; exit 7` failed: exit status: 7",
        ),
        ("kill -9 $$", "failed: signal: 9 (SIGKILL)"),
        (
            "echo TABLE >>\"$BARELAMBDA_ENV\"",
            "wrote \"TABLE\" to BARELAMBDA_ENV: expected NAME=VALUE",
        ),
        ("printf 'A=\\377' >>\"$BARELAMBDA_ENV\"", "stream did not contain valid UTF-8"),
        ("rm \"$BARELAMBDA_ENV\"", "No such file"),
    ] {
        rejected(&scene.run(&["invoke", "--setup", setup]), words);
        scene.expect_nothing();
    }
}

#[test]
fn a_server_that_does_not_start_is_reported() {
    let scene = Scene::new("aws-server");
    let broken = scene.0.script("broken", "#!/bin/sh\necho 'no module named flask' >&2\nexit 1\n");
    let mut command = scene.command(&["invoke"]);
    rejected(
        &Ran::of(command.env("BARELAMBDA_MOTO", broken), ""),
        "error: moto doesn't start: the program has ended with exit status: 1; its last line of output is \"no module named flask\"",
    );
    let mut command = scene.command(&["invoke"]);
    rejected(
        &Ran::of(command.env("BARELAMBDA_MOTO", "/nowhere/moto"), ""),
        "BARELAMBDA_MOTO is /nowhere/moto, which isn't a file",
    );
    let mut command = scene.command(&["serve"]);
    command.env("PATH", "/nowhere");
    rejected(
        &Ran::of(&mut command, ""),
        "--aws moto needs `moto_server`, which isn't in PATH: run `pip install 'moto[server]'`, or set BARELAMBDA_MOTO to its path",
    );
    scene.expect_nothing();
}

#[test]
fn certificates_that_cannot_be_made_are_reported() {
    let scene = Scene::new("aws-openssl");
    let moto = format!("{}/bin/moto_server", scene.0.path());
    let mut command = scene.command(&["invoke"]);
    command.env("PATH", "/nowhere").env("BARELAMBDA_MOTO", &moto);
    rejected(&Ran::of(&mut command, ""), "with `openssl`, which can't be started: on Debian");
    scene.0.script("bin/openssl", "#!/bin/sh\necho 'unknown option' >&2\nexit 5\n");
    rejected(&scene.run(&["invoke"]), ": unknown option (exit status: 5)");
    let mut command = scene.command(&["invoke"]);
    command.env("TMPDIR", "/nowhere");
    rejected(&Ran::of(&mut command, ""), "error: /nowhere/barelambda-aws-");
    scene.expect_nothing();
}

#[test]
fn a_signal_ends_the_server_and_the_setup_command() {
    let scene = Scene::new("aws-signal");
    for (signal, code) in [("INT", 130), ("TERM", 130), ("HUP", 130)] {
        let started = format!("{}/started", scene.0.path());
        let setup = format!("touch {started}; sleep 1000");
        let mut tool = scene.command(&["invoke", "--setup", &setup]);
        let mut tool = tool.stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let limit = Instant::now() + LIMIT;
        while std::fs::remove_file(&started).is_err() {
            assert!(Instant::now() < limit, "the setup command doesn't start");
            thread::sleep(Duration::from_millis(5));
        }
        let kill = format!("kill -s {signal} {}", tool.id());
        assert!(Command::new("/bin/sh").args(["-c", &kill]).status().unwrap().success());
        assert_eq!(tool.wait().unwrap().code(), Some(code));
        scene.expect_nothing();
    }
}

#[test]
fn serve_says_how_to_call_the_server_until_it_ends() {
    let scene = Scene::new("aws-serve");
    let mut tool = scene.command(&["serve", "--port", "0"]);
    let mut tool = tool.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let said = BufReader::new(tool.stderr.take().unwrap());
    let found = said.lines().map_while(Result::ok).find(|line| line.contains("AWS_ENDPOINT_URL="));
    let line = found.expect("the variables are printed");
    assert!(line.starts_with("  export AWS_ENDPOINT_URL=https://127.0.0.1:"), "{line}");
    assert!(
        line.contains(" AWS_CA_BUNDLE=/") && line.contains(" AWS_ACCESS_KEY_ID=local "),
        "{line}"
    );
    let kill = format!("kill -s TERM {}", tool.id());
    assert!(Command::new("/bin/sh").args(["-c", &kill]).status().unwrap().success());
    assert_eq!(tool.wait().unwrap().code(), Some(0));
    scene.expect_nothing();
}

#[test]
fn an_unknown_server_and_a_setup_without_a_server_are_wrong_usage() {
    for (words, expected) in [
        (&["invoke", "x", "--aws", "other"][..], "possible values: moto"),
        (&["invoke", "x", "--setup", "true"], "--aws <SERVER>"),
    ] {
        let ran = support::barelambda(words, "");
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    }
}
