//! Functions that can be called at any time.

use core::ffi::{c_int, c_uint};
use core::ptr::null;
use core::slice;
use core::time::Duration;

use runtime::entry::c_support;

use crate::result::{OK, Refusal};
use crate::start;

// SAFETY, of all functions that C calls: see answer.rs.

/// The status of a process that has panicked.
const PANICKED: u8 = 101;

#[unsafe(no_mangle)]
unsafe extern "C" fn barelambda_log(level: c_int, text: *const u8, len: usize) -> c_int {
    // SAFETY: it is a slice from C.
    let Some(text) = (unsafe { input(text, len) }) else {
        return Refusal::NULL.code;
    };
    start::find_environment();
    let is_level = usize::try_from(level).is_ok_and(|level| c_support::log_line(level, text));
    if is_level { OK } else { Refusal::NULL.code }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn barelambda_env(
    name: *const u8,
    len: usize,
    value_len: *mut usize,
) -> *const u8 {
    start::find_environment();
    // SAFETY: it is a slice from C.
    let name = unsafe { input(name, len) }.filter(|name| !name.is_empty());
    let (data, size) =
        name.and_then(c_support::var).map_or((null(), 0), |value| (value.as_ptr(), value.len()));
    // SAFETY: it is null, or C allows writing to it.
    if let Some(value_len) = unsafe { value_len.as_mut() } {
        *value_len = size;
    }
    data
}

#[unsafe(no_mangle)]
extern "C" fn barelambda_now_ms() -> u64 {
    milliseconds(runtime::now())
}

#[unsafe(no_mangle)]
extern "C" fn barelambda_sleep_ms(ms: u32) {
    c_support::sleep_ms(ms);
}

#[unsafe(no_mangle)]
extern "C" fn barelambda_exit(status: c_int) -> ! {
    runtime::exit(status as u8)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn barelambda_panic(
    file: *const u8,
    file_len: usize,
    line: c_uint,
    message: *const u8,
    message_len: usize,
) -> ! {
    // SAFETY: these are slices from C.
    let [file, message] = unsafe { [input(file, file_len), input(message, message_len)] }
        .map(|text| text.map_or("(null)", valid));
    c_support::panicked(file, line, message);
    runtime::exit(PANICKED)
}

/// Like `as_millis`, in 64 bits. On aarch64, `as_millis` would link a 128-bit division from
/// compiler_builtins, which refers to a function for unwinding.
pub fn milliseconds(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1000).saturating_add(duration.subsec_millis().into())
}

/// Returns a slice from C, or `None` if it is null or longer than `isize::MAX` bytes.
///
/// # Safety
/// `len` bytes must be readable there during the call from C.
unsafe fn input<'i>(data: *const u8, len: usize) -> Option<&'i [u8]> {
    match len {
        0 => Some(&[]),
        // SAFETY: the caller ensures it.
        _ if !data.is_null() && len <= isize::MAX.unsigned_abs() => {
            Some(unsafe { slice::from_raw_parts(data, len) })
        }
        _ => None,
    }
}

/// Returns the text before the first byte that isn't valid UTF-8.
fn valid(text: &[u8]) -> &str {
    text.utf8_chunks().next().map(|chunk| chunk.valid()).unwrap_or_default()
}
