//! HTTP responses.

use core::ffi::{c_int, c_uint, c_void};
use core::{mem, str};

use runtime::HttpResponse;
use runtime::entry::c_support;

use crate::invocation::{Invocation, Place, with};
use crate::result::Refusal;

// SAFETY, of all functions that C calls: see answer.rs.

/// `barelambda_text`.
#[repr(C)]
struct Text {
    data: *const u8,
    len: usize,
}

/// `barelambda_header`.
#[repr(C)]
struct Header {
    name: Text,
    value: Text,
}

/// `barelambda_http_head`.
#[repr(C)]
struct Head {
    status: c_uint,
    multi_value_headers: c_int,
    headers: *const Header,
    header_count: usize,
    cookies: *const Text,
    cookie_count: usize,
}

const BODY_TEXT: c_int = 0;
const BODY_BYTES: c_int = 1;

#[unsafe(no_mangle)]
unsafe extern "C" fn barelambda_http(
    responder: *mut c_void,
    head: *const Head,
    body: *const u8,
    len: usize,
    kind: c_int,
) -> c_int {
    with(responder, |invocation| {
        invocation.open()?;
        // SAFETY: these are pointers from C.
        let (response, body) =
            unsafe { (response(invocation, head)?, invocation.input(body, len)?) };
        let responded = match kind {
            BODY_TEXT => response.text(str::from_utf8(body).map_err(|_| Refusal::BODY_TEXT)?),
            BODY_BYTES => response.bytes(body),
            _ => return Err(Refusal::BODY_KIND),
        };
        let body = Place::of(c_support::answer(&responded.map_err(Refusal::http)?).body());
        // The content type that was set is that of the body. The response itself is JSON.
        invocation.set_content_type("");
        invocation.respond(body);
        Ok(())
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn barelambda_http_stream(responder: *mut c_void, head: *const Head) -> c_int {
    with(responder, |invocation| {
        let way = invocation.way()?;
        // SAFETY: it is a pointer from C.
        let response = unsafe { response(invocation, head) }?;
        // SAFETY: `response` has checked that it isn't null.
        if unsafe { (*head).multi_value_headers } != 0 {
            return Err(Refusal::MULTI_VALUE);
        }
        let stream = way.http_stream(response).map_err(Refusal::http)?;
        invocation.begin(stream);
        Ok(())
    })
}

/// Returns the response, with everything except the body.
///
/// # Safety
/// `head` must be null, or readable like everything that it points to.
unsafe fn response<'b>(
    invocation: &Invocation<'b>,
    head: *const Head,
) -> Result<HttpResponse<'b>, Refusal> {
    if head.is_null() {
        return Err(Refusal::HEAD);
    }
    // SAFETY: the caller ensures it, and it isn't null.
    let [head] = unsafe { invocation.input(head, 1) }? else {
        return Err(Refusal::HEAD);
    };
    let status = u16::try_from(head.status).unwrap_or(u16::MAX);
    // SAFETY: there's no response yet, so nothing else uses the response buffer, and C must not use
    // it during the call.
    let buffer = unsafe { invocation.buffer.as_mut_slice() };
    let mut response = c_support::http(buffer, status, invocation.content_type())
        .multi_value_headers(head.multi_value_headers != 0);
    // SAFETY: the caller ensures it.
    unsafe {
        for header in invocation.input(head.headers, head.header_count)? {
            response =
                response.header(header.name.read(invocation)?, header.value.read(invocation)?);
        }
        for cookie in invocation.input(head.cookies, head.cookie_count)? {
            response = response.cookie(cookie.read(invocation)?);
        }
    }
    Ok(response)
}

impl Text {
    /// Returns the text. If it isn't UTF-8, returns a text that is invalid as a name and as a value
    /// of a header field.
    ///
    /// # Safety
    /// It must be readable.
    unsafe fn read<'i>(&self, invocation: &Invocation<'_>) -> Result<&'i str, Refusal> {
        // SAFETY: the caller ensures it.
        let text = unsafe { invocation.input(self.data, self.len) }?;
        Ok(str::from_utf8(text).unwrap_or("\0"))
    }
}

// The sizes in include/barelambda.h, with pointers of eight bytes.
const _: () = assert!(mem::size_of::<Head>() == 40 && mem::size_of::<Header>() == 32);
