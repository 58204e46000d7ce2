//! Estimates the cost of a run before it starts.

use super::matrix::Variant;
use crate::prices::Prices;

/// The assumed billed duration of a cold start, in seconds: more than programs without an
/// interpreter need at 128 MB.
const BILLED: f64 = 0.25;

/// Describes the expected and the maximum cost of these numbers of starts. `timeout` is that of the
/// functions, in seconds; the initialisation may take ten more.
pub fn estimate(prices: &Prices, starts: &[(&Variant, usize)], timeout: f64) -> String {
    let invocations: usize = starts.iter().map(|(_, starts)| starts).sum();
    format!(
        "{invocations} cold starts of {} functions: about ${:.4} if each is billed for {:.0} ms, and at most ${:.2} if each \
         times out (prices of {}, without free tier and taxes; the logs cost less than a cent)",
        starts.len(),
        sum(prices, starts, BILLED),
        BILLED * 1000.0,
        sum(prices, starts, timeout + 10.0),
        prices.date
    )
}

/// Returns the cost of these numbers of starts, if each is billed for this number of seconds.
fn sum(prices: &Prices, starts: &[(&Variant, usize)], seconds: f64) -> f64 {
    let of = |(variant, starts): &(&Variant, usize)| {
        let gb_second = prices.gb_second(&variant.architecture);
        *starts as f64 * (prices.request + seconds * f64::from(variant.memory) / 1024.0 * gb_second)
    };
    starts.iter().map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prices::EXAMPLE;

    #[test]
    fn it_costs_requests_and_gb_seconds() {
        let prices = Prices::parse(EXAMPLE).expect("the prices are valid");
        let variant = |memory, architecture: &str| Variant {
            contender: "echo".into(),
            memory,
            architecture: architecture.into(),
        };
        let (small, large) = (variant(1024, "arm64"), variant(2048, "x86_64"));
        let sum = sum(&prices, &[(&small, 10), (&large, 100)], 0.5);
        let expected = 110.0 * 0.01 + 10.0 * 0.5 * 0.4 + 100.0 * 0.5 * 2.0 * 0.5;
        assert!((sum - expected).abs() < 1e-9, "{sum}");
        let words = estimate(&prices, &[(&small, 10), (&large, 100)], 10.0);
        assert!(
            words.starts_with("110 cold starts of 2 functions: about $27.1000")
                && words.contains("at most $2081.10"),
            "{words}"
        );
    }
}
