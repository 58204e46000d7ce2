//! A plain runtime over blocking std sockets, with the handler that the suite's README specifies.
//! It passes every check. With the variable MUTANT it has one defect (see the calls of `defect`),
//! which shows that the suite detects it.

mod answer;
mod defects;
mod handler;
mod http;
mod invocation;
mod stream;

use std::io;
use std::process::exit;
use std::thread::sleep;
use std::time::Duration;

use answer::Answer;
use defects::{defect, hang};
use http::{Connection, Reply};
use invocation::Invocation;

/// How many connections in a row may fail.
const ATTEMPTS: u32 = 6;

fn main() {
    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
    let mut runtime = Runtime::new(defects::address());
    defects::at_start(&mut runtime);
    if let Some(word) = std::env::var("CONFORMANCE_INIT").ok().filter(|_| !defect("only-echoes")) {
        runtime.fail_init(&word);
    }
    runtime.run()
}

pub struct Runtime {
    address: String,
    connection: Option<Connection>,
    /// GET /next has been sent on the connection, and its reply hasn't arrived.
    asked: bool,
    /// An answer whose reply hasn't arrived.
    kept: Option<(Invocation, Answer)>,
    failures: u32,
    served: u32,
    last: Invocation,
}

impl Runtime {
    fn new(address: String) -> Self {
        Self {
            address,
            connection: None,
            asked: false,
            kept: None,
            failures: 0,
            served: 0,
            last: Invocation::default(),
        }
    }

    fn run(&mut self) -> ! {
        loop {
            let Err(error) = self.turn() else {
                self.failures = 0;
                continue;
            };
            eprintln!("the connection is lost: {error}");
            defects::at_loss(self);
            self.connection = None;
            self.asked = false;
            self.failures += 1;
            if self.failures > ATTEMPTS {
                exit(1);
            }
            if !defect("reconnects-in-a-loop") {
                sleep(Duration::from_millis(20 << self.failures));
            } else {
                self.failures = 0;
            }
        }
    }

    /// Handles one invocation.
    fn turn(&mut self) -> io::Result<()> {
        self.ask()?;
        let reply = self.receive()?;
        self.asked = false;
        if reply.status != 200 {
            eprintln!("GET /next was answered with {}", reply.status);
            defects::at_refused_next(reply.status);
            if defect("next-refused-loop") {
                return Ok(());
            }
            exit(i32::from(!defect("next-refused-exit-0")));
        }
        let Some(invocation) = Invocation::of(&reply, &self.last) else {
            eprintln!("an invocation without a request id");
            exit(1);
        };
        self.last = invocation.clone();
        self.served += 1;
        defects::at_event(self, &invocation);
        match self.kept.take() {
            Some((kept, answer))
                if kept.request_id == invocation.request_id && defect("keeps-an-old-attempt") =>
            {
                self.deliver(kept, answer)
            }
            Some((kept, answer)) if kept.is(&invocation) || defect("keeps-an-old-answer") => {
                if defect("repeated-event-hangs") {
                    hang();
                }
                self.deliver(invocation, answer)
            }
            _ => handler::handle(self, invocation, reply.body),
        }
    }

    /// Sends an answer, and handles the reply.
    pub fn deliver(&mut self, invocation: Invocation, answer: Answer) -> io::Result<()> {
        defects::at_answer(self, &invocation, &answer);
        let mut request = answer.request(&self.address, &invocation);
        let pipelined = !defect("does-not-pipeline");
        if pipelined {
            request.extend_from_slice(&http::next(&self.address));
        }
        self.kept = Some((invocation.clone(), answer.clone()));
        self.connect()?;
        self.asked = pipelined;
        let connection = self.connection.as_mut().expect("it has just been made");
        let written = defects::write(connection, &request);
        if written.is_err() && defect("write-error-ends-well") {
            exit(0);
        }
        // A refusal may arrive before everything has been sent.
        let reply = match self.receive() {
            Ok(reply) => reply,
            Err(lost) => {
                if defect("lost-reply-posts-again") {
                    self.asked = false;
                    self.connection = None;
                    self.kept = None;
                    sleep(Duration::from_millis(50));
                    return self.deliver(invocation, answer);
                }
                return Err(lost);
            }
        };
        if written.is_err() {
            self.connection = None;
            self.asked = false;
        }
        self.kept = None;
        self.settle(reply, invocation, answer)
    }

    /// Handles the reply to an answer.
    pub fn settle(
        &mut self,
        reply: Reply,
        invocation: Invocation,
        answer: Answer,
    ) -> io::Result<()> {
        defects::at_reply(self, reply.status, &invocation, &answer)?;
        match reply.status {
            200..300 => {}
            500.. => {
                eprintln!("the answer was answered with {}", reply.status);
                exit(1)
            }
            status => eprintln!("the answer was refused with {status}"),
        }
        Ok(())
    }

    /// Sends GET /next, unless it has been sent.
    pub fn ask(&mut self) -> io::Result<()> {
        self.connect()?;
        if !self.asked {
            let request = http::next(&self.address);
            self.connection.as_mut().expect("it has just been made").write(&request)?;
            self.asked = true;
        }
        Ok(())
    }

    pub fn connect(&mut self) -> io::Result<()> {
        if self.connection.is_none() {
            self.connection = Some(Connection::open(&self.address)?);
            self.asked = false;
        }
        Ok(())
    }

    pub fn receive(&mut self) -> io::Result<Reply> {
        let connection =
            self.connection.as_mut().ok_or_else(|| io::Error::other("the connection is closed"))?;
        let reply = connection.receive()?;
        if reply.closes() && defect("close-ends-it") {
            exit(0);
        }
        if reply.closes() && !defect("ignores-connection-close") {
            defects::leak(self.connection.take());
            self.asked = false;
        }
        Ok(reply)
    }

    /// Reports a failed initialisation, and exits.
    fn fail_init(&mut self, word: &str) {
        if word == "panic" {
            defects::at_init_panic();
        }
        if defect("init-error-unreported") {
            exit(1);
        }
        let message = if word == "panic" { "asked for a panic" } else { "asked for an error" };
        let request = answer::init_error(&self.address, message);
        loop {
            let replied = self.connect().and_then(|()| {
                self.connection.as_mut().expect("it has just been made").write(&request)
            });
            let replied = replied.and_then(|()| self.receive());
            self.connection = None;
            match replied {
                Ok(reply) if reply.status >= 300 && defect("init-error-again-and-again") => {
                    sleep(Duration::from_millis(50))
                }
                Err(_) if defect("init-error-lost-hangs") => hang(),
                _ => break,
            }
        }
        if defect("init-error-goes-on") {
            return;
        }
        exit(i32::from(!defect("init-error-exit-0")))
    }
}
