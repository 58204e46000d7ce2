use std::io;
use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

use super::connection::Connection;
use super::patience::Patience;
use super::step::Act;
use super::transcript::Transcript;

/// Runs a script to its end or to the first step that fails.
pub(crate) fn run_script(
    acts: &[Act],
    listener: TcpListener,
    address: SocketAddr,
    patience: &Patience,
) -> Transcript {
    let mut transcript = Transcript::default();
    let mut listener = Some(listener);
    for act in acts {
        let ran = match act {
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
                        let ran = connection.run(steps, patience);
                        transcript.connections.push(connection.into_requests());
                        ran.map_err(|error| format!("connection {number}, {error}"))
                    })
            }
        };
        if let Err(failure) = ran {
            transcript.failure = Some(failure);
            break;
        }
    }
    transcript
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
