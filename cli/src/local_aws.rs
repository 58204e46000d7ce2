//! `--aws moto`: starts moto, which imitates AWS, over TLS with a new certificate, and directs the
//! function to it.

mod certificates;
mod moto;

use std::env;
use std::ffi::OsString;
use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::fd::AsFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{self, Command, ExitStatus};
use std::thread;
use std::time::Duration;

use barelambda_conformance::{Process, kill_all};
use barelambda_emulator::{Options, REGION};
use clap::{Arg, ArgMatches};

use crate::arguments::variable;
use crate::error::{Context, Error};
use crate::project::{Project, Target};
use crate::signals::AtEnd;
use certificates::Certificates;

/// The variable that tells the setup command which file to write variables for the function to.
const VARIABLES: &str = "BARELAMBDA_ENV";

/// Returns the arguments of the subcommands that run a function.
pub fn arguments() -> [Arg; 2] {
    [
        Arg::new("aws")
            .long("aws")
            .value_name("SERVER")
            .value_parser(["moto"])
            .help("Start moto, which imitates AWS, and direct the function to it over TLS"),
        Arg::new("setup").long("setup").value_name("COMMAND").requires("aws").help(
            "Run this command of the shell first, to create tables or buckets [default: the example's in \
             [package.metadata.barelambda.setup]]",
        ),
    ]
}

/// The local AWS that the arguments ask for.
pub struct LocalAws {
    server: PathBuf,
    setup: Option<Setup>,
}

/// The command that creates what the function uses.
struct Setup {
    command: String,
    folder: PathBuf,
}

impl LocalAws {
    /// Returns the local AWS that the arguments ask for, or `None`. `target` is what they build.
    ///
    /// # Errors
    /// moto isn't installed.
    pub fn wanted(
        matches: &ArgMatches,
        target: Option<(&Project, &Target)>,
    ) -> Result<Option<Self>, Error> {
        if !matches.contains_id("aws") {
            return Ok(None);
        }
        let server = moto::find(target.map(|(project, _)| project.target_folder.as_path()))?;
        let setup = match matches.get_one::<String>("setup") {
            Some(command) => {
                let folder = env::current_dir().context("failed to get the current directory")?;
                Some(Setup { command: command.clone(), folder })
            }
            None => target.and_then(|(_, target)| Setup::of(target)),
        };
        Ok(Some(Self { server, setup }))
    }

    /// Starts moto, runs the setup command, and sets the function's variables. The variables of
    /// `--env` remain as they are. Everything ends with `at_end`. Returns the variables of a
    /// client, as the arguments of the shell's `export`.
    ///
    /// # Errors
    /// There are no certificates, moto doesn't start, or the setup command fails.
    pub fn start(self, options: &mut Options, at_end: &AtEnd) -> Result<String, Error> {
        // A signal that arrives before the processes are among the actions ends them, too.
        at_end.add(kill_all);
        let folder = temporary_folder()?;
        let removed = folder.clone();
        at_end.add(move || {
            // There is nowhere to report an error to, and the system empties its folder.
            let _ = fs::remove_dir_all(removed);
        });
        let certificates = Certificates::make(&folder)?;
        let (moto, address) = moto::start(&self.server, &certificates)?;
        at_end.add(move || drop(moto));
        let own = [
            ("AWS_ENDPOINT_URL", format!("https://{address}")),
            ("AWS_CA_BUNDLE", certificates.root.display().to_string()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_DEFAULT_REGION", REGION.to_owned()),
            // moto accepts any key.
            ("AWS_ACCESS_KEY_ID", "local".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        ];
        let exported = own.each_ref().map(|(name, value)| format!("{name}={value}")).join(" ");
        let given = std::mem::take(&mut options.environment);
        let mut environment: Vec<(OsString, OsString)> =
            own.map(|(name, value)| (name.into(), value.into())).into();
        // The SDK for Rust doesn't read AWS_CA_BUNDLE. In a shell, this would be for all hosts.
        environment.push(("SSL_CERT_FILE".into(), certificates.root.clone().into()));
        if let Some(setup) = &self.setup {
            let variables = folder.join("variables");
            let complete = [&environment[..], &given].concat();
            environment.extend(setup.run(&self.server, &variables, &complete)?);
        }
        // Of two values, the later one counts.
        environment.extend(given);
        options.environment = environment;
        Ok(exported)
    }
}

impl Setup {
    /// Returns the command of a target, which runs in the folder of its package.
    fn of(target: &Target) -> Option<Self> {
        let folder = target.manifest.parent()?.to_owned();
        Some(Self { command: target.setup.clone()?, folder })
    }

    /// Runs the command, and returns the variables that it has written to the file `variables`.
    fn run(
        &self,
        server: &Path,
        variables: &Path,
        environment: &[(OsString, OsString)],
    ) -> Result<Vec<(OsString, OsString)>, Error> {
        let named = || format!("the setup command `{}`", self.command);
        fs::write(variables, "").context(variables.display())?;
        let mut command = without_aws("/bin/sh");
        command
            .args(["-c", &self.command])
            .current_dir(&self.folder)
            .envs(environment.iter().cloned())
            .env(VARIABLES, variables)
            .env("PATH", moto::path_with_its_python(server)?);
        // Standard output is the function's.
        let stderr = io::stderr().as_fd().try_clone_to_owned().context("standard error")?;
        command.stdout(stderr);
        let process = Process::start_unread(command).context(named())?;
        let status = wait(&process);
        if !status.success() {
            return Err(Error::new(format!("{} failed: {status}", named())));
        }
        let text = fs::read_to_string(variables).context(format!("{}: {VARIABLES}", named()))?;
        let lines = text.lines().filter(|line| !line.is_empty());
        lines
            .map(|line| {
                variable(line).map_err(|words| {
                    Error::new(format!("{} wrote {line:?} to {VARIABLES}: {words}", named()))
                })
            })
            .collect()
    }
}

/// Waits until a process ends.
fn wait(process: &Process) -> ExitStatus {
    loop {
        if let Some(status) = process.ended() {
            return status;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// Returns a command without the variables that direct AWS's tools to the user's account.
fn without_aws(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    let names = env::vars_os().map(|(name, _)| name);
    names.filter(|name| name.to_string_lossy().starts_with("AWS_")).for_each(|name| {
        command.env_remove(name);
    });
    command
}

/// Creates a folder that only this user can read.
fn temporary_folder() -> Result<PathBuf, Error> {
    let parent = env::temp_dir();
    for number in 0_u32.. {
        let folder = parent.join(format!("barelambda-aws-{}-{number}", process::id()));
        match DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => return Ok(folder),
            // An earlier process of this id was killed.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).context(folder.display()),
        }
    }
    unreachable!("the range ends after 4,294,967,296 folders")
}
