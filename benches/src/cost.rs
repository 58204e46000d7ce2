//! `bench cost`: estimates the monthly bill of each row from a record and a traffic shape.
//! `docs/cost.md` explains the model.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cargo_barelambda::error::Error;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::figures::{EVENT_SIZES, Figure, grouped};
use crate::prices::Prices;
use crate::record::{Record, Row};

/// The memory size at which a function has one vCPU, in MB.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>
const WHOLE_PROCESSOR_MB: f64 = 1769.0;

const EXAMPLES: &str = "\
Examples:
  cargo bare bench cost benches/record/x86_64/2026-11-24T0152-local --invocations 100000000 --cold 0.01
  cargo bare bench cost RECORD --invocations 5e6 --cold 2% --memory 512 --duration 3 --free-tier

A record of `bench aws` has times of AWS. The times of a local record aren't a claim about AWS; docs/cost.md explains the model's limits.";

/// The traffic.
#[derive(Clone, Debug)]
struct Shape {
    invocations: f64,
    cold: f64,
    memory: f64,
    /// Lambda's name of the architecture.
    architecture: String,
    /// The duration of the handler in milliseconds, which is zero in the benchmark.
    duration: f64,
    /// The figure for a warm invocation.
    warm: Figure,
    /// Whether to scale the times of this machine to a function with less than one vCPU.
    scaled: bool,
    free_tier: bool,
}

pub fn command() -> Command {
    Command::new("cost")
        .about("Estimate the monthly bill of each row from a record and a traffic shape")
        .arg(Arg::new("record").value_name("RECORD").required(true).value_parser(value_parser!(PathBuf)).help("A record, or its directory"))
        .arg(Arg::new("invocations").long("invocations").value_name("N").required(true).value_parser(amount).help("Invocations per month"))
        .arg(
            Arg::new("cold")
                .long("cold")
                .value_name("SHARE")
                .default_value("1%")
                .value_parser(share)
                .help("Share of cold starts, such as 0.01 or 1%"),
        )
        .arg(Arg::new("memory").long("memory").value_name("MB").default_value("128").value_parser(value_parser!(u32).range(128..=10_240)))
        .arg(
            Arg::new("arch")
                .long("arch")
                .value_name("ARCH")
                .value_parser(["x86_64", "arm64"])
                .help("Architecture to pay for [default: the record's]"),
        )
        .arg(
            Arg::new("duration")
                .long("duration")
                .value_name("MS")
                .default_value("0")
                .value_parser(amount)
                .help("Duration of the handler, added to the measured times"),
        )
        .arg(
            Arg::new("event")
                .long("event")
                .value_name("SIZE")
                .default_value("59B")
                .value_parser(["59B", "10KB", "100KB", "5MB"])
                .help("Size of the event and the response"),
        )
        .arg(
            Arg::new("scale-cpu").long("scale-cpu").action(ArgAction::SetTrue).help(
                "Multiply times of this machine by 1,769 MB divided by the memory, as smaller functions have a smaller share of a vCPU",
            ),
        )
        .arg(Arg::new("free-tier").long("free-tier").action(ArgAction::SetTrue).help("Subtract the monthly free tier"))
        .arg(
            Arg::new("prices")
                .long("prices")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("File with the prices [default: benches/prices.toml in the repository]"),
        )
        .after_help(EXAMPLES)
}

pub fn run(matches: &ArgMatches, repository: &Path) -> Result<ExitCode, Error> {
    let record = Record::read(matches.get_one::<PathBuf>("record").expect("it is required"))?;
    let prices = matches
        .get_one::<PathBuf>("prices")
        .cloned()
        .unwrap_or_else(|| repository.join("benches/prices.toml"));
    let prices = Prices::read(&prices)?;
    let of_record = if record.architecture == "aarch64" { "arm64" } else { "x86_64" };
    let number =
        |name: &str| *matches.get_one::<f64>(name).expect("it is required, or has a default");
    let sizes = ["59B", "10KB", "100KB", "5MB"];
    let size = matches
        .get_one::<String>("event")
        .and_then(|size| sizes.iter().position(|known| known == size))
        .expect("clap has checked it");
    let shape = Shape {
        invocations: number("invocations"),
        cold: number("cold"),
        memory: f64::from(*matches.get_one::<u32>("memory").expect("it has a default")),
        architecture: matches
            .get_one::<String>("arch")
            .cloned()
            .unwrap_or_else(|| of_record.to_owned()),
        duration: number("duration"),
        warm: EVENT_SIZES[size].0,
        scaled: matches.get_flag("scale-cpu"),
        free_tier: matches.get_flag("free-tier"),
    };
    if shape.architecture != of_record {
        eprintln!(
            "warning: the times are for {of_record}, but the prices for {}",
            shape.architecture
        );
    }
    print!("{}", show(&record, &shape, &prices)?);
    Ok(ExitCode::SUCCESS)
}

/// The times of a row, in milliseconds.
#[derive(Copy, Clone, Debug, PartialEq)]
struct Times {
    init: f64,
    cold: f64,
    warm: f64,
}

/// The monthly bill of a row.
#[derive(Copy, Clone, Debug, PartialEq)]
struct Bill {
    /// The billed milliseconds of an invocation.
    billed_cold: f64,
    billed_warm: f64,
    gb_seconds: f64,
    dollars: f64,
}

/// Returns the times of a row, or the reason why they are unknown.
fn times(row: &Row, is_of_aws: bool, shape: &Shape) -> Result<Times, String> {
    let median = |figure: Figure| row.median(figure).ok_or_else(|| format!("no {figure}"));
    if let Some(why) = &row.missing {
        return Err(why.clone());
    }
    if is_of_aws {
        // Warm invocations aren't measured on AWS. They are faster than the first one.
        let duration = median(Figure::AwsDuration)?;
        return Ok(Times {
            init: median(Figure::AwsInit)?,
            cold: duration + shape.duration,
            warm: duration + shape.duration,
        });
    }
    let longer = if shape.scaled { (WHOLE_PROCESSOR_MB / shape.memory).max(1.0) } else { 1.0 };
    let milliseconds = |microseconds: f64| microseconds / 1000.0 * longer;
    let [next, answer, warm] =
        [median(Figure::StartToNext)?, median(Figure::StartToAnswer)?, median(shape.warm)?];
    Ok(Times {
        init: milliseconds(next),
        cold: milliseconds(answer - next) + shape.duration,
        warm: milliseconds(warm) + shape.duration,
    })
}

fn bill(times: Times, shape: &Shape, prices: &Prices) -> Bill {
    // The duration is rounded up to a whole millisecond; for a cold start, together with the
    // initialisation.
    let billed_cold = (times.init + times.cold).ceil().max(1.0);
    let billed_warm = times.warm.ceil().max(1.0);
    let cold = shape.invocations * shape.cold;
    let seconds = (cold * billed_cold + (shape.invocations - cold) * billed_warm) / 1000.0;
    let gb_seconds = seconds * shape.memory / 1024.0;
    let [free_requests, free_gb_seconds] =
        if shape.free_tier { [prices.free_requests, prices.free_gb_seconds] } else { [0.0; 2] };
    let dollars = (shape.invocations - free_requests).max(0.0) * prices.request
        + prices.compute(&shape.architecture, (gb_seconds - free_gb_seconds).max(0.0));
    Bill { billed_cold, billed_warm, gb_seconds, dollars }
}

/// Formats the table and its assumptions.
fn show(record: &Record, shape: &Shape, prices: &Prices) -> Result<String, Error> {
    let is_of_aws = record.place.starts_with("aws");
    let rows: Vec<&Row> = record
        .rows
        .iter()
        .filter(|row| row.memory_mb.is_none_or(|memory| f64::from(memory) == shape.memory))
        .collect();
    if rows.is_empty() {
        return Err(Error::new(format!("the record has no row with {} MB", shape.memory)));
    }
    let bills: Vec<Result<(Times, Bill), String>> = rows
        .iter()
        .map(|row| times(row, is_of_aws, shape).map(|times| (times, bill(times, shape, prices))))
        .collect();
    let first = rows.iter().zip(&bills).find(|(row, bill)| row.ours && bill.is_ok());
    let base = first.and_then(|(_, bill)| bill.as_ref().ok()).map(|(_, bill)| bill.dollars);
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    let mut shown = format!(
        "{} invocations a month, {}% of them cold, {} MB, {}, prices of {} in {}\n\n{:width$}  {:>9} {:>9} {:>9} {:>8} {:>8} {:>13} {:>11} {:>11}\n",
        grouped(shape.invocations),
        shape.cold * 100.0,
        shape.memory,
        shape.architecture,
        prices.date,
        prices.region,
        "",
        "init ms",
        "cold ms",
        "warm ms",
        "billed",
        "billed",
        "GB-seconds",
        "$ a month",
        "vs.",
    );
    let ours = first.map_or("–", |(row, _)| &row.name);
    let _ = writeln!(
        shown,
        "{:width$}  {:>9} {:>9} {:>9} {:>8} {:>8} {:>13} {:>11} {ours:>11}",
        "", "", "", "", "cold", "warm", "", ""
    );
    for (row, bill) in rows.iter().zip(&bills) {
        let _ = match bill {
            Err(why) => writeln!(shown, "{:width$}  missing: {why}", row.name),
            Ok((times, bill)) => {
                let more = base
                    .map_or_else(|| "–".to_owned(), |base| format!("{:+.2}", bill.dollars - base));
                writeln!(
                    shown,
                    "{:width$}  {:>9.3} {:>9.3} {:>9.3} {:>8} {:>8} {:>13} {:>11.2} {more:>11}",
                    row.name,
                    times.init,
                    times.cold,
                    times.warm,
                    bill.billed_cold,
                    bill.billed_warm,
                    grouped(bill.gb_seconds),
                    bill.dollars
                )
            }
        };
    }
    shown.push('\n');
    shown.push_str(match (is_of_aws, shape.scaled) {
        (true, _) => "Times of AWS. Warm invocations are assumed to take as long as the first one, so they are overestimated.\n",
        (false, true) => {
            "Times of this machine, scaled to the share of a processor that the memory size gets: an assumption, not a claim about AWS.\n"
        }
        (false, false) => {
            "Times of this machine with a whole processor, not a claim about AWS. `--scale-cpu` scales them for small functions.\n"
        }
    });
    Ok(shown)
}

fn amount(text: &str) -> Result<f64, String> {
    let number: f64 =
        text.replace(['_', ','], "").parse().map_err(|_| "expected a number".to_owned())?;
    if number.is_finite() && number >= 0.0 {
        Ok(number)
    } else {
        Err("expected a number of at least 0".to_owned())
    }
}

fn share(text: &str) -> Result<f64, String> {
    let share = match text.strip_suffix('%') {
        Some(percent) => amount(percent)? / 100.0,
        None => amount(text)?,
    };
    if share <= 1.0 {
        Ok(share)
    } else {
        Err("expected a share from 0 to 1, or a percentage".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prices;
    use crate::record::Measured;

    fn row(name: &str, ours: bool, figures: &[(Figure, f64)]) -> Row {
        let mut row = Row::new(name, name, ours, "");
        row.figures =
            figures.iter().map(|(figure, value)| (*figure, Measured::exact(*value))).collect();
        row
    }

    /// Returns the record of the example in docs/cost.md.
    fn example() -> Record {
        let of = |next, answer, warm| {
            [(Figure::StartToNext, next), (Figure::StartToAnswer, answer), (Figure::Warm59B, warm)]
        };
        let mut record = Record::new("local", "x86_64", "2026-11-22T10:00:00Z");
        let mut missing = row("node", false, &[]);
        missing.missing = Some("npm is not installed".into());
        record.rows = vec![
            row("echo", true, &of(300.0, 340.0, 50.0)),
            row("python", false, &of(90_000.0, 90_600.0, 300.0)),
            missing,
        ];
        record
    }

    fn shape() -> Shape {
        Shape {
            invocations: 10e6,
            cold: 0.01,
            memory: 128.0,
            architecture: "x86_64".into(),
            duration: 0.0,
            warm: Figure::Warm59B,
            scaled: true,
            free_tier: false,
        }
    }

    #[test]
    fn the_page_shows_what_the_tool_prints() {
        let file = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
        let page = std::fs::read_to_string(file("docs/cost.md")).expect("the page is there");
        let prices = Prices::read(&file("benches/prices.toml")).expect("the prices are valid");
        let shown = show(&example(), &shape(), &prices).expect("it has rows");
        assert!(page.contains(shown.trim_end()), "docs/cost.md has to show this:\n{shown}");
    }

    #[test]
    fn the_initialisation_is_billed_and_each_invocation_rounded_up() {
        let prices = Prices::parse(prices::EXAMPLE).expect("the prices are valid");
        let shape = Shape { invocations: 100.0, cold: 0.5, memory: 1024.0, ..shape() };
        let bill = bill(Times { init: 998.2, cold: 1.0, warm: 999.5 }, &shape, &prices);
        assert_eq!(
            (bill.billed_cold, bill.billed_warm, bill.gb_seconds, bill.dollars),
            (1000.0, 1000.0, 100.0, 1.0 + 50.0)
        );
        let free = Shape { free_tier: true, ..shape };
        assert_eq!(
            super::bill(Times { init: 998.2, cold: 1.0, warm: 999.5 }, &free, &prices).dollars,
            0.9 + 47.5
        );
    }

    #[test]
    fn rows_of_aws_are_filtered_by_memory() {
        let mut record = Record::new("aws-us-east-1", "aarch64", "2026-11-22T10:00:00Z");
        let mut small =
            row("echo-128", true, &[(Figure::AwsInit, 8.5), (Figure::AwsDuration, 1.2)]);
        small.memory_mb = Some(128);
        record.rows = vec![small];
        let prices = Prices::parse(prices::EXAMPLE).expect("the prices are valid");
        let shown = show(&record, &shape(), &prices).expect("it has a row");
        assert!(shown.contains("echo-128") && shown.contains("Times of AWS"), "{shown}");
        let words =
            show(&record, &Shape { memory: 256.0, ..shape() }, &prices).unwrap_err().to_string();
        assert_eq!(words, "the record has no row with 256 MB");
    }

    #[test]
    fn shares_and_amounts() {
        assert_eq!(
            (share("1%"), share("0.5"), amount("5e6"), amount("1_000")),
            (Ok(0.01), Ok(0.5), Ok(5e6), Ok(1000.0))
        );
        for wrong in ["2", "101%", "-1", "x", "NaN", "inf"] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
    }
}
