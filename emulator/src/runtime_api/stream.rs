use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};
use hyper::{HeaderMap, Response};

use super::{RuntimeApi, accepted, refuse, truncated};
use crate::delivery::{AnswerStart, Caller, Piece};
use crate::http::{Reply, header};
use crate::outcome::error_json;
use crate::{FunctionError, LARGEST_STREAM, normalized};

impl RuntimeApi {
    /// Passes an answer on piece by piece. The next piece is read when the caller has room for it.
    pub(super) async fn stream(
        &self,
        mut body: Incoming,
        begun: AnswerStart,
        caller: &Caller,
    ) -> Response<Reply> {
        caller.send(Piece::Start(begun)).await;
        let mut room = LARGEST_STREAM;
        let mut trailers = HeaderMap::new();
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return self.cut_off() };
            match frame.into_data() {
                Ok(mut data) => {
                    let over = data.len().saturating_sub(room);
                    data.truncate(room);
                    room -= data.len();
                    if !data.is_empty() {
                        caller.send(Piece::Data(data)).await;
                    }
                    if over > 0 {
                        return self.too_large(body, LARGEST_STREAM, over).await;
                    }
                }
                Err(other) => trailers.extend(other.into_trailers().unwrap_or_default()),
            }
        }
        match failed_in_mid_stream(&trailers) {
            Some((payload, error)) => self.finish(payload, Some(error)),
            None => self.finish(Bytes::new(), None),
        }
        accepted()
    }

    /// Handles a connection that broke during a stream: the invocation is over, and the process is
    /// stuck.
    pub(super) fn cut_off(&self) -> Response<Reply> {
        self.session.change(|machine| machine.cut_off(Instant::now()));
        refuse(&truncated())
    }
}

/// Returns the error that the trailers of a stream report, as the caller receives it.
pub(super) fn failed_in_mid_stream(trailers: &HeaderMap) -> Option<(Bytes, FunctionError)> {
    let error_type = header(trailers, "lambda-runtime-function-error-type")?;
    let body = header(trailers, "lambda-runtime-function-error-body").unwrap_or_default();
    let payload = BASE64.decode(body).unwrap_or_else(|error| {
        let words =
            format!("The trailer Lambda-Runtime-Function-Error-Body is not base64: {error}");
        error_json(&normalized(error_type), &words).into_bytes()
    });
    let error = FunctionError::from_report(&payload, Some(error_type));
    Some((payload.into(), error))
}
