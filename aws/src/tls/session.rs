//! A TLS connection over a [`Stream`].

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::mem::take;

use barelambda::Error;
use rustls::client::UnbufferedClientConnection;
use rustls::pki_types::ServerName;
use rustls::unbuffered::{ConnectionState, EncodeError, EncryptError, UnbufferedStatus};

use super::config::Config;
use super::failure::named;
use super::verifier::Verifier;
use crate::error::{TLS_FAILED, TLS_HOST, TLS_TOO_LARGE, TLS_TRUNCATED};
use crate::stream::Stream;

/// The size of the receive buffer at first, and at most: the longest record with its header
/// ([RFC 5246, section 6.2.3](https://www.rfc-editor.org/rfc/rfc5246#section-6.2.3)).
const FIRST_SIZE: usize = 4096;
const MAX_SIZE: usize = 5 + (1 << 14) + 2048;

/// The longest plaintext of a record that is sent, in bytes. Half of what is allowed saves memory,
/// as three copies of it exist.
const RECORD_LEN: usize = 8192;
/// The room for a record's header, content type, nonce and tag, and for messages of the protocol
/// that precede it.
const OVERHEAD: usize = 128;

/// A TLS connection. After an error, all methods return that error, and its stream must be closed.
pub struct Session {
    connection: Box<UnbufferedClientConnection>,
    verifier: Arc<Verifier>,
    /// Records as they were received, of which the first `received` bytes are in use.
    incoming: Vec<u8>,
    received: usize,
    /// Records to send.
    outgoing: Vec<u8>,
    /// Decrypted data that didn't fit into the buffer of its receiver, from `taken` on.
    decrypted: Vec<u8>,
    taken: usize,
    is_closed: bool,
    failure: Option<Error>,
}

impl Session {
    /// Connects to `host`, a DNS name or an IP address: sends and receives the whole handshake, and
    /// verifies the server.
    ///
    /// # Errors
    /// [`TLS_HOST`], the errors of [`crate::error`] for certificates and the handshake, and those
    /// of the stream. The server receives an alert, unless the stream failed.
    pub fn connect(config: &Config, host: &str, stream: &mut impl Stream) -> Result<Self, Error> {
        let name = ServerName::try_from(host).map_err(|_| TLS_HOST)?.to_owned();
        let (client, verifier) = config.for_connection();
        let connection = UnbufferedClientConnection::new(Arc::new(client), name)
            .map_err(|error| named(&error))?;
        let mut session = Self {
            connection: Box::new(connection),
            verifier,
            incoming: Vec::new(),
            received: 0,
            outgoing: Vec::new(),
            decrypted: Vec::new(),
            taken: 0,
            is_closed: false,
            failure: None,
        };
        loop {
            match session.advance(stream, Task::Advance, &mut [])? {
                State::Ready => return Ok(session),
                State::PeerClosed | State::Ended => return Err(TLS_TRUNCATED),
                State::Blocked => session.fill(stream)?,
                State::Received(_) => {}
            }
        }
    }

    /// Encrypts and sends `parts`, one after the other, in records of up to 8,192 bytes.
    ///
    /// # Errors
    /// Those of the stream and of records that were received before.
    pub fn send(&mut self, stream: &mut impl Stream, parts: &[&[u8]]) -> Result<(), Error> {
        let mut gathered: Vec<u8> = Vec::new();
        for part in parts {
            let mut rest = *part;
            while !rest.is_empty() {
                // A whole record is encrypted from where it is.
                if gathered.is_empty()
                    && let Some((record, after)) = rest.split_at_checked(RECORD_LEN)
                {
                    self.send_record(stream, record)?;
                    rest = after;
                    continue;
                }
                let room = RECORD_LEN - gathered.len();
                let (fits, after) = rest.split_at_checked(room).unwrap_or((rest, &[]));
                gathered.extend_from_slice(fits);
                rest = after;
                if gathered.len() == RECORD_LEN {
                    self.send_record(stream, &gathered)?;
                    gathered.clear();
                }
            }
        }
        if gathered.is_empty() { Ok(()) } else { self.send_record(stream, &gathered) }
    }

    /// Receives at least one byte of data into `buffer`, which must not be empty, and returns the
    /// number of bytes. Zero means that the server has sent a close_notify: no data is missing.
    ///
    /// # Errors
    /// [`TLS_TRUNCATED`] if the stream ends without a close_notify, the errors of
    /// [`crate::error`] for records, and those of the stream.
    pub fn receive(&mut self, stream: &mut impl Stream, buffer: &mut [u8]) -> Result<usize, Error> {
        loop {
            let rest = self.decrypted.get(self.taken..).unwrap_or_default();
            if !rest.is_empty() {
                let len = rest.len().min(buffer.len());
                buffer.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
                self.taken += len;
                return Ok(len);
            }
            self.decrypted.clear();
            self.taken = 0;
            if self.is_closed {
                return Ok(0);
            }
            match self.advance(stream, Task::Advance, buffer)? {
                State::Received(0) | State::PeerClosed => {}
                State::Received(len) => return Ok(len),
                State::Ended => return Ok(0),
                State::Ready | State::Blocked => self.fill(stream)?,
            }
        }
    }

    /// Returns whether a new request can be sent: the server hasn't closed the connection, and
    /// nothing that was received is left, neither data nor a part of a record. Records that aren't
    /// data, such as session tickets, are processed.
    pub fn is_idle(&mut self, stream: &mut impl Stream) -> bool {
        loop {
            if self.is_closed || self.taken < self.decrypted.len() {
                return false;
            }
            match self.advance(stream, Task::Advance, &mut []) {
                Ok(State::Ready) => return self.received == 0,
                Ok(State::Received(_) | State::PeerClosed) => {}
                Ok(State::Blocked | State::Ended) | Err(_) => return false,
            }
        }
    }

    /// Receives once, and processes it. Returns whether a new request can be sent, as
    /// [`is_idle`](Self::is_idle).
    pub(crate) fn receive_idle(&mut self, stream: &mut impl Stream) -> bool {
        self.fill(stream).is_ok() && self.is_idle(stream)
    }

    /// Tells the server that no more data follows, with a close_notify.
    ///
    /// # Errors
    /// Those of the stream and of records that were received before.
    pub fn close(&mut self, stream: &mut impl Stream) -> Result<(), Error> {
        self.run(stream, Task::Close)
    }

    fn send_record(&mut self, stream: &mut impl Stream, data: &[u8]) -> Result<(), Error> {
        self.run(stream, Task::Encrypt(data))
    }

    /// Does a task for which the connection must be ready to send.
    fn run(&mut self, stream: &mut impl Stream, task: Task<'_>) -> Result<(), Error> {
        loop {
            match (self.advance(stream, task, &mut [])?, task) {
                (State::Ready, _) | (State::Ended, Task::Close) => return Ok(()),
                (State::Received(_) | State::PeerClosed, _) => {}
                (State::Blocked | State::Ended, _) => return Err(TLS_FAILED),
            }
        }
    }

    /// As [`process`](Self::process), and sends the records of the task. After an error it does
    /// nothing, and returns the same error, unless those records couldn't be sent: a server that
    /// refuses a long request replies before its end, and closes the connection.
    fn advance(
        &mut self,
        stream: &mut impl Stream,
        task: Task<'_>,
        buffer: &mut [u8],
    ) -> Result<State, Error> {
        if let Some(error) = self.failure {
            return Err(error);
        }
        let state =
            self.process(stream, task, buffer).inspect_err(|error| self.failure = Some(*error))?;
        let records = take(&mut self.outgoing);
        if !records.is_empty() {
            stream.send(&records)?;
        }
        Ok(state)
    }

    /// Processes the records that were received, and sends what rustls replies. When the connection
    /// is ready to send data, does `task`, up to the sending. Data goes into `buffer`, and the
    /// remainder into `decrypted`.
    fn process(
        &mut self,
        stream: &mut impl Stream,
        task: Task<'_>,
        buffer: &mut [u8],
    ) -> Result<State, Error> {
        loop {
            let incoming = self.incoming.get_mut(..self.received).unwrap_or_default();
            let UnbufferedStatus { mut discard, state, .. } =
                self.connection.process_tls_records(incoming);
            let next = match state {
                Ok(ConnectionState::EncodeTlsData(mut data)) => {
                    append(&mut self.outgoing, 0, |room| data.encode(room).map_err(encode_size))?;
                    None
                }
                Ok(ConnectionState::TransmitTlsData(data)) => {
                    stream.send(&take(&mut self.outgoing))?;
                    data.done();
                    None
                }
                Ok(ConnectionState::ReadTraffic(mut data)) => {
                    let mut len = 0;
                    while let Some(record) = data.next_record() {
                        let record = record.map_err(|error| named(&error))?;
                        discard += record.discard;
                        let room = buffer.get_mut(len..).unwrap_or_default();
                        len += deliver(record.payload, room, &mut self.decrypted);
                    }
                    Some(State::Received(len))
                }
                Ok(ConnectionState::WriteTraffic(mut data)) => {
                    match task {
                        Task::Advance => {}
                        Task::Encrypt(plain) => {
                            append(&mut self.outgoing, plain.len() + OVERHEAD, |room| {
                                data.encrypt(plain, room).map_err(encrypt_size)
                            })?;
                        }
                        Task::Close => append(&mut self.outgoing, OVERHEAD, |room| {
                            data.queue_close_notify(room).map_err(encrypt_size)
                        })?,
                    }
                    Some(State::Ready)
                }
                Ok(ConnectionState::BlockedHandshake) => Some(State::Blocked),
                Ok(ConnectionState::PeerClosed) => {
                    self.is_closed = true;
                    Some(State::PeerClosed)
                }
                Ok(ConnectionState::Closed) => Some(State::Ended),
                // Early data, which only servers receive.
                Ok(_) => return Err(TLS_FAILED),
                Err(error) => {
                    self.discard(discard);
                    self.send_alert(stream);
                    let refusal = match error {
                        rustls::Error::InvalidCertificate(_) => self.verifier.refusal(),
                        _ => None,
                    };
                    return Err(refusal.unwrap_or_else(|| named(&error)));
                }
            };
            self.discard(discard);
            if let Some(state) = next {
                return Ok(state);
            }
        }
    }

    /// Sends the alert that rustls has made for an error. The error is what counts, so that of the
    /// stream is dropped.
    ///
    /// This may be done once: rustls would process the records after the wrong one, and panic at
    /// the next wrong one, as it has sent an alert.
    fn send_alert(&mut self, stream: &mut impl Stream) {
        let incoming = self.incoming.get_mut(..self.received).unwrap_or_default();
        let status = self.connection.process_tls_records(incoming);
        if let Ok(ConnectionState::EncodeTlsData(mut data)) = status.state
            && append(&mut self.outgoing, 0, |room| data.encode(room).map_err(encode_size)).is_ok()
        {
            let _ = stream.send(&self.outgoing);
        }
    }

    /// Receives more bytes of records.
    fn fill(&mut self, stream: &mut impl Stream) -> Result<(), Error> {
        let size = self.incoming.len();
        if self.received == size && size < MAX_SIZE {
            self.incoming.resize((size * 2).clamp(FIRST_SIZE, MAX_SIZE), 0);
        }
        let room = self.incoming.get_mut(self.received..).unwrap_or_default();
        let result = match room.is_empty() {
            true => Err(TLS_TOO_LARGE),
            false => stream.receive(room),
        };
        let result = result.and_then(|len| if len == 0 { Err(TLS_TRUNCATED) } else { Ok(len) });
        self.received += result.inspect_err(|error| self.failure = Some(*error))?;
        Ok(())
    }

    /// Removes the first `len` bytes of what was received.
    fn discard(&mut self, len: usize) {
        if len > 0 && len <= self.received {
            self.incoming.copy_within(len..self.received, 0);
            self.received -= len;
        }
    }
}

/// What a connection does when it is ready to send.
#[derive(Copy, Clone)]
enum Task<'a> {
    Advance,
    Encrypt(&'a [u8]),
    Close,
}

/// Why a connection stopped processing records.
enum State {
    /// The handshake needs more records.
    Blocked,
    /// The task is done, and more data needs more records.
    Ready,
    /// Data was received, this many bytes of it into the buffer.
    Received(usize),
    /// The server has sent a close_notify.
    PeerClosed,
    /// Both sides have sent a close_notify.
    Ended,
}

/// Appends what `write` writes into a buffer, first of `room` bytes. It returns the number of bytes
/// written, or the size that it needs, or `None` if that doesn't help.
fn append(
    outgoing: &mut Vec<u8>,
    mut room: usize,
    mut write: impl FnMut(&mut [u8]) -> Result<usize, Option<usize>>,
) -> Result<(), Error> {
    let start = outgoing.len();
    loop {
        outgoing.resize(start + room, 0);
        match write(outgoing.get_mut(start..).unwrap_or_default()) {
            Ok(len) => {
                outgoing.truncate(start + len);
                return Ok(());
            }
            Err(Some(size)) if size > room => room = size,
            Err(_) => {
                outgoing.truncate(start);
                return Err(TLS_FAILED);
            }
        }
    }
}

fn encode_size(error: EncodeError) -> Option<usize> {
    match error {
        EncodeError::InsufficientSize(error) => Some(error.required_size),
        EncodeError::AlreadyEncoded => None,
    }
}

fn encrypt_size(error: EncryptError) -> Option<usize> {
    match error {
        EncryptError::InsufficientSize(error) => Some(error.required_size),
        EncryptError::EncryptExhausted => None,
    }
}

/// Copies `data` into `buffer`, and appends the remainder to `rest`. Returns the number of bytes in
/// the buffer.
fn deliver(data: &[u8], buffer: &mut [u8], rest: &mut Vec<u8>) -> usize {
    let len = data.len().min(buffer.len());
    let (fits, remainder) = data.split_at_checked(len).unwrap_or((data, &[]));
    if let Some(room) = buffer.get_mut(..len) {
        room.copy_from_slice(fits);
    }
    rest.extend_from_slice(remainder);
    len
}
