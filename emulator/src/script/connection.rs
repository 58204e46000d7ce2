use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use socket2::SockRef;

use super::patience::Patience;
use super::peer;
use super::request::{Request, RequestReader};
use super::step::Step;

/// How long one read blocks before the time limit is checked.
const TICK: Duration = Duration::from_millis(5);

/// An accepted connection.
pub(crate) struct Connection {
    /// `None` once a step has closed it.
    stream: Option<TcpStream>,
    /// Bytes that have been read and belong to the next request.
    unread: Vec<u8>,
    requests: Vec<Request>,
}

impl Connection {
    pub fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TICK))?;
        Ok(Self { stream: Some(stream), unread: Vec::new(), requests: Vec::new() })
    }

    /// Runs the steps. An error names the step that failed.
    pub fn run(&mut self, steps: &[Step], patience: &Patience) -> Result<(), String> {
        for (index, step) in steps.iter().enumerate() {
            self.step(step, patience)
                .map_err(|error| format!("step {} ({}): {error}", index + 1, step.name()))?;
        }
        Ok(())
    }

    pub fn into_requests(self) -> Vec<Request> {
        self.requests
    }

    fn step(&mut self, step: &Step, patience: &Patience) -> Result<(), String> {
        match step {
            Step::Expect => self.expect(patience),
            Step::ExpectBytes(count) => {
                while self.unread.len() < *count {
                    self.read_more(*count - self.unread.len(), patience)?;
                }
                self.unread.drain(..count);
                Ok(())
            }
            Step::ExpectEnd => match self.read_some(usize::MAX, patience) {
                Ok(0) if self.unread.is_empty() => Ok(()),
                Ok(_) => {
                    Err(format!("the client sent {:?}", String::from_utf8_lossy(&self.unread)))
                }
                Err(error) => Err(error),
            },
            Step::Send(bytes) => self.send(bytes, patience),
            Step::SendSplit(bytes, sizes) => {
                let mut rest = &bytes[..];
                for size in sizes {
                    let (piece, after) = rest.split_at((*size).min(rest.len()));
                    self.send(piece, patience)?;
                    peer::wait_until_read(self.stream()?);
                    rest = after;
                }
                self.send(rest, patience)
            }
            Step::Pause(pause) => {
                thread::sleep(*pause);
                Ok(())
            }
            Step::HalfClose => {
                self.stream()?.shutdown(Shutdown::Write).map_err(|error| error.to_string())
            }
            Step::Close => {
                self.stream = None;
                Ok(())
            }
            Step::Reset => {
                let linger = SockRef::from(self.stream()?).set_linger(Some(Duration::ZERO));
                self.stream = None;
                linger.map_err(|error| error.to_string())
            }
        }
    }

    fn expect(&mut self, patience: &Patience) -> Result<(), String> {
        let pipelined = !self.unread.is_empty();
        let mut reader = RequestReader::default();
        loop {
            let taken = reader.take(&self.unread)?;
            self.unread.drain(..taken);
            if let Some(request) = reader.whole() {
                self.requests.push(Request { pipelined, ..request });
                return Ok(());
            }
            self.read_more(usize::MAX, patience)
                .map_err(|error| format!("{error} after {} bytes", reader.received()))?;
        }
    }

    fn send(&mut self, bytes: &[u8], patience: &Patience) -> Result<(), String> {
        let limit = patience.limit;
        let mut stream = self.stream()?;
        stream.set_write_timeout(Some(limit)).map_err(|error| error.to_string())?;
        stream.write_all(bytes).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => format!("the client read nothing within {limit:?}"),
            _ => error.to_string(),
        })
    }

    /// Reads at least one byte. The end of the connection is an error.
    fn read_more(&mut self, most: usize, patience: &Patience) -> Result<(), String> {
        match self.read_some(most, patience)? {
            0 => Err("the client closed the connection".to_owned()),
            _ => Ok(()),
        }
    }

    /// Reads the available bytes and returns their count, which is 0 at the end of the connection.
    fn read_some(&mut self, most: usize, patience: &Patience) -> Result<usize, String> {
        let mut buffer = [0; 64 << 10];
        let most = most.min(buffer.len());
        let mut stream = self.stream()?;
        let count = patience.wait(|| match stream.read(&mut buffer[..most]) {
            Ok(count) => Ok(Some(count)),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        })?;
        self.unread.extend_from_slice(&buffer[..count]);
        Ok(count)
    }

    fn stream(&self) -> Result<&TcpStream, String> {
        self.stream
            .as_ref()
            .ok_or_else(|| "the script has already closed this connection".to_owned())
    }
}
