//! A name for each finding of a report that no other one has and the next report gives again: forges match findings by such names, and
//! drop the second of two that have the same.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::file;
use crate::judge::Report;
use crate::text::hex;

/// So many bytes tell findings apart.
const BYTES: usize = 16;

/// One for each finding, in the report's order: a hash of its fingerprint (of its rule where there is no key), its file, and which one of
/// those it is. No line is in it, so it stays when lines above it come or go.
pub(super) fn ids(report: &Report) -> Vec<String> {
    let mut numbers: HashMap<(String, String), u64> = HashMap::new();
    let id = |judged: &crate::judge::Judged| {
        let finding = &judged.finding;
        let what = finding.fingerprint.as_ref().map_or_else(|| finding.rule.id.to_owned(), ToString::to_string);
        let path = file::path(&finding.location);
        let number = numbers.entry((what.clone(), path.clone())).or_default();
        *number += 1;
        let hash = Sha256::digest(format!("{what}\0{path}\0{number}"));
        hex(&hash[..BYTES])
    };
    report.findings.iter().map(id).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_same_secret_twice_in_a_file_has_two_names_and_they_stay_when_it_moves() {
        let mut report = sample::report(2);
        let before = ids(&report);
        assert!(before[0] != before[1] && before.iter().all(|id| id.len() == 2 * BYTES), "{before:?}");
        report.findings[0].finding.location.start.line += 7;
        assert_eq!(ids(&report), before);
        report.findings[1].finding.fingerprint = None;
        assert_ne!(ids(&report)[1], before[1]);
    }
}
