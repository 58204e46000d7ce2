//! Uses what few programs do: statics that aren't zero and change, atomic read-modify-write
//! instructions, for which aarch64 has functions, and the remainder of floats.
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]

use core::fmt::Write;
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use barelambda::{Invocation, Response};

static COUNT: AtomicUsize = AtomicUsize::new(41);

/// Large enough to be noticed in the file, and for a page of its own.
static TABLE: [AtomicU64; 1024] = [const { AtomicU64::new(0x0102_0304_0506_0708) }; 1024];

/// Zero, so not in the file.
static ZEROS: [AtomicU64; 200_000] = [const { AtomicU64::new(0) }; 200_000];

barelambda::entry!(count);

/// Responds with the number of the invocation, counted from 42; how many words of the table are
/// still the same; the sum of the words that were zero; and the remainder of the length of the
/// event by 7.5, in tenths.
fn count(invocation: Invocation) -> Response {
    let count = COUNT.fetch_add(1, Relaxed) + 1;
    TABLE[count % TABLE.len()].fetch_xor(1, Relaxed);
    ZEROS[count * 4000].fetch_add(2, Relaxed);
    let same = TABLE.iter().filter(|word| word.load(Relaxed) == 0x0102_0304_0506_0708).count();
    let sum: u64 = ZEROS.iter().map(|word| word.load(Relaxed)).sum();
    let remainder = invocation.event.payload().len() as f64 % 7.5;
    let mut response = invocation.responder.writer();
    write!(response, "[{count},{same},{sum},{}]", remainder * 10.0)?;
    response.finish()
}
