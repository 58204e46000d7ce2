use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a step may still take once the program under test has ended: what it sent is in the socket already.
const AFTERWARDS: Duration = Duration::from_millis(200);

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
