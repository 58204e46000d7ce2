//! The heap of a bare program, which `entry!(…, heap = …)` makes its global allocator: a
//! two-level segregated fit over .bss, which allocates and frees in constant time.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::panic::PanicInfo;
use core::ptr::{NonNull, null_mut};
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use rlsf::Tlsf;

use super::panic::deliver;
use crate::runtime_api::answer::{Answer, ErrorBody};
use crate::sys;

/// The sizes of blocks are divided into this many powers of two from 32 bytes on, which is enough
/// for 8 GiB, and each into this many steps.
const POWERS: usize = 28;
const STEPS: usize = 16;

/// The bytes of all live allocations, as their callers asked for them.
static USED: AtomicUsize = AtomicUsize::new(0);

/// The number of bytes on the heap of `entry!(…, heap = …)` that are in use: the sum of what was
/// asked for, without the allocator's own words and gaps. Always 0 where programs use std.
pub fn heap_used() -> usize {
    USED.load(Relaxed)
}

/// The memory of a heap. It has no alignment, so that the linker script puts it after the statics
/// that are words.
pub struct Arena<const SIZE: usize>(UnsafeCell<[u8; SIZE]>);

// SAFETY: only the heap that is made of it uses it.
unsafe impl<const SIZE: usize> Sync for Arena<SIZE> {}

impl<const SIZE: usize> Arena<SIZE> {
    /// All zero.
    #[expect(clippy::new_without_default, reason = "only statics are of use")]
    pub const fn new() -> Self {
        assert!(SIZE >= 256, "the heap must have at least 256 bytes");
        Self(UnsafeCell::new([0; SIZE]))
    }
}

/// A heap. Without [`Heap::begin`] it has no memory, and refuses everything.
pub struct Heap {
    blocks: UnsafeCell<Tlsf<'static, u32, u16, POWERS, STEPS>>,
    /// The size of the last allocation that was refused, or zero.
    refused: AtomicUsize,
}

// SAFETY: a bare program has one thread, and no signal handler that allocates.
unsafe impl Sync for Heap {}

impl Heap {
    /// A heap without memory.
    #[expect(clippy::new_without_default, reason = "only statics are of use")]
    pub const fn new() -> Self {
        Self { blocks: UnsafeCell::new(Tlsf::new()), refused: AtomicUsize::new(0) }
    }

    /// Gives the heap its memory.
    ///
    /// # Safety
    /// To be called once for an arena, which nothing else uses, and not while another method runs.
    pub unsafe fn begin<const SIZE: usize>(&self, arena: &'static Arena<SIZE>) {
        let Some(memory) = NonNull::new(arena.0.get()) else { return };
        // SAFETY: the memory lives forever, and nothing else uses it or the blocks, as the caller
        // promises.
        unsafe { (*self.blocks.get()).insert_free_block_ptr(memory) };
    }

    /// If the panic is that of an allocation that failed, sends it to the caller of the function,
    /// and ends the process with status 101. Returns if it is another panic.
    pub fn report_exhausted(&self, info: &PanicInfo<'_>, size: usize) {
        const TYPE: &str = "Function.HeapExhausted";
        let refused = self.refused.load(Relaxed);
        // liballoc's `handle_alloc_error` panics in this file, and nothing else does. Its message
        // is formatted, so comparing it would link `core::fmt`.
        if refused == 0
            || !info
                .location()
                .is_some_and(|location| location.file().ends_with("alloc/src/alloc.rs"))
        {
            return;
        }
        let mut buffer = [0; 512];
        let mut body = ErrorBody::new(TYPE, &mut buffer);
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        body.push("the heap of ");
        body.push_number(number(size));
        body.push(" bytes has no room for ");
        body.push_number(number(refused));
        body.push(" more, with ");
        body.push_number(number(heap_used()));
        body.push(" in use: `heap` in entry! sets its size");
        deliver(b"the heap is exhausted", Answer::error(TYPE, body.finish()));
        sys::exit(101)
    }

    /// Notes the result of an allocation, and returns it as a pointer that may be null.
    fn noted(&self, block: Option<NonNull<u8>>, freed: usize, wanted: usize) -> *mut u8 {
        match block {
            Some(block) => {
                USED.store(USED.load(Relaxed).wrapping_sub(freed).wrapping_add(wanted), Relaxed);
                block.as_ptr()
            }
            None => {
                self.refused.store(wanted, Relaxed);
                null_mut()
            }
        }
    }
}

// SAFETY: a block is part of the arena, as long as the layout says, and of its alignment: that is
// what `Tlsf` promises. No two live blocks overlap. Nothing here unwinds.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: there is one thread, and `Tlsf` doesn't call its own allocator, so this is the
        // only reference to the blocks.
        let block = unsafe { &mut *self.blocks.get() }.allocate(layout);
        self.noted(block, 0, layout.size())
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as in `alloc`; and the caller promises that the block is live, and that this is
        // its layout, so it isn't null.
        unsafe { (*self.blocks.get()).deallocate(NonNull::new_unchecked(pointer), layout.align()) };
        USED.store(USED.load(Relaxed).wrapping_sub(layout.size()), Relaxed);
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller promises that `size`, rounded up to the alignment, isn't too large.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        // SAFETY: as in `dealloc`; the new layout has the alignment of the old one.
        let block =
            unsafe { (*self.blocks.get()).reallocate(NonNull::new_unchecked(pointer), wanted) };
        self.noted(block, layout.size(), size)
    }
}

/// Part of `entry!`: the heap and its memory.
#[doc(hidden)]
#[macro_export]
macro_rules! __heap {
    ($size:expr) => {
        static __BARELAMBDA_ARENA: $crate::entry::Arena<{ $size }> = $crate::entry::Arena::new();

        #[global_allocator]
        static __BARELAMBDA_HEAP: $crate::entry::Heap = $crate::entry::Heap::new();
    };
}

#[cfg(test)]
mod tests;
