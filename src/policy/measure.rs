//! Numbers with a unit, as policies and command lines write them.

use std::time::Duration;

/// Bytes: a number, or one with a unit, as `5MiB` or `5 MB`.
#[must_use]
pub fn size(text: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 7] = [
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("kB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("B", 1),
    ];
    measured(text, &UNITS).or_else(|| text.trim().parse().ok())
}

/// A time span: a number with a unit, as `20s` or `5m`.
pub(super) fn span(text: &str) -> Option<Duration> {
    measured(text, &[("ms", 1), ("s", 1_000), ("m", 60_000)]).map(Duration::from_millis)
}

/// A number with one of some units, in the smallest; of those that end alike the longer ones come first.
fn measured(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let (number, unit) = units.iter().find_map(|(unit, worth)| Some((text.strip_suffix(unit)?, *worth)))?;
    number.trim().parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_counts_as_much_as_its_unit_says() {
        let sizes = ["7", "7B", "7 kB", "2MiB", "1GB"].map(size);
        assert_eq!(sizes, [Some(7), Some(7), Some(7_000), Some(2 << 20), Some(1_000_000_000)]);
        assert_eq!(["", "MiB", "5 miles", "-1", "99999999999GB"].map(size), [None; 5]);
        let spans = ["20s", "5m", "100 ms"].map(span);
        assert_eq!(spans, [20_000, 300_000, 100].map(|millis| Some(Duration::from_millis(millis))));
        assert_eq!(["20", "soon", ""].map(span), [None; 3]);
    }
}
