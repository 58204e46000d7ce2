//! The event and the metadata of an invocation.

use core::ffi::c_void;
use core::ptr::{null, null_mut};

use runtime::Context;

use crate::invocation::given;
use crate::system::milliseconds;

// SAFETY, of all functions that C calls: see answer.rs.

#[unsafe(no_mangle)]
unsafe extern "C" fn barelambda_event_payload(event: *const c_void, len: *mut usize) -> *mut u8 {
    let (data, size) =
        given(event, |given| (given.payload.data, given.payload.len)).unwrap_or((null_mut(), 0));
    // SAFETY: it is null, or C allows writing to it.
    if let Some(len) = unsafe { len.as_mut() } {
        *len = size;
    }
    data
}

macro_rules! texts {
    ($($name:ident: $field:expr;)*) => {$(
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name(event: *const c_void, len: *mut usize) -> *const u8 {
            // SAFETY: `len` is null, or C allows writing to it.
            unsafe { text(event, len, $field) }
        }
    )*};
}

texts! {
    barelambda_request_id: |context| Some(context.request_id());
    barelambda_invocation_id: |context| context.invocation_id();
    barelambda_function_arn: |context| context.function_arn();
    barelambda_trace_id: |context| context.trace_id();
    barelambda_tenant_id: |context| context.tenant_id();
    barelambda_client_context: |context| context.client_context();
    barelambda_cognito_identity: |context| context.cognito_identity();
}

#[unsafe(no_mangle)]
unsafe extern "C" fn barelambda_deadline_ms(event: *const c_void) -> u64 {
    given(event, |given| given.context.deadline_ms()).flatten().unwrap_or_default()
}

#[unsafe(no_mangle)]
unsafe extern "C" fn barelambda_remaining_ms(event: *const c_void) -> u64 {
    given(event, |given| milliseconds(given.context.remaining())).unwrap_or_default()
}

/// # Safety
/// `len` must be null, or writable.
unsafe fn text(
    event: *const c_void,
    len: *mut usize,
    field: for<'c, 'h> fn(&'c Context<'h>) -> Option<&'h str>,
) -> *const u8 {
    let (data, size) =
        given(event, |given| field(&given.context).map(|text| (text.as_ptr(), text.len())))
            .flatten()
            .unwrap_or((null(), 0));
    // SAFETY: as the caller promises.
    if let Some(len) = unsafe { len.as_mut() } {
        *len = size;
    }
    data
}
