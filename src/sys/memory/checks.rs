//! Compares the functions with loops over single bytes. `tests/programs/bare` checks those that a
//! bare program is linked with by the same code.

use core::hint::black_box;

use super::{bcmp, memcmp, memcpy, memmove, memset, strlen};

/// Beyond four of the 16 bytes that a loop handles at a time.
const LONGEST: usize = 70;

/// All offsets of an address from a multiple of 16.
const ALIGNMENTS: usize = 16;

const ROOM: usize = 256;

fn pattern<const SIZE: usize>(seed: usize) -> [u8; SIZE] {
    core::array::from_fn(|at| (at * 7 + seed * 13 + at / 251) as u8)
}

/// Copies within `bytes`, in an order that the compiler can't replace by a call.
fn copy_within(bytes: &mut [u8], from: usize, to: usize, len: usize) {
    for step in 0..len {
        let at = black_box(if to > from { len - 1 - step } else { step });
        bytes[to + at] = bytes[from + at];
    }
}

fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && (0..one.len()).all(|at| one[black_box(at)] == other[at])
}

/// Copies between all alignments, and within a buffer by all distances up to [`LONGEST`]. Bytes
/// next to the destination stay as they were.
pub fn copies() {
    for (to, from) in (0..ALIGNMENTS * ALIGNMENTS).map(|both| (both % ALIGNMENTS, both / 16)) {
        for len in 0..=LONGEST {
            let (source, mut seen) = (pattern::<ROOM>(1), pattern::<ROOM>(2));
            let mut expected = seen;
            for at in (0..len).map(black_box) {
                expected[to + at] = source[from + at];
            }
            let place = (&raw mut seen).cast::<u8>();
            // SAFETY: both ranges are in their arrays.
            let result =
                unsafe { memcpy(place.add(to), (&raw const source).cast::<u8>().add(from), len) };
            assert!(same(&seen, &expected), "memcpy of {len} bytes from {from} to {to}");
            assert!(result == place.wrapping_add(to), "the result of memcpy");
        }
    }
    for (from, to) in
        [0, 3].into_iter().flat_map(|more| (0..=2 * LONGEST).map(move |to| (LONGEST + more, to)))
    {
        for len in 0..=LONGEST {
            let mut seen = pattern::<ROOM>(3);
            let mut expected = seen;
            copy_within(&mut expected, from, to, len);
            let place = (&raw mut seen).cast::<u8>();
            // SAFETY: both ranges are in the array.
            let result = unsafe { memmove(place.add(to), place.add(from), len) };
            assert!(same(&seen, &expected), "memmove of {len} bytes from {from} to {to}");
            assert!(result == place.wrapping_add(to), "the result of memmove");
            // After a copy in descending order, too, others ascend.
            let (mut copy, source) = ([0; ROOM], (&raw const seen).cast());
            // SAFETY: as above.
            unsafe { memcpy((&raw mut copy).cast(), source, ROOM) };
            assert!(same(&copy, &seen), "memcpy after memmove by {from} to {to}");
        }
    }
}

/// Copies all but 10,000 of the bytes within `bytes`, by small and large distances in both
/// directions. `expected` must have the same length.
pub fn large_copies(bytes: &mut [u8], expected: &mut [u8]) {
    let len = bytes.len() - 10_000;
    for (from, to) in [(0, 1), (1, 0), (0, 16), (17, 0), (3, 10_000), (10_000, 5), (9, 9)] {
        for (at, (byte, other)) in bytes.iter_mut().zip(&mut *expected).enumerate() {
            *byte = (at * 31 + at / 253) as u8;
            *other = *byte;
        }
        copy_within(expected, from, to, len);
        let place = bytes.as_mut_ptr();
        // SAFETY: both ranges are in `bytes`.
        unsafe { memmove(place.add(to), place.add(from), len) };
        assert!(same(bytes, expected), "memmove of {len} bytes from {from} to {to}");
    }
}

/// Sets bytes at all alignments, to the lowest byte of a number.
pub fn sets() {
    for (start, len) in (0..ALIGNMENTS).flat_map(|start| (0..=LONGEST).map(move |len| (start, len)))
    {
        for byte in [0, 0x5a, -1, 0x1234] {
            let mut seen = pattern::<ROOM>(4);
            let mut expected = seen;
            for at in (0..len).map(black_box) {
                expected[start + at] = byte as u8;
            }
            let place = (&raw mut seen).cast::<u8>();
            // SAFETY: the range is in the array.
            let result = unsafe { memset(place.add(start), byte, len) };
            assert!(same(&seen, &expected), "memset of {len} bytes at {start} to {byte}");
            assert!(result == place.wrapping_add(start), "the result of memset");
        }
    }
}

/// Compares equal bytes, and those that differ at each place. Bytes after the first difference, or
/// after the end, differ the other way round.
pub fn comparisons() {
    for (one, other) in (0..ALIGNMENTS).map(|one| (one, (one * 5 + 3) % ALIGNMENTS)) {
        for len in 0..=LONGEST {
            let (mut ours, mut theirs) = ([7_u8; ROOM], [7_u8; ROOM]);
            ours[one + len] = 0;
            theirs[other + len] = 255;
            let compare = |ours: &[u8; ROOM], theirs: &[u8; ROOM], len| {
                let (ours, theirs) = (ours[one..].as_ptr(), theirs[other..].as_ptr());
                // SAFETY: the arrays have `len` bytes there.
                unsafe { (memcmp(ours, theirs, len), bcmp(ours, theirs, len)) }
            };
            assert!(compare(&ours, &theirs, len) == (0, 0), "{len} equal bytes");
            for (at, (less, more)) in
                (0..len).flat_map(|at| [(0, 255), (127, 128), (6, 7)].map(|pair| (at, pair)))
            {
                (ours[one + at], theirs[other + at]) = (less, more);
                let (order, differ) = compare(&ours, &theirs, len);
                assert!(order < 0 && differ != 0, "{less} and {more} at {at} of {len}");
                (ours[one + at], theirs[other + at]) = (more, less);
                if at > 0 {
                    // A later difference doesn't count.
                    (ours[one + at - 1], theirs[other + at - 1]) = (less, more);
                    let (order, differ) = compare(&ours, &theirs, len);
                    assert!(order < 0 && differ != 0, "{less} and {more} before {at} of {len}");
                    (ours[one + at - 1], theirs[other + at - 1]) = (7, 7);
                }
                let (order, differ) = compare(&ours, &theirs, len);
                assert!(order > 0 && differ != 0, "{more} and {less} at {at} of {len}");
                (ours[one + at], theirs[other + at]) = (7, 7);
            }
        }
    }
}

/// Measures strings at all alignments.
pub fn lengths() {
    for (start, len) in (0..ALIGNMENTS).flat_map(|start| (0..=LONGEST).map(move |len| (start, len)))
    {
        let mut text = [0x80_u8; ROOM];
        text[start + len] = 0;
        // SAFETY: a zero follows.
        assert!(
            unsafe { strlen(text[start..].as_ptr()) } == len,
            "strlen of {len} bytes at {start}"
        );
    }
}
