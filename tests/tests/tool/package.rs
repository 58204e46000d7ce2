//! `cargo barelambda package`: the contents of the zips, and the errors.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use barelambda_tests::cargo::{root, scratch};
use barelambda_tests::packages::{Member, code_sha256, fail, members, succeed, tool};
use barelambda_tests::programs::{self, Architecture};
use barelambda_tests::tools;

const SCRIPT: &[u8] = b"#!/bin/sh\necho\n";

/// Makes a folder that contains only a script named `program`.
fn folder(name: &str) -> PathBuf {
    let folder = scratch(&format!("package-{name}"));
    write(&folder.join("program"), SCRIPT, 0o700);
    folder
}

fn write(path: &Path, bytes: &[u8], mode: u32) {
    fs::create_dir_all(path.parent().expect("a file is in a folder"))
        .expect("a folder can be made");
    fs::write(path, bytes).expect("a file can be written");
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the mode can be set");
}

/// Packages the script with additional arguments.
fn package(folder: &Path, more: &[&str]) -> (String, String) {
    succeed(folder, &[&["package", "--bootstrap", "program", "--output", "out.zip"], more].concat())
}

fn refused(folder: &Path, more: &[&str]) -> String {
    let words = fail(folder, &[&["package", "--output", "out.zip"], more].concat());
    let left: Vec<_> = fs::read_dir(folder)
        .expect("the folder exists")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("out.zip")), "{left:?}");
    words
}

fn assert_said(words: &str, parts: &[&str]) {
    for part in parts {
        assert!(words.contains(part), "{part}: {words}");
    }
}

#[test]
#[ignore = "needs Python 3; run `bash .ci/full`"]
fn the_program_is_first_and_included_files_follow_by_name() {
    let folder = folder("order");
    write(&folder.join("run/z.sh"), SCRIPT, 0o744);
    write(&folder.join("run/a/data"), &[b'x'; 1000], 0o600);
    write(&folder.join("run/ä"), b"", 0o666);
    write(&folder.join("b"), b"short", 0o400);
    symlink("b", folder.join("link")).expect("a link can be made");
    let elsewhere = scratch("package-order-elsewhere").join("c.txt");
    write(&elsewhere, b"elsewhere", 0o644);
    let elsewhere = elsewhere.to_str().expect("the path is UTF-8");
    let inner = folder.join("inner");
    fs::create_dir(&inner).expect("a folder can be made");
    let up = ["package", "--bootstrap", "../program", "--output", "../out.zip"];
    let included = ["--include", "../link", "--include", elsewhere, "--include", "../run"];
    let (out, err) = succeed(&inner, &[&up[..], &included].concat());
    assert_eq!(err, "");
    let zip = folder.join("out.zip");
    let size = zip.metadata().expect("the zip exists").len();
    assert_eq!(out, format!("../out.zip: {size} bytes, CodeSha256 {}\n", code_sha256(&zip)));

    let member = |name: &str, mode: u64, method: u64, bytes: &[u8]| {
        (name.to_owned(), mode, method, bytes.to_vec())
    };
    let found = members(&zip);
    let seen: Vec<_> = found
        .iter()
        .map(|found| member(&found.name, found.mode, found.method, &found.bytes))
        .collect();
    let wanted = [
        member("bootstrap", 0o100_755, 0, SCRIPT),
        member("c.txt", 0o100_644, 0, b"elsewhere"),
        member("link", 0o100_644, 0, b"short"),
        member("run/a/data", 0o100_644, 8, &[b'x'; 1000]),
        member("run/z.sh", 0o100_755, 0, SCRIPT),
        member("run/ä", 0o100_644, 0, b""),
    ];
    assert_eq!(seen, wanted);
    for Member { name, time, made_on, extra, packed_size, bytes, .. } in found {
        assert_eq!((time, made_on, extra), (vec![1980, 1, 1, 0, 0, 0], 3, [0, 0]), "{name}");
        assert!(packed_size <= bytes.len() as u64, "{name}");
    }
    // Another reader checks the zip, too.
    let unzipped =
        Command::new(tools::unzip()).arg("-tq").arg(&zip).output().expect("unzip can be started");
    assert!(unzipped.status.success(), "{}", String::from_utf8_lossy(&unzipped.stdout));

    let kept = ["--include", "./run/a", "--include", "run/z.sh"];
    package(&folder, &kept);
    let names: Vec<String> = members(&zip).into_iter().map(|member| member.name).collect();
    assert_eq!(names, ["bootstrap", "run/a/data", "run/z.sh"]);
}

#[test]
#[ignore = "needs findutils; run `bash .ci/full`"]
fn two_packages_from_two_folders_at_two_times_are_identical() {
    let [one, other] = ["one", "other/deeper"].map(|name| folder("same").join(name));
    let files = ["b", "data/z", "data/a/x", "data/y.sh"];
    let mut zips = Vec::new();
    for (folder, names, umask, zone) in [
        (&one, files, "022", "UTC"),
        (&other, ["data/y.sh", "data/a/x", "data/z", "b"], "077", "Asia/Tokyo"),
    ] {
        for name in names {
            write(
                &folder.join(name),
                name.repeat(50).as_bytes(),
                if name.ends_with("sh") { 0o755 } else { 0o644 },
            );
        }
        write(&folder.join("program"), SCRIPT, 0o755);
        // The second folder has other times and other permission bits, which must not matter.
        if umask == "077" {
            let script = "find . -type f -exec touch -d '1999-12-31 23:59:59' {} + ; chmod 600 b";
            let touched = Command::new("/bin/sh").args(["-c", script]).current_dir(folder).status();
            assert!(touched.expect("a shell can be started").success());
        }
        let tool = tool(folder);
        let script = format!("umask {umask}; exec \"$0\" \"$@\"");
        let status = Command::new("/bin/sh")
            .args(["-c", &script])
            .arg(tool.get_program())
            .args(["package", "--bootstrap", "program", "--include", "data", "--include", "b"])
            .current_dir(folder)
            .env("TZ", zone)
            .status();
        assert!(status.expect("a shell can be started").success());
        // The default name is the program's.
        zips.push(fs::read(folder.join("dist/program-arm64.zip")).expect("the zip exists"));
    }
    assert!(zips[0] == zips[1], "{:?}", zips.iter().map(Vec::len).collect::<Vec<_>>());
}

#[test]
#[ignore = "needs Python 3 and unzip; run `bash .ci/full`"]
fn hello_is_packaged_for_both_architectures() {
    let folder = scratch("package-hello");
    for (name, machine, bound) in [("x86_64", 62, 8_448), ("arm64", 183, 9_344)] {
        let zip = folder.join(format!("{name}.zip"));
        let program = folder.join(format!("{name}/bootstrap"));
        let [zip_name, program_name] =
            [&zip, &program].map(|path| path.to_str().expect("the path is UTF-8"));
        let (out, _) = succeed(root(), &["package", "hello", "--arch", name, "--output", zip_name]);
        assert_said(&out, &[&format!("{name}.zip: "), " bytes, CodeSha256 ", &code_sha256(&zip)]);
        let (out, err) =
            succeed(root(), &["build", "hello", "--arch", name, "--output", program_name]);
        assert_eq!(out, format!("{program_name}\n"));
        assert_eq!(program.metadata().expect("the program exists").permissions().mode(), 0o100_755);
        let bytes = fs::read(&program).expect("the program can be read");
        assert_eq!(bytes[18..20], [machine, 0]);
        let shown = format!("hello: {},{:03} bytes", bytes.len() / 1000, bytes.len() % 1000);
        assert_said(&err, &[&shown]);
        let size = zip.metadata().expect("the zip exists").len();
        println!("hello for {name}: {} bytes, as a zip {size}", bytes.len());
        assert!(size <= bound, "{name}: {size}");
        let [member] = &members(&zip)[..] else { panic!("expected one file") };
        assert!(
            (member.name.as_str(), member.mode, &member.bytes) == ("bootstrap", 0o100_755, &bytes),
            "{member:?}"
        );
    }
}

#[test]
#[ignore = "needs Python 3; run `bash .ci/full`"]
fn notices_are_the_second_file_of_a_package() {
    let out = scratch("package-notices").join("hello.zip");
    let out = out.to_str().expect("the path is UTF-8");
    succeed(root(), &["package", "hello", "--arch", "x86_64", "--notices", "--output", out]);
    let found = members(Path::new(out));
    let names: Vec<_> = found.iter().map(|member| (member.name.as_str(), member.mode)).collect();
    assert_eq!(names, [("bootstrap", 0o100_755), ("THIRD-PARTY-NOTICES.txt", 0o100_644)]);
    let notices = String::from_utf8(found[1].bytes.clone()).expect("the notices are UTF-8");
    let (printed, _) = succeed(root(), &["notices", "hello", "--arch", "x86_64"]);
    assert_eq!(notices, printed);
    for package in ["rustix", "bitflags", "linux-raw-sys"] {
        assert!(notices.contains(&format!("\n{package} ")), "{package}: {notices}");
    }
    assert_said(&notices, &["Permission is hereby granted, free of charge", "\nmusl\n"]);
    // Procedural macros, and what only other packages of the workspace use.
    assert!(!notices.contains("\nsyn ") && !notices.contains("\nrlsf "), "{notices}");
}

#[test]
fn a_program_that_lambda_would_not_start_is_rejected() {
    let folder = folder("refused");
    let bootstrap = |path: &Path, more: &[&str]| {
        let path = path.to_str().expect("the path is UTF-8");
        refused(&folder, &[&["--bootstrap", path], more].concat())
    };
    let words = bootstrap(&programs::std_host(), &["--arch", "x86_64"]);
    assert_said(
        &words,
        &[
            "linked dynamically",
            "/lib64/ld-linux-x86-64.so.2",
            "libc.so.6",
            "--target x86_64-unknown-linux-musl",
            "-static",
        ],
    );
    let hello = programs::example("hello", Architecture::X86_64);
    assert_said(&bootstrap(&hello, &[]), &["is built for x86_64", "for arm64", "--arch x86_64"]);
    let hello = programs::example("hello", Architecture::Aarch64);
    assert_said(&bootstrap(&hello, &["--arch", "x86_64"]), &["is built for arm64", "--arch arm64"]);

    let file = folder.join("file");
    write(&file, SCRIPT, 0o644);
    assert_said(&bootstrap(&file, &[]), &["is not executable", "chmod +x"]);
    write(&file, b"PK\x03\x04", 0o755);
    assert_said(&bootstrap(&file, &[]), &["neither an ELF executable nor a script"]);
    let mut damaged = fs::read(hello).expect("the program can be read");
    damaged.truncate(100);
    write(&file, &damaged, 0o755);
    assert_said(&bootstrap(&file, &[]), &["damaged"]);
    // This header is an object file's.
    damaged.resize(64, 0);
    damaged[16] = 1;
    damaged[56] = 0;
    write(&file, &damaged, 0o755);
    assert_said(&bootstrap(&file, &[]), &["a library or an object file"]);
    assert_said(&bootstrap(&folder, &[]), &["is not a file"]);
    assert_said(&bootstrap(&folder.join("nothing"), &[]), &["nothing: No such file"]);

    let output =
        tool(root()).args(["package", "std_host"]).output().expect("the tool can be started");
    assert_eq!(output.status.code(), Some(3));
    assert_said(
        &String::from_utf8_lossy(&output.stderr),
        &["`std_host`", "linked dynamically", "musl"],
    );
}

#[test]
fn invalid_inclusions_are_rejected() {
    let folder = folder("include");
    let include = |paths: &[&str]| {
        let included: Vec<&str> = paths.iter().flat_map(|path| ["--include", path]).collect();
        refused(&folder, &[&["--bootstrap", "program"], &included[..]].concat())
    };
    write(&folder.join("a/b"), b"1", 0o644);
    write(&folder.join("c/a"), b"2", 0o644);
    write(&folder.join("bootstrap"), SCRIPT, 0o755);
    write(&folder.join("d/bootstrap/x"), b"3", 0o644);
    symlink("nowhere", folder.join("broken")).expect("a link can be made");
    fs::create_dir(folder.join("loop")).expect("a folder can be made");
    symlink(".", folder.join("loop/up")).expect("a link can be made");
    assert!(
        Command::new("mkfifo")
            .arg(folder.join("pipe"))
            .status()
            .expect("mkfifo can be started")
            .success()
    );
    let absolute = folder.join("d/bootstrap");
    let absolute = absolute.to_str().expect("the path is UTF-8");
    let inner = folder.join("c/a");
    let inner = inner.to_str().expect("the path is UTF-8");

    assert_said(&include(&["a", "a/b"]), &["a/b and a/b are both a/b"]);
    assert_said(&include(&["a", inner]), &["a is both a file and a directory"]);
    assert_said(&include(&["bootstrap"]), &["conflicts with the program"]);
    assert_said(&include(&[absolute]), &["bootstrap is both a file and a directory"]);
    assert_said(&include(&["missing"]), &["--include missing: No such file"]);
    assert_said(&include(&["broken"]), &["broken is a symbolic link to nowhere: No such file"]);
    assert_said(&include(&["loop"]), &["leads back to"]);
    assert_said(&include(&["pipe"]), &["pipe is neither a file nor a directory"]);
    for odd in ["back\\slash", "line\nbreak", "e\u{1b}scape"] {
        write(&folder.join(format!("odd/{odd}")), b"4", 0o644);
        assert_said(&include(&[&format!("odd/{odd}")]), &["backslashes or control characters"]);
        assert_said(&include(&["odd"]), &["backslashes or control characters"]);
        fs::remove_file(folder.join(format!("odd/{odd}"))).expect("a file can be removed");
    }
    for nameless in [".", "..", "/"] {
        assert_said(&include(&[nameless]), &["has no name"]);
    }
}

#[test]
fn files_that_seldom_belong_into_a_package_have_warnings() {
    let folder = folder("unwanted");
    write(&folder.join("app/.env"), b"SECRET=1", 0o644);
    write(&folder.join("app/.env.local"), b"SECRET=2", 0o644);
    write(&folder.join("app/.environment"), b"3", 0o644);
    write(&folder.join("app/.git/HEAD"), b"4", 0o644);
    write(&folder.join("app/inner/file"), b"5", 0o644);
    write(&folder.join("outside"), b"6", 0o644);
    symlink("../outside", folder.join("app/out")).expect("a link can be made");
    symlink("inner/file", folder.join("app/in")).expect("a link can be made");
    let (_, err) = package(&folder, &["--include", "app"]);
    let warnings: Vec<&str> = err.lines().filter(|line| line.starts_with("warning: ")).collect();
    let [env, local, git, out] = warnings[..] else { panic!("{err}") };
    assert_said(env, &["app/.env is included", "secrets"]);
    assert_said(local, &["app/.env.local is included", "secrets"]);
    assert_said(git, &["app/.git is included", "history"]);
    assert_said(out, &["app/out is a symbolic link that leads out, to", "outside"]);
    // What is asked for by name is no surprise.
    let (_, err) = package(&folder, &["--include", "app/out", "--include", "app/inner"]);
    assert!(!err.contains("warning: "), "{err}");
}

#[test]
fn a_link_with_the_temporary_name_is_not_followed() {
    let folder = folder("planted");
    // The process's id is that of the shell, which the tool replaces.
    let planted = "mkdir elsewhere; ln -s elsewhere/file .out.zip.$$; ln -s elsewhere .myfn.$$; exec \"$0\" \"$@\"";
    for arguments in [
        &["package", "--bootstrap", "program", "--output", "out.zip"][..],
        &["new", "myfn", "--template", "hello"],
    ] {
        let _ = fs::remove_dir_all(folder.join("elsewhere"));
        let output = Command::new("sh")
            .args(["-c", planted])
            .arg(tool(&folder).get_program())
            .arg("barelambda")
            .args(arguments)
            .current_dir(&folder)
            .output()
            .expect("the tool can be started");
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && words.contains("File exists"), "{words}");
        let written = fs::read_dir(folder.join("elsewhere")).expect("it exists").count();
        assert_eq!(written, 0, "a link was followed");
    }
}

#[test]
fn packages_beyond_lambdas_limits_are_rejected() {
    let folder = folder("large");
    let file = fs::File::create(folder.join("sparse")).expect("a file can be made");
    let limit = 250 * 1024 * 1024 - SCRIPT.len() as u64;
    file.set_len(limit + 1).expect("the size can be set");
    let included = ["--bootstrap", "program", "--include", "sparse"];
    assert_said(
        &refused(&folder, &included),
        &["262,144,001 bytes unzipped", "limit is 262,144,000"],
    );

    // Bytes of xorshift can't be compressed.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let noise = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    let noise: Vec<u8> = noise.take(50 * 1024 * 1024 / 8).flatten().collect();
    fs::write(folder.join("noise"), &noise).expect("a file can be written");
    let included = ["--bootstrap", "program", "--include", "noise"];
    assert_said(&refused(&folder, &included), &["bytes zipped", "limit is 52,428,800"]);
}

#[test]
#[ignore = "needs Python 3; run `bash .ci/full`"]
fn files_that_cannot_run_have_remarks_and_an_old_zip_is_replaced() {
    let folder = folder("warned");
    write(&folder.join("out.zip"), b"old", 0o644);
    write(&folder.join("run.sh"), SCRIPT, 0o644);
    fs::copy(programs::example("hello", Architecture::X86_64), folder.join("foreign"))
        .expect("a program can be copied");
    fs::create_dir(folder.join("empty")).expect("a folder can be made");
    let (_, err) =
        package(&folder, &["--include", "run.sh", "--include", "foreign", "--include", "empty"]);
    assert_said(
        &err,
        &[
            "warning: run.sh isn't executable",
            "`chmod +x run.sh`",
            "warning: foreign is built for x86_64",
            "warning: empty is an empty directory",
        ],
    );
    assert_eq!(members(&folder.join("out.zip")).len(), 3);
    let left = fs::read_dir(&folder).expect("the folder exists").count();
    assert_eq!(left, 5, "expected the program, three included files, and the zip");
}
