//! Why something is taken for a secret, or is not: for the workbench.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::claim::claim;
use super::search::is_stand_in;
use super::{Detector, Match};
use crate::checks::secrets::pattern::{Finder, Pattern};
use crate::checks::secrets::{filters, likeness};
use crate::git::RepoPath;
use crate::text::{Region, Regions};

/// What all patterns say of a text.
#[derive(Debug, Default)]
pub struct Explained {
    /// What is claimed, in ascending order.
    pub claimed: Vec<Match>,
    /// What a pattern matched, or might have matched, and what speaks against it; in ascending order.
    pub dropped: Vec<Dropped>,
}

/// What is no secret of a pattern.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dropped {
    /// Where it stands, or the literal does that made the pattern look.
    pub region: Region,
    /// The pattern's rule.
    pub rule: &'static str,
    /// The filter that it did not pass, as a sentence.
    pub why: String,
}

/// What a rule costs on a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// The rule.
    pub rule: &'static str,
    /// How often one of its literals stands there.
    pub hits: usize,
    /// How many secrets it finds, before claims.
    pub found: usize,
    /// How long it looks at what stands around its literals.
    pub time: Duration,
}

impl Detector {
    /// What each rule costs that has a literal in a text, the dearest first. The first hit of a rule compiles its regex.
    #[must_use]
    pub fn profile(&self, text: &[u8], path: Option<&RepoPath>) -> Vec<Cost> {
        let regions = Regions::all(text.len());
        let mut search = self.search(text, &regions, path);
        let mut costs: BTreeMap<usize, Cost> = BTreeMap::new();
        self.literals.find(text, 0, text.len(), |hit| {
            let number = self.literals.owner(hit.literal);
            let (before, start) = (search.found.len(), Instant::now());
            search.hit(hit);
            let cost = costs.entry(number).or_default();
            cost.time += start.elapsed();
            cost.rule = self.pattern(number).rule.id;
            cost.hits += 1;
            cost.found += search.found.len() - before;
        });
        let mut costs: Vec<Cost> = costs.into_values().collect();
        costs.sort_by_key(|cost| (std::cmp::Reverse(cost.time), cost.rule));
        costs
    }

    /// Looks at a text as it stands, and tells of all that a pattern looked at.
    #[must_use]
    pub fn explain(&self, text: &[u8], path: Option<&RepoPath>) -> Explained {
        let regions = Regions::all(text.len());
        let mut search = self.search(text, &regions, path);
        search.dropped = Some(Vec::new());
        let mut hits = Vec::new();
        self.literals.find(text, 0, text.len(), |hit| {
            hits.push((self.literals.owner(hit.literal), hit.start));
            search.hit(hit);
        });
        let mut dropped = search.dropped.take().unwrap_or_default();
        let found = search.found;
        let claimed = claim(found.clone());
        let is_claimed = |one: &Match| claimed.iter().any(|claim| is_same(claim, one));
        for lost in found.iter().filter(|found| !is_claimed(found)) {
            let winner = claimed.iter().find(|claim| claim.secret.overlaps(lost.secret));
            dropped.extend(winner.filter(|winner| !std::ptr::eq(winner.pattern, lost.pattern)).map(|winner| Dropped {
                region: lost.secret,
                rule: lost.pattern.rule.id,
                why: format!("{} claims it, which says more", winner.pattern.rule.id),
            }));
        }
        // Of a pattern that has said nothing so far the first literal is told.
        let mut told: BTreeSet<&str> = found.iter().map(|found| found.pattern.rule.id).collect();
        told.extend(dropped.iter().map(|dropped| dropped.rule));
        for (number, start) in hits {
            let pattern = self.pattern(number);
            if matches!(pattern.finder, Finder::Regex { .. } | Finder::Named { .. }) && told.insert(pattern.rule.id) {
                let why = if self.speaks_of(number, path) {
                    "its literal stands there, and its regex does not match around it"
                } else {
                    "its literal stands there, and it speaks of other files (`paths`)"
                };
                dropped.push(Dropped {
                    region: Region::new(start, start + 1),
                    rule: pattern.rule.id,
                    why: why.to_owned(),
                });
            }
        }
        dropped.sort();
        dropped.dedup();
        Explained { claimed, dropped }
    }
}

fn is_same(one: &Match, other: &Match) -> bool {
    one.secret == other.secret && std::ptr::eq(one.pattern, other.pattern)
}

/// The first of the filters that a secret does not pass, of those that are the same for all patterns; none where it passes all.
pub(super) fn refused(pattern: &Pattern, text: &[u8], secret: Region) -> Option<&'static str> {
    let bytes = secret.of(text);
    if bytes.is_empty() {
        Some("it is empty")
    } else if pattern.boundary && !filters::stands_alone(text, secret) {
        Some("it is a part of a longer word (`boundary`)")
    } else if !filters::has_classes(bytes, pattern.require) {
        Some("it lacks a class of characters (`require`)")
    } else if pattern.entropy > 0.0 && filters::entropy(bytes) < pattern.entropy {
        Some("its entropy is too low (`entropy`)")
    } else if pattern.random && likeness::is_wordy(bytes) {
        Some("it is made of words (`random`)")
    } else if pattern.placeholders && is_stand_in(pattern, bytes) {
        Some("it stands in for a secret (`placeholders`)")
    } else if filters::is_published(bytes) {
        Some("its issuer has published it")
    } else if !filters::stands_near(text, secret, pattern.near) {
        Some("no word that it needs stands near it (`near`)")
    } else if pattern.proof.is_none() && filters::stands_in_blob(text, secret) {
        Some("it is a part of encoded data")
    } else {
        None
    }
}
