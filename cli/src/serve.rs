use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use barelambda_emulator::{Emulator, Outcome};
use clap::{Arg, ArgMatches, Command, value_parser};

use crate::error::{Context, Error};
use crate::signals::Signals;
use crate::{function, invoke};

const EXAMPLES: &str = "\
Examples:
  cargo barelambda serve echo
  cargo barelambda serve echo --port 9001 --concurrency 2
  cargo barelambda serve function_url --url
  cargo barelambda serve --bootstrap ./bootstrap

Stays up until Ctrl-C or SIGTERM. Any function name is this function; each invocation's log and REPORT line go to standard error.";

pub fn command() -> Command {
    Command::new("serve")
        .about("Build a function and serve it to AWS clients (aws lambda invoke --endpoint-url …), and with --url over HTTP")
        .arg(function::name().conflicts_with("bootstrap"))
        .args(function::arguments())
        .arg(
            Arg::new("port")
                .long("port")
                .short('p')
                .value_name("PORT")
                .value_parser(value_parser!(u16))
                .default_value("9000")
                .help("Where to listen; 0 takes a free port"),
        )
        .arg(
            Arg::new("url")
                .long("url")
                .value_name("PORT")
                .value_parser(value_parser!(u16))
                .num_args(0..=1)
                .default_missing_value("9001")
                .help("Serve the function's URL as well, for browsers and curl; at port 9001 unless another is given, 0 takes a free one"),
        )
        .arg(
            Arg::new("host")
                .long("host")
                .value_name("ADDRESS")
                .value_parser(value_parser!(IpAddr))
                .default_value("127.0.0.1")
                .help("Which of this machine's addresses to listen at"),
        )
        .arg(
            Arg::new("concurrency")
                .long("concurrency")
                .value_name("N")
                .value_parser(value_parser!(u16).range(1..=1000))
                .default_value("10")
                .help("How many invocations run at once, each in a process of its own; more wait"),
        )
        .after_help(EXAMPLES)
}

pub fn run(matches: &ArgMatches) -> Result<ExitCode, Error> {
    let (program, mut options) = function::prepare(matches)?;
    let host: IpAddr = *matches.get_one("host").expect("it has a default");
    let port: u16 = *matches.get_one("port").expect("it has a default");
    options.listen = SocketAddr::new(host, port);
    options.url = matches.get_one::<u16>("url").map(|&port| SocketAddr::new(host, port));
    options.concurrency = usize::from(*matches.get_one::<u16>("concurrency").expect("it has a default"));
    options.log_sink = Some(invoke::to_stderr());
    let size = program.size;
    options.outcome_sink = Some(Arc::new(move |outcome: &Outcome| {
        eprintln!("{}", invoke::report(outcome, size));
        if let Some(line) = invoke::error_line(outcome) {
            eprintln!("{line}");
        }
    }));
    let name = options.function_name.clone();
    let emulator = Arc::new(Emulator::start(options).context("starting the emulator")?);
    Signals::end_with(0, &emulator)?;
    let address = emulator.address();
    // This form of the payload is understood by versions 1 and 2 of the AWS CLI alike.
    eprintln!(
        "Serving {name} at http://{address}, until Ctrl-C. To invoke it, with any credentials:\n\n  \
         export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1\n  \
         echo '{{}}' | aws lambda invoke --endpoint-url http://{address} --function-name {name} \
         --payload fileb:///dev/stdin /dev/stdout\n"
    );
    if let Some(url) = emulator.url() {
        eprintln!("The function's URL is http://{url}/: each request becomes an event, and the answer a response.\n");
    }
    // The thread that waits for signals ends this program.
    loop {
        thread::park();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_has_a_port_of_its_own_when_it_is_asked_for() {
        let port = |words: &[&str]| {
            let matches = command().try_get_matches_from(words).map_err(|error| error.to_string())?;
            Ok::<_, String>(matches.get_one::<u16>("url").copied())
        };
        assert_eq!(port(&["serve", "echo"]), Ok(None));
        assert_eq!(port(&["serve", "echo", "--url"]), Ok(Some(9001)));
        assert_eq!(port(&["serve", "echo", "--url", "8080"]), Ok(Some(8080)));
        let error = port(&["serve", "--url", "echo"]).unwrap_err();
        assert!(error.contains("invalid value 'echo' for '--url [<PORT>]'"), "{error}");
    }
}
