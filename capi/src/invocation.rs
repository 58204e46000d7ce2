//! The invocation that is being handled: what the event and the responder of C are.

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

/// The room behind the response buffer, for the content type or the type of an error, which must outlive what C has given: the most that
/// can be sent.
pub const TEXT: usize = 1024;

/// The address of what is being handled, or null.
static CURRENT: AtomicPtr<c_void> = AtomicPtr::new(null_mut());

/// What is being handled: an invocation, or the initialisation, which has no event.
pub struct Invocation<'a> {
    pub event: Option<Given<'a>>,
    /// The response buffer.
    pub buffer: Place,
    /// The room behind it.
    text: Place,
    /// How much of that is the content type that was set; 0 if none was.
    content_type: usize,
    stage: Stage,
    /// What went wrong first.
    refusal: Option<Refusal>,
    /// The stream that has begun. `leave` drops it, so that nothing of streams is linked into a program that begins none.
    stream: ManuallyDrop<Option<ResponseStream<'a>>>,
    /// Lets go of the stream, if one has begun.
    leave: Option<for<'i, 'b> fn(&'i mut Invocation<'b>)>,
    lives: PhantomData<&'a mut [u8]>,
}

/// What an invocation has, and an initialisation has not.
#[derive(Copy, Clone)]
pub struct Given<'a> {
    pub context: Context<'a>,
    pub payload: Place,
    pub way: Way<'a>,
}

/// Memory that C may change until the handler has returned.
#[derive(Copy, Clone)]
pub struct Place {
    pub data: *mut u8,
    pub len: usize,
}

/// How far the answer is.
#[derive(Copy, Clone)]
enum Stage {
    Open,
    Streaming,
    Streamed,
    /// The body of a response, in the payload or in the response buffer.
    Response(Place),
    /// The body of an error, in the response buffer, and the length of its type, in the room behind.
    Failed(Place, usize),
}

impl<'a> Invocation<'a> {
    /// Handles an event by `work`, which is given the invocation's address.
    pub fn handle(invocation: runtime::Invocation<'a>, work: impl FnOnce(*mut c_void)) -> Response<'a> {
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
                // SAFETY: the body lies in the payload or in the response buffer, which C has for no longer, and the invocation has for 'a.
                let body: &'a [u8] = unsafe { body.as_slice() };
                Answer::response(invocation.content_type().unwrap_or(JSON), body).map(c_support::responded)
            }
            (None, Stage::Failed(body, len)) => Ok(c_support::responded(invocation.failure(body, len))),
        }
    }

    /// Initialises by `work`, which is given the address of the responder; gives why that failed, if it did.
    pub fn initialize(buffer: &'a mut [u8], work: impl FnOnce(*mut c_void)) -> Option<Answer<'a>> {
        let mut invocation = Self::new(None, buffer);
        invocation.lend(work);
        match (invocation.refusal, invocation.stage) {
            // SAFETY: nothing else uses the response buffer any more, and it is the invocation's for 'a.
            (Some(refusal), _) => Some(c_support::error_answer(refusal.error, unsafe { invocation.buffer.as_mut_slice() })),
            (None, Stage::Failed(body, len)) => Some(invocation.failure(body, len)),
            (None, _) => None,
        }
    }

    #[inline(never)]
    fn new(event: Option<Given<'a>>, buffer: &'a mut [u8]) -> Self {
        let (buffer, text) = buffer.split_at_mut_checked(PAYLOAD_LIMIT).unwrap_or_default();
        let (buffer, text) = (Place::of_mut(buffer), Place::of_mut(text));
        let stream = ManuallyDrop::new(None);
        Self { event, buffer, text, content_type: 0, stage: Stage::Open, refusal: None, stream, leave: None, lives: PhantomData }
    }

    fn lend(&mut self, work: impl FnOnce(*mut c_void)) {
        let address: *mut c_void = (&raw mut *self).cast();
        CURRENT.store(address, Relaxed);
        work(address);
        CURRENT.store(null_mut(), Relaxed);
        self.leave();
    }

    /// Lets go of the stream, so that what it has gathered leaves, if something has left before.
    #[inline(never)]
    fn leave(&mut self) {
        if let Some(leave) = self.leave.take() {
            leave(self);
        }
    }

    /// Whether it may be answered now.
    ///
    /// # Errors
    /// The first refusal, and what stands against an answer.
    // Inlined, as the smallest programs call one function that asks for it: 190 bytes less.
    #[inline(always)]
    pub fn open(&self) -> Result<(), Refusal> {
        match (self.refusal, self.stage) {
            (Some(refusal), _) => Err(refusal),
            (None, Stage::Open) if self.event.is_none() => Err(Refusal::NOTHING_TO_ANSWER),
            (None, Stage::Open) => Ok(()),
            (None, _) => Err(Refusal::ANSWERED_TWICE),
        }
    }

    /// The way of a stream, if one may begin now.
    ///
    /// # Errors
    /// Those of [`open`](Self::open).
    pub fn way(&self) -> Result<Way<'a>, Refusal> {
        self.open()?;
        self.event.map(|event| event.way).ok_or(Refusal::NOTHING_TO_ANSWER)
    }

    /// Whether the place lies in the payload or in the response buffer.
    pub fn holds(&self, place: Place) -> bool {
        self.event.is_some_and(|event| place.is_within(event.payload)) || place.is_within(self.buffer)
    }

    /// Answers with the body at this place, in the payload or in the response buffer.
    pub fn respond(&mut self, body: Place) {
        self.stage = Stage::Response(body);
    }

    /// Keeps the content type of the answer to come; an empty one is that there is none.
    pub fn set_content_type(&mut self, text: &str) {
        self.content_type = self.keep(text.as_bytes());
    }

    /// The content type that was set.
    pub fn content_type(&self) -> Option<&'a str> {
        // SAFETY: C does not know the place, nothing else is kept there as long as the content type is used, and what was set was found to
        // be UTF-8.
        let text = unsafe { str::from_utf8_unchecked(self.text.as_slice().get(..self.content_type)?) };
        if text.is_empty() { None } else { Some(text) }
    }

    /// Fails, whatever was refused before.
    ///
    /// # Errors
    /// [`Refusal::ANSWERED_TWICE`].
    pub fn fail(&mut self, error_type: &[u8], message: &[u8]) -> Result<(), Refusal> {
        let limit = match self.stage {
            Stage::Open => self.buffer.len,
            Stage::Streaming => c_support::TRAILER_LIMIT,
            _ => return Err(Refusal::ANSWERED_TWICE),
        };
        self.leave();
        let error_type = str::from_utf8(error_type).unwrap_or_default();
        // SAFETY: the stream is gone, and C may not use the response buffer during the call; the message lies elsewhere.
        let buffer = unsafe { self.buffer.as_mut_slice() }.get_mut(..limit).unwrap_or_default();
        let answer = c_support::failure(error_type, message, buffer);
        let body = Place::of(answer.body());
        let len = self.keep(answer.error_type());
        self.stage = Stage::Failed(body, len);
        self.refusal = None;
        Ok(())
    }

    /// Notes that a stream has begun, and what lets go of it.
    pub fn begin(&mut self, stream: ResponseStream<'a>) {
        *self.stream = Some(stream);
        self.leave = Some(|invocation| drop(invocation.stream.take()));
        self.stage = Stage::Streaming;
    }

    /// The stream.
    ///
    /// # Errors
    /// The first refusal; [`Refusal::NOT_STREAMING`]; [`Refusal::ANSWERED_TWICE`] when it has ended.
    pub fn streaming(&mut self) -> Result<&mut ResponseStream<'a>, Refusal> {
        match (self.refusal, self.stage, &mut *self.stream) {
            (Some(refusal), ..) => Err(refusal),
            (None, Stage::Streaming, Some(stream)) => Ok(stream),
            (None, Stage::Open, _) => Err(Refusal::NOT_STREAMING),
            (None, ..) => Err(Refusal::ANSWERED_TWICE),
        }
    }

    /// Notes that the stream has ended.
    pub fn end(&mut self) {
        self.stage = Stage::Streamed;
    }

    /// What C has given, `count` of `T`: not null, of a length that there is, and outside of the response buffer.
    ///
    /// # Errors
    /// [`Refusal::NULL`], [`Refusal::LENGTH`], [`Refusal::OVERLAP`].
    ///
    /// # Safety
    /// If all that is so, then so many can be read from there, for as long as the call of the function lasts.
    pub unsafe fn input<'i, T>(&self, data: *const T, count: usize) -> Result<&'i [T], Refusal> {
        let len = count.saturating_mul(size_of::<T>());
        self.check(Place { data: data.cast_mut().cast(), len })?;
        // SAFETY: as the caller promises; an empty slice may be at no place.
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
        // SAFETY: body and type lie in the response buffer and in the room behind it, which are the invocation's for 'a, and which nothing
        // writes to any more.
        let (error_type, body) = unsafe { (self.text.as_slice().get(..len).unwrap_or_default(), body.as_slice()) };
        // SAFETY: `fail` has put a type there.
        Answer::error(unsafe { str::from_utf8_unchecked(error_type) }, body)
    }

    /// Keeps a text of [`TEXT`] bytes at most, and gives its length.
    fn keep(&mut self, text: &[u8]) -> usize {
        let len = text.len().min(self.text.len);
        // SAFETY: so many bytes can be read there, and written here.
        unsafe { ptr::copy(text.as_ptr(), self.text.data, len) };
        len
    }
}

impl Place {
    /// The place of what Rust lends.
    pub const fn of(slice: &[u8]) -> Self {
        Self { data: slice.as_ptr().cast_mut(), len: slice.len() }
    }

    const fn of_mut(slice: &mut [u8]) -> Self {
        Self { data: slice.as_mut_ptr(), len: slice.len() }
    }

    /// # Safety
    /// So many bytes can be read there for as long as the slice lives, and nothing writes to them.
    const unsafe fn as_slice<'s>(self) -> &'s [u8] {
        // SAFETY: as the caller promises.
        unsafe { slice::from_raw_parts(self.data, self.len) }
    }

    /// # Safety
    /// Nothing else uses these bytes for as long as the slice lives.
    pub const unsafe fn as_mut_slice<'s>(self) -> &'s mut [u8] {
        // SAFETY: as the caller promises.
        unsafe { slice::from_raw_parts_mut(self.data, self.len) }
    }

    /// Whether all of it lies in `other`.
    fn is_within(self, other: Self) -> bool {
        self.len <= other.len && self.data.addr().wrapping_sub(other.data.addr()) <= other.len - self.len
    }

    /// Whether some of it lies in `other`.
    fn overlaps(self, other: Self) -> bool {
        let [start, other_start] = [self.data.addr(), other.data.addr()];
        start < other_start.saturating_add(other.len) && start.saturating_add(self.len) > other_start
    }
}

/// Lets `work` have the invocation, if `responder` is its address. What it refuses is kept, and its code given.
#[inline(always)]
pub fn with(responder: *mut c_void, work: impl for<'i, 'b> FnOnce(&'i mut Invocation<'b>) -> Result<(), Refusal>) -> c_int {
    // SAFETY: the address is that of a local variable of `lend`'s caller, which takes it back before the variable is gone. C calls on the
    // thread that runs the handler, and `work` calls no C, so that this is the only reference.
    let Some(invocation) = (unsafe { CURRENT.load(Relaxed).cast::<Invocation<'_>>().as_mut() }) else {
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

/// What the invocation has, if `event` is its address.
pub fn given<R>(event: *const c_void, then: impl FnOnce(Given<'_>) -> R) -> Option<R> {
    let current = CURRENT.load(Relaxed);
    if current.is_null() || event != current {
        return None;
    }
    // SAFETY: as in `with`.
    unsafe { &*current.cast::<Invocation<'_>>() }.event.map(then)
}
