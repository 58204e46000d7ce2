//! A crate of a user's own, outside this workspace, made as the README says.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use barelambda::Error;
use barelambda_tests::cargo::{self, cargo, root};
use barelambda_tests::emulated::{answer, serve};
use barelambda_tests::programs::Architecture;

/// Makes the crate in an empty folder, away from the repository and its configuration: an example of this name, and further dependencies.
fn new_crate(example: &str, dependencies: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("barelambda-own-crate-{example}-{}", std::process::id()));
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    };
    write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"own-{example}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nbarelambda = {{ path = {:?} }}\n{dependencies}",
            root()
        ),
    );
    // The alias is the repository's own; what a user copies is below it.
    let config = read(".cargo/config.toml");
    let from = config.find("[target.").expect("the configuration has flags for a target");
    write(".cargo/config.toml", &config[from..]);
    let test = "\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn tests_of_its_own_run_on_the_host() {\n        \
                assert!(barelambda::now().as_secs() > 0);\n    }\n}\n";
    write("src/main.rs", &(read(&format!("examples/{example}.rs")) + test));
    // The versions of the repository, so that nothing has to be looked up.
    write("Cargo.lock", &read("Cargo.lock"));
    folder
}

/// One folder for all crates, so that their dependencies are built once.
fn target_folder() -> &'static str {
    static FOLDER: LazyLock<String> = LazyLock::new(|| {
        let folder = cargo::target_folder().join("barelambda-tests/new");
        folder.into_os_string().into_string().expect("the path is UTF-8")
    });
    &FOLDER
}

#[test]
fn it_builds_runs_and_is_tested_as_the_readme_says() {
    let folder = new_crate("hello", "");
    let target_folder = target_folder();
    let build = |arguments: &[&str]| match &cargo::build(&folder, &[&["--target-dir", target_folder], arguments].concat())[..] {
        [program] => program.clone(),
        built => panic!("one program, and not {built:?}"),
    };

    let bare = build(&["--release", "--target", Architecture::X86_64.target()]);
    assert_eq!(answer(&serve(&bare), "{}"), b"\"hello, world\"");
    let bare = build(&["--release", "--target", Architecture::Aarch64.target()]);
    assert!(bare.is_file());

    let host = build(&[]);
    assert_eq!(answer(&serve(&host), "{}"), b"\"hello, world\"");
    let output = Command::new(&host).env_remove("AWS_LAMBDA_RUNTIME_API").output().expect("it can be started");
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(words.contains(Error::NO_ENDPOINT.message()), "{words}");

    let tested =
        cargo(&folder).args(["test", "--target-dir", target_folder]).stderr(Stdio::piped()).output().expect("cargo can be started");
    let words = String::from_utf8_lossy(&tested.stdout);
    assert!(tested.status.success() && words.contains("1 passed"), "{words}\n{}", String::from_utf8_lossy(&tested.stderr));

    fs::remove_dir_all(&folder).expect("the folder can be removed");
}

#[test]
fn it_reads_and_writes_json_with_the_dependency_that_the_documentation_names() {
    let page = fs::read_to_string(root().join("docs/handlers.md")).expect("the page can be read");
    let dependency = page.split('`').find(|code| code.starts_with("serde = {")).expect("the page names serde");
    let folder = new_crate("json", dependency);
    let target_folder = target_folder();
    for more in [&["--target", Architecture::X86_64.target()][..], &[]] {
        let built = cargo::build(&folder, &[&["--release", "--target-dir", target_folder], more].concat());
        let [program] = &built[..] else { panic!("one program, and not {built:?}") };
        assert_eq!(answer(&serve(program), r#"{"item":"caf\u00e9","count":2}"#), "{\"item\":\"café\",\"cents\":500}".as_bytes());
    }
    fs::remove_dir_all(&folder).expect("the folder can be removed");
}
