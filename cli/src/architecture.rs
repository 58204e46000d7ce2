//! The architectures that Lambda has.

use std::fmt;

use elf::abi::{EM_AARCH64, EM_X86_64};

/// An architecture of Lambda.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    X86_64,
    Aarch64,
}

impl Architecture {
    /// What is deployed is built for this architecture by default, as in the Terraform stack.
    pub const DEPLOYED: Self = Self::Aarch64;

    /// Returns the architecture with Lambda's name, an alias of it, or `host`, which clap has
    /// checked.
    pub fn from_lambda(name: &str) -> Self {
        match name {
            "host" => Self::host(),
            "arm64" | "aarch64" => Self::Aarch64,
            _ => Self::X86_64,
        }
    }

    /// Returns this machine's architecture.
    pub const fn host() -> Self {
        if cfg!(target_arch = "aarch64") { Self::Aarch64 } else { Self::X86_64 }
    }

    /// Returns the target that a bare function is built for.
    pub fn triple(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64-unknown-linux-musl",
            Self::Aarch64 => "aarch64-unknown-linux-musl",
        }
    }

    /// Returns the architecture with the machine number of an ELF file.
    pub fn of_machine(machine: u16) -> Option<Self> {
        match machine {
            EM_X86_64 => Some(Self::X86_64),
            EM_AARCH64 => Some(Self::Aarch64),
            _ => None,
        }
    }

    /// Returns the names of the qemu programs that emulate it.
    pub const fn emulators(self) -> [&'static str; 2] {
        match self {
            Self::X86_64 => ["qemu-x86_64-static", "qemu-x86_64"],
            Self::Aarch64 => ["qemu-aarch64-static", "qemu-aarch64"],
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::X86_64 => "x86_64",
            Self::Aarch64 => "arm64",
        })
    }
}
