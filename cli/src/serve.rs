use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use barelambda_emulator::{Cookies, Outcome};
use clap::{Arg, ArgMatches, Command, value_parser};

use crate::error::Error;
use crate::function::Running;
use crate::signals::AtEnd;
use crate::{arguments, function, invoke, message};

const EXAMPLES: &str = "\
Examples:
  cargo barelambda serve echo
  cargo barelambda serve echo --port 9001 --concurrency 2
  cargo barelambda serve function_url --url
  cargo barelambda serve --bootstrap ./bootstrap
  cargo barelambda serve orders --aws moto --setup 'python3 setup.py'

Runs until Ctrl-C or SIGTERM. Every function name invokes this function. Prints the log and the \
REPORT line of each invocation to standard error.";

pub fn command() -> Command {
    Command::new("serve")
        .about("Build a function, and serve it to AWS clients (aws lambda invoke --endpoint-url …) or, with --url, over HTTP")
        .arg(arguments::name().conflicts_with("bootstrap"))
        .args(function::arguments())
        .arg(
            Arg::new("port")
                .long("port")
                .short('p')
                .value_name("PORT")
                .value_parser(value_parser!(u16))
                .default_value("9000")
                .help("Port to listen on; 0 chooses a free one"),
        )
        .arg(
            Arg::new("url")
                .long("url")
                .value_name("PORT")
                .value_parser(value_parser!(u16))
                .num_args(0..=1)
                .default_missing_value("9001")
                .help("Also serve the function URL over HTTP, on port 9001 by default; 0 chooses a free one"),
        )
        .arg(
            Arg::new("cookies")
                .long("cookies")
                .value_name("WHERE")
                .value_parser(["both", "list", "header"])
                .default_value("both")
                .help("Where the events of the URL have cookies: in the list `cookies`, in the header, or in both"),
        )
        .arg(
            Arg::new("host")
                .long("host")
                .value_name("ADDRESS")
                .value_parser(value_parser!(IpAddr))
                .default_value("127.0.0.1")
                .help("Address to listen on"),
        )
        .arg(
            Arg::new("concurrency")
                .long("concurrency")
                .value_name("N")
                .value_parser(value_parser!(u16).range(1..=1000))
                .default_value("10")
                .help("Maximum number of parallel invocations, each in a separate process; further ones wait"),
        )
        .after_help(EXAMPLES)
}

pub fn run(matches: &ArgMatches) -> Result<ExitCode, Error> {
    let mut function = function::prepare(matches, arguments::named(matches))?;
    let quiet = matches.get_flag("quiet");
    let size = function.program.size;
    let options = &mut function.options;
    let host: IpAddr = *matches.get_one("host").expect("it has a default");
    let port: u16 = *matches.get_one("port").expect("it has a default");
    options.listen = SocketAddr::new(host, port);
    options.url = matches.get_one::<u16>("url").map(|&port| SocketAddr::new(host, port));
    options.cookies = match matches.get_one::<String>("cookies").map(String::as_str) {
        Some("list") => Cookies::List,
        Some("header") => Cookies::Header,
        _ => Cookies::Both,
    };
    options.concurrency =
        usize::from(*matches.get_one::<u16>("concurrency").expect("it has a default"));
    options.log_sink = Some(invoke::to_stderr());
    options.outcome_sink = Some(Arc::new(move |outcome: &Outcome| {
        if !quiet {
            eprintln!("{}", invoke::report(outcome, size));
        }
        if let Some(line) = invoke::error_line(outcome) {
            message::error(line);
        }
    }));
    let name = options.function_name.clone();
    let at_end = AtEnd::new(0)?;
    let Running { emulator, local_aws } = function.start(&at_end)?;
    let address = emulator.address();
    // Versions 1 and 2 of the AWS CLI both accept this form of the payload.
    eprintln!(
        "Serving {name} at http://{address}, until Ctrl-C. To invoke it, with any credentials:\n\n  \
         export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1\n  \
         echo '{{}}' | aws lambda invoke --endpoint-url http://{address} --function-name {name} \
         --payload fileb:///dev/stdin /dev/stdout\n"
    );
    if let Some(url) = emulator.url() {
        eprintln!("The function's URL is http://{url}/: it turns each request into an event.\n");
    }
    if let Some(variables) = local_aws {
        eprintln!(
            "Its calls to AWS go to moto. To call moto with the AWS CLI:\n\n  export {variables}\n"
        );
    }
    // The thread that waits for signals exits the program.
    loop {
        thread::park();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_has_a_separate_port_if_it_is_enabled() {
        let port = |words: &[&str]| {
            let matches =
                command().try_get_matches_from(words).map_err(|error| error.to_string())?;
            Ok::<_, String>(matches.get_one::<u16>("url").copied())
        };
        assert_eq!(port(&["serve", "echo"]), Ok(None));
        assert_eq!(port(&["serve", "echo", "--url"]), Ok(Some(9001)));
        assert_eq!(port(&["serve", "echo", "--url", "8080"]), Ok(Some(8080)));
        let error = port(&["serve", "--url", "echo"]).unwrap_err();
        assert!(error.contains("invalid value 'echo' for '--url [<PORT>]'"), "{error}");
    }
}
