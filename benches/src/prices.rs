//! The prices of AWS Lambda: reads `benches/prices.toml`, or another file of this format.

use std::fs;
use std::path::Path;

use cargo_barelambda::error::{Context, Error};
use serde::Deserialize;

/// Prices of one region in US dollars.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// The date of the prices.
    pub date: String,
    pub region: String,
    /// The price of a request.
    pub request: f64,
    /// The monthly free tier.
    pub free_requests: f64,
    pub free_gb_seconds: f64,
    x86_64: Vec<Tier>,
    arm64: Vec<Tier>,
}

/// The price of a GB-second up to a monthly limit.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tier {
    /// The limit; the last tier has none.
    #[serde(default = "endless")]
    up_to: f64,
    gb_second: f64,
}

impl Prices {
    /// Reads a file.
    ///
    /// # Errors
    /// A field is missing, unknown or invalid.
    pub fn read(file: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(file).context(file.display())?;
        Self::parse(&text).map_err(|words| Error::new(format!("{}: {words}", file.display())))
    }

    pub fn parse(text: &str) -> Result<Self, String> {
        let prices: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        let tiers = || prices.x86_64.iter().chain(&prices.arm64);
        let numbers = [prices.request, prices.free_requests, prices.free_gb_seconds].into_iter();
        let is_number = |number: f64| number.is_finite() && number >= 0.0;
        if !numbers.chain(tiers().map(|tier| tier.gb_second)).all(is_number) {
            return Err("invalid price or amount: expected a number of at least 0".to_owned());
        }
        for tiers in [&prices.x86_64, &prices.arm64] {
            let rises = tiers.windows(2).all(|pair| pair[0].up_to < pair[1].up_to);
            if !rises || tiers.last().is_none_or(|last| last.up_to.is_finite()) {
                return Err(
                    "invalid tiers: expected rising `up_to`, and none in the last tier".to_owned()
                );
            }
        }
        Ok(prices)
    }

    /// Returns the price of a GB-second in the first tier. The architecture has Lambda's name.
    pub fn gb_second(&self, architecture: &str) -> f64 {
        self.tiers(architecture)[0].gb_second
    }

    /// Returns the price of this number of GB-seconds in one month.
    pub fn compute(&self, architecture: &str, gb_seconds: f64) -> f64 {
        let mut from = 0.0;
        let mut sum = 0.0;
        for tier in self.tiers(architecture) {
            sum += (gb_seconds.min(tier.up_to) - from).max(0.0) * tier.gb_second;
            from = tier.up_to;
        }
        sum
    }

    fn tiers(&self, architecture: &str) -> &[Tier] {
        if architecture == "arm64" { &self.arm64 } else { &self.x86_64 }
    }
}

fn endless() -> f64 {
    f64::INFINITY
}

/// Prices for tests: one cent per request, and two tiers.
#[cfg(test)]
pub const EXAMPLE: &str = "date = \"2026-11-22\"\nregion = \"us-east-1\"\nrequest = 0.01\nfree_requests = 10\nfree_gb_seconds = 5\n\
    [[x86_64]]\nup_to = 100\ngb_second = 0.5\n[[x86_64]]\ngb_second = 0.25\n[[arm64]]\ngb_second = 0.4\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_gb_second_costs_what_its_tier_does() {
        let prices = Prices::parse(EXAMPLE).expect("the file is valid");
        assert_eq!(
            [0.0, 100.0, 104.0].map(|amount| prices.compute("x86_64", amount)),
            [0.0, 50.0, 51.0]
        );
        assert_eq!(
            (
                prices.compute("arm64", 1000.0),
                prices.gb_second("arm64"),
                prices.gb_second("x86_64")
            ),
            (400.0, 0.4, 0.5)
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = |from: &str, to: &str| Prices::parse(&EXAMPLE.replace(from, to)).unwrap_err();
        assert!(wrong("request = 0.01\n", "").contains("missing field `request`"));
        assert!(wrong("gb_second = 0.4", "gb_second = \"free\"").contains("expected f64"));
        assert!(wrong("date", "dated").contains("unknown field `dated`"));
        assert!(
            wrong("gb_second = 0.4", "gb_second = -1").contains("expected a number of at least 0")
        );
        assert!(
            wrong("gb_second = 0.4", "up_to = 3\ngb_second = 0.4")
                .contains("none in the last tier")
        );
    }

    #[test]
    fn the_repositorys_file_is_right() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("prices.toml");
        let prices = Prices::read(&file).expect("the file is valid");
        assert!(
            prices.gb_second("arm64") < prices.gb_second("x86_64") && prices.date.starts_with("20")
        );
    }
}
