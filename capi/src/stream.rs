//! Streamed responses.

use core::ffi::{c_int, c_void};

use crate::invocation::with;
use crate::result::Refusal;

// SAFETY, of all functions that C calls: see answer.rs.

#[unsafe(no_mangle)]
unsafe extern "C" fn barelambda_stream_begin(responder: *mut c_void) -> c_int {
    with(responder, |invocation| {
        let way = invocation.way()?;
        // SAFETY: there's no response yet, so nothing else uses the response buffer, and C must not
        // use it from here on.
        let buffer = unsafe { invocation.buffer.as_mut_slice() };
        let stream =
            way.stream(buffer, invocation.content_type()).map_err(|_| Refusal::CONTENT_TYPE)?;
        invocation.begin(stream);
        Ok(())
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn barelambda_stream_write(
    responder: *mut c_void,
    data: *const u8,
    len: usize,
) -> c_int {
    with(responder, |invocation| {
        // SAFETY: it is a slice from C.
        let data = unsafe { invocation.input(data, len) };
        let stream = invocation.streaming()?;
        stream.write(data?).map_err(Refusal::stream)
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn barelambda_stream_flush(responder: *mut c_void) -> c_int {
    with(responder, |invocation| invocation.streaming()?.flush().map_err(Refusal::stream))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn barelambda_stream_end(responder: *mut c_void) -> c_int {
    with(responder, |invocation| {
        invocation.streaming()?.flush().map_err(Refusal::stream)?;
        invocation.end();
        Ok(())
    })
}
