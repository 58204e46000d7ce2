//! What an executable says of itself: the ELF header, the program headers and the dynamic section (System V ABI, chapters 4 and 5).

use crate::program::Architecture;

/// A 64-bit little-endian ELF file, the only kind that Lambda's processors run.
#[derive(Debug, PartialEq, Eq)]
pub struct Elf {
    pub architecture: Architecture,
    /// Whether it is a program, and not a library or an object file.
    pub is_program: bool,
    /// The interpreter (PT_INTERP) that loads it, if it is a dynamic executable.
    pub interpreter: Option<String>,
    /// The libraries that it is linked with (DT_NEEDED).
    pub needed: Vec<String>,
}

/// What a file is, as far as the kernel's `execve` tells.
#[derive(Debug, PartialEq, Eq)]
pub enum Kind {
    /// It begins with `#!`, and runs on any processor that has its interpreter.
    Script,
    Elf(Architecture),
}

/// The bytes that [`kind`] looks at.
pub const HEAD: usize = 20;

const ET_EXEC: u64 = 2;
const ET_DYN: u64 = 3;
const PT_LOAD: u64 = 1;
const PT_DYNAMIC: u64 = 2;
const PT_INTERP: u64 = 3;
const DT_NEEDED: u64 = 1;
const DT_STRTAB: u64 = 5;
const DT_FLAGS_1: u64 = 0x6fff_fffb;
const DF_1_PIE: u64 = 0x0800_0000;

/// What a file is, by its first [`HEAD`] bytes.
///
/// # Errors
/// It is nothing that runs on Lambda; the words follow the name of the file.
pub fn kind(start: &[u8]) -> Result<Kind, String> {
    match start {
        [b'#', b'!', ..] => Ok(Kind::Script),
        [0x7f, b'E', b'L', b'F', 2, 1, rest @ ..] if rest.len() >= HEAD - 6 => {
            let machine = u16::from_le_bytes([rest[12], rest[13]]);
            let known = Architecture::of_machine(machine).map(Kind::Elf);
            known.ok_or_else(|| format!("is for a processor that Lambda does not have (ELF machine {machine})"))
        }
        [0x7f, b'E', b'L', b'F', ..] => Err("is not a 64-bit little-endian ELF file, which Lambda needs".to_owned()),
        _ => Err("is neither an ELF executable nor a script that begins with #!".to_owned()),
    }
}

/// Reads a whole file; nothing if it is a script.
///
/// # Errors
/// As [`kind`], or the headers speak of what is not in the file.
pub fn read(file: &[u8]) -> Result<Option<Elf>, String> {
    let Kind::Elf(architecture) = kind(file)? else { return Ok(None) };
    read_headers(file, architecture).map(Some).ok_or_else(|| "is a damaged ELF file: its headers speak of more than is there".to_owned())
}

fn read_headers(file: &[u8], architecture: Architecture) -> Option<Elf> {
    let kind = number(file, 16, 2)?;
    let table = number(file, 32, 8)?;
    let entry_size = number(file, 54, 2)?;
    let count = number(file, 56, 2)?;
    let mut segments = Vec::new();
    for index in 0..count {
        segments.push(Segment::read(file, table.checked_add(index * entry_size)?)?);
    }
    let find = |kind| segments.iter().find(|segment| segment.kind == kind);
    let interpreter = match find(PT_INTERP) {
        Some(segment) => Some(text(segment.bytes(file)?)),
        None => None,
    };
    let mut dynamic = Vec::new();
    if let Some(segment) = find(PT_DYNAMIC) {
        let bytes = segment.bytes(file)?;
        let entries = (0..).map_while(|at| Some((number(bytes, at * 16, 8)?, number(bytes, at * 16 + 8, 8)?)));
        dynamic.extend(entries.take_while(|&(tag, _)| tag != 0));
    }
    let values = |wanted| dynamic.iter().filter(move |&&(tag, _)| tag == wanted).map(|&(_, value)| value);
    let mut needed = Vec::new();
    for name in values(DT_NEEDED) {
        let address = values(DT_STRTAB).next()?.checked_add(name)?;
        needed.push(text(segments.iter().find_map(|segment| segment.at_address(file, address))?));
    }
    let is_pie = values(DT_FLAGS_1).any(|flags| flags & DF_1_PIE != 0);
    let is_program = kind == ET_EXEC || kind == ET_DYN && (interpreter.is_some() || is_pie);
    Some(Elf { architecture, is_program, interpreter, needed })
}

/// A program header.
struct Segment {
    kind: u64,
    offset: u64,
    address: u64,
    size: u64,
}

impl Segment {
    fn read(file: &[u8], at: u64) -> Option<Self> {
        let at = usize::try_from(at).ok()?;
        let field = |offset, size| number(file, at.checked_add(offset)?, size);
        Some(Self { kind: field(0, 4)?, offset: field(8, 8)?, address: field(16, 8)?, size: field(32, 8)? })
    }

    fn bytes<'a>(&self, file: &'a [u8]) -> Option<&'a [u8]> {
        let start = usize::try_from(self.offset).ok()?;
        file.get(start..start.checked_add(usize::try_from(self.size).ok()?)?)
    }

    /// What is loaded at the address, up to the end of the segment.
    fn at_address<'a>(&self, file: &'a [u8], address: u64) -> Option<&'a [u8]> {
        if self.kind != PT_LOAD {
            return None;
        }
        self.bytes(file)?.get(usize::try_from(address.checked_sub(self.address)?).ok()?..)
    }
}

fn number(bytes: &[u8], at: usize, size: usize) -> Option<u64> {
    Some(bytes.get(at..at.checked_add(size)?)?.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
}

/// A text that ends with a zero byte.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_it_is_for() {
        let elf = |class: u8, machine: u16| {
            let mut bytes = [0; HEAD];
            bytes[..6].copy_from_slice(&[0x7f, b'E', b'L', b'F', class, 1]);
            bytes[18..].copy_from_slice(&machine.to_le_bytes());
            kind(&bytes)
        };
        assert_eq!(elf(2, 62), Ok(Kind::Elf(Architecture::X86_64)));
        assert_eq!(elf(2, 183), Ok(Kind::Elf(Architecture::Aarch64)));
        assert!(elf(2, 8).unwrap_err().contains("ELF machine 8"));
        assert!(elf(1, 3).unwrap_err().contains("64-bit"));
        assert_eq!(kind(b"#!/bin/sh\n"), Ok(Kind::Script));
        assert!(kind(b"").is_err() && kind(b"\x7fELF\x02\x01").is_err());
    }

    #[test]
    fn this_program_is_dynamic_and_its_first_half_is_damaged() {
        let file = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let elf = read(&file).unwrap().unwrap();
        assert!(elf.is_program && elf.architecture == Architecture::host());
        assert!(elf.interpreter.unwrap().starts_with("/lib"));
        assert!(elf.needed.iter().any(|name| name.starts_with("libc.so")), "{:?}", elf.needed);
        for length in [HEAD, 64, 100] {
            assert!(read(&file[..length]).unwrap_err().contains("damaged"), "{length}");
        }
    }
}
