//! The transport of the server: the runtime connects, sends, and receives.

use std::mem;

use barelambda::Error;
use barelambda::runtime_api::exchange::ATTEMPTS;

use super::super::Side;
use super::super::reply::{Coming, Kind};
use super::super::request::{Front, Request, parse};
use super::Server;

impl Side for Server<'_> {
    fn connect(&mut self) -> Result<(), Error> {
        self.connects += 1;
        assert!(
            !self.must_stop
                && self.failures.0 < ATTEMPTS
                && self.connects <= 2 * u32::from(ATTEMPTS),
            "the runtime doesn't stop"
        );
        assert!(mem::take(&mut self.paused) || self.failures.0 < 2, "the runtime doesn't pause");
        let line = mem::take(&mut self.line);
        let is_unfit = !line.is_open || line.end.is_some() || line.has_junk || line.send_failed;
        assert!(is_unfit, "the runtime connects while its connection is usable");
        self.line.is_open = self.source.byte() < 236;
        if self.line.is_open {
            return Ok(());
        }
        self.failed(true);
        Err(Error::CONNECT)
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), Error> {
        assert!(self.line.is_open && !self.must_stop, "the runtime must not send");
        assert!(!self.line.is_told, "the runtime sends on a connection that the server closes");
        self.line.sent.extend_from_slice(bytes);
        self.check_sent();
        let decision = self.source.byte();
        let has_ended = self.line.end.is_some();
        let arrived =
            if decision < 216 { bytes.len() } else { self.source.short() % (bytes.len() + 1) };
        self.line.send_failed |= decision >= 236;
        if !has_ended {
            self.line.inbox.extend_from_slice(&bytes[..arrived]);
            self.reply_to_all();
        }
        if decision >= 216 {
            self.end(if decision & 1 == 0 { Ok(0) } else { Err(Error::CONNECTION_BROKEN) });
        }
        if decision >= 236 { Err(Error::CONNECTION_BROKEN) } else { Ok(()) }
    }

    fn has_input(&mut self) -> bool {
        self.line.given < self.line.outbox.len() || self.line.end.is_some()
    }

    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        assert!(self.line.is_open && !self.must_stop, "the runtime must not receive");
        let left = &self.line.outbox[self.line.given..];
        if left.is_empty() {
            let end = self.line.end.unwrap_or_else(|| panic!("the runtime waits forever"));
            self.line.is_open = false;
            // An incomplete body isn't a failure if the head alone has the result.
            let is_known = |coming: &Coming| {
                matches!(coming.kind, Kind::Settled(_) | Kind::Refused(_))
                    && coming.has_head
                    && !coming.is_whole
            };
            if !self.line.coming.back().is_some_and(is_known) {
                self.failed(!self.line.has_junk && !self.line.is_spent);
            }
            return end;
        }
        let piece = match self.source.byte() {
            0 => left.len(),
            piece => usize::from(piece),
        };
        let count = piece.min(left.len()).min(buffer.len());
        buffer[..count].copy_from_slice(&left[..count]);
        buffer[count..].iter_mut().take(16).for_each(|byte| *byte = b'!');
        self.line.given += count;
        self.note_what_came();
        Ok(count)
    }

    fn pause(&mut self, ms: u32) {
        self.paused = true;
        let (least, most) = self.failures;
        assert!(
            (least.max(2)..=most).any(|failures| ms == 5 << (2 * (failures - 1))),
            "a pause of {ms} ms after {least} to {most} failures"
        );
    }
}

impl Server<'_> {
    /// Checks that the sent requests are allowed now.
    fn check_sent(&mut self) {
        let mut follows_answer = false;
        while !self.line.sent.is_empty() {
            let (id, invocation_id, is_stream, len) = match parse(&self.line.sent) {
                Front::Whole(Request::Next, len) => {
                    assert!(!mem::replace(&mut self.line.is_asked, true), "a second GET /next");
                    assert!(self.pipeline || !follows_answer, "GET /next is too early");
                    follows_answer = false;
                    self.line.sent.drain(..len);
                    continue;
                }
                Front::Whole(Request::Answer { id, invocation_id, is_stream, .. }, len) => {
                    (id, invocation_id, is_stream, Some(len))
                }
                Front::Stream(id, invocation_id) => (id, invocation_id, true, None),
                Front::Part => panic!("an incomplete request: {}", self.line.sent.escape_ascii()),
            };
            let index = self.find(&id, &invocation_id);
            let invocation = &mut self.invocations[index];
            assert!(!invocation.is_settled, "a response to a completed invocation: {invocation:?}");
            assert!(
                invocation.is_handled || invocation.is_too_long,
                "a response without a handler call: {invocation:?}"
            );
            if is_stream && !self.line.in_stream {
                invocation.streams += 1;
                assert_eq!(invocation.streams, 1, "a second stream: {invocation:?}");
            }
            self.line.in_stream = len.is_none();
            let Some(len) = len else { return };
            follows_answer = true;
            self.line.sent.drain(..len);
        }
        assert!(!(self.pipeline && follows_answer), "GET /next is missing");
    }
}
