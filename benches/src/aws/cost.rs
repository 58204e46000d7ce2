//! What a run will cost, before it starts.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cargo_barelambda::failure::{During, Failure};

use super::matrix::Variant;

/// What a cold start is taken to be billed for, in seconds: more than programs without an interpreter need at 128 MB.
const BILLED: f64 = 0.25;

/// In US dollars.
#[derive(Clone, Debug, PartialEq)]
pub struct Prices {
    /// When they were looked up.
    pub date: String,
    pub request: f64,
    /// By Lambda's name of the architecture.
    pub gb_second: BTreeMap<String, f64>,
}

impl Prices {
    pub fn read(file: &Path) -> Result<Self, Failure> {
        let text = fs::read_to_string(file).during(file.display())?;
        Self::parse(&text).map_err(|name| Failure::new(format!("{}: `{name}` is not there, or is no price", file.display())))
    }

    /// Reads the few values that are needed from TOML of one value a line. The error is the name of the one that it lacks.
    fn parse(text: &str) -> Result<Self, String> {
        let mut table = String::new();
        let mut values = BTreeMap::new();
        for line in text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()) {
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                table = format!("{name}.");
            } else if let Some((name, value)) = line.split_once('=') {
                values.insert(format!("{table}{}", name.trim()), value.trim().trim_matches('"').to_owned());
            }
        }
        let price = |name: &str| {
            let price = values.get(name).and_then(|value| value.replace('_', "").parse::<f64>().ok());
            price.filter(|price| price.is_finite() && *price >= 0.0).ok_or_else(|| name.to_owned())
        };
        let gb_second = |name: &str| Ok::<_, String>((name.to_owned(), price(&format!("{name}.gb_second"))?));
        Ok(Self {
            date: values.get("date").ok_or("date")?.clone(),
            request: price("request")?,
            gb_second: [gb_second("arm64")?, gb_second("x86_64")?].into(),
        })
    }

    /// What so many starts of each variant cost, if each is billed for so many seconds.
    fn sum(&self, starts: &[(&Variant, usize)], seconds: f64) -> f64 {
        let of = |(variant, starts): &(&Variant, usize)| {
            let gb_second = self.gb_second.get(&variant.architecture).copied().unwrap_or_default();
            *starts as f64 * (self.request + seconds * f64::from(variant.memory) / 1024.0 * gb_second)
        };
        starts.iter().map(of).sum()
    }

    /// What so many starts of each variant are expected to cost, in words, and the most that they can. `timeout` is that of the functions, in
    /// seconds; the initialisation may take ten more.
    pub fn estimate(&self, starts: &[(&Variant, usize)], timeout: f64) -> String {
        let invocations: usize = starts.iter().map(|(_, starts)| starts).sum();
        format!(
            "{invocations} cold starts of {} functions: about ${:.4} if each is billed for {:.0} ms, and at most ${:.2} if each takes all the time \
             that it may (prices of {}, without free tier and taxes; the logs are below a cent)",
            starts.len(),
            self.sum(starts, BILLED),
            BILLED * 1000.0,
            self.sum(starts, timeout + 10.0),
            self.date
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# of a region\ndate = \"2026-11-22\" # UTC\nrequest = 0.0000002\n\n[x86_64]\ngb_second = 0.0000166667\n\
        [arm64]\ngb_second = 0.0000133334\n[ephemeral]\ngb_second = 1\n";

    #[test]
    fn prices_are_read_by_table_and_name() {
        let prices = Prices::parse(FILE).expect("it is right");
        assert_eq!((prices.date.as_str(), prices.request), ("2026-11-22", 0.000_000_2));
        assert_eq!((prices.gb_second["arm64"], prices.gb_second["x86_64"]), (0.000_013_333_4, 0.000_016_666_7));
    }

    #[test]
    fn what_is_missing_or_no_price_is_named() {
        assert_eq!(Prices::parse("").unwrap_err(), "date");
        assert_eq!(Prices::parse(&FILE.replace("[arm64]", "[arm]")).unwrap_err(), "arm64.gb_second");
        assert_eq!(Prices::parse(&FILE.replace("0.0000002", "free")).unwrap_err(), "request");
    }

    #[test]
    fn it_costs_requests_and_gb_seconds() {
        let prices = Prices::parse(FILE).expect("it is right");
        let variant = |memory, architecture: &str| Variant { contender: "echo".into(), memory, architecture: architecture.into() };
        let (small, large) = (variant(1024, "arm64"), variant(2048, "x86_64"));
        let sum = prices.sum(&[(&small, 10), (&large, 100)], 0.5);
        let expected = 110.0 * 0.000_000_2 + 10.0 * 0.5 * 0.000_013_333_4 + 100.0 * 0.5 * 2.0 * 0.000_016_666_7;
        assert!((sum - expected).abs() < 1e-12, "{sum}");
        let words = prices.estimate(&[(&small, 10), (&large, 100)], 10.0);
        assert!(words.starts_with("110 cold starts of 2 functions: about $0.0009") && words.contains("at most $0.07"), "{words}");
    }
}
