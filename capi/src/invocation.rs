//! The current invocation, which C sees as the event and the responder.

use core::ffi::{c_int, c_void};
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ptr::{self, null_mut};
use core::slice;
use core::sync::atomic::{AtomicPtr, Ordering::Relaxed};

use runtime::entry::c_support::{self, Way};
use runtime::runtime_api::answer::{Answer, JSON};
use runtime::{Context, PAYLOAD_LIMIT, Response, ResponseStream};

use crate::result::{OK, Refusal};

/// The maximum length of a content type or an error type, in bytes. They are copied to the end of
/// the response buffer, because they must outlive the pointers from C.
pub const TEXT: usize = 1024;

/// The address of the current invocation, or null.
static CURRENT: AtomicPtr<c_void> = AtomicPtr::new(null_mut());

/// The current invocation, or the initialisation, which doesn't have an event.
pub struct Invocation<'a> {
    pub event: Option<Given<'a>>,
    /// The response buffer.
    pub buffer: Place,
    /// The [`TEXT`] bytes after it.
    text: Place,
    /// The length of the content type in `text`; 0 if it isn't set.
    content_type: usize,
    stage: Stage,
    /// The first error.
    refusal: Option<Refusal>,
    /// The stream, if it has begun. `leave` drops it, so that the code of streams isn't linked
    /// into a program that doesn't begin one.
    stream: ManuallyDrop<Option<ResponseStream<'a>>>,
    /// Drops the stream, if it has begun.
    leave: Option<for<'i, 'b> fn(&'i mut Invocation<'b>)>,
    lives: PhantomData<&'a mut [u8]>,
}

/// The parts of an invocation that an initialisation doesn't have.
#[derive(Copy, Clone)]
pub struct Given<'a> {
    pub context: Context<'a>,
    pub payload: Place,
    pub way: Way<'a>,
}

/// Memory that C may change until the handler returns.
#[derive(Copy, Clone)]
pub struct Place {
    pub data: *mut u8,
    pub len: usize,
}

/// The state of the response.
#[derive(Copy, Clone)]
enum Stage {
    Open,
    Streaming,
    Streamed,
    /// The body of a response, in the payload or in the response buffer.
    Response(Place),
    /// The body of an error, in the response buffer, and the length of its type, in `text`.
    Failed(Place, usize),
}

impl<'a> Invocation<'a> {
    /// Handles an event by calling `work` with the address of the invocation.
    pub fn handle(
        invocation: runtime::Invocation<'a>,
        work: impl FnOnce(*mut c_void),
    ) -> Response<'a> {
        let runtime::Invocation { context, event, responder } = invocation;
        let payload = Place::of_mut(event.into_payload());
        // SAFETY: `start` runs this in a handler of `c_support::serve`.
        let (buffer, way) = unsafe { c_support::parts(responder) };
        let mut invocation = Self::new(Some(Given { context, payload, way }), buffer);
        invocation.lend(work);
        match (invocation.refusal, invocation.stage) {
            (Some(refusal), _) => Err(refusal.error),
            (None, Stage::Open) => Err(Refusal::NOT_ANSWERED.error),
            (None, Stage::Streaming) => Err(Refusal::NOT_ENDED.error),
            (None, Stage::Streamed) => Ok(c_support::responded(Answer::STREAMED)),
            (None, Stage::Response(body)) => {
                // SAFETY: the body is in the payload or in the response buffer. C must not use them
                // any more, and the invocation borrows them for 'a.
                let body: &'a [u8] = unsafe { body.as_slice() };
                Answer::response(invocation.content_type().unwrap_or(JSON), body)
                    .map(c_support::responded)
            }
            (None, Stage::Failed(body, len)) => {
                Ok(c_support::responded(invocation.failure(body, len)))
            }
        }
    }

    /// Initialises by calling `work` with the address of the responder. Returns the error, if it
    /// failed.
    pub fn initialize(buffer: &'a mut [u8], work: impl FnOnce(*mut c_void)) -> Option<Answer<'a>> {
        let mut invocation = Self::new(None, buffer);
        invocation.lend(work);
        match (invocation.refusal, invocation.stage) {
            // SAFETY: nothing else uses the response buffer any more, and the invocation borrows it
            // for 'a.
            (Some(refusal), _) => Some(c_support::error_answer(refusal.error, unsafe {
                invocation.buffer.as_mut_slice()
            })),
            (None, Stage::Failed(body, len)) => Some(invocation.failure(body, len)),
            (None, _) => None,
        }
    }

    #[inline(never)]
    fn new(event: Option<Given<'a>>, buffer: &'a mut [u8]) -> Self {
        let (buffer, text) = buffer.split_at_mut_checked(PAYLOAD_LIMIT).unwrap_or_default();
        let (buffer, text) = (Place::of_mut(buffer), Place::of_mut(text));
        let stream = ManuallyDrop::new(None);
        Self {
            event,
            buffer,
            text,
            content_type: 0,
            stage: Stage::Open,
            refusal: None,
            stream,
            leave: None,
            lives: PhantomData,
        }
    }

    fn lend(&mut self, work: impl FnOnce(*mut c_void)) {
        let address: *mut c_void = (&raw mut *self).cast();
        CURRENT.store(address, Relaxed);
        work(address);
        CURRENT.store(null_mut(), Relaxed);
        self.leave();
    }

    /// Drops the stream. If it has sent bytes before, this sends its buffered bytes.
    #[inline(never)]
    fn leave(&mut self) {
        if let Some(leave) = self.leave.take() {
            leave(self);
        }
    }

    /// Checks that a response can be sent or begun now.
    ///
    /// # Errors
    /// The first refusal; [`Refusal::NOTHING_TO_ANSWER`] without an event;
    /// [`Refusal::ANSWERED_TWICE`] after a response.
    // Inlined, because the smallest programs call one function that uses it: this saves 190 bytes.
    #[inline(always)]
    pub fn open(&self) -> Result<(), Refusal> {
        match (self.refusal, self.stage) {
            (Some(refusal), _) => Err(refusal),
            (None, Stage::Open) if self.event.is_none() => Err(Refusal::NOTHING_TO_ANSWER),
            (None, Stage::Open) => Ok(()),
            (None, _) => Err(Refusal::ANSWERED_TWICE),
        }
    }

    /// Returns the access to a stream, if one can begin now.
    ///
    /// # Errors
    /// Those of [`open`](Self::open).
    pub fn way(&self) -> Result<Way<'a>, Refusal> {
        self.open()?;
        self.event.map(|event| event.way).ok_or(Refusal::NOTHING_TO_ANSWER)
    }

    /// Returns whether the place is in the payload or in the response buffer.
    pub fn holds(&self, place: Place) -> bool {
        self.event.is_some_and(|event| place.is_within(event.payload))
            || place.is_within(self.buffer)
    }

    /// Responds with the body at this place, in the payload or in the response buffer.
    pub fn respond(&mut self, body: Place) {
        self.stage = Stage::Response(body);
    }

    /// Sets the content type of the response. An empty one resets it.
    pub fn set_content_type(&mut self, text: &str) {
        self.content_type = self.keep(text.as_bytes());
    }

    /// Returns the content type, if it is set.
    pub fn content_type(&self) -> Option<&'a str> {
        // SAFETY: C doesn't know the place, nothing else is stored there while the content type is
        // used, and it was checked to be UTF-8.
        let text =
            unsafe { str::from_utf8_unchecked(self.text.as_slice().get(..self.content_type)?) };
        if text.is_empty() { None } else { Some(text) }
    }

    /// Fails the invocation, and replaces an earlier refusal.
    ///
    /// # Errors
    /// [`Refusal::ANSWERED_TWICE`] after a response.
    pub fn fail(&mut self, error_type: &[u8], message: &[u8]) -> Result<(), Refusal> {
        let limit = match self.stage {
            Stage::Open => self.buffer.len,
            Stage::Streaming => c_support::TRAILER_LIMIT,
            _ => return Err(Refusal::ANSWERED_TWICE),
        };
        self.leave();
        let error_type = str::from_utf8(error_type).unwrap_or_default();
        // SAFETY: the stream is dropped, C must not use the response buffer during the call, and
        // the message is elsewhere.
        let buffer = unsafe { self.buffer.as_mut_slice() }.get_mut(..limit).unwrap_or_default();
        let answer = c_support::failure(error_type, message, buffer);
        let body = Place::of(answer.body());
        let len = self.keep(answer.error_type());
        self.stage = Stage::Failed(body, len);
        self.refusal = None;
        Ok(())
    }

    /// Stores a stream that has begun.
    pub fn begin(&mut self, stream: ResponseStream<'a>) {
        *self.stream = Some(stream);
        self.leave = Some(|invocation| drop(invocation.stream.take()));
        self.stage = Stage::Streaming;
    }

    /// Returns the stream.
    ///
    /// # Errors
    /// The first refusal; [`Refusal::NOT_STREAMING`] if it hasn't begun;
    /// [`Refusal::ANSWERED_TWICE`] if it has ended.
    pub fn streaming(&mut self) -> Result<&mut ResponseStream<'a>, Refusal> {
        match (self.refusal, self.stage, &mut *self.stream) {
            (Some(refusal), ..) => Err(refusal),
            (None, Stage::Streaming, Some(stream)) => Ok(stream),
            (None, Stage::Open, _) => Err(Refusal::NOT_STREAMING),
            (None, ..) => Err(Refusal::ANSWERED_TWICE),
        }
    }

    /// Records that the stream has ended.
    pub fn end(&mut self) {
        self.stage = Stage::Streamed;
    }

    /// Returns a slice from C, of `count` elements.
    ///
    /// # Errors
    /// [`Refusal::NULL`] if `data` is null and the slice isn't empty; [`Refusal::LENGTH`] if it is
    /// longer than `isize::MAX` bytes; [`Refusal::OVERLAP`] if it overlaps the response buffer.
    ///
    /// # Safety
    /// If none of these errors occurs, `count` elements must be readable during the call from C.
    pub unsafe fn input<'i, T>(&self, data: *const T, count: usize) -> Result<&'i [T], Refusal> {
        let len = count.saturating_mul(size_of::<T>());
        self.check(Place { data: data.cast_mut().cast(), len })?;
        // SAFETY: the caller ensures it; the pointer of an empty slice isn't used.
        Ok(if count == 0 { &[] } else { unsafe { slice::from_raw_parts(data, count) } })
    }

    fn check(&self, place: Place) -> Result<(), Refusal> {
        if place.len > 0 && place.data.is_null() {
            return Err(Refusal::NULL);
        }
        if place.len > isize::MAX.unsigned_abs() {
            return Err(Refusal::LENGTH);
        }
        if place.overlaps(self.buffer) { Err(Refusal::OVERLAP) } else { Ok(()) }
    }

    fn failure(&self, body: Place, len: usize) -> Answer<'a> {
        // SAFETY: body and type are in the response buffer and in `text`, which the invocation
        // borrows for 'a, and nothing writes to them any more.
        let (error_type, body) =
            unsafe { (self.text.as_slice().get(..len).unwrap_or_default(), body.as_slice()) };
        // SAFETY: `fail` has stored a type there, which is UTF-8.
        Answer::error(unsafe { str::from_utf8_unchecked(error_type) }, body)
    }

    /// Stores at most [`TEXT`] bytes of a text, and returns its length.
    fn keep(&mut self, text: &[u8]) -> usize {
        let len = text.len().min(self.text.len);
        // SAFETY: `len` bytes can be read there, and written here.
        unsafe { ptr::copy(text.as_ptr(), self.text.data, len) };
        len
    }
}

impl Place {
    /// Returns the place of a slice.
    pub const fn of(slice: &[u8]) -> Self {
        Self { data: slice.as_ptr().cast_mut(), len: slice.len() }
    }

    const fn of_mut(slice: &mut [u8]) -> Self {
        Self { data: slice.as_mut_ptr(), len: slice.len() }
    }

    /// # Safety
    /// Its bytes must be readable during the lifetime of the slice, and nothing may write to them.
    const unsafe fn as_slice<'s>(self) -> &'s [u8] {
        // SAFETY: the caller ensures it.
        unsafe { slice::from_raw_parts(self.data, self.len) }
    }

    /// # Safety
    /// Nothing else may use these bytes during the lifetime of the slice.
    pub const unsafe fn as_mut_slice<'s>(self) -> &'s mut [u8] {
        // SAFETY: the caller ensures it.
        unsafe { slice::from_raw_parts_mut(self.data, self.len) }
    }

    /// Returns whether all of it is in `other`.
    fn is_within(self, other: Self) -> bool {
        self.len <= other.len
            && self.data.addr().wrapping_sub(other.data.addr()) <= other.len - self.len
    }

    /// Returns whether it overlaps `other`.
    fn overlaps(self, other: Self) -> bool {
        let [start, other_start] = [self.data.addr(), other.data.addr()];
        start < other_start.saturating_add(other.len)
            && start.saturating_add(self.len) > other_start
    }
}

/// Calls `work` with the current invocation, if `responder` is its address. If `work` returns
/// a refusal, returns its code, and stores it if it is the first.
#[inline(always)]
pub fn with(
    responder: *mut c_void,
    work: impl for<'i, 'b> FnOnce(&'i mut Invocation<'b>) -> Result<(), Refusal>,
) -> c_int {
    // SAFETY: it is the address of a local variable of `lend`'s caller, and `lend` resets it before
    // the variable is dropped. C must call on the thread that runs the handler, and `work` doesn't
    // call C, so this is the only reference.
    let Some(invocation) = (unsafe { CURRENT.load(Relaxed).cast::<Invocation<'_>>().as_mut() })
    else {
        return Refusal::RESPONDER.code;
    };
    let is_it = (&raw const *invocation).addr() == responder.addr();
    match if is_it { work(invocation) } else { Err(Refusal::RESPONDER) } {
        Ok(()) => OK,
        Err(refusal) => {
            invocation.refusal.get_or_insert(refusal);
            refusal.code
        }
    }
}

/// Calls `then` with the parts of the current invocation, if `event` is its address.
pub fn given<R>(event: *const c_void, then: impl FnOnce(Given<'_>) -> R) -> Option<R> {
    let current = CURRENT.load(Relaxed);
    if current.is_null() || event != current {
        return None;
    }
    // SAFETY: as in `with`.
    unsafe { &*current.cast::<Invocation<'_>>() }.event.map(then)
}
