//! Who signed what a history holds, added up: how much of it stands, in which states, and by whom, each since when.

use std::collections::BTreeMap;

use super::{Report, Verdict};
use crate::finding::Attestation;

/// What the signatures of a history add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signed {
    /// By state, as `palisade verify` names it; those that stand and those that do not.
    pub states: BTreeMap<&'static str, Share>,
    /// By whom the key belongs to, where that is known. Texts are cleaned for a terminal.
    pub signers: BTreeMap<String, Share>,
}

/// A part of all commits and annotated tags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// How many.
    pub all: u64,
    /// How many of them stand.
    pub stand: u64,
    /// The earliest and the latest time that one of them says it is from, in seconds since 1970 UTC.
    pub times: Option<(i64, i64)>,
}

impl Signed {
    fn of(attestations: &[Attestation]) -> Self {
        let mut signed = Self::default();
        for one in attestations {
            let share = Share { all: 1, stand: one.stands.into(), times: one.time.map(|time| (time, time)) };
            signed.states.entry(one.state).or_default().add(share);
            if let Some(signer) = &one.signer {
                signed.signers.entry(signer.clone()).or_default().add(share);
            }
        }
        signed
    }

    /// All of it.
    #[must_use]
    pub fn total(&self) -> Share {
        let mut total = Share::default();
        self.states.values().for_each(|share| total.add(*share));
        total
    }

    /// Puts that of another history to it.
    pub(super) fn add(&mut self, other: Self) {
        for (state, share) in other.states {
            self.states.entry(state).or_default().add(share);
        }
        for (signer, share) in other.signers {
            self.signers.entry(signer).or_default().add(share);
        }
    }

    /// The signers, those who signed most first.
    #[must_use]
    pub fn by_number(&self) -> Vec<(&str, Share)> {
        let mut signers: Vec<_> = self.signers.iter().map(|(name, share)| (name.as_str(), *share)).collect();
        signers.sort_by_key(|(_, share)| std::cmp::Reverse(share.all));
        signers
    }
}

impl Share {
    fn add(&mut self, other: Self) {
        self.all += other.all;
        self.stand += other.stand;
        let both = self.times.into_iter().chain(other.times);
        self.times = both.reduce(|(first, last), (from, until)| (first.min(from), last.max(until)));
    }
}

impl Report {
    /// The same with what its signatures add up to. What could not be verified is a gap of the whole; whether those that do not stand are
    /// let in is asked of `palisade verify`.
    #[must_use]
    pub fn with_signatures(mut self, verified: Self) -> Self {
        self.signed = Some(Signed::of(&verified.attestations));
        self.notes.extend(verified.notes);
        self.coverage.gaps.extend(verified.coverage.gaps);
        self.coverage.gaps.sort_unstable();
        self.coverage.gaps.dedup();
        self.verdict = Verdict::of(&self.findings, &self.coverage);
        self
    }
}
