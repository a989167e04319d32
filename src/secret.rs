//! A secret that was found: it can be compared, measured and hashed, and nothing can print it.

use std::fmt;

use crate::text::{Region, Regions};

/// The bytes of a secret. `Debug` and `Display` redact it, and it cannot be serialised, so that no report, error or panic
/// message shows it by accident.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Takes the bytes as they stand in the text.
    #[must_use]
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes, for a check, a hash or a comparison; never for output.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

/// What stands in the place of a secret, whatever its length.
pub const REDACTED: &str = "********";

/// Bytes without what stands in `regions` of them.
#[must_use]
pub fn redact(bytes: &[u8], regions: impl IntoIterator<Item = Region>) -> Vec<u8> {
    let regions: Regions = regions.into_iter().collect();
    let mut out = Vec::with_capacity(bytes.len());
    let mut end = 0;
    for region in regions.iter() {
        out.extend_from_slice(Region::new(end, region.start).of(bytes));
        out.extend_from_slice(REDACTED.as_bytes());
        end = region.end;
    }
    out.extend_from_slice(Region::new(end, bytes.len()).of(bytes));
    out
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_as_stars() {
        let secret = Secret::new(*b"hunter2");
        assert_eq!(
            format!("{secret} {secret:?} {:#?}", Some(&secret)),
            format!("{REDACTED} {REDACTED} Some(\n    {REDACTED},\n)")
        );
    }
}
