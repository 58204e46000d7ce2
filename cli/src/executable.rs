//! Reads executables: the ELF header, the program headers and the dynamic section (System V ABI,
//! chapters 4 and 5).

use elf::ElfBytes;
use elf::abi::{
    DF_1_PIE, DT_FLAGS_1, DT_NEEDED, DT_STRTAB, EI_NIDENT, ELFCLASS64, ELFDATA2LSB, ELFMAGIC,
    ET_DYN, ET_EXEC, PT_DYNAMIC, PT_INTERP, PT_LOAD,
};
use elf::dynamic::DynamicTable;
use elf::endian::LittleEndian;
use elf::file::Class;

use crate::architecture::Architecture;

/// A 64-bit little-endian ELF file, the only kind that Lambda's processors run.
#[derive(Debug, PartialEq, Eq)]
pub struct Elf {
    pub architecture: Architecture,
    /// Whether it is an executable, and not a library or an object file.
    pub is_program: bool,
    /// The interpreter (PT_INTERP) that loads it, if it is linked dynamically.
    pub interpreter: Option<String>,
    /// The libraries that it is linked with (DT_NEEDED).
    pub needed: Vec<String>,
}

/// The kinds of files that the kernel's `execve` accepts.
#[derive(Debug, PartialEq, Eq)]
pub enum FileKind {
    /// It begins with `#!`, and runs on any processor that has its interpreter.
    Script,
    Elf(Architecture),
}

/// The number of bytes that [`kind`] needs.
pub const HEAD: usize = EI_NIDENT + 4;

/// Returns the kind of a file by its first [`HEAD`] bytes.
///
/// # Errors
/// The file can't run on Lambda. The message follows the name of the file.
pub fn kind(start: &[u8]) -> Result<FileKind, String> {
    if start.starts_with(b"#!") {
        return Ok(FileKind::Script);
    }
    let Some([class, encoding, rest @ ..]) = start.strip_prefix(&ELFMAGIC) else {
        return Err("is neither an ELF executable nor a script that begins with #!".to_owned());
    };
    // After the class and the encoding come ten more bytes of the identification, and the type.
    let machine = rest.get(12..14).map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]]));
    match machine {
        Some(machine) if (*class, *encoding) == (ELFCLASS64, ELFDATA2LSB) => {
            let known = Architecture::of_machine(machine).map(FileKind::Elf);
            known.ok_or_else(|| {
                format!("is for an architecture that Lambda doesn't have (ELF machine {machine})")
            })
        }
        _ => Err("is not a 64-bit little-endian ELF file".to_owned()),
    }
}

/// Parses a whole file, and returns `None` for a script.
///
/// # Errors
/// The errors of [`kind`], and invalid headers.
pub fn read(file: &[u8]) -> Result<Option<Elf>, String> {
    let FileKind::Elf(architecture) = kind(file)? else { return Ok(None) };
    read_headers(file, architecture)
        .map(Some)
        .ok_or_else(|| "is a damaged ELF file: its headers are invalid".to_owned())
}

fn read_headers(file: &[u8], architecture: Architecture) -> Option<Elf> {
    let parsed = ElfBytes::<LittleEndian>::minimal_parse(file).ok()?;
    let segments: Vec<_> = parsed.segments().into_iter().flatten().collect();
    let find = |kind| segments.iter().find(|segment| segment.p_type == kind);
    let interpreter = match find(PT_INTERP) {
        Some(segment) => Some(text(parsed.segment_data(segment).ok()?)),
        None => None,
    };
    // The section headers may have a dynamic section too, but the kernel and the loader ignore
    // them.
    let dynamic: Vec<_> = match find(PT_DYNAMIC) {
        Some(segment) => {
            DynamicTable::new(LittleEndian, Class::ELF64, parsed.segment_data(segment).ok()?)
                .iter()
                .collect()
        }
        None => Vec::new(),
    };
    let values = |wanted| {
        dynamic
            .iter()
            .take_while(|entry| entry.d_tag != 0)
            .filter(move |entry| entry.d_tag == wanted)
    };
    let mut needed = Vec::new();
    for name in values(DT_NEEDED) {
        let address = values(DT_STRTAB).next()?.d_ptr().checked_add(name.d_val())?;
        let loaded =
            segments.iter().filter(|segment| segment.p_type == PT_LOAD).find_map(|segment| {
                let offset = usize::try_from(address.checked_sub(segment.p_vaddr)?).ok()?;
                parsed.segment_data(segment).ok()?.get(offset..)
            });
        needed.push(text(loaded?));
    }
    let is_pie = values(DT_FLAGS_1)
        .any(|flags| flags.d_val() & u64::try_from(DF_1_PIE).unwrap_or_default() != 0);
    let kind = parsed.ehdr.e_type;
    let is_program = kind == ET_EXEC || kind == ET_DYN && (interpreter.is_some() || is_pie);
    Some(Elf { architecture, is_program, interpreter, needed })
}

/// Decodes a string that ends with a zero byte.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_an_architecture() {
        let elf = |class: u8, machine: u16| {
            let mut bytes = [0; HEAD];
            bytes[..6].copy_from_slice(&[0x7f, b'E', b'L', b'F', class, 1]);
            bytes[18..].copy_from_slice(&machine.to_le_bytes());
            kind(&bytes)
        };
        assert_eq!(elf(2, 62), Ok(FileKind::Elf(Architecture::X86_64)));
        assert_eq!(elf(2, 183), Ok(FileKind::Elf(Architecture::Aarch64)));
        assert!(elf(2, 8).unwrap_err().contains("ELF machine 8"));
        assert!(elf(1, 3).unwrap_err().contains("64-bit"));
        assert_eq!(kind(b"#!/bin/sh\n"), Ok(FileKind::Script));
        assert!(kind(b"").is_err() && kind(b"\x7fELF\x02\x01").is_err());
    }

    #[test]
    fn this_program_is_dynamic_and_its_beginning_is_damaged() {
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
