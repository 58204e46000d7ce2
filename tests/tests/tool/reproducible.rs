//! `cargo barelambda build` and `package` in a user's crate: the same source in two folders, with
//! dependencies by path and from a registry, produces the same bytes.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use barelambda_tests::cargo::{cargo, root};
use barelambda_tests::emulated::{answer, serve};
use barelambda_tests::packages::tool;

/// A helper crate, whose functions panic in several places.
const HELPER: &str = "#![no_std]
#[derive(Clone, Copy)]
pub struct Marker;

#[inline(never)]
pub fn checked(bytes: &[u8], at: usize) -> u8 {
    assert!(at != 1000, \"the index is a thousand\");
    bytes[at]
}
";

/// A program that contains what depends on paths or their hashes: places of panics in three crates,
/// and a `TypeId`.
const PROGRAM: &str = r#"#![cfg_attr(target_env = "musl", no_std, no_main)]
use core::any::TypeId;
use core::hint::black_box;

use barelambda::{Invocation, Response};

barelambda::entry!(answer);

fn answer(invocation: Invocation) -> Response {
    let Invocation { event, responder, .. } = invocation;
    let length = event.payload().len();
    assert!(length < 5000, "it is too long");
    let mut few: heapless::Vec<u8, 16> = heapless::Vec::new();
    few.extend(event.payload().iter().copied().take(20));
    if length > 100 {
        few.remove(length);
    }
    let marked = if length == 2 { TypeId::of::<helper::Marker>() } else { TypeId::of::<u8>() };
    let is_marked = black_box(marked) == black_box(TypeId::of::<helper::Marker>());
    let last = helper::checked(event.payload(), length - 1);
    responder.bytes(if is_marked && last == b'}' { b"true" } else { b"false" })
}
"#;

/// A folder with the crates `fn` and `helper`, and the files of this repository that they need.
struct Copied {
    folder: PathBuf,
    /// A CARGO_HOME that differs from the user's.
    cargo_home: PathBuf,
}

impl Copied {
    fn new(name: &str) -> Self {
        let own =
            std::env::temp_dir().join(format!("barelambda-reproducible-{}", std::process::id()));
        let folder = own.join(name);
        let write = |path: &str, text: &str| {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().expect("a file is in a folder"))
                .expect("a folder can be made");
            fs::write(path, text).expect("a file can be written");
        };
        let read = |path: &str| {
            fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
        };
        let manifest = read("Cargo.toml");
        let members = manifest
            .lines()
            .find(|line| line.starts_with("members = "))
            .expect("the workspace has members");
        write("checkout/Cargo.toml", &manifest.replace(members, ""));
        for file in ["build.rs", "bare.x", "std.x", "README.md"] {
            write(&format!("checkout/{file}"), &read(file));
        }
        for inner in ["src", "examples"] {
            copy(&root().join(inner), &folder.join("checkout").join(inner));
        }
        write(
            "helper/Cargo.toml",
            "[package]\nname = \"helper\"\nversion = \"0.3.0\"\nedition = \"2024\"\n",
        );
        write("helper/src/lib.rs", HELPER);
        let manifest = format!(
            "[package]\nname = \"own\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
             barelambda = {{ path = {:?} }}\nhelper = {{ path = {:?} }}\nheapless = {{ version = \"0.9\", default-features = false }}\n",
            folder.join("checkout"),
            folder.join("helper")
        );
        write("fn/Cargo.toml", &manifest);
        write("fn/Cargo.lock", &read("Cargo.lock"));
        write("fn/rust-toolchain.toml", &read("rust-toolchain.toml"));
        let config = read(".cargo/config.toml");
        write(
            "fn/.cargo/config.toml",
            &config[config.find("[target.").expect("the configuration has flags for a target")..],
        );
        write("fn/src/bin/places.rs", PROGRAM);
        write("fn/src/bin/hello.rs", &read("examples/hello.rs"));
        let cargo_home = folder.join("home");
        fs::create_dir(&cargo_home).expect("a folder can be made");
        let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
        let home = home
            .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
            .expect("cargo has a home");
        // The link reuses downloaded crates.
        symlink(home.join("registry"), cargo_home.join("registry")).expect("a link can be made");
        Self { folder, cargo_home }
    }

    fn run(&self, mut command: Command) -> String {
        command
            .env("CARGO_HOME", &self.cargo_home)
            .env_remove("CARGO_TARGET_DIR")
            .stdin(Stdio::null());
        let Output { status, stdout, stderr } = command.output().expect("a command can be started");
        assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
        String::from_utf8_lossy(&stdout).trim_end().to_owned()
    }

    fn tool(&self, arguments: &[&str]) -> String {
        let mut command = tool(&self.folder.join("fn"));
        command.args(arguments);
        self.run(command)
    }

    fn contains_folder(&self, program: &[u8]) -> bool {
        [&self.folder, &self.cargo_home]
            .iter()
            .any(|folder| contains(program, folder.as_os_str().as_encoded_bytes()))
    }
}

#[test]
#[ignore = "runs for minutes; run `bash .ci/full`"]
fn the_same_source_in_two_folders_produces_the_same_bytes() {
    let copies = [Copied::new("one"), Copied::new("other/deeper")];
    for architecture in ["x86_64", "arm64"] {
        for name in ["hello", "places"] {
            let programs = copies.each_ref().map(|copied| {
                let path = copied.tool(&["build", name, "--arch", architecture]);
                let program = fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
                assert!(!copied.contains_folder(&program), "{path}");
                program
            });
            assert!(programs[0] == programs[1], "{name} for {architecture}");
            if name == "places" {
                for place in ["helper-0.3.0/src/lib.rs", "/src/vec/mod.rs", "src/bin/places.rs"] {
                    assert!(contains(&programs[0], place.as_bytes()), "{place}");
                }
            }
        }
        let zips = copies.each_ref().map(|copied| {
            let line = copied.tool(&["package", "hello", "--arch", architecture]);
            let (zip, _) = line.split_once(": ").expect("the line begins with the zip");
            assert_eq!(zip, format!("dist/hello-{architecture}.zip"));
            fs::read(copied.folder.join("fn").join(zip)).expect("the zip exists")
        });
        assert!(zips[0] == zips[1], "{architecture}");
    }
    let [one, _] = &copies;
    let path = one.tool(&["build", "places", "--arch", "x86_64"]);
    let emulator = serve(&path);
    assert_eq!(answer(&emulator, "{}"), b"true");
    assert_eq!(answer(&emulator, "[1]"), b"false");

    // Without the tool, the folder's path is in the program. The two builds don't invalidate each
    // other.
    let mut plain = cargo(&one.folder.join("fn"));
    plain.args([
        "build",
        "--release",
        "--bin",
        "places",
        "--target",
        "x86_64-unknown-linux-musl",
        "--target-dir",
        "target",
    ]);
    one.run(plain);
    let plain = one.folder.join("fn/target/x86_64-unknown-linux-musl/release/places");
    assert!(one.contains_folder(&fs::read(plain).expect("the program can be read")));
    let mut again = tool(&one.folder.join("fn"));
    again
        .args(["build", "places", "--arch", "x86_64"])
        .env("CARGO_HOME", &one.cargo_home)
        .env_remove("CARGO_TARGET_DIR");
    let words = String::from_utf8_lossy(&again.output().expect("the tool can be started").stderr)
        .into_owned();
    assert!(!words.contains("Compiling") && words.contains("Finished"), "{words}");

    let own = one.folder.parent().expect("the copy is in a folder of this test");
    fs::remove_dir_all(own).expect("the folder can be removed");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("the folder exists") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a file can be copied");
        }
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
