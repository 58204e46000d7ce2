//! The program headers of an ELF file (System V ABI, chapter 5), as far as the tests look at them.

use std::ops::Range;

/// Segment types.
pub const PT_LOAD: u32 = 1;
pub const PT_DYNAMIC: u32 = 2;
pub const PT_INTERP: u32 = 3;
pub const PT_GNU_STACK: u32 = 0x6474_e551;

/// Segment flags.
pub const PF_X: u32 = 1;
pub const PF_W: u32 = 2;

/// File types and machines.
pub const ET_EXEC: u16 = 2;
pub const EM_X86_64: u16 = 62;
pub const EM_AARCH64: u16 = 183;

/// A 64-bit little-endian executable.
#[derive(Debug)]
pub struct Elf {
    pub kind: u16,
    pub machine: u16,
    pub segments: Vec<Segment>,
}

/// A program header.
#[derive(Debug)]
pub struct Segment {
    pub kind: u32,
    pub flags: u32,
    /// Where it lies in memory.
    pub memory: Range<u64>,
}

impl Elf {
    /// Reads the headers.
    ///
    /// # Panics
    /// When the bytes are no 64-bit little-endian ELF file.
    pub fn parse(bytes: &[u8]) -> Self {
        assert!(bytes.starts_with(b"\x7fELF\x02\x01"), "no 64-bit little-endian ELF file");
        let table = number(bytes, 32, 8) as usize;
        let [entry_size, count] = [54, 56].map(|at| number(bytes, at, 2) as usize);
        let segments = (0..count).map(|index| {
            let header = &bytes[table + index * entry_size..][..entry_size];
            let [address, size] = [16, 40].map(|at| number(header, at, 8));
            Segment { kind: number(header, 0, 4) as u32, flags: number(header, 4, 4) as u32, memory: address..address + size }
        });
        Self { kind: number(bytes, 16, 2) as u16, machine: number(bytes, 18, 2) as u16, segments: segments.collect() }
    }

    /// The segments of a type.
    pub fn of_kind(&self, kind: u32) -> Vec<&Segment> {
        self.segments.iter().filter(|segment| segment.kind == kind).collect()
    }
}

fn number(bytes: &[u8], at: usize, size: usize) -> u64 {
    bytes[at..at + size].iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}
