//! Stands in front of moto, which runs no functions: everything goes on to it, but invocations, for which the uploaded program is started under
//! the emulator.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use barelambda_emulator::{Emulator, InvokeOptions, Options, Outcome};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

use crate::moto::Moto;
use crate::tools;

/// Where the functions are in Lambda's API.
const FUNCTIONS: &str = "/2015-03-31/functions";

/// A server that runs until this program ends.
pub struct Front {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    moto: SocketAddr,
    /// Where programs are unpacked.
    folder: PathBuf,
    functions: Mutex<BTreeMap<String, Function>>,
    rules: Mutex<Rules>,
}

#[derive(Default)]
struct Rules {
    /// Functions whose name ends so are not invoked again after so many times.
    failing: Option<(String, usize)>,
    /// Functions whose name ends so cannot be created.
    refused: Option<String>,
    /// Functions whose name ends so keep their process at one change of the configuration: how many there are until then.
    kept: Option<(String, usize)>,
}

/// What was made of a CreateFunction.
struct Function {
    program: PathBuf,
    memory: u32,
    handler: String,
    process: Option<Arc<Emulator>>,
    /// Of each invocation, whether it was a cold start.
    cold: Vec<bool>,
}

struct Request {
    method: String,
    path: String,
    /// The whole head, without what concerns the connection.
    head: String,
    body: Vec<u8>,
}

impl Front {
    /// Starts one. It unpacks programs in this folder.
    pub fn start(moto: &Moto, folder: &Path) -> Self {
        let url = moto.environment().find(|(name, _)| *name == "AWS_ENDPOINT_URL").expect("moto has an address").1;
        let address = url.to_string_lossy().trim_start_matches("http://").parse().expect("it is an address");
        let folder = folder.to_owned();
        let shared = Shared { moto: address, folder, functions: Mutex::default(), rules: Mutex::default() };
        let shared = Arc::new(shared);
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("it has an address");
        let serving = shared.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let shared = serving.clone();
                // A client that goes away is none of this server's concern.
                thread::spawn(move || shared.serve(client).ok());
            }
        });
        Self { address, shared }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on, functions whose name ends so answer no more invocations than these.
    pub fn fail(&self, ending: &str, after: usize) {
        self.shared.rules().failing = Some((ending.into(), after));
    }

    /// From now on, functions whose name ends so cannot be created.
    pub fn refuse(&self, ending: &str) {
        self.shared.rules().refused = Some(ending.into());
    }

    /// The change of the configuration with this number, from now on and from 1, leaves the process of a function whose name ends so as it is.
    pub fn keep_process(&self, ending: &str, change: usize) {
        self.shared.rules().kept = Some((ending.into(), change));
    }

    /// Of each function that there ever was, and each of its invocations, whether it was a cold start.
    pub fn starts(&self) -> BTreeMap<String, Vec<bool>> {
        self.shared.functions().iter().map(|(name, function)| (name.clone(), function.cold.clone())).collect()
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
        let request = Request::read(&mut client)?;
        let path = request.path.split('?').next().unwrap_or_default();
        let of_function = path.strip_prefix(FUNCTIONS).map(|path| path.trim_start_matches('/'));
        match (request.method.as_str(), of_function.map(|path| path.split_once('/'))) {
            ("POST", Some(Some((name, "invocations")))) => return client.write_all(&self.invoked(name, request.body)),
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
        moto.write_all(format!("{}Connection: close\r\n\r\n", request.head).as_bytes())?;
        moto.write_all(&request.body)?;
        io::copy(&mut moto, &mut client).map(drop)
    }

    /// Keeps the program of a CreateFunction.
    fn create(&self, body: &[u8]) -> Result<(), String> {
        let wanted: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let name = wanted["FunctionName"].as_str().ok_or("it has no name")?;
        if self.rules().refused.as_ref().is_some_and(|ending| name.ends_with(ending.as_str())) {
            return Err("this account may not have it".into());
        }
        let zip = wanted["Code"]["ZipFile"].as_str().ok_or("it has no zip")?;
        let zip = BASE64.decode(zip).map_err(|error| error.to_string())?;
        let folder = self.folder.join(name);
        let file = folder.join("function.zip");
        fs::create_dir_all(&folder).and_then(|()| fs::write(&file, zip)).map_err(|error| error.to_string())?;
        let unpacked = Command::new(tools::unzip()).arg("-qo").arg(&file).arg("-d").arg(&folder).status();
        if !unpacked.is_ok_and(|status| status.success()) {
            return Err("its zip cannot be unpacked".into());
        }
        let memory = wanted["MemorySize"].as_u64().and_then(|memory| u32::try_from(memory).ok()).ok_or("it has no memory size")?;
        let mut functions = self.functions();
        let cold = functions.remove(name).map(|old| old.cold).unwrap_or_default();
        let handler = wanted["Handler"].as_str().unwrap_or_default().to_owned();
        functions.insert(name.into(), Function { program: folder.join("bootstrap"), memory, handler, process: None, cold });
        Ok(())
    }

    /// Invokes a function, cold when it has no process, and gives the reply.
    fn invoked(&self, name: &str, event: Vec<u8>) -> Vec<u8> {
        let failing = self.rules().failing.clone();
        let (process, memory) = {
            let mut functions = self.functions();
            let Some(function) = functions.get_mut(name) else { return error("there is no such function") };
            if failing.is_some_and(|(ending, after)| name.ends_with(ending.as_str()) && function.cold.len() >= after) {
                return error("it fails as it was told to");
            }
            if function.process.is_none() {
                let mut options = Options::new(&function.program);
                (options.function_name, options.memory_size) = (name.into(), function.memory);
                options.handler.clone_from(&function.handler);
                function.process = Some(Arc::new(Emulator::start(options).expect("the emulator starts")));
            }
            (function.process.clone().expect("it was made above"), function.memory)
        };
        let outcome = process.invoke(event, InvokeOptions::default());
        if let Some(function) = self.functions().get_mut(name) {
            function.cold.push(outcome.report.cold);
        }
        let tail = BASE64.encode(log(&outcome, memory));
        let failed = if outcome.function_error.is_some() { "X-Amz-Function-Error: Unhandled\r\n" } else { "" };
        let more = format!("X-Amz-Executed-Version: $LATEST\r\nX-Amz-Log-Result: {tail}\r\n{failed}");
        reply("200 OK", &more, &outcome.payload)
    }
}

impl Request {
    fn read(client: &mut TcpStream) -> io::Result<Self> {
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            receive(client, &mut bytes)?;
        };
        let mut body = bytes.split_off(end);
        let head = String::from_utf8_lossy(&bytes).into_owned();
        let mut lines = head.lines();
        let mut words = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (mut kept, mut length) = (format!("{method} {path} HTTP/1.1\r\n"), 0);
        for line in lines.filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':').ok_or(io::ErrorKind::InvalidData)?;
            match name.to_ascii_lowercase().as_str() {
                "connection" => continue,
                "expect" => {
                    client.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
                    continue;
                }
                "content-length" => length = value.trim().parse().map_err(|_| io::ErrorKind::InvalidData)?,
                "transfer-encoding" => return Err(io::ErrorKind::Unsupported.into()),
                _ => {}
            }
            kept += &format!("{line}\r\n");
        }
        while body.len() < length {
            receive(client, &mut body)?;
        }
        Ok(Self { method, path, head: kept, body })
    }
}

fn receive(client: &mut TcpStream, bytes: &mut Vec<u8>) -> io::Result<()> {
    let mut piece = [0; 64 << 10];
    match client.read(&mut piece)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        length => {
            bytes.extend_from_slice(&piece[..length]);
            Ok(())
        }
    }
}

/// The end of the log as Lambda has it, with what was measured.
fn log(outcome: &Outcome, memory: u32) -> String {
    let Outcome { request_id: id, log, report, .. } = outcome;
    let milliseconds = |time: std::time::Duration| time.as_secs_f64() * 1000.0;
    let (duration, init) = (milliseconds(report.duration), report.init.map(milliseconds));
    let init_field = init.map(|init| format!("Init Duration: {init:.2} ms\t")).unwrap_or_default();
    let billed = (duration + init.unwrap_or_default()).ceil();
    let used = report.peak_memory_kib.unwrap_or_default().div_ceil(1024);
    format!(
        "START RequestId: {id} Version: $LATEST\n{log}END RequestId: {id}\nREPORT RequestId: {id}\tDuration: {duration:.2} ms\t\
         Billed Duration: {billed} ms\tMemory Size: {memory} MB\tMax Memory Used: {used} MB\t{init_field}\n"
    )
}

/// What Lambda answers when a request cannot be done, and is not to be tried again.
fn error(why: &str) -> Vec<u8> {
    let body = serde_json::json!({ "Type": "User", "message": why }).to_string();
    reply("400 Bad Request", "X-Amzn-ErrorType: CodeStorageExceededException\r\n", body.as_bytes())
}

fn reply(status: &str, more: &str, body: &[u8]) -> Vec<u8> {
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{more}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}
