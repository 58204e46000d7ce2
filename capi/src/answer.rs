//! Buffered responses.

use core::ffi::{c_int, c_void};
use core::ptr::{self, null_mut};

use runtime::PAYLOAD_LIMIT;
use runtime::entry::c_support;

use crate::invocation::{Place, with};
use crate::result::Refusal;

// SAFETY, of all functions that C calls: only this library defines these names. A slice from C has
// as many readable bytes as its length says, during the call. The caller in C must ensure that, as
// include/barelambda.h requires.

#[unsafe(no_mangle)]
unsafe extern "C" fn barelambda_respond(
    responder: *mut c_void,
    data: *const u8,
    len: usize,
) -> c_int {
    with(responder, |invocation| {
        invocation.open()?;
        if data.is_null() && len > 0 {
            return Err(Refusal::NULL);
        }
        if len > PAYLOAD_LIMIT {
            return Err(Refusal::RESPONSE_TOO_LARGE);
        }
        let mut body = Place { data: data.cast_mut(), len };
        if !invocation.holds(body) {
            body.data = invocation.buffer.data;
            // SAFETY: `len` bytes can be read, and the response buffer has room for them.
            unsafe { ptr::copy(data, body.data, len) };
        }
        invocation.respond(body);
        Ok(())
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn barelambda_fail(
    responder: *mut c_void,
    error_type: *const u8,
    type_len: usize,
    message: *const u8,
    message_len: usize,
) -> c_int {
    with(responder, |invocation| {
        // SAFETY: these are slices from C.
        let (error_type, message) = unsafe {
            (invocation.input(error_type, type_len)?, invocation.input(message, message_len)?)
        };
        invocation.fail(error_type, message)
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn barelambda_content_type(
    responder: *mut c_void,
    text: *const u8,
    len: usize,
) -> c_int {
    with(responder, |invocation| {
        invocation.open()?;
        // SAFETY: this is a slice from C.
        let text = unsafe { invocation.input(text, len) }?;
        match str::from_utf8(text) {
            Ok(value) if c_support::is_content_type(text) => {
                invocation.set_content_type(value);
                Ok(())
            }
            _ => Err(Refusal::CONTENT_TYPE),
        }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn barelambda_response_buffer(
    responder: *mut c_void,
    capacity: *mut usize,
) -> *mut u8 {
    let mut buffer = Place { data: null_mut(), len: 0 };
    with(responder, |invocation| {
        invocation.open()?;
        buffer = invocation.buffer;
        Ok(())
    });
    // SAFETY: it is null, or C allows writing to it.
    if let Some(capacity) = unsafe { capacity.as_mut() } {
        *capacity = buffer.len;
    }
    buffer.data
}
