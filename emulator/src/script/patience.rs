use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a step may take once the program under test has ended. The bytes that it sent are in
/// the socket already.
const EXIT_GRACE: Duration = Duration::from_millis(200);

/// The time limit of a wait for the client, and whether the client has ended.
pub(crate) struct Patience {
    pub limit: Duration,
    pub client_gone: Arc<AtomicBool>,
}

impl Patience {
    /// Repeats an attempt until it returns a value or the time is over. An attempt may block for
    /// some milliseconds.
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
                deadline = deadline.min(Instant::now() + EXIT_GRACE);
            }
            if Instant::now() >= deadline {
                let who = if gone {
                    "the program ended, and nothing more arrived"
                } else {
                    "nothing arrived"
                };
                return Err(format!(
                    "{who} within {:?}",
                    if gone { EXIT_GRACE } else { self.limit }
                ));
            }
        }
    }
}
