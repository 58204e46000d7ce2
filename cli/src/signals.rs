//! Ctrl-C and SIGTERM, and what has to happen before this program ends. The function's processes
//! are in separate process groups, so the signals of a terminal don't reach them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

use crate::error::{Context, Error};

/// A thread that waits for signals.
#[derive(Clone)]
pub struct Signals {
    received: Arc<AtomicBool>,
}

/// Actions for the end of this program: it returns, fails or receives a signal. Each runs once, the
/// last one first.
pub struct AtEnd {
    actions: Arc<Mutex<Vec<Action>>>,
    signals: Signals,
}

type Action = Box<dyn FnOnce() + Send>;

impl AtEnd {
    /// Begins without actions. On a signal, the actions run and this program exits with `code`.
    pub fn new(code: i32) -> Result<Self, Error> {
        let actions = Arc::<Mutex<Vec<Action>>>::default();
        let on_signal = actions.clone();
        let signals = Signals::end_after(code, move || {
            let mut list = locked(&on_signal);
            run(&mut list);
            // The lock is kept, so that no other thread adds an action before this process exits.
            std::mem::forget(list);
        })?;
        Ok(Self { actions, signals })
    }

    /// Adds an action. Blocks if there has been a signal.
    pub fn add(&self, action: impl FnOnce() + Send + 'static) {
        locked(&self.actions).push(Box::new(action));
    }

    /// Blocks if there has been a signal: see [`Signals::go_on`].
    pub fn go_on(&self) {
        self.signals.go_on();
    }
}

impl Drop for AtEnd {
    fn drop(&mut self) {
        run(&mut locked(&self.actions));
    }
}

fn run(actions: &mut Vec<Action>) {
    while let Some(action) = actions.pop() {
        action();
    }
}

fn locked(actions: &Mutex<Vec<Action>>) -> MutexGuard<'_, Vec<Action>> {
    actions.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Signals {
    /// From now on SIGINT, SIGTERM and SIGHUP don't end this program: it asks [`Self::received`].
    pub fn catch() -> Result<Self, Error> {
        Self::on_signal(
            &[SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()],
            || {},
        )
    }

    /// On a signal, calls `shutdown` and exits with `code`.
    pub fn end_after(code: i32, shutdown: impl FnOnce() + Send + 'static) -> Result<Self, Error> {
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        Self::on_signal(&kinds, move || {
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
