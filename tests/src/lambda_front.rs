//! A proxy in front of moto, which can't run functions. Invocations run the uploaded program under
//! the emulator; all other requests go to moto.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use barelambda_emulator::script::{Request, RequestReader};
use barelambda_emulator::{Emulator, InvokeOptions, Options, Outcome};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

use crate::moto::Moto;
use crate::tools;

/// The path of the functions in Lambda's API.
const FUNCTIONS: &str = "/2015-03-31/functions";

/// A server that runs until this process ends.
pub struct Front {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    moto: SocketAddr,
    /// The folder for unpacked programs.
    folder: PathBuf,
    functions: Mutex<BTreeMap<String, Function>>,
    rules: Mutex<Rules>,
}

#[derive(Default)]
struct Rules {
    /// Functions whose name has this ending fail after this many invocations.
    failing: Option<(String, usize)>,
    /// Functions whose name has this ending wait after this many invocations.
    held: Option<(String, usize)>,
    /// Functions whose name has this ending can't be created.
    refused: Option<String>,
    /// Functions whose name has this ending keep their process at one change of the configuration.
    /// The number counts down to that change.
    kept: Option<(String, usize)>,
}

/// A function that CreateFunction has created.
struct Function {
    program: PathBuf,
    memory: u32,
    handler: String,
    process: Option<Arc<Emulator>>,
    /// Whether each invocation was a cold start.
    cold: Vec<bool>,
}

impl Front {
    /// Starts the server. It unpacks programs in this folder.
    pub fn start(moto: &Moto, folder: &Path) -> Self {
        let url = moto
            .environment()
            .find(|(name, _)| *name == "AWS_ENDPOINT_URL")
            .expect("moto has an address")
            .1;
        let address = url
            .to_string_lossy()
            .trim_start_matches("http://")
            .parse()
            .expect("the URL has an address");
        let folder = folder.to_owned();
        let shared =
            Shared { moto: address, folder, functions: Mutex::default(), rules: Mutex::default() };
        let shared = Arc::new(shared);
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("it has an address");
        let serving = shared.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let shared = serving.clone();
                // The error is that the client has closed the connection.
                thread::spawn(move || shared.serve(client).ok());
            }
        });
        Self { address, shared }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on, functions whose name has this ending fail after `after` invocations.
    pub fn fail(&self, ending: &str, after: usize) {
        self.shared.rules().failing = Some((ending.into(), after));
    }

    /// From now on, functions whose name has this ending wait before the next invocation after
    /// `after`, until [`Front::release`].
    pub fn hold(&self, ending: &str, after: usize) {
        self.shared.rules().held = Some((ending.into(), after));
    }

    pub fn release(&self) {
        self.shared.rules().held = None;
    }

    /// From now on, functions whose name has this ending can't be created.
    pub fn refuse(&self, ending: &str) {
        self.shared.rules().refused = Some(ending.into());
    }

    /// Lets functions whose name has this ending keep their process at one change of the
    /// configuration: the one with this number, counted from 1 from now on.
    pub fn keep_process(&self, ending: &str, change: usize) {
        self.shared.rules().kept = Some((ending.into(), change));
    }

    /// Returns, for each function that ever existed, whether each of its invocations was a cold
    /// start.
    pub fn starts(&self) -> BTreeMap<String, Vec<bool>> {
        self.shared
            .functions()
            .iter()
            .map(|(name, function)| (name.clone(), function.cold.clone()))
            .collect()
    }
}

impl Shared {
    fn functions(&self) -> MutexGuard<'_, BTreeMap<String, Function>> {
        self.functions.lock().expect("no thread panics with it")
    }

    fn rules(&self) -> MutexGuard<'_, Rules> {
        self.rules.lock().expect("no thread panics with it")
    }

    fn serve(&self, mut client: TcpStream) -> io::Result<()> {
        let request = read(&mut client)?;
        let path = request.target.split('?').next().unwrap_or_default();
        let of_function = path.strip_prefix(FUNCTIONS).map(|path| path.trim_start_matches('/'));
        match (request.method.as_str(), of_function.map(|path| path.split_once('/'))) {
            ("POST", Some(Some((name, "invocations")))) => {
                return client.write_all(&self.invoked(name, request.body));
            }
            ("PUT", Some(Some((name, "configuration")))) => {
                let kept = match &mut self.rules().kept {
                    Some((ending, change)) if name.ends_with(ending.as_str()) && *change > 0 => {
                        *change -= 1;
                        *change == 0
                    }
                    _ => false,
                };
                if let Some(function) = self.functions().get_mut(name).filter(|_| !kept) {
                    function.process = None;
                }
            }
            ("POST", Some(None)) if path.trim_end_matches('/') == FUNCTIONS => {
                if let Err(why) = self.create(&request.body) {
                    return client.write_all(&error(&why));
                }
            }
            _ => {}
        }
        let mut moto = TcpStream::connect(self.moto)?;
        moto.write_all(&forwarded(&request))?;
        io::copy(&mut moto, &mut client).map(drop)
    }

    fn is_held(&self, name: &str) -> bool {
        let held = self.rules().held.clone();
        let invocations = self.functions().get(name).map_or(0, |function| function.cold.len());
        held.is_some_and(|(ending, after)| name.ends_with(ending.as_str()) && invocations >= after)
    }

    /// Unpacks the program of a CreateFunction.
    fn create(&self, body: &[u8]) -> Result<(), String> {
        let wanted: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let name = wanted["FunctionName"].as_str().ok_or("FunctionName is missing")?;
        if self.rules().refused.as_ref().is_some_and(|ending| name.ends_with(ending.as_str())) {
            return Err("the account can't create this function".into());
        }
        let zip = wanted["Code"]["ZipFile"].as_str().ok_or("Code.ZipFile is missing")?;
        let zip = BASE64.decode(zip).map_err(|error| error.to_string())?;
        let folder = self.folder.join(name);
        let file = folder.join("function.zip");
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(&file, zip))
            .map_err(|error| error.to_string())?;
        let unpacked =
            Command::new(tools::unzip()).arg("-qo").arg(&file).arg("-d").arg(&folder).status();
        if !unpacked.is_ok_and(|status| status.success()) {
            return Err("Code.ZipFile can't be unpacked".into());
        }
        let memory = wanted["MemorySize"]
            .as_u64()
            .and_then(|memory| u32::try_from(memory).ok())
            .ok_or("MemorySize is missing")?;
        let mut functions = self.functions();
        let cold = functions.remove(name).map(|old| old.cold).unwrap_or_default();
        let handler = wanted["Handler"].as_str().unwrap_or_default().to_owned();
        functions.insert(
            name.into(),
            Function { program: folder.join("bootstrap"), memory, handler, process: None, cold },
        );
        Ok(())
    }

    /// Invokes a function, with a cold start if it has no process, and returns the reply.
    fn invoked(&self, name: &str, event: Vec<u8>) -> Vec<u8> {
        while self.is_held(name) {
            thread::sleep(Duration::from_millis(5));
        }
        let failing = self.rules().failing.clone();
        let (process, memory) = {
            let mut functions = self.functions();
            let Some(function) = functions.get_mut(name) else { return error("no such function") };
            if failing.is_some_and(|(ending, after)| {
                name.ends_with(ending.as_str()) && function.cold.len() >= after
            }) {
                return error("failure by request of the test");
            }
            if function.process.is_none() {
                let mut options = Options::new(&function.program);
                (options.function_name, options.memory_size) = (name.into(), function.memory);
                options.handler.clone_from(&function.handler);
                function.process =
                    Some(Arc::new(Emulator::start(options).expect("the emulator starts")));
            }
            (function.process.clone().expect("the process was started above"), function.memory)
        };
        let outcome = process.invoke(event, InvokeOptions::default());
        if let Some(function) = self.functions().get_mut(name) {
            function.cold.push(outcome.report.cold);
        }
        let tail = BASE64.encode(log(&outcome, memory));
        let failed = if outcome.function_error.is_some() {
            "X-Amz-Function-Error: Unhandled\r\n"
        } else {
            ""
        };
        let more =
            format!("X-Amz-Executed-Version: $LATEST\r\nX-Amz-Log-Result: {tail}\r\n{failed}");
        reply("200 OK", &more, &outcome.payload)
    }
}

/// Reads a request. Sends the 100 that clients wait for before they send a large body.
fn read(client: &mut TcpStream) -> io::Result<Request> {
    let (mut reader, mut piece, mut continued) =
        (RequestReader::default(), vec![0; 64 << 10], false);
    loop {
        match client.read(&mut piece)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            length => reader.take(&piece[..length]).map_err(io::Error::other)?,
        };
        if let Some(request) = reader.whole() {
            return Ok(request);
        }
        if !continued && reader.begun().is_some_and(|request| request.header("expect").is_some()) {
            client.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
            continued = true;
        }
    }
}

/// Returns the bytes of a request, for a new connection that closes after the reply.
fn forwarded(request: &Request) -> Vec<u8> {
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
    for (name, value) in &request.headers {
        if !["connection", "content-length", "expect", "transfer-encoding"]
            .iter()
            .any(|other| name.eq_ignore_ascii_case(other))
        {
            head += &format!("{name}: {value}\r\n");
        }
    }
    head += &format!("Content-Length: {}\r\nConnection: close\r\n\r\n", request.body.len());
    [head.as_bytes(), &request.body].concat()
}

/// Returns the log as Lambda writes it, with the measured figures.
fn log(outcome: &Outcome, memory: u32) -> String {
    let Outcome { request_id: id, log, report, .. } = outcome;
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    let (duration, init) = (milliseconds(report.duration), report.init.map(milliseconds));
    let init_field = init.map(|init| format!("Init Duration: {init:.2} ms\t")).unwrap_or_default();
    let billed = (duration + init.unwrap_or_default()).ceil();
    let used = report.peak_memory_kib.unwrap_or_default().div_ceil(1024);
    format!(
        "START RequestId: {id} Version: $LATEST\n{log}END RequestId: {id}\nREPORT RequestId: {id}\tDuration: {duration:.2} ms\t\
         Billed Duration: {billed} ms\tMemory Size: {memory} MB\tMax Memory Used: {used} MB\t{init_field}\n"
    )
}

/// Returns Lambda's reply to a request that fails and that clients don't retry.
fn error(why: &str) -> Vec<u8> {
    let body = serde_json::json!({ "Type": "User", "message": why }).to_string();
    reply("400 Bad Request", "X-Amzn-ErrorType: CodeStorageExceededException\r\n", body.as_bytes())
}

fn reply(status: &str, more: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{more}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}
