//! The command line.

/// The text of `--help`.
pub const HELP: &str = "\
Runs the tests of the workspace, each in a separate process, with its output captured

Usage: cargo suite [OPTIONS] [FILTER]...

Arguments:
  [FILTER]...      Run only tests whose name (PROGRAM::TEST) contains one of these

Options:
      --full           Run the ignored tests, too, except the long ones
      --ignored        With --full, run only the tests that a run without it ignores
      --long           Run only the long tests: those whose reason to be ignored begins with `long`
      --without WORD   Leave out tests whose reason to be ignored contains WORD; repeatable
      --only PROGRAM   Run only this program of the end-to-end tests; repeatable
      --package NAME   Run only the tests of this package
      --all-features, --no-default-features
                       Build with these features
      --jobs N         Run N tests at the same time [default: 4 for each processor]
      --list           List the tests, and run none
      --show           Show the output of passing tests, too
  -h, --help           Print help
";

/// The reason to ignore a test that runs for minutes begins with this.
pub const LONG: &str = "long";

/// The arguments.
#[derive(Debug, Default)]
pub struct Options {
    pub full: bool,
    pub ignored: bool,
    pub long: bool,
    pub list: bool,
    pub show: bool,
    pub jobs: Option<usize>,
    pub without: Vec<String>,
    pub only: Vec<String>,
    pub package: Option<String>,
    pub features: Option<String>,
    pub filters: Vec<String>,
}

impl Options {
    /// Returns whether all programs are selected, and therefore the examples in the documentation,
    /// too.
    pub fn is_whole(&self) -> bool {
        self.filters.is_empty()
            && self.only.is_empty()
            && self.package.is_none()
            && !self.only_ignored()
    }

    /// Returns whether tests that aren't ignored are left out, and not listed either.
    pub fn only_ignored(&self) -> bool {
        self.long || self.ignored
    }

    /// Returns whether this run leaves out a test that is ignored for this reason, or isn't
    /// ignored.
    pub fn skip(&self, ignored: Option<&str>) -> bool {
        match ignored {
            None => self.only_ignored(),
            Some(reason) if self.without.iter().any(|word| reason.contains(word)) => true,
            Some(reason) if reason.starts_with(LONG) => !self.long,
            Some(_) => !self.full,
        }
    }
}

/// Parses the arguments. Returns `None` for `--help`.
pub fn parse(arguments: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
    let mut options = Options::default();
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let mut value =
            || arguments.next().ok_or_else(|| format!("a value is required for '{argument}'"));
        match argument.as_str() {
            "--full" => options.full = true,
            "--ignored" => options.ignored = true,
            "--long" => options.long = true,
            "--list" => options.list = true,
            "--show" => options.show = true,
            "--without" => options.without.push(value()?),
            "--package" => options.package = Some(value()?),
            "--all-features" | "--no-default-features" => options.features = Some(argument),
            "--only" => options.only.push(value()?),
            "--jobs" => {
                let jobs = value()?;
                let number = jobs.parse().ok().filter(|&number| number > 0);
                options.jobs = Some(number.ok_or_else(|| {
                    format!("invalid value '{jobs}' for '--jobs': expected a number above 0")
                })?);
            }
            "-h" | "--help" => return Ok(None),
            _ if argument.starts_with('-') => {
                return Err(format!("unexpected argument '{argument}'"));
            }
            _ => options.filters.push(argument),
        }
    }
    if options.ignored && !options.full {
        return Err("'--ignored' requires '--full'".to_owned());
    }
    Ok(Some(options))
}
