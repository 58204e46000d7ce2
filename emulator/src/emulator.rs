use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::function::Function;
use crate::{InvokeOptions, Options, Outcome, ResponseStream, delivery, function_url, ids, invoke_api};

/// A running emulator, in a thread of its own. All calls here block, so that tests need no async code; do not call them from
/// within an async runtime.
///
/// Dropping it is [`Emulator::shutdown`]. A program that ends without dropping it (`std::process::exit`, SIGKILL) leaves the
/// function's processes behind: they lose their Runtime API, and nothing else tells them.
pub struct Emulator {
    address: SocketAddr,
    url: Option<SocketAddr>,
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
    /// Fails when [`Options::listen`] or [`Options::url`] cannot be listened at, or the system has no thread or descriptor left.
    pub fn start(mut options: Options) -> io::Result<Self> {
        // The process starts in its program's folder, so a relative path would be looked for in the wrong place.
        if options.program.parent().is_some_and(|folder| !folder.as_os_str().is_empty()) {
            options.program = std::path::absolute(&options.program)?;
        }
        let (listener, address) = listen(options.listen, "the Invoke API")?;
        let url = options.url.map(|address| listen(address, "the function's URL")).transpose()?;
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        let handle = runtime.handle().clone();
        let function = Arc::new(Function::new(options));
        let (stop, stopped) = oneshot::channel();
        let served = function.clone();
        let url_address = url.as_ref().map(|(_, address)| *address);
        let (listener, url) = {
            let _inside = handle.enter();
            let url = url.map(|(listener, _)| TcpListener::from_std(listener)).transpose()?;
            (TcpListener::from_std(listener)?, url)
        };
        let thread = std::thread::Builder::new().name("lambda emulator".to_owned()).spawn(move || {
            runtime.block_on(async {
                let mut apis = JoinSet::new();
                apis.spawn(invoke_api::serve(listener, served.clone()));
                if let Some(url) = url {
                    apis.spawn(function_url::serve(url, served.clone()));
                }
                // Ends by the message or by the end of its sender alike.
                let _ = stopped.await;
                apis.abort_all();
                served.close().await;
            });
        })?;
        Ok(Self { address, url: url_address, function, runtime: handle, running: Mutex::new(Some(Running { stop, thread })) })
    }

    /// Where the Invoke API listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the function's URL is served, if [`Options::url`] asks for it.
    pub fn url(&self) -> Option<SocketAddr> {
        self.url
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
        receiver.recv().unwrap_or_else(|_| Outcome::shut_down(request_id))
    }

    /// Invokes the function and gives its answer while it is written, as InvokeWithResponseStream does, without HTTP on the caller's
    /// side. It comes to an end when [`Emulator::invoke`] would, and fails no more than that.
    ///
    /// ```no_run
    /// # use barelambda_emulator::{Emulator, InvokeOptions, Options};
    /// # let emulator = Emulator::start(Options::new("bootstrap"))?;
    /// let mut stream = emulator.invoke_streaming("{}", InvokeOptions::default());
    /// for piece in &mut stream {
    ///     println!("{} bytes have come", piece.len());
    /// }
    /// assert!(stream.finish().function_error.is_none());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn invoke_streaming(&self, payload: impl Into<Vec<u8>>, mut options: InvokeOptions) -> ResponseStream {
        let request_id = options.request_id.get_or_insert_with(ids::uuid).clone();
        let (caller, pieces) = delivery::caller();
        let (function, payload) = (self.function.clone(), payload.into());
        self.runtime.spawn(async move { function.deliver(payload.into(), options, caller).await });
        ResponseStream::new(pieces, request_id)
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

fn listen(address: SocketAddr, who: &str) -> io::Result<(StdListener, SocketAddr)> {
    let listener =
        StdListener::bind(address).map_err(|error| io::Error::new(error.kind(), format!("{who} cannot listen at {address}: {error}")))?;
    let address = listener.local_addr()?;
    listener.set_nonblocking(true)?;
    Ok((listener, address))
}
