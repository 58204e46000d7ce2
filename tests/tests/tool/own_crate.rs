//! A user's crate outside this workspace, made as the documentation says.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use barelambda::Error;
use barelambda_tests::cargo::{self, cargo, root};
use barelambda_tests::emulated::{answer, serve};
use barelambda_tests::programs::Architecture;

/// Makes a crate in an empty folder, away from the repository and its configuration, from an
/// example and further dependencies.
fn new_crate(example: &str, dependencies: &str) -> PathBuf {
    let folder =
        std::env::temp_dir().join(format!("barelambda-own-crate-{example}-{}", std::process::id()));
    let read = |path: &str| {
        fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder"))
            .expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    };
    write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"own-{example}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nbarelambda = {{ path = {:?} }}\n{dependencies}",
            root()
        ),
    );
    // The alias is only for the repository. A user copies what follows it.
    let config = read(".cargo/config.toml");
    let from = config.find("[target.").expect("the configuration has flags for a target");
    write(".cargo/config.toml", &config[from..]);
    let test = "\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn unit_tests_run_on_the_host() {\n        \
                assert!(barelambda::now().as_secs() > 0);\n    }\n}\n";
    write("src/main.rs", &(read(&format!("examples/{example}.rs")) + test));
    // The repository's versions make a registry unnecessary.
    write("Cargo.lock", &read("Cargo.lock"));
    folder
}

/// Returns one target folder for all crates, so that their dependencies are built once.
fn target_folder() -> &'static str {
    static FOLDER: LazyLock<String> = LazyLock::new(|| {
        let folder = cargo::shared_target_folder();
        folder.into_os_string().into_string().expect("the path is UTF-8")
    });
    &FOLDER
}

#[test]
fn a_crate_builds_runs_and_is_tested() {
    let folder = new_crate("hello", "");
    let target_folder = target_folder();
    let build = |arguments: &[&str]| match &cargo::build(
        &folder,
        &[&["--target-dir", target_folder], arguments].concat(),
    )[..]
    {
        [program] => program.clone(),
        built => panic!("expected one program: {built:?}"),
    };

    let bare = build(&["--release", "--target", Architecture::X86_64.target()]);
    assert_eq!(answer(&serve(&bare), "{}"), b"\"hello, world\"");
    let bare = build(&["--release", "--target", Architecture::Aarch64.target()]);
    assert!(bare.is_file());

    let host = build(&[]);
    assert_eq!(answer(&serve(&host), "{}"), b"\"hello, world\"");
    let output = Command::new(&host)
        .env_remove("AWS_LAMBDA_RUNTIME_API")
        .output()
        .expect("the program can be started");
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(words.contains(Error::NO_ENDPOINT.message()), "{words}");

    let tested = cargo(&folder)
        .args(["test", "--target-dir", target_folder])
        .stderr(Stdio::piped())
        .output()
        .expect("cargo can be started");
    let words = String::from_utf8_lossy(&tested.stdout);
    assert!(
        tested.status.success() && words.contains("1 passed"),
        "{words}\n{}",
        String::from_utf8_lossy(&tested.stderr)
    );

    fs::remove_dir_all(&folder).expect("the folder can be removed");
}

#[test]
fn a_crate_uses_json_with_the_documented_dependency() {
    let page = fs::read_to_string(root().join("docs/handlers.md")).expect("the page can be read");
    let dependency =
        page.split('`').find(|code| code.starts_with("serde = {")).expect("the page names serde");
    let folder = new_crate("json", dependency);
    let target_folder = target_folder();
    for more in [&["--target", Architecture::X86_64.target()][..], &[]] {
        let built =
            cargo::build(&folder, &[&["--release", "--target-dir", target_folder], more].concat());
        let [program] = &built[..] else { panic!("expected one program: {built:?}") };
        assert_eq!(
            answer(&serve(program), r#"{"item":"caf\u00e9","count":2}"#),
            "{\"item\":\"café\",\"cents\":500}".as_bytes()
        );
    }
    fs::remove_dir_all(&folder).expect("the folder can be removed");
}
