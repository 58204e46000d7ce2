//! Signed calls to a service.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use barelambda::Error;
use serde::Serialize;

use crate::channel::Channel;
use crate::error::{PRESIGN_EXPIRY, PROTOCOL};
use crate::http::request::Path;
use crate::json;
use crate::net::deadline::Deadline;
use crate::net::socket::Limits;
use crate::random;
use crate::reply::Reply;
use crate::reply_stream::ReplyStream;
use crate::request::Request;
use crate::retry::{self, TRIES};
use crate::service::{Protocol, Service};
use crate::settings::Settings;
use crate::signatures::Signatures;
use crate::sigv4::Payload;
use crate::sigv4::canonical::push_encoded;
use crate::url::{Scheme, Url};

/// The longest wait for a server, unless it is set.
pub(crate) const WAIT: Duration = Duration::from_secs(5);

/// The longest body of a reply, unless it is set.
pub(crate) const REPLY_LIMIT: usize = 1 << 20;

/// A client of one service, with one connection. [`Aws::client`](crate::Aws::client) creates it.
///
/// ```no_run
/// use barelambda_aws::{Aws, Service};
///
/// #[derive(serde::Serialize)]
/// #[serde(rename_all = "PascalCase")]
/// struct SendMessage<'a> {
///     queue_url: &'a str,
///     message_body: &'a str,
/// }
///
/// let mut queue = Aws::from_env()?.client(Service::SQS)?;
/// let message = SendMessage { queue_url: "https://…", message_body: "hello" };
/// queue.call("SendMessage", &message)?.success()?;
/// # Ok::<(), barelambda::Error>(())
/// ```
///
/// # Replies and errors
/// A reply of any status is a [`Reply`], with the [code](Reply::code) of the service's error. An
/// [`Error`] means that there is no reply; [`crate::error`] lists them.
///
/// # Limits
/// Each wait for the server, to connect, to send and to receive, lasts for at most 5 seconds
/// ([`set_timeout`](Self::set_timeout)), and a call ends 200 ms before the deadline of the current
/// invocation, with [`TIMEOUT`](crate::error::TIMEOUT). In the initialiser, where there is no
/// deadline, it ends after 30 seconds. The body of a reply has at most 1 MiB
/// ([`set_reply_limit`](Self::set_reply_limit)).
///
/// # Tries
/// A call is tried up to three times, with growing random pauses of up to 50 and 100 ms, after the
/// statuses 429, 500, 502, 503 and 504, after codes that mean throttling, and after errors of the
/// connection. So a service may carry out a call twice, when its reply was lost. No try begins
/// after the deadline. Each failed try is logged at WARN, through the crate `log`.
///
/// # The connection
/// It's kept between invocations. Lambda may freeze the process for hours in between, so the client
/// looks whether the server has closed the connection before it sends, and opens another one then.
pub struct Client {
    service: Service,
    signatures: Signatures,
    scheme: Scheme,
    /// The value of the header `host`.
    host: String,
    /// What precedes the paths of requests, encoded, without a slash at its end.
    base: String,
    channel: Channel,
    wait: Duration,
    reply_limit: usize,
}

impl Client {
    pub(crate) fn new(
        settings: &Settings,
        service: Service,
        endpoint: &str,
    ) -> Result<Self, Error> {
        let url = Url::parse(endpoint)?;
        Ok(Self {
            service,
            signatures: Signatures::new(settings, service),
            scheme: url.scheme,
            host: url.authority.into(),
            base: url.path.trim_end_matches('/').into(),
            channel: Channel::new(&url, &settings.tls),
            wait: WAIT,
            reply_limit: REPLY_LIMIT,
        })
    }

    /// Sets the longest wait for the server. `Duration::MAX` leaves only the end of the call.
    pub const fn set_timeout(&mut self, wait: Duration) {
        self.wait = wait;
    }

    /// Sets the longest body of a reply, in bytes. It must fit on the heap.
    pub const fn set_reply_limit(&mut self, limit: usize) {
        self.reply_limit = limit;
    }

    /// Opens the connection, unless it is open. Without this, the first call does. In the
    /// initialiser it makes the first invocation faster, since Lambda gives the initialiser a whole
    /// processor.
    ///
    /// # Errors
    /// Those of [`crate::error`] whose types are `Aws.Resolve`, `Aws.Connect`, `Aws.Timeout` and
    /// `Aws.Tls…`.
    pub fn connect(&mut self) -> Result<(), Error> {
        self.repeat(|client, limits| client.channel.connect(limits).map(|()| Reply::default()))
            .map(|_| ())
    }

    /// Calls an action of a service with a JSON protocol, such as `PutItem`. `input` is what the
    /// API reference describes, as any type that serde can write.
    ///
    /// # Errors
    /// [`PROTOCOL`] if the service has another protocol, those of
    /// [`json::to_slice`](barelambda::json::to_slice), and those of [`request`](Self::request).
    pub fn call<T: Serialize + ?Sized>(&mut self, action: &str, input: &T) -> Result<Reply, Error> {
        self.call_text(action, &json::to_vec(input)?)
    }

    /// As [`call`](Self::call), with an input that is already JSON.
    ///
    /// # Errors
    /// [`PROTOCOL`], and those of [`request`](Self::request).
    pub fn call_text(&mut self, action: &str, input: &[u8]) -> Result<Reply, Error> {
        let Protocol::Json { content_type, target } = self.service.protocol else {
            return Err(PROTOCOL);
        };
        let target = [target, action].join(".");
        let request = Request::post("/")
            .header("content-type", content_type)
            .header("x-amz-target", &target)
            .body(input);
        self.request(&request)
    }

    /// Calls an action of a service with the Query protocol, such as SNS' `Publish`. The body of
    /// the reply is XML. Names and values are plain text.
    ///
    /// # Errors
    /// [`PROTOCOL`] if the service has another protocol, and those of [`request`](Self::request).
    pub fn query(&mut self, action: &str, parameters: &[(&str, &str)]) -> Result<Reply, Error> {
        let Protocol::Query { version } = self.service.protocol else { return Err(PROTOCOL) };
        let mut form = String::new();
        for (name, value) in [("Action", action), ("Version", version)].iter().chain(parameters) {
            if !form.is_empty() {
                form.push('&');
            }
            push_encoded(&mut form, name, "");
            form.push('=');
            push_encoded(&mut form, value, "");
        }
        let request = Request::post("/")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.as_bytes());
        self.request(&request)
    }

    /// Sends any request, signed, and returns the whole reply.
    ///
    /// # Errors
    /// Those of [`crate::error`]: about the request, if it can't be sent; about credentials, name
    /// resolution, connection, TLS and time; about the reply, if it isn't HTTP, is truncated, or is
    /// longer than the limit.
    pub fn request(&mut self, request: &Request<'_>) -> Result<Reply, Error> {
        self.perform(request, true)
    }

    /// Sends any request, signed, and returns the reply when its head has arrived. The body is read
    /// in pieces, so it may have any length.
    ///
    /// # Errors
    /// As [`request`](Self::request). Errors of the body come from [`ReplyStream::read`].
    pub fn open(&mut self, request: &Request<'_>) -> Result<ReplyStream<'_>, Error> {
        let reply = self.perform(request, false)?;
        Ok(ReplyStream::new(reply, &mut self.channel))
    }

    /// Returns a URL with which anyone can send the request until it expires. They must send the
    /// same headers; the body isn't signed. Only S3 accepts such URLs.
    ///
    /// # Errors
    /// [`PRESIGN_EXPIRY`] unless `expires` is from a second to seven days; those about the request
    /// and the credentials.
    pub fn presign(&mut self, request: &Request<'_>, expires: Duration) -> Result<String, Error> {
        let limits = Limits { wait: self.wait, deadline: Deadline::begin() };
        let seconds = u32::try_from(expires.as_secs()).map_err(|_| PRESIGN_EXPIRY)?;
        let path = self.path(request);
        let head = request.to(&self.host, Path::Encoded(&path));
        self.signatures.sign(limits, |signer| head.presign(self.scheme, signer, seconds))
    }

    /// Returns the path of a request as it is sent.
    fn path(&self, request: &Request<'_>) -> String {
        let mut path = self.base.clone();
        push_encoded(&mut path, request.path(), "/");
        path
    }

    /// Sends a request until there is a reply that isn't temporary. Reads its body if it is to be
    /// `whole`, or isn't a success.
    fn perform(&mut self, request: &Request<'_>, whole: bool) -> Result<Reply, Error> {
        self.repeat(|client, limits| client.attempt(request, whole, limits))
    }

    /// Calls `attempt` until its result isn't temporary, there is no time left, or it has been
    /// called three times.
    fn repeat(
        &mut self,
        mut attempt: impl FnMut(&mut Self, Limits) -> Result<Reply, Error>,
    ) -> Result<Reply, Error> {
        let limits = Limits { wait: self.wait, deadline: Deadline::begin() };
        let mut next = 2;
        loop {
            let result = attempt(self, limits);
            let is_temporary = match &result {
                Ok(reply) => retry::is_temporary(reply.status(), reply.code()),
                Err(error) => retry::is_transient(*error),
            };
            let pause = retry::pause(next, random::byte());
            let has_time = || limits.deadline.left().is_ok_and(|left| left > pause);
            if !is_temporary || next > TRIES || !has_time() {
                return result;
            }
            match &result {
                Ok(reply) => {
                    let (status, code) = (reply.status(), reply.code());
                    log::warn!("{}: status {status} {code}, try {next} follows", self.host);
                }
                Err(error) => log::warn!("{}: {error}, try {next} follows", self.host),
            }
            barelambda::sleep(pause);
            next += 1;
        }
    }

    fn attempt(
        &mut self,
        request: &Request<'_>,
        whole: bool,
        limits: Limits,
    ) -> Result<Reply, Error> {
        let path = self.path(request);
        let head = request.to(&self.host, Path::Encoded(&path));
        let payload = Payload::of(request.content());
        let mut text = Vec::new();
        self.signatures.sign(limits, |signer| head.write_signed(&mut text, signer, &payload))?;
        let status = self.channel.exchange(request.method(), &text, request.content(), limits)?;
        let body = match whole || status >= 300 {
            true => self.channel.read_all(self.reply_limit)?,
            false => Vec::new(),
        };
        Ok(Reply::new(status, self.channel.head().into(), body))
    }
}

/// Shows no keys.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("service", &self.service.name)
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}
