//! The final report: the last answer of a process that ends after a panic, or whose initialisation
//! failed.

use crate::conversation::Conversation;
use crate::conversation::stream;
use crate::error::{Numbered, ProtocolError};
use crate::http1::HEAD_LIMIT;
use crate::http1::response::Response;
use crate::log::{self, Level};
use crate::runtime_api::answer::{Answer, ErrorBody};
use crate::runtime_api::endpoint::Endpoint;
use crate::runtime_api::exchange::Exchange;
use crate::runtime_api::invocation::InvocationHead;
use crate::runtime_api::request::{Post, Subject};
use crate::sys::{env, socket::Socket};

/// Reads the endpoint of the Runtime API from the environment. Returns whether it could. If not,
/// the log has the reason.
pub(crate) fn read_endpoint(endpoint: &mut Endpoint<'static>) -> bool {
    /// The first message begins with it, so it isn't linked twice.
    const NAME: &[u8] = ProtocolError::MESSAGES.as_bytes().split_at(22).0;
    let value = env::var(NAME);
    let result = value.ok_or(ProtocolError::NoEndpoint).and_then(|value| endpoint.read(value));
    if let Err(error) = result {
        log::error(Level::Fatal, error.into(), value.unwrap_or_default());
    }
    result.is_ok()
}

/// Delivers the final report on a new connection. The old one may be in any state.
#[inline(never)]
pub(crate) fn send_final_report(kept: Post<'_>) {
    let mut region = [0; ROOM_FOR_HEADS];
    let mut endpoint = Endpoint::default();
    if read_endpoint(&mut endpoint) {
        note(Conversation::new(&endpoint, Socket::new(), Exchange::final_report(), 0).advance(
            &mut region,
            Some(&kept),
            &mut Response::default(),
        ));
    }
}

/// Ends the stream that has begun on `socket`, with the answer, an error, in its trailers.
#[cold]
#[inline(never)]
pub(crate) fn finish_stream(socket: Socket, invocation: InvocationHead<'_>, mut kept: Post<'_>) {
    let mut region = [0; ROOM_FOR_HEADS];
    let mut endpoint = Endpoint::default();
    if !read_endpoint(&mut endpoint) {
        return;
    }
    let mut conversation = Conversation::new(&endpoint, socket, Exchange::final_trailers(), 0);
    let mut writer = conversation.stream_writer(&mut region, invocation);
    let finished = stream::finish_stream(&mut writer, &mut kept.answer);
    note(
        finished.map_err(Numbered::from).and_then(|()| {
            conversation.advance(&mut region, Some(&kept), &mut Response::default())
        }),
    );
}

/// The size of the buffer for the head of the final report, which repeats ids from a received head,
/// and then for the reply.
const ROOM_FOR_HEADS: usize = 2 * HEAD_LIMIT;

fn note(result: Result<(), Numbered>) {
    if let Err(error) = result {
        log::error(Level::Error, error, b"");
    }
}

/// Reports an error of the initialisation whose message is composed at run time, and exits.
pub(crate) fn end_initialization(error_type: &[u8], message: &dyn Fn(&mut ErrorBody<'_>)) -> ! {
    let mut buffer = [0; 2048];
    let mut body = ErrorBody::of_type(error_type, &mut buffer);
    message(&mut body);
    report_initialization(Answer::error("", body.finish()).with_error_type(error_type));
    crate::sys::exit(1)
}

/// Reports an error of the initialisation, and logs it.
pub(crate) fn report_initialization(answer: Answer<'_>) {
    log::failed(Level::Fatal, None, b"the initialisation failed", answer.body());
    send_final_report(Post { subject: Subject::Initialization, answer });
}
