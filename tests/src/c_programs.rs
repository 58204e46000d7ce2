//! The C library, and programs in C.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use barelambda_emulator::{Emulator, Options};
use elf::ElfBytes;
use elf::endian::LittleEndian;

use crate::emulated::start;
use crate::programs::Architecture;
use crate::{cargo, tools};

/// The ways to link a program.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// Without libc.
    Freestanding(Architecture),
    /// With musl, statically.
    Musl,
    /// With glibc, statically.
    Static(Architecture),
    /// With glibc, dynamically and position-independent, as compilers link by default.
    Dynamic,
}

impl Way {
    /// All of them. Debian has no musl for aarch64, and no dynamic loader where qemu would find it.
    pub const ALL: [Self; 6] = [
        Self::Freestanding(Architecture::X86_64),
        Self::Freestanding(Architecture::Aarch64),
        Self::Musl,
        Self::Static(Architecture::X86_64),
        Self::Static(Architecture::Aarch64),
        Self::Dynamic,
    ];

    /// Returns the architecture.
    pub const fn architecture(self) -> Architecture {
        match self {
            Self::Freestanding(architecture) | Self::Static(architecture) => architecture,
            Self::Musl | Self::Dynamic => Architecture::X86_64,
        }
    }

    /// Returns the variables that select it in the Makefile.
    pub const fn variables(self) -> &'static [&'static str] {
        match self {
            Self::Freestanding(Architecture::X86_64) => &["ARCH=x86_64"],
            Self::Freestanding(Architecture::Aarch64) => &["ARCH=arm64"],
            Self::Musl => &["ARCH=x86_64", "LIBC=static", "CC=musl-gcc"],
            Self::Static(Architecture::X86_64) => &["ARCH=x86_64", "LIBC=static"],
            Self::Static(Architecture::Aarch64) => &["ARCH=arm64", "LIBC=static"],
            Self::Dynamic => &["ARCH=x86_64", "LIBC=dynamic"],
        }
    }

    fn name(self) -> String {
        format!("{self:?}").replace(['(', ')'], "")
    }
}

/// The examples in C.
pub const EXAMPLES: [&str; 5] = ["hello", "echo", "stream", "order", "conformance"];

/// Returns their folder.
pub fn folder() -> PathBuf {
    cargo::root().join("examples/c")
}

/// Returns the folder of the header.
pub fn include() -> PathBuf {
    cargo::root().join("include")
}

/// Builds `libbarelambda.a` as docs/c.md says, and returns its path.
pub fn library(architecture: Architecture) -> PathBuf {
    cargo::build(
        cargo::root(),
        &["--release", "--package", "barelambda-capi", "--target", architecture.target()],
    );
    cargo::target_folder().join(architecture.target()).join("release/libbarelambda.a")
}

/// Builds an example with the Makefile, and returns its path.
pub fn example(name: &str, way: Way) -> PathBuf {
    let made = cargo::once(&format!("make all for {way:?}"), || {
        let folder = cargo::target_folder().join("barelambda-tests/c-programs").join(way.name());
        let _ = std::fs::remove_dir_all(&folder);
        make(&[&["all", &format!("BUILD={}", folder.display())], way.variables()].concat());
        vec![folder]
    });
    made[0].join(name)
}

/// Runs `make` in the folder of the examples, with the library's target directory, and returns its
/// output.
///
/// # Panics
/// `make` fails.
pub fn make(arguments: &[&str]) -> String {
    let mut command = Command::new(tools::for_c("make"));
    command.arg("-C").arg(folder()).args(arguments).env("CARGO_TARGET_DIR", cargo::target_folder());
    run(&mut command)
}

/// Compiles and links a program. `command` is a compiler with the arguments that come first.
pub fn compile(
    command: &[&str],
    source: &Path,
    architecture: Architecture,
    output: &str,
    last: &[&str],
) -> PathBuf {
    let output = cargo::scratch(&format!("c-{output}")).join("program");
    let [compiler, first @ ..] = command else { panic!("expected a compiler") };
    let mut command = Command::new(tools::for_c(compiler));
    command
        .args(first)
        .args(["-Wall", "-Wextra", "-Werror", "-pedantic", "-I"])
        .arg(include())
        .args(["-idirafter", "/usr/include"]);
    command
        .arg(source)
        .args(["-x", "none"])
        .arg(library(architecture))
        .arg("-o")
        .arg(&output)
        .args(last);
    run(&mut command);
    output
}

/// Runs a command, and returns its standard output.
///
/// # Panics
/// The command fails.
pub fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}", command.get_program().display()));
    let words = String::from_utf8_lossy(&output.stderr);
    let arguments: Vec<&OsStr> = command.get_args().collect();
    assert!(
        output.status.success(),
        "{} {arguments:?}: {}\n{words}",
        command.get_program().display(),
        output.status
    );
    String::from_utf8(output.stdout).expect("tools print UTF-8")
}

/// Returns the machine and the segment types in the ELF headers of a program.
pub fn headers(program: &Path) -> (u16, Vec<u32>) {
    let bytes = std::fs::read(program).expect("the program can be read");
    let file = ElfBytes::<LittleEndian>::minimal_parse(&bytes).expect("the program is an ELF file");
    let segments = file.segments().expect("the program has segments");
    (file.ehdr.e_machine, segments.iter().map(|segment| segment.p_type).collect())
}

/// Starts an emulator that runs the program.
pub fn serve(program: &Path, architecture: Architecture) -> Emulator {
    let mut options = Options::new(program);
    options.runner = architecture.runner();
    start(options)
}
