use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::function::Function;
use crate::{InvokeOptions, Options, Outcome, invoke_api};

/// A running emulator, in a thread of its own. All calls here block, so that tests need no async code; do not call them from
/// within an async runtime.
///
/// Dropping it is [`Emulator::shutdown`]. A program that ends without dropping it (`std::process::exit`, SIGKILL) leaves the
/// function's processes behind: they lose their Runtime API, and nothing else tells them.
pub struct Emulator {
    address: SocketAddr,
    function: Arc<Function>,
    runtime: Handle,
    running: Mutex<Option<Running>>,
}

struct Running {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Emulator {
    /// Starts the Invoke API. The function's process is started by its first invocation.
    ///
    /// Fails when [`Options::listen`] cannot be listened at, or the system has no thread or descriptor left.
    pub fn start(mut options: Options) -> io::Result<Self> {
        // The process starts in its program's folder, so a relative path would be looked for in the wrong place.
        if options.program.parent().is_some_and(|folder| !folder.as_os_str().is_empty()) {
            options.program = std::path::absolute(&options.program)?;
        }
        let listener = StdListener::bind(options.listen)
            .map_err(|error| io::Error::new(error.kind(), format!("the Invoke API cannot listen at {}: {error}", options.listen)))?;
        let address = listener.local_addr()?;
        listener.set_nonblocking(true)?;
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        let handle = runtime.handle().clone();
        let function = Arc::new(Function::new(options));
        let (stop, stopped) = oneshot::channel();
        let served = function.clone();
        let listener = {
            let _inside = handle.enter();
            TcpListener::from_std(listener)?
        };
        let thread = std::thread::Builder::new().name("lambda emulator".to_owned()).spawn(move || {
            runtime.block_on(async {
                let api = tokio::spawn(invoke_api::serve(listener, served.clone()));
                // Ends by the message or by the end of its sender alike.
                let _ = stopped.await;
                api.abort();
                served.close().await;
            });
        })?;
        Ok(Self { address, function, runtime: handle, running: Mutex::new(Some(Running { stop, thread })) })
    }

    /// Where the Invoke API listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Invokes the function and waits for its end, without HTTP on the caller's side and without a limit of size.
    ///
    /// It cannot fail: what goes wrong is in [`Outcome::function_error`], as a caller on Lambda would see it. A program that cannot be
    /// started gives `Runtime.InvalidEntrypoint`. It waits for its turn, then at most twice [`Options::timeout`].
    pub fn invoke(&self, payload: impl Into<Vec<u8>>, options: InvokeOptions) -> Outcome {
        let (sender, receiver) = mpsc::sync_channel(1);
        let (function, payload) = (self.function.clone(), payload.into());
        let request_id = options.request_id.clone().unwrap_or_default();
        self.runtime.spawn(async move {
            // Nobody takes it when the caller's thread has gone, which is no matter.
            let _ = sender.send(function.invoke(payload.into(), options).await);
        });
        receiver.recv().unwrap_or_else(|_| {
            let mut outcome = Outcome::new(request_id);
            outcome.failed("Sandbox.Failure", "the emulator has been shut down");
            outcome
        })
    }

    /// Kills the function's processes, waits until they are gone, and ends the Invoke API. Invocations that run end with an
    /// error. Calling it again does nothing.
    pub fn shutdown(&self) {
        if let Some(Running { stop, thread }) = self.running().take() {
            // It fails when the thread is gone already; then, or when it ended by a panic, the processes are killed here.
            let _ = stop.send(());
            let _ = thread.join();
            self.function.kill_all();
        }
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.shutdown();
    }
}
