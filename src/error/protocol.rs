//! The errors of the exchange with the Runtime API, which `http1`, `runtime_api`, `conversation` and `runtime` share.

use super::kinds;

kinds! {
    /// What goes wrong between the runtime and the Runtime API: it is logged, and ends the process or costs a connection.
    ///
    /// One enum for all layers below the handler, so that their messages are one text and a `Result` of it is one byte.
    pub enum ProtocolError = "Runtime.Failed";

    /// The address of the Runtime API is in no variable: the program was not started by Lambda or an emulator.
    #[doc(hidden)]
    NoEndpoint NO_ENDPOINT "AWS_LAMBDA_RUNTIME_API is not set; try `cargo barelambda invoke`";
    /// `AWS_LAMBDA_RUNTIME_API` isn't an address. The host is an IPv4 address, an IPv6 address in brackets, or localhost: names are not
    /// resolved.
    #[doc(hidden)]
    Endpoint ENDPOINT "AWS_LAMBDA_RUNTIME_API is not [http://]IP:PORT[/PATH] or localhost:PORT";

    /// The connection could not be made; the number is the errno.
    Connect CONNECT "cannot connect to the Runtime API: os error";
    /// The connection broke; the number is the errno.
    #[doc(hidden)]
    ConnectionBroken CONNECTION_BROKEN "connection broken: os error";
    /// The server closed the connection in the middle of a conversation.
    #[doc(hidden)]
    ConnectionClosed CONNECTION_CLOSED "connection closed by the Runtime API";

    /// A status line or a header section that is not HTTP/1.
    #[doc(hidden)]
    HeadMalformed HEAD_MALFORMED "malformed header section";
    /// A header section that is longer than [`HEAD_LIMIT`](crate::http1::HEAD_LIMIT).
    #[doc(hidden)]
    HeadTooLarge HEAD_TOO_LARGE "header section too large";
    /// A body whose length is given in no way, in two ways, or in a way that is not understood.
    #[doc(hidden)]
    BodyLength BODY_LENGTH "neither one Content-Length nor chunked";
    /// A chunk that does not follow RFC 9112, section 7.1, or whose size is beyond 64 bits.
    #[doc(hidden)]
    ChunkMalformed CHUNK_MALFORMED "malformed chunk";
    /// Chunk extensions or trailers beyond [`SKIP_LIMIT`](crate::http1::framing::SKIP_LIMIT).
    #[doc(hidden)]
    ChunkTooLarge CHUNK_TOO_LARGE "chunk extension or trailer too large";
    /// `Lambda-Runtime-Aws-Request-Id` is missing, or could not stand in a request line.
    #[doc(hidden)]
    RequestId REQUEST_ID "no usable request id";

    /// The same invocation came again after its answer was refused: it can never be answered.
    #[doc(hidden)]
    AnswerStuck ANSWER_STUCK "an invocation came again after its answer was refused";
    /// The Runtime API answered with a status after which nothing can go on, which is the number: anything but 200 to GET /next, or a server
    /// error.
    #[doc(hidden)]
    CannotGoOn CANNOT_GO_ON "cannot go on after status";
    /// A buffer is smaller than the least that the runtime needs.
    #[doc(hidden)]
    BufferTooSmall BUFFER_TOO_SMALL "buffer too small";
}
