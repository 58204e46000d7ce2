//! Ctrl-C and SIGTERM. The function's processes are in separate process groups, so the signals of a
//! terminal don't reach them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use barelambda_emulator::Emulator;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

use crate::error::{Context, Error};

/// A thread that waits for signals.
#[derive(Clone)]
pub struct Signals {
    received: Arc<AtomicBool>,
}

impl Signals {
    /// From now on SIGINT, SIGTERM and SIGHUP don't end this program: it asks [`Self::received`].
    pub fn catch() -> Result<Self, Error> {
        Self::on_signal(
            &[SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()],
            || {},
        )
    }

    /// On a signal, kills the emulator's processes and exits with `code`.
    pub fn end_with(code: i32, emulator: &Arc<Emulator>) -> Result<Self, Error> {
        let emulator = emulator.clone();
        Self::end_after(code, move || emulator.shutdown())
    }

    /// On a signal, calls `shutdown` and exits with `code`.
    pub fn end_after(code: i32, shutdown: impl FnOnce() + Send + 'static) -> Result<Self, Error> {
        Self::on_signal(&[SignalKind::interrupt(), SignalKind::terminate()], move || {
            shutdown();
            std::process::exit(code);
        })
    }

    /// Returns whether there has been a signal.
    pub fn received(&self) -> bool {
        self.received.load(Ordering::SeqCst)
    }

    /// Blocks if there has been a signal: a result that the signal has cut short isn't one. The
    /// program then exits meanwhile.
    pub fn go_on(&self) {
        while self.received() {
            thread::park();
        }
    }

    /// Calls `then` on a separate thread after the first signal.
    fn on_signal(
        kinds: &[SignalKind],
        then: impl FnOnce() + Send + 'static,
    ) -> Result<Self, Error> {
        let runtime = Builder::new_current_thread()
            .enable_io()
            .build()
            .context("failed to wait for signals")?;
        let inside = runtime.enter();
        let signals: Result<Vec<_>, _> = kinds.iter().map(|kind| signal(*kind)).collect();
        drop(inside);
        let mut signals = signals.context("failed to wait for signals")?;
        let received = Arc::new(AtomicBool::new(false));
        let stored = received.clone();
        thread::spawn(move || {
            runtime.block_on(std::future::poll_fn(|context| {
                let ready = signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
                if ready { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
            }));
            stored.store(true, Ordering::SeqCst);
            then();
        });
        Ok(Self { received })
    }
}
