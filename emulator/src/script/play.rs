use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::{Duration, Instant};

use super::connection::Connection;
use super::{Act, Transcript};
use crate::ids;

/// How long a step may still take once the program under test has ended: what it sent is in the socket already.
const AFTERWARDS: Duration = Duration::from_millis(200);

/// Plays a script from its beginning to its end or to the first step that is not met.
pub(crate) fn play(acts: &[Act], listener: TcpListener, address: SocketAddr, patience: &Patience) -> Transcript {
    let mut transcript = Transcript::default();
    let mut listener = Some(listener);
    for act in acts {
        let played = match act {
            Act::Gone(pause) => {
                listener = None;
                thread::sleep(*pause);
                listen_again(address, patience).map(|again| listener = Some(again))
            }
            Act::Connection(steps) => {
                let number = transcript.connections.len() + 1;
                let accepted = listener.as_ref().ok_or("not listening".to_owned());
                accepted
                    .and_then(|listener| accept(listener, patience))
                    .map_err(|error| format!("connection {number} was not made: {error}"))
                    .and_then(|mut connection| {
                        let played = connection.play(steps, patience);
                        transcript.connections.push(connection.into_requests());
                        played.map_err(|error| format!("connection {number}, {error}"))
                    })
            }
        };
        if let Err(failure) = played {
            transcript.failure = Some(failure);
            break;
        }
    }
    transcript
}

/// Listens at a port below those that Linux gives to outgoing connections and to listeners that ask for any port, so that
/// nobody takes it while a script does not listen there; and at another one each time, so that a program that still looks for an old
/// script finds no new one. Processes begin at random.
pub fn listen_anywhere() -> io::Result<TcpListener> {
    const LOWEST: u16 = 16_384;
    const COUNT: u16 = 16_000;
    static LISTENED: AtomicU16 = AtomicU16::new(0);
    static FIRST: LazyLock<u16> = LazyLock::new(|| u16::from_ne_bytes(ids::random()) % COUNT);
    let mut tries = 100;
    loop {
        let offset = u32::from(*FIRST) + u32::from(LISTENED.fetch_add(1, Ordering::Relaxed));
        let port = LOWEST + (offset % u32::from(COUNT)) as u16;
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && tries > 0 => tries -= 1,
            listener => return listener,
        }
    }
}

/// How long to wait for a client, and whether it is still there.
pub(crate) struct Patience {
    pub limit: Duration,
    pub client_gone: Arc<AtomicBool>,
}

impl Patience {
    /// Tries again and again until there is a result or the time is over. One try may block for some milliseconds at most.
    pub fn wait<T>(&self, mut attempt: impl FnMut() -> io::Result<Option<T>>) -> Result<T, String> {
        let mut deadline = Instant::now() + self.limit;
        let mut gone = false;
        loop {
            match attempt() {
                Ok(Some(result)) => return Ok(result),
                Ok(None) => {}
                Err(error) => return Err(error.to_string()),
            }
            if !gone && self.client_gone.load(Ordering::Relaxed) {
                gone = true;
                deadline = deadline.min(Instant::now() + AFTERWARDS);
            }
            if Instant::now() >= deadline {
                let who = if gone { "the program had ended" } else { "nothing came" };
                return Err(format!("{who}, within {:?}", if gone { AFTERWARDS } else { self.limit }));
            }
        }
    }
}

fn accept(listener: &TcpListener, patience: &Patience) -> Result<Connection, String> {
    listener.set_nonblocking(true).map_err(|error| error.to_string())?;
    let stream = patience.wait(|| match listener.accept() {
        Ok((stream, _)) => Ok(Some(stream)),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
            thread::sleep(Duration::from_millis(1));
            Ok(None)
        }
        Err(error) => Err(error),
    })?;
    Connection::new(stream).map_err(|error| error.to_string())
}

fn listen_again(address: SocketAddr, patience: &Patience) -> Result<TcpListener, String> {
    patience
        .wait(|| match TcpListener::bind(address) {
            Ok(listener) => Ok(Some(listener)),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                thread::sleep(Duration::from_millis(1));
                Ok(None)
            }
            Err(error) => Err(error),
        })
        .map_err(|error| format!("cannot listen at {address} again: {error}"))
}
