//! The parts that all servers share: the accept loop, bodies, and the behaviour of Go's net/http
//! that a client notices.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, Shutdown, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use http_body_util::channel::Channel;
use http_body_util::{BodyExt, Either, Full};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response, StatusCode, Version};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::delivery::BrokenOff;

/// How many unread bytes of a body are read and discarded. With more, the connection is closed
/// (Go's net/http).
pub(crate) const MOST_DISCARDED: usize = 256 << 10;

/// The largest header section in bytes. A larger one is answered with 431 (Go's net/http).
const MOST_HEADERS: usize = 1 << 20;

/// How long a connection stays half-open after `Connection: close`, so that the answer arrives
/// before the reset that the unread body causes (Go's net/http).
const RESET_AVOIDANCE: Duration = Duration::from_millis(500);

/// Serves every connection with `answer`. Dropping the future closes the connections. They have no
/// timeout, since a GET /next may wait for hours.
///
/// When `stopped` is ready, the server accepts no further connection, and the future ends as soon
/// as the clients have closed theirs.
pub(crate) async fn serve<F, R>(listener: TcpListener, stopped: impl Future<Output = ()>, answer: F)
where
    F: Fn(Request<Incoming>) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Response<Reply>> + Send + 'static,
{
    let mut stopped = pin!(stopped);
    let mut connections = JoinSet::new();
    loop {
        let accepted = poll_fn(|context| match listener.poll_accept(context) {
            Poll::Ready(accepted) => Poll::Ready(Some(accepted)),
            Poll::Pending => stopped.as_mut().poll(context).map(|()| None),
        });
        match accepted.await {
            Some(Ok((stream, peer))) => {
                connections.spawn(serve_connection(stream, peer, answer.clone()));
            }
            // The process is out of file descriptors, or the connection has already broken: a later
            // attempt may succeed.
            Some(Err(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
            None => break,
        }
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Returns why a request isn't for this server, if a web page in a browser may have sent it. A page
/// can send requests to every local server: they have an `Origin`, and if a name of the page's own
/// leads to this machine, that name as their `Host`.
pub(crate) fn foreign(headers: &HeaderMap, server: SocketAddr) -> Option<String> {
    let host = header(headers, "host").unwrap_or_default();
    if let Some(origin) = header(headers, "origin")
        && origin.split_once("://").is_none_or(|(_, authority)| authority != host)
    {
        return Some(format!("a web page of {origin} may not invoke the function"));
    }
    // A server for other machines has names that it doesn't know.
    if server.ip().is_loopback() && !host.is_empty() && !is_local(host) {
        return Some(format!("{host} isn't a name of this machine: use localhost or its address"));
    }
    None
}

/// Returns whether a host, with or without a port, is an IP address or localhost.
fn is_local(host: &str) -> bool {
    if host.parse::<SocketAddr>().is_ok() || host.parse::<IpAddr>().is_ok() {
        return true;
    }
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let inner = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    let name = name.to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok()
        || inner.is_some_and(|inner| inner.parse::<IpAddr>().is_ok())
}

/// The address that a request comes from, in the request's extensions.
#[derive(Clone, Copy)]
pub(crate) struct Peer(pub SocketAddr);

/// The body of a response: bytes of a known length, or chunks, each sent as soon as it arrives.
pub(crate) type Reply = Either<Full<Bytes>, Channel<Bytes, BrokenOff>>;

/// Returns a body framed with `Content-Length`.
pub(crate) fn sized(bytes: impl Into<Bytes>) -> Reply {
    Either::Left(Full::new(bytes.into()))
}

/// Returns a body framed as one chunk: hyper chunks a body whose length it doesn't know.
pub(crate) fn chunked(bytes: impl Into<Bytes>) -> Reply {
    let (mut sender, body) = Channel::new(1);
    sender.try_send(Frame::data(bytes.into())).expect("the channel has room for one frame");
    Either::Right(body)
}

pub(crate) fn reply(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<Reply> {
    let mut response = Response::new(sized(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// The result of reading a body.
pub(crate) enum Read {
    /// The whole body, and the trailers after it.
    Whole { bytes: Bytes, trailers: HeaderMap },
    /// The body is larger than the limit, by this many bytes so far. The rest is unread.
    TooLarge(usize),
    /// The connection ended before the body did.
    Cut,
}

/// Reads a body of at most `limit` bytes.
pub(crate) async fn read(body: &mut Incoming, limit: usize) -> Read {
    let expected = body.size_hint().lower().min(limit as u64 + 1);
    let mut bytes = Vec::with_capacity(expected as usize);
    let mut trailers = HeaderMap::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Read::Cut };
        match frame.into_data() {
            Ok(data) if bytes.len() + data.len() > limit => {
                return Read::TooLarge(bytes.len() + data.len() - limit);
            }
            Ok(data) => bytes.extend_from_slice(&data),
            Err(other) => trailers.extend(other.into_trailers().unwrap_or_default()),
        }
    }
    Read::Whole { bytes: bytes.into(), trailers }
}

/// Answers without reading the body, as Go does: a short remainder is read and discarded, and with
/// a longer one the connection is closed.
pub(crate) async fn leave_unread(body: Incoming, response: Response<Reply>) -> Response<Reply> {
    leave_rest_unread(body, 0, response).await
}

/// Answers after `over` bytes more than the limit have been read. They count as unread.
pub(crate) async fn leave_rest_unread(
    mut body: Incoming,
    over: usize,
    mut response: Response<Reply>,
) -> Response<Reply> {
    let little = match MOST_DISCARDED.checked_sub(over) {
        Some(most) if body.size_hint().lower() <= most as u64 => {
            matches!(read(&mut body, most).await, Read::Whole { .. })
        }
        _ => false,
    };
    if !little {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Returns any text as a header's value, with spaces in place of control characters.
pub(crate) fn header_value(text: &str) -> HeaderValue {
    let plain: Vec<u8> =
        text.bytes().map(|byte| if byte.is_ascii_control() { b' ' } else { byte }).collect();
    HeaderValue::from_bytes(&plain).expect("only control characters are refused")
}

/// Returns a header's value as text, or `None` when it is absent or not UTF-8.
pub(crate) fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    std::str::from_utf8(headers.get(name)?.as_bytes()).ok()
}

async fn serve_connection<F, R>(stream: TcpStream, peer: SocketAddr, answer: F)
where
    F: Fn(Request<Incoming>) -> R,
    R: Future<Output = Response<Reply>>,
{
    // A small answer must not wait for the acknowledgement of the previous one. A failure costs
    // only time.
    let _ = stream.set_nodelay(true);
    let closing = Arc::new(AtomicBool::new(false));
    let service = service_fn(|mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        let closing = closing.clone();
        let answered = match lacks_host(&request) {
            true => None,
            false => Some(answer(request)),
        };
        async move {
            let response = match answered {
                Some(answered) => answered.await,
                None => without_host(),
            };
            let close = response.headers().get(CONNECTION).is_some_and(|value| value == "close");
            closing.store(close, Ordering::Relaxed);
            Ok::<_, Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        .title_case_headers(true)
        .header_read_timeout(None)
        .max_buf_size(MOST_HEADERS)
        // This limits trailers too, which hyper would otherwise limit to 16 KiB.
        .max_header_size(MOST_HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    // An error here is the client's: it disconnected, or sent something other than HTTP, which
    // hyper has answered.
    let stream = connection.without_shutdown().await.map(|parts| parts.io.into_inner());
    if let Ok(stream) = stream
        && closing.load(Ordering::Relaxed)
    {
        // An error means that the client disconnected first.
        let _ = close_gently(stream).await;
    }
}

async fn close_gently(stream: TcpStream) -> io::Result<()> {
    let stream = stream.into_std()?;
    stream.shutdown(Shutdown::Write)?;
    tokio::time::sleep(RESET_AVOIDANCE).await;
    Ok(())
}

fn lacks_host(request: &Request<Incoming>) -> bool {
    request.version() == Version::HTTP_11 && !request.headers().contains_key(HOST)
}

fn without_host() -> Response<Reply> {
    let words = "400 Bad Request: missing required Host header";
    let mut response = reply(StatusCode::BAD_REQUEST, "text/plain; charset=utf-8", words);
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}
