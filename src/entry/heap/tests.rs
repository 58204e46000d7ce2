use core::alloc::{GlobalAlloc, Layout};
use std::vec::Vec;

use super::{Arena, Heap, heap_used};

static ARENA: Arena<65_536> = Arena::new();
static HEAP: Heap = Heap::new();

/// Miri needs seconds for a thousand of them.
const ROUNDS: u32 = if cfg!(miri) { 1000 } else { 200_000 };

/// The size of the largest blocks.
const LARGEST: usize = 3000;

/// A small generator of numbers that look random (xorshift).
fn next(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from(*state >> 33).unwrap()
}

/// Allocates, grows, shrinks and frees 200,000 times, checks that blocks keep what was written into
/// them, and that all of the memory is there again at the end.
#[test]
fn blocks_keep_their_bytes_and_come_back() {
    // SAFETY: the only call, before any other.
    unsafe { HEAP.begin(&ARENA) };
    let whole = Layout::from_size_align(60_000, 8).unwrap();
    let mut live: Vec<(*mut u8, Layout, u8)> = Vec::new();
    let mut state = 0x9e37_79b9_7f4a_7c15;
    let (mut refused, mut used) = (0, 0);
    for round in 0..ROUNDS {
        let size = 1 + next(&mut state) % LARGEST;
        let fill = u8::try_from(round % 251).unwrap();
        match next(&mut state) % 4 {
            0 | 1 => {
                let layout = Layout::from_size_align(size, 1 << (next(&mut state) % 8)).unwrap();
                // SAFETY: the size isn't zero.
                let block = unsafe { HEAP.alloc(layout) };
                if block.is_null() {
                    refused += 1;
                    continue;
                }
                assert_eq!(block.addr() % layout.align(), 0);
                // SAFETY: the block is ours, and as long as its layout.
                unsafe { block.write_bytes(fill, size) };
                live.push((block, layout, fill));
                used += size;
            }
            kind if !live.is_empty() => {
                let at = next(&mut state) % live.len();
                let (block, layout, fill) = live.swap_remove(at);
                // SAFETY: as above, and all of it has been written.
                let bytes = unsafe { core::slice::from_raw_parts(block, layout.size()) };
                assert!(bytes == &[fill; LARGEST][..bytes.len()], "round {round}");
                used -= layout.size();
                if kind == 2 {
                    // SAFETY: the block is live, and this its layout.
                    unsafe { HEAP.dealloc(block, layout) };
                    continue;
                }
                // SAFETY: as above; the new size isn't zero.
                let moved = unsafe { HEAP.realloc(block, layout, size) };
                let kept = layout.size();
                let (block, layout) = match moved.is_null() {
                    true => (block, layout),
                    false => (moved, Layout::from_size_align(size, layout.align()).unwrap()),
                };
                // SAFETY: as above: what fits into the new block has been moved into it.
                let bytes = unsafe { core::slice::from_raw_parts(block, kept.min(layout.size())) };
                assert!(bytes == &[fill; LARGEST][..bytes.len()], "round {round}");
                used += layout.size();
                // SAFETY: as above.
                unsafe { block.write_bytes(fill, layout.size()) };
                live.push((block, layout, fill));
            }
            _ => {}
        }
        assert_eq!(heap_used(), used);
    }
    assert!(refused > 0, "the memory was full at times");
    for (block, layout, _) in live {
        // SAFETY: the block is live, and this its layout.
        unsafe { HEAP.dealloc(block, layout) };
    }
    assert_eq!(heap_used(), 0);
    // SAFETY: the size isn't zero.
    let block = unsafe { HEAP.alloc(whole) };
    assert!(!block.is_null(), "free blocks are joined again");
}
