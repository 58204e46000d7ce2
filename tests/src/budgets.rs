//! `budgets.toml`: the limits of each program, compared with the measured figures.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use toml_edit::{DocumentMut, Item, Value};

use crate::cargo;

/// If this variable is `update`, the measured figures replace the exact ones in the file.
const VARIABLE: &str = "BARELAMBDA_BUDGETS";

/// The parsed file.
pub struct Budgets {
    document: DocumentMut,
}

/// One figure of one program, on one architecture.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    pub program: String,
    /// `x86_64` or `aarch64`.
    pub architecture: &'static str,
    pub figure: &'static str,
    pub value: f64,
}

/// The limit of a figure.
#[derive(Clone, Debug, PartialEq)]
enum Bound {
    Exactly(f64),
    AtMost(f64),
    AtLeast(f64),
    /// The figure can't be measured, for this reason.
    NotMeasured(String),
}

impl Budgets {
    /// Reads the repository's file.
    ///
    /// # Panics
    /// The file isn't TOML.
    pub fn read() -> Self {
        let text = fs::read_to_string(file()).expect("budgets.toml can be read");
        Self::parse(&text)
    }

    fn parse(text: &str) -> Self {
        Self { document: text.parse().unwrap_or_else(|error| panic!("budgets.toml: {error}")) }
    }

    /// Returns the programs, in the order of the file.
    pub fn programs(&self) -> Vec<String> {
        self.document.iter().map(|(name, _)| name.to_owned()).collect()
    }

    /// Returns a string of a program, such as `event`, the path of its event.
    pub fn word(&self, program: &str, name: &str) -> Option<&str> {
        self.document.get(program)?.get(name)?.as_str()
    }

    /// Prints every figure and checks it against its bound.
    ///
    /// # Panics
    /// A figure exceeds its bound, has none, wasn't measured, or belongs to none of `programs`. The
    /// message has a line with the difference for each.
    pub fn hold(mut self, programs: &[String], measured: &[Measured]) {
        if env::var(VARIABLE).is_ok_and(|word| word == "update") {
            self.update(measured);
            fs::write(file(), self.document.to_string()).expect("budgets.toml can be written");
        }
        let (table, broken) = self.judge(programs, measured);
        println!("\n{table}");
        assert!(
            broken.is_empty(),
            "figures exceed budgets.toml:\n{}\n`cargo bare bench sizes` shows which functions the bytes belong to. If the change is \
             intended, update the exact figures: `{VARIABLE}=update cargo suite --full --only figures figures::budget`",
            broken.concat()
        );
    }

    /// Returns the table of all figures, and a line for each that exceeds its bound.
    fn judge(&self, programs: &[String], measured: &[Measured]) -> (String, Vec<String>) {
        let (mut table, mut broken) = (String::new(), Vec::new());
        let mut line = |program: &str,
                        architecture: &str,
                        figure: &str,
                        value: Option<f64>,
                        bound: Option<&Bound>| {
            let bounds = bound.map_or("no bound".to_owned(), Bound::shown);
            let value_shown = value.map_or("–".to_owned(), shown);
            let verdict = verdict(value, bound);
            let name = format!("{program}, {architecture}, {figure}");
            let _ = writeln!(
                table,
                "{name:<58} {value_shown:>10}  {bounds}{}",
                if verdict.is_some() { "  BROKEN" } else { "" }
            );
            broken.extend(verdict.map(|words| format!("  {name}: {words}\n")));
        };
        for program in programs {
            for (architecture, figures) in
                self.document[program].as_table_like().into_iter().flat_map(|table| table.iter())
            {
                for (figure, bound) in
                    figures.as_table_like().into_iter().flat_map(|table| table.iter())
                {
                    let is_it = |one: &&Measured| {
                        one.program == *program
                            && one.architecture == architecture
                            && one.figure == figure
                    };
                    let value = measured.iter().find(is_it).map(|one| one.value);
                    line(program, architecture, figure, value, Some(&Bound::of(bound)));
                }
            }
        }
        for one in measured {
            let Measured { program, architecture, figure, value } = one;
            let bound = self
                .document
                .get(program)
                .and_then(|program| program.get(architecture))
                .and_then(|table| table.get(figure));
            if bound.is_none() || !programs.contains(program) {
                line(program, architecture, figure, Some(*value), None);
            }
        }
        (table, broken)
    }

    fn update(&mut self, measured: &[Measured]) {
        for one in measured {
            let table = self
                .document
                .get_mut(&one.program)
                .and_then(|program| program.get_mut(one.architecture));
            let Some(Item::Value(bound)) = table.and_then(|table| table.get_mut(one.figure)) else {
                continue;
            };
            if bound.is_integer() || bound.is_float() {
                let decoration = bound.decor().clone();
                *bound = if one.value.fract() == 0.0 {
                    Value::from(one.value as i64)
                } else {
                    Value::from(one.value)
                };
                *bound.decor_mut() = decoration;
            }
        }
    }
}

impl Bound {
    fn of(item: &Item) -> Self {
        let number =
            |item: &Item| item.as_float().or_else(|| item.as_integer().map(|number| number as f64));
        let word = |name| item.as_table_like().and_then(|table| table.get(name)).and_then(number);
        if let Some(reason) = item.as_str() {
            return Self::NotMeasured(reason.to_owned());
        }
        let bound = number(item)
            .map(Self::Exactly)
            .or(word("at-most").map(Self::AtMost))
            .or(word("at-least").map(Self::AtLeast));
        bound.unwrap_or_else(|| panic!("budgets.toml: expected a number, {{ at-most = … }}, {{ at-least = … }} or a reason, found {item}"))
    }

    fn shown(&self) -> String {
        match self {
            Self::Exactly(bound) => format!("= {}", shown(*bound)),
            Self::AtMost(bound) => format!("≤ {}", shown(*bound)),
            Self::AtLeast(bound) => format!("≥ {}", shown(*bound)),
            Self::NotMeasured(reason) => reason.clone(),
        }
    }
}

/// Returns what is wrong with a figure, if anything. A zero is wrong because every figure costs
/// something.
fn verdict(value: Option<f64>, bound: Option<&Bound>) -> Option<String> {
    let (value, bound) = match (value, bound) {
        (None, Some(Bound::NotMeasured(_))) => return None,
        (None, _) => return Some("not measured".to_owned()),
        (Some(value), None) => {
            return Some(format!("{}, but budgets.toml has no bound for it", shown(value)));
        }
        (Some(value), Some(bound)) => (value, bound),
    };
    let (kept, limit) = match bound {
        Bound::Exactly(bound) => (value == *bound, *bound),
        Bound::AtMost(bound) => (value <= *bound, *bound),
        Bound::AtLeast(bound) => (value >= *bound, *bound),
        Bound::NotMeasured(_) => {
            return Some(format!(
                "{}, but budgets.toml says that it can't be measured",
                shown(value)
            ));
        }
    };
    let difference = value - limit;
    let sign = if difference > 0.0 { "+" } else { "" };
    let words =
        || format!("{}, expected {} ({sign}{})", shown(value), bound.shown(), shown(difference));
    (!kept || value <= 0.0).then(words)
}

/// Formats integers without decimals, and ratios with three.
fn shown(figure: f64) -> String {
    if figure.fract() == 0.0 { format!("{figure}") } else { format!("{figure:.3}") }
}

fn file() -> PathBuf {
    cargo::root().join("budgets.toml")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# Kept.\n[echo]\nevent = \"x.json\"\n[echo.x86_64]\nsize = 100 # bytes\nmemory = { at-most = 28 }\n\
        lines = { at-least = 0.3 }\nfaults = \"/proc has none\"\n";

    #[test]
    fn figures_within_their_bounds_are_only_in_the_table() {
        let (table, broken) = judge(&[("size", 100.0), ("memory", 28.0), ("lines", 0.5)]);
        assert!(broken.is_empty(), "{broken:?}");
        assert!(
            table.contains("echo, x86_64, size")
                && table.contains("/proc has none")
                && !table.contains("BROKEN"),
            "{table}"
        );
    }

    #[test]
    fn each_broken_bound_is_a_line_with_the_difference() {
        let (_, broken) = judge(&[("size", 99.0), ("memory", 28.5), ("lines", 0.2)]);
        assert_eq!(
            broken,
            [
                "  echo, x86_64, size: 99, expected = 100 (-1)\n",
                "  echo, x86_64, memory: 28.500, expected ≤ 28 (+0.500)\n",
                "  echo, x86_64, lines: 0.200, expected ≥ 0.300 (-0.100)\n",
            ]
        );
    }

    #[test]
    fn missing_figures_missing_bounds_and_zeros_are_broken() {
        let (_, broken) = judge(&[("memory", 0.0), ("lines", 0.5), ("faults", 3.0), ("news", 1.0)]);
        assert_eq!(
            broken,
            [
                "  echo, x86_64, size: not measured\n",
                "  echo, x86_64, memory: 0, expected ≤ 28 (-28)\n",
                "  echo, x86_64, faults: 3, but budgets.toml says that it can't be measured\n",
                "  echo, x86_64, news: 1, but budgets.toml has no bound for it\n",
            ]
        );
    }

    #[test]
    fn only_exact_figures_are_updated() {
        let mut budgets = Budgets::parse(FILE);
        budgets.update(&[measured("size", 96.0), measured("memory", 12.0)]);
        assert_eq!(budgets.document.to_string(), FILE.replace("100", "96"));
    }

    fn judge(figures: &[(&'static str, f64)]) -> (String, Vec<String>) {
        let measured: Vec<Measured> =
            figures.iter().map(|(figure, value)| measured(figure, *value)).collect();
        Budgets::parse(FILE).judge(&["echo".to_owned()], &measured)
    }

    fn measured(figure: &'static str, value: f64) -> Measured {
        Measured { program: "echo".to_owned(), architecture: "x86_64", figure, value }
    }
}
