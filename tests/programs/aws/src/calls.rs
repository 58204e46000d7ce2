//! Makes the calls that the event says: a JSON array of strings, the operation and its arguments.
//! Clients are kept, one for each service, bucket, and so on.
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
extern crate alloc;

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use barelambda::{Error, FunctionError, Handler, Invocation, Response};
use barelambda_aws::{Aws, Client, Https, Lambda, Reply, ReplyStream, Request, S3, Service};
use rustix::fs::{Mode, OFlags, open};

barelambda::entry!(init = start, event = 1_048_576, response = 524_288, heap = 3_145_728);

static UNKNOWN: FunctionError =
    FunctionError::new("Probe.Unknown", "unknown operation or argument");

/// The longest body that the response has, in bytes.
const SHOWN: usize = 65_536;

#[derive(Default)]
struct Probe {
    aws: Option<Aws>,
    clients: Vec<(String, Client)>,
    buckets: Vec<(String, S3)>,
    lambda: Option<Lambda>,
    https: Option<Https>,
}

/// What the response says of a reply.
#[derive(Default, serde::Serialize)]
struct Seen<'r> {
    status: u16,
    success: bool,
    code: &'r str,
    message: &'r str,
    /// The headers `content-type`, `content-length` and `location`.
    kind: Option<&'r str>,
    length: Option<&'r str>,
    location: Option<&'r str>,
    /// The body, if it's UTF-8 and not long.
    body: &'r str,
    /// The number of the body's bytes, and their sum with their positions.
    count: usize,
    sum: u64,
    /// The longest piece of a body that was read in pieces.
    longest: usize,
    /// The number of bytes of the heap in use.
    heap: usize,
}

/// Sums up bytes so that lost and swapped ones are noticed.
#[derive(Default)]
struct Sum {
    count: usize,
    sum: u64,
}

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.count += 1;
            self.sum = self.sum.wrapping_add((self.count as u64).wrapping_mul(u64::from(*byte)));
        }
    }
}

fn start() -> Result<Probe, Error> {
    let mut probe = Probe::default();
    // As functions do that connect in the initialiser.
    if let Some(service) = barelambda::env("CONNECT") {
        probe.client(service)?.connect()?;
    }
    Ok(probe)
}

impl Probe {
    fn aws(&mut self) -> Result<&Aws, Error> {
        if self.aws.is_none() {
            self.aws = Some(Aws::from_env()?);
        }
        self.aws.as_ref().ok_or(Error::from(&UNKNOWN))
    }

    fn client(&mut self, service: &str) -> Result<&mut Client, Error> {
        let at = match self.clients.iter().position(|(name, _)| name == service) {
            Some(at) => at,
            None => {
                let mut client = self.aws()?.client(named(service)?)?;
                // A server of a test may be slow.
                if let Some(ms) = barelambda::env("WAIT_MS") {
                    client.set_timeout(Duration::from_millis(number(ms)?));
                }
                self.clients.push((service.into(), client));
                self.clients.len() - 1
            }
        };
        self.clients.get_mut(at).map(|(_, client)| client).ok_or(Error::from(&UNKNOWN))
    }

    fn bucket(&mut self, bucket: &str) -> Result<&mut S3, Error> {
        let at = match self.buckets.iter().position(|(name, _)| name == bucket) {
            Some(at) => at,
            None => {
                let mut client = self.aws()?.s3(bucket)?;
                if let Some(ms) = barelambda::env("WAIT_MS") {
                    client.client().set_timeout(Duration::from_millis(number(ms)?));
                }
                self.buckets.push((bucket.into(), client));
                self.buckets.len() - 1
            }
        };
        self.buckets.get_mut(at).map(|(_, client)| client).ok_or(Error::from(&UNKNOWN))
    }

    fn lambda(&mut self) -> Result<&mut Lambda, Error> {
        if self.lambda.is_none() {
            self.lambda = Some(self.aws()?.lambda()?);
        }
        self.lambda.as_mut().ok_or(Error::from(&UNKNOWN))
    }

    fn https(&mut self) -> Result<&mut Https, Error> {
        if self.https.is_none() {
            self.https = Some(Https::new()?);
        }
        self.https.as_mut().ok_or(Error::from(&UNKNOWN))
    }

    /// Makes a call whose reply is whole.
    fn reply(&mut self, words: &[&str]) -> Result<Reply, Error> {
        match *words {
            ["call", service, action, input] => {
                self.client(service)?.call_text(action, &content(input))
            }
            ["query", service, action, ref rest @ ..] => {
                let (pairs, _) = rest.as_chunks::<2>();
                let pairs: Vec<_> = pairs.iter().map(|[name, value]| (*name, *value)).collect();
                self.client(service)?.query(action, &pairs)
            }
            ["get", bucket, key] => self.bucket(bucket)?.get(key),
            ["head", bucket, key] => self.bucket(bucket)?.head(key),
            ["put", bucket, key, content_type, body] => {
                self.bucket(bucket)?.put(key, content_type, &content(body))
            }
            ["delete", bucket, key] => self.bucket(bucket)?.delete(key),
            ["list", bucket, prefix, continuation] => {
                self.bucket(bucket)?.list(prefix, continuation)
            }
            ["list a few", bucket, count] => {
                let request = Request::get("/").query("list-type", "2").query("max-keys", count);
                self.bucket(bucket)?.client().request(&request)
            }
            ["copy", bucket, from, source, key] => {
                self.bucket(bucket)?.copy_from(from, source, key)
            }
            ["invoke", function, event] => self.lambda()?.invoke(function, event.as_bytes()),
            ["invoke async", function, event] => {
                self.lambda()?.invoke_async(function, event.as_bytes())
            }
            ["fetch", url] => self.https()?.get(url),
            ["post", url, content_type, body] => {
                self.https()?.post(url, content_type, &content(body))
            }
            _ => Err(Error::from(&UNKNOWN)),
        }
    }

    /// Does what has no reply.
    fn settle(&mut self, words: &[&str]) -> Result<(), Error> {
        match *words {
            ["connect", service] => self.client(service)?.connect(),
            ["wait", "https", ms] => {
                self.https()?.set_timeout(Duration::from_millis(number(ms)?));
                Ok(())
            }
            ["wait", service, ms] => {
                self.client(service)?.set_timeout(Duration::from_millis(number(ms)?));
                Ok(())
            }
            ["limit", "https", bytes] => {
                self.https()?.set_reply_limit(number(bytes)? as usize);
                Ok(())
            }
            ["limit", service, bytes] => {
                self.client(service)?.set_reply_limit(number(bytes)? as usize);
                Ok(())
            }
            ["nothing"] => Ok(()),
            _ => Err(Error::from(&UNKNOWN)),
        }
    }
}

impl Handler for Probe {
    fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a> {
        let words: Vec<&str> = invocation.event.json()?;
        let responder = invocation.responder;
        match *words {
            ["presign get", bucket, key, seconds] => {
                let expires = Duration::from_secs(number(seconds)?);
                let url = self.bucket(bucket)?.presign_get(key, expires)?;
                responder.json(&*url)
            }
            ["presign put", bucket, key, seconds] => {
                let expires = Duration::from_secs(number(seconds)?);
                let url = self.bucket(bucket)?.presign_put(key, expires)?;
                responder.json(&*url)
            }
            ["open", bucket, key] => {
                responder.json(&pieces(self.bucket(bucket)?.open(key)?, usize::MAX)?)
            }
            ["open a piece", bucket, key] => {
                responder.json(&pieces(self.bucket(bucket)?.open(key)?, 1)?)
            }
            ["stream", url] => {
                responder.json(&pieces(self.https()?.open(url, &Request::get(""))?, usize::MAX)?)
            }
            ["connect" | "wait" | "limit" | "nothing", ..] => {
                self.settle(&words)?;
                responder.json(&Seen { heap: barelambda::heap_used(), ..Seen::default() })
            }
            _ => {
                let [ran, waited] = processor_ms();
                let reply = self.reply(&words);
                // For tests that find the program too slow.
                let (left, now) = (barelambda::remaining().as_millis(), processor_ms());
                let (ran, waited) = (now[0] - ran, now[1] - waited);
                log::info!("the call ended {left} ms early, ran {ran} ms, waited for {waited} ms");
                let reply = reply?;
                let mut sum = Sum::default();
                sum.add(reply.body());
                responder.json(&Seen { count: sum.count, sum: sum.sum, ..seen(&reply) })
            }
        }
    }
}

/// Reads at most `most` pieces of a body.
fn pieces<'c>(mut stream: ReplyStream<'c>, most: usize) -> Result<Seen<'static>, Error> {
    let (mut sum, mut longest) = (Sum::default(), 0);
    for _ in 0..most {
        let Some(piece) = stream.read()? else { break };
        sum.add(piece);
        longest = longest.max(piece.len());
    }
    let (status, success, heap) = (stream.status(), stream.is_success(), barelambda::heap_used());
    Ok(Seen { status, success, heap, count: sum.count, sum: sum.sum, longest, ..Seen::default() })
}

fn seen(reply: &Reply) -> Seen<'_> {
    let body = if reply.body().len() <= SHOWN { reply.body() } else { b"" };
    Seen {
        status: reply.status(),
        success: reply.is_success(),
        code: reply.code(),
        message: reply.message(),
        kind: reply.header("content-type"),
        length: reply.header("content-length"),
        location: reply.header("location"),
        body: str::from_utf8(body).unwrap_or_default(),
        heap: barelambda::heap_used(),
        ..Seen::default()
    }
}

/// Returns the bytes of a text, or as many as a number after `pattern:` says, for bodies that are
/// longer than an event.
fn content(text: &str) -> Vec<u8> {
    match text.strip_prefix("pattern:").map(number) {
        Some(Ok(count)) => (0..count).map(|index| (index % 251) as u8).collect(),
        _ => text.into(),
    }
}

/// Returns how long the process had a processor, and waited for one, in milliseconds: the first two
/// numbers of /proc/self/schedstat ([its
/// documentation](https://docs.kernel.org/scheduler/sched-stats.html)).
fn processor_ms() -> [u64; 2] {
    let mut text = [0; 100];
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let Ok(file) = open("/proc/self/schedstat", flags, Mode::empty()) else { return [0; 2] };
    let len = rustix::io::read(&file, &mut text).unwrap_or_default();
    let text = text.get(..len).and_then(|text| str::from_utf8(text).ok()).unwrap_or_default();
    let mut numbers = text.split(' ').map(|number| number.parse::<u64>().unwrap_or_default());
    [(); 2].map(|()| numbers.next().unwrap_or_default() / 1_000_000)
}

fn number(digits: &str) -> Result<u64, Error> {
    digits.parse().map_err(|_| Error::from(&UNKNOWN))
}

fn named(service: &str) -> Result<Service, Error> {
    Ok(match service {
        "dynamodb" => Service::DYNAMODB,
        "events" => Service::EVENT_BRIDGE,
        "firehose" => Service::FIREHOSE,
        "kinesis" => Service::KINESIS,
        "kms" => Service::KMS,
        "logs" => Service::CLOUDWATCH_LOGS,
        "secretsmanager" => Service::SECRETS_MANAGER,
        "sns" => Service::SNS,
        "sqs" => Service::SQS,
        "ssm" => Service::SSM,
        "states" => Service::STEP_FUNCTIONS,
        "sts" => Service::STS,
        _ => return Err(Error::from(&UNKNOWN)),
    })
}
