//! Random ids in Lambda's formats.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Returns a version 4 UUID.
pub(crate) fn uuid() -> String {
    let mut bytes = random::<16>();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = hex(&bytes);
    let (a, b, c, d, e) =
        (&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]);
    format!("{a}-{b}-{c}-{d}-{e}")
}

/// Returns an X-Ray trace header that isn't sampled.
pub(crate) fn trace_id() -> String {
    let (root, parent) = (hex(&random::<12>()), hex(&random::<8>()));
    format!("Root=1-{:08x}-{root};Parent={parent};Sampled=0", since_epoch().as_secs())
}

/// Returns the name of a log stream, in Lambda's format without the date.
pub(crate) fn log_stream() -> String {
    format!("[$LATEST]{}", hex(&random::<16>()))
}

/// Returns the time of the system's clock since 1970.
pub(crate) fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Returns unpredictable bytes.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system returns random bytes");
    bytes
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_their_shapes_and_differ() {
        let (one, other) = (uuid(), uuid());
        assert_ne!(one, other);
        assert_eq!(one.len(), 36);
        assert_eq!(&one[14..15], "4");
        let trace = trace_id();
        assert!(trace.starts_with("Root=1-") && trace.ends_with(";Sampled=0"), "{trace}");
        assert_eq!(
            trace.len(),
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e711;Parent=9a9197af755a6419;Sampled=0".len()
        );
    }
}
