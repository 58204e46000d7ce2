use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::function::Function;
use crate::{
    InvokeOptions, Options, Outcome, ResponseStream, delivery, function_url, ids, invoke_api,
};

/// A running emulator with a thread for its servers. All its methods block, so that tests need no
/// async code. They must not be called within an async runtime.
///
/// Dropping it calls [`Emulator::shutdown`]. A program that ends without dropping it
/// (`std::process::exit`, SIGKILL) leaves the function's processes running: they lose their Runtime
/// API, and nothing else tells them.
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
    /// Starts the Invoke API. The first invocation starts the function's process.
    ///
    /// # Errors
    /// The address of [`Options::listen`] or [`Options::url`] is unavailable, or the system is out
    /// of threads or descriptors.
    pub fn start(mut options: Options) -> io::Result<Self> {
        // The process starts in its program's folder, where a relative path would mean something
        // else.
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
        let thread =
            std::thread::Builder::new().name("lambda emulator".to_owned()).spawn(move || {
                runtime.block_on(async {
                    let mut apis = JoinSet::new();
                    apis.spawn(invoke_api::serve(listener, served.clone()));
                    if let Some(url) = url {
                        apis.spawn(function_url::serve(url, served.clone()));
                    }
                    // The message and the drop of its sender both mean the end.
                    let _ = stopped.await;
                    apis.abort_all();
                    served.close().await;
                });
            })?;
        Ok(Self {
            address,
            url: url_address,
            function,
            runtime: handle,
            running: Mutex::new(Some(Running { stop, thread })),
        })
    }

    /// Returns the address of the Invoke API.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the address of the function's URL, if [`Options::url`] is set.
    pub fn url(&self) -> Option<SocketAddr> {
        self.url
    }

    /// Invokes the function and waits for the outcome, without HTTP between the caller and the
    /// emulator and without a size limit.
    ///
    /// It can't fail: [`Outcome::function_error`] is the error that a caller on Lambda would see. A
    /// program that can't be started is `Runtime.InvalidEntrypoint`. The call waits for its turn,
    /// then at most twice [`Options::timeout`].
    pub fn invoke(&self, payload: impl Into<Vec<u8>>, options: InvokeOptions) -> Outcome {
        let (sender, receiver) = mpsc::sync_channel(1);
        let (function, payload) = (self.function.clone(), payload.into());
        let request_id = options.request_id.clone().unwrap_or_default();
        self.runtime.spawn(async move {
            // An error means that the caller's thread has ended, which doesn't matter.
            let _ = sender.send(function.invoke(payload.into(), options).await);
        });
        receiver.recv().unwrap_or_else(|_| Outcome::shut_down(request_id))
    }

    /// Invokes the function and returns its answer while the function writes it, as
    /// InvokeWithResponseStream does, without HTTP between the caller and the emulator. It ends
    /// when [`Emulator::invoke`] would, and can't fail either.
    ///
    /// ```no_run
    /// # use barelambda_emulator::{Emulator, InvokeOptions, Options};
    /// # let emulator = Emulator::start(Options::new("bootstrap"))?;
    /// let mut stream = emulator.invoke_streaming("{}", InvokeOptions::default());
    /// for piece in &mut stream {
    ///     println!("received {} bytes", piece.len());
    /// }
    /// assert!(stream.finish().function_error.is_none());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn invoke_streaming(
        &self,
        payload: impl Into<Vec<u8>>,
        mut options: InvokeOptions,
    ) -> ResponseStream {
        let request_id = options.request_id.get_or_insert_with(ids::uuid).clone();
        let (caller, pieces) = delivery::caller();
        let (function, payload) = (self.function.clone(), payload.into());
        self.runtime.spawn(async move { function.deliver(payload.into(), options, caller).await });
        ResponseStream::new(pieces, request_id)
    }

    /// Kills the function's processes, waits for their end, and stops the Invoke API. Running
    /// invocations end with an error. Calling it again does nothing.
    pub fn shutdown(&self) {
        if let Some(Running { stop, thread }) = self.running().take() {
            // Sending fails when the thread has ended already. After a panic of the thread, the
            // processes are killed here.
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
    let listener = StdListener::bind(address).map_err(|error| {
        io::Error::new(error.kind(), format!("{who} cannot listen at {address}: {error}"))
    })?;
    let address = listener.local_addr()?;
    listener.set_nonblocking(true)?;
    Ok((listener, address))
}
