//! Objects of a bucket.

use alloc::string::String;
use core::time::Duration;

use barelambda::Error;

use crate::client::Client;
use crate::error::KEY;
use crate::reply::Reply;
use crate::reply_stream::ReplyStream;
use crate::request::Request;
use crate::sigv4::canonical::push_encoded;

/// A client of one bucket of S3 ([AWS: the REST
/// API](https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html)). [`Aws::s3`](crate::Aws::s3)
/// creates it.
///
/// Keys are written as they are: `a b/ü.txt`, not `a%20b/%C3%BC.txt`. A reply of a status other
/// than 2xx isn't an error: see [`Reply::code`]. A bucket of another region replies with the status
/// 301 and the code `PermanentRedirect`; no redirect is followed.
///
/// ```no_run
/// use barelambda_aws::Aws;
///
/// let mut bucket = Aws::from_env()?.s3("reports")?;
/// let report = bucket.get("2026/11.csv")?.success()?;
/// bucket.put("copies/11.csv", "text/csv", report.body())?.success()?;
/// # Ok::<(), barelambda::Error>(())
/// ```
#[derive(Debug)]
pub struct S3 {
    client: Client,
}

impl S3 {
    pub(crate) const fn new(client: Client) -> Self {
        Self { client }
    }

    /// Reads an object. It must fit on the heap; [`open`](Self::open) reads one of any size.
    ///
    /// # Errors
    /// [`KEY`], and those of [`Client::request`].
    pub fn get(&mut self, key: &str) -> Result<Reply, Error> {
        self.client.request(&Request::get(&path(key)?))
    }

    /// Reads an object in pieces, in constant memory.
    ///
    /// # Errors
    /// [`KEY`], and those of [`Client::open`].
    pub fn open(&mut self, key: &str) -> Result<ReplyStream<'_>, Error> {
        self.client.open(&Request::get(&path(key)?))
    }

    /// Asks for an object's headers: `content-length`, `content-type`, `etag`. The reply has no
    /// body, and so no code: a missing object has the status 404.
    ///
    /// # Errors
    /// [`KEY`], and those of [`Client::request`].
    pub fn head(&mut self, key: &str) -> Result<Reply, Error> {
        self.client.request(&Request::head(&path(key)?))
    }

    /// Writes an object, and replaces an earlier one.
    ///
    /// # Errors
    /// [`KEY`], and those of [`Client::request`].
    pub fn put(&mut self, key: &str, content_type: &str, body: &[u8]) -> Result<Reply, Error> {
        let path = path(key)?;
        let request = Request::put(&path).header("content-type", content_type).body(body);
        self.client.request(&request)
    }

    /// Has S3 copy an object of at most 5 GB from a bucket into this one, without its bytes passing
    /// through the function ([AWS:
    /// CopyObject](https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html)).
    ///
    /// S3 may find an error after it has sent the status 200. Then the reply isn't a
    /// [success](Reply::is_success) either.
    ///
    /// # Errors
    /// [`KEY`], and those of [`Client::request`].
    pub fn copy_from(&mut self, bucket: &str, source: &str, key: &str) -> Result<Reply, Error> {
        let mut from = String::from("/");
        from.push_str(bucket);
        from.push('/');
        push_encoded(&mut from, source, "/");
        let reply =
            self.client.request(&Request::put(&path(key)?).header("x-amz-copy-source", &from))?;
        Ok(reply.with_late_error(""))
    }

    /// Deletes an object. It is no error if there is none.
    ///
    /// # Errors
    /// [`KEY`], and those of [`Client::request`].
    pub fn delete(&mut self, key: &str) -> Result<Reply, Error> {
        self.client.request(&Request::delete(&path(key)?))
    }

    /// Lists up to 1,000 keys that begin with `prefix`, as XML ([AWS:
    /// ListObjectsV2](https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html)).
    /// `continuation` is the `NextContinuationToken` of the previous reply, or empty.
    ///
    /// # Errors
    /// Those of [`Client::request`].
    pub fn list(&mut self, prefix: &str, continuation: &str) -> Result<Reply, Error> {
        let mut request = Request::get("/").query("list-type", "2").query("prefix", prefix);
        if !continuation.is_empty() {
            request = request.query("continuation-token", continuation);
        }
        self.client.request(&request)
    }

    /// Returns a URL with which anyone can read an object until it expires, in at most seven days
    /// ([AWS: presigned
    /// URLs](https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html)). It
    /// isn't valid for longer than the access key of the function's role, which is hours.
    ///
    /// # Errors
    /// [`KEY`], and those of [`Client::presign`].
    pub fn presign_get(&mut self, key: &str, expires: Duration) -> Result<String, Error> {
        self.client.presign(&Request::get(&path(key)?), expires)
    }

    /// Returns a URL with which anyone can write an object until it expires. As
    /// [`presign_get`](Self::presign_get) otherwise.
    ///
    /// # Errors
    /// [`KEY`], and those of [`Client::presign`].
    pub fn presign_put(&mut self, key: &str, expires: Duration) -> Result<String, Error> {
        self.client.presign(&Request::put(&path(key)?), expires)
    }

    /// The client, for other requests, and to set its limits. Paths are relative to the bucket.
    pub const fn client(&mut self) -> &mut Client {
        &mut self.client
    }
}

/// Returns the path of an object, relative to its bucket.
///
/// # Errors
/// [`KEY`] if the key is empty: the path would be that of the bucket, and a DELETE would delete it.
fn path(key: &str) -> Result<String, Error> {
    if key.is_empty() { Err(KEY) } else { Ok(String::from("/") + key) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_not_empty() {
        assert_eq!(path("a b"), Ok("/a b".into()));
        assert_eq!(path("/"), Ok("//".into()));
        assert_eq!(path(""), Err(KEY));
    }
}
