//! The errors of the exchange with the Runtime API, which `http1`, `runtime_api`, `conversation`
//! and `runtime` share.

use super::{Error, kinds, nth};

kinds! {
    /// An error between the runtime and the Runtime API. It is logged, and either costs a
    /// connection or ends the process.
    ///
    /// One enum serves all layers below the handler, so that their messages are one text and a
    /// `Result` of it is one byte.
    pub enum ProtocolError = "Runtime.Failed";

    /// The environment has no address of the Runtime API: neither Lambda nor an emulator started
    /// the program.
    #[doc(hidden)]
    NoEndpoint NO_ENDPOINT "AWS_LAMBDA_RUNTIME_API is not set; try `cargo barelambda invoke`";
    /// `AWS_LAMBDA_RUNTIME_API` isn't an address. The host must be an IPv4 address, with the feature
    /// `ipv6` an IPv6 address in brackets, or with the feature `local` localhost: names aren't
    /// resolved.
    #[doc(hidden)]
    Endpoint ENDPOINT "AWS_LAMBDA_RUNTIME_API is not IP:PORT[/PATH]; see the features local and ipv6";

    /// The connection could not be made. The number is the errno.
    Connect CONNECT "cannot connect: os error";
    /// The connection broke. The number is the errno.
    #[doc(hidden)]
    ConnectionBroken CONNECTION_BROKEN "connection broken: os error";
    /// The Runtime API replied with a status after which the runtime can't continue: anything but
    /// 200 to GET /next, or a server error. The number is the status.
    #[doc(hidden)]
    CannotGoOn CANNOT_GO_ON "cannot go on after status";
    /// The server closed the connection before the reply was complete.
    #[doc(hidden)]
    ConnectionClosed CONNECTION_CLOSED "connection closed";

    /// A status line or a header section isn't HTTP/1 ([RFC 9112, sections 4 and
    /// 5](https://www.rfc-editor.org/rfc/rfc9112#section-4)).
    #[doc(hidden)]
    HeadMalformed HEAD_MALFORMED "malformed head";
    /// A header section is longer than [`HEAD_LIMIT`](crate::http1::HEAD_LIMIT).
    #[doc(hidden)]
    HeadTooLarge HEAD_TOO_LARGE "head too large";
    /// The length of a body is missing, ambiguous or malformed ([RFC 9112, section
    /// 6.3](https://www.rfc-editor.org/rfc/rfc9112#section-6.3)).
    #[doc(hidden)]
    BodyLength BODY_LENGTH "no usable body length";
    /// A chunk is malformed ([RFC 9112, section
    /// 7.1](https://www.rfc-editor.org/rfc/rfc9112#section-7.1)), or its size exceeds 64 bits.
    #[doc(hidden)]
    ChunkMalformed CHUNK_MALFORMED "malformed chunk";
    /// Chunk extensions or trailers are longer than
    /// [`SKIP_LIMIT`](crate::http1::framing::SKIP_LIMIT).
    #[doc(hidden)]
    ChunkTooLarge CHUNK_TOO_LARGE "chunk framing too large";
    /// `Lambda-Runtime-Aws-Request-Id` is missing, or unsafe in a request line.
    #[doc(hidden)]
    RequestId REQUEST_ID "no usable request id";

    /// The Runtime API delivered the same invocation again after it had rejected its answer, so the
    /// invocation can't be answered.
    #[doc(hidden)]
    AnswerStuck ANSWER_STUCK "invocation came again after its answer was refused";
    /// A buffer is smaller than the minimum.
    #[doc(hidden)]
    BufferTooSmall BUFFER_TOO_SMALL "buffer too small";
}

/// An error and its number, or zero. As opposed to an [`Error`], it doesn't link what writes the
/// body of an answer.
#[derive(Copy, Clone)]
pub(crate) struct Numbered {
    pub(crate) error: ProtocolError,
    pub(crate) number: u32,
}

impl Numbered {
    /// Returns the message, without the number that follows it.
    #[inline(never)]
    pub(crate) fn message(self) -> &'static [u8] {
        nth(ProtocolError::MESSAGES.as_bytes(), self.error as u64)
    }
}

impl From<ProtocolError> for Numbered {
    fn from(error: ProtocolError) -> Self {
        Self { error, number: 0 }
    }
}

impl From<Numbered> for Error {
    fn from(Numbered { error, number }: Numbered) -> Self {
        error.error().with(number)
    }
}
