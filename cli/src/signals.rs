//! Ctrl-C and SIGTERM: the function's processes lead groups of their own, so a terminal's signal does not reach them.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::thread;

use barelambda_emulator::Emulator;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

use crate::error::{Context, Error};

/// A thread that waits for a signal.
pub struct Signals {
    told_to_end: Arc<AtomicBool>,
}

impl Signals {
    /// Ends this program with `code` when it is told to end, after it has killed the emulator's processes.
    pub fn end_with(code: i32, emulator: &Arc<Emulator>) -> Result<Self, Error> {
        let emulator = emulator.clone();
        Self::end_after(code, move || emulator.shutdown())
    }

    /// Ends this program with `code` when it is told to end, after `shutdown`.
    pub fn end_after(code: i32, shutdown: impl FnOnce() + Send + 'static) -> Result<Self, Error> {
        let told_to_end = Arc::new(AtomicBool::new(false));
        let runtime = Builder::new_current_thread().enable_io().build().context("waiting for signals")?;
        let (mut interrupt, mut terminate) = {
            let _inside = runtime.enter();
            let interrupt = signal(SignalKind::interrupt()).context("waiting for Ctrl-C")?;
            (interrupt, signal(SignalKind::terminate()).context("waiting for SIGTERM")?)
        };
        let signals = Self { told_to_end: told_to_end.clone() };
        thread::spawn(move || {
            runtime.block_on(poll_fn(|context| {
                let told = interrupt.poll_recv(context).is_ready() | terminate.poll_recv(context).is_ready();
                if told { Poll::Ready(()) } else { Poll::Pending }
            }));
            told_to_end.store(true, Ordering::SeqCst);
            shutdown();
            std::process::exit(code);
        });
        Ok(signals)
    }

    /// Returns only when this program has not been told to end: an invocation that the end has cut short is no result.
    pub fn go_on(&self) {
        while self.told_to_end.load(Ordering::SeqCst) {
            thread::park();
        }
    }
}
