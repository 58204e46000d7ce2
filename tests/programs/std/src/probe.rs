//! Tries what std offers, as the event asks, and responds with what it saw.
use std::cell::Cell;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc;
use std::{env, fs, panic, thread};

use barelambda::{Error, FunctionError, Invocation, Response};

barelambda::entry!(init = start, event = 65_536, response = 4096);

static BAD_START: FunctionError =
    FunctionError::new("Function.BadStart", "INIT asked for an error");

/// An alignment beyond that of a page's part, as tables of cryptography have it.
#[repr(align(4096))]
struct Page([u8; 4096]);

static CONSTANT: Page = Page([7; 4096]);

thread_local! {
    static OF_THREAD: Cell<u32> = const { Cell::new(41) };
}

type Function = fn(Invocation) -> Response;

fn start() -> Result<Function, Error> {
    match env::var("INIT").as_deref() {
        Ok("error") => Err(Error::from(&BAD_START)),
        Ok("panic") => panic!("INIT asked for a panic"),
        _ => Ok(probe),
    }
}

fn probe(invocation: Invocation) -> Response {
    let seen = match invocation.event.payload() {
        b"threads" => threads(),
        b"thread panic" => thread::spawn(|| panic!("on another thread"))
            .join()
            .map_or_else(|_| "caught".into(), |()| "none".into()),
        b"panic" => panic!("the event has {} bytes", invocation.event.payload().len()),
        b"caught panic" => panic::catch_unwind(|| panic!("to be caught"))
            .map_or_else(|_| "caught".into(), |()| "none".into()),
        b"net" => net().unwrap_or_else(|error| error.to_string()),
        b"fs" => files().unwrap_or_else(|error| error.to_string()),
        b"print" => {
            println!("a line on stdout");
            eprintln!("a line on stderr");
            "printed".into()
        }
        b"trace" => trace(),
        b"child" => {
            let output =
                Command::new("/bin/sh").args(["-c", "echo \"$_X_AMZN_TRACE_ID\""]).output();
            output.map_or_else(
                |error| error.to_string(),
                |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
            )
        }
        b"arguments" => format!("{}", env::args().count()),
        b"aligned" => format!("{} {}", (&raw const CONSTANT).addr() % 4096, CONSTANT.0[4095]),
        b"exit" => std::process::exit(3),
        _ => "unknown".into(),
    };
    let mut response = invocation.responder.writer();
    response.write(seen.as_bytes())?;
    response.finish()
}

fn threads() -> String {
    OF_THREAD.set(OF_THREAD.get() + 1);
    let (sender, receiver) = mpsc::channel();
    for number in 0..8_u32 {
        let sender = sender.clone();
        thread::spawn(move || sender.send(number + OF_THREAD.get()).expect("the receiver lives"));
    }
    drop(sender);
    format!("{} {}", OF_THREAD.get(), receiver.iter().sum::<u32>())
}

fn net() -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept()?;
        stream.write_all(b"through a socket")
    });
    let mut text = String::new();
    // "localhost" is in /etc/hosts, which musl's resolver reads.
    TcpStream::connect(("localhost", port))?.read_to_string(&mut text)?;
    server.join().expect("the server doesn't panic")?;
    Ok(text)
}

fn files() -> std::io::Result<String> {
    let path = env::temp_dir().join(format!("std-probe-{}", std::process::id()));
    fs::write(&path, "through a file")?;
    let text = fs::read_to_string(&path);
    fs::remove_file(&path)?;
    text
}

/// The trace header as std sees it, another thread, and this crate, whose copy of the environment
/// is from the start.
fn trace() -> String {
    const NAME: &str = "_X_AMZN_TRACE_ID";
    let here = env::var(NAME).unwrap_or_else(|_| "none".into());
    let there = thread::spawn(|| env::var(NAME).unwrap_or_else(|_| "none".into()))
        .join()
        .expect("it doesn't panic");
    format!("{here} {there} {}", barelambda::env(NAME).unwrap_or("none"))
}
