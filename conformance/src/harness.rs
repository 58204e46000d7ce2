//! The harness of a check. It starts the program under test as often as the check asks, each time
//! with a new server.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use barelambda_emulator::script;

use crate::process::Process;
use crate::server::Server;
use crate::session::Session;
use crate::verdict::{CheckResult, Verdict};

/// The program under test, and how it is run.
#[derive(Clone, Debug)]
pub struct Target {
    /// The executable.
    pub program: PathBuf,
    /// The command that runs it, such as the emulator of another processor.
    pub runner: Vec<OsString>,
    /// Variables of its environment besides Lambda's own.
    pub environment: Vec<(OsString, OsString)>,
    /// The time limit of everything that it is expected to do.
    pub patience: Duration,
}

/// The harness of one check.
pub struct Harness<'a> {
    target: &'a Target,
    /// The session of the last start, for [`Harness::status_summary`].
    last: Mutex<Option<Arc<Session>>>,
}

/// The environment that a program is started in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// All variables that Lambda sets.
    Lambda,
    /// Only the variables that AWS's Runtime Interface Emulator sets, without region, handler and
    /// task root.
    Minimal,
    /// All variables, and CONFORMANCE_INIT with this value.
    Init(&'static str),
}

impl<'a> Harness<'a> {
    pub fn new(target: &'a Target) -> Self {
        Self { target, last: Mutex::new(None) }
    }

    /// Starts the program as Lambda does.
    pub fn start(&self) -> CheckResult<Arc<Session>> {
        self.start_in(Environment::Lambda)
    }

    /// Starts the program in this environment.
    pub fn start_in(&self, environment: Environment) -> CheckResult<Arc<Session>> {
        let server = Server::start()
            .map_err(|error| Verdict::Unable(format!("cannot start the server: {error}")))?;
        let command = self.command(&server, environment);
        let shown = command.get_program().to_string_lossy().into_owned();
        let process = Process::start(command)
            .map_err(|error| Verdict::Unable(format!("{shown} cannot be started: {error}")))?;
        let session = Arc::new(Session::new(server, process, self.target.patience));
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(session.clone());
        Ok(session)
    }

    /// Describes the state of the program that was started last.
    pub fn status_summary(&self) -> Option<String> {
        self.last
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .map(|session| session.process().status_summary())
    }

    fn command(&self, server: &Server, environment: Environment) -> Command {
        let target = self.target;
        let mut words = target.runner.clone();
        words.push(target.program.clone().into_os_string());
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).env_clear();
        let unset: &[&str] = match environment {
            Environment::Minimal => &[
                "_HANDLER",
                "LAMBDA_TASK_ROOT",
                "LAMBDA_RUNTIME_DIR",
                "AWS_REGION",
                "AWS_DEFAULT_REGION",
                "TZ",
                "LANG",
            ],
            _ => &[],
        };
        let variables = script::environment(&target.program, server.address());
        command.envs(
            variables.into_iter().filter(|(name, _)| unset.iter().all(|unset| name != unset)),
        );
        command.envs(target.environment.iter().map(|(name, value)| (name, value)));
        if let Environment::Init(value) = environment {
            command.env("CONFORMANCE_INIT", value);
        }
        if let Some(folder) =
            target.program.parent().filter(|folder| !folder.as_os_str().is_empty())
        {
            command.current_dir(folder);
        }
        command
    }
}
