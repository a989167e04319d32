//! Which of several patterns claims a text.

use std::collections::BTreeMap;

use super::Match;
use crate::checks::secrets::pattern::{Finder, Pattern};
use crate::rule::Confidence;

/// Where secrets overlap, one pattern claims the text: the form that a provider has given it, the surer one, then a provider's before a generic one, a shape before a telling name, then the longer one, then the
/// one whose id sorts first. Gives the claims in ascending order.
pub(super) fn claim(mut found: Vec<Match>) -> Vec<Match> {
    // A name says less than a shape, however sure it is of what it says; but not than a shape that belongs to nobody and may be anything.
    let is_sure_shape = |found: &Match| {
        vagueness(found.pattern) == 0 || vagueness(found.pattern) == 1 && found.confidence > Confidence::Possible
    };
    found.sort_by(|a, b| {
        knows_best(b.pattern)
            .cmp(&knows_best(a.pattern))
            .then_with(|| is_sure_shape(b).cmp(&is_sure_shape(a)))
            .then_with(|| b.confidence.cmp(&a.confidence))
            .then_with(|| vagueness(a.pattern).cmp(&vagueness(b.pattern)))
            .then_with(|| b.secret.len().cmp(&a.secret.len()))
            .then_with(|| a.secret.cmp(&b.secret))
            .then_with(|| a.pattern.rule.id.cmp(b.pattern.rule.id))
    });
    let mut claims: BTreeMap<usize, Match> = BTreeMap::new();
    for candidate in found {
        // Claims do not overlap, so only the last one that begins before the candidate's end can overlap it.
        let before = claims.range(..candidate.secret.end).next_back();
        if before.is_none_or(|(_, claim)| !claim.secret.overlaps(candidate.secret)) {
            claims.insert(candidate.secret.start, candidate);
        }
    }
    claims.into_values().collect()
}

/// Whether a pattern is the form that a provider has given its secrets. How sure it is then holds, even where another is surer: some of what looks
/// like a key to all others may be given away.
fn knows_best(pattern: &Pattern) -> bool {
    matches!(pattern.finder, Finder::Regex { .. }) && pattern.rule.provider != "generic"
}

/// A provider's own pattern says more than a shape that belongs to nobody, and that says more than a telling name.
fn vagueness(pattern: &Pattern) -> u8 {
    match (pattern.finder, pattern.rule.provider) {
        (Finder::Assignment(_), _) => 2,
        (_, "generic") => 1,
        _ => 0,
    }
}
