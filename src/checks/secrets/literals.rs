//! The literals of all patterns that are looked for: the built-in ones, whose tables the build script has made, and those of a repository's own.

use std::collections::BTreeSet;

use super::pattern::{self, Pattern};
use super::prefilter::{Hit, LONGEST, Prefilter};
use crate::text::Region;

/// Finds literals, and knows whose they are.
pub(super) struct Literals {
    built_in: Prefilter,
    /// How many those are; the own ones are counted on from there.
    count: usize,
    /// None where there are no own patterns: nothing is paid for them then.
    own: Option<Own>,
}

struct Own {
    prefilter: Prefilter,
    /// The number of the pattern that each belongs to, and its longest match.
    owners: Vec<(usize, usize)>,
}

impl Literals {
    /// Of the built-in patterns, and `own`, which are counted on behind them.
    pub(super) fn with(own: &[Pattern]) -> Self {
        let own = (!own.is_empty()).then(|| {
            let beginning = |literal: &'static str| &literal[..literal.len().min(LONGEST)];
            let (mut literals, mut owners) = (Vec::new(), Vec::new());
            for (pattern, number) in own.iter().zip(pattern::COUNT..) {
                let beginnings: BTreeSet<_> = pattern.literals().map(beginning).collect();
                owners.extend(beginnings.iter().map(|_| (number, pattern.longest)));
                literals.extend(beginnings.into_iter().map(|literal| (literal.as_bytes(), pattern.ignore_case)));
            }
            Own { prefilter: Prefilter::new(literals), owners }
        });
        Self { built_in: pattern::prefilter(), count: pattern::literals(), own }
    }

    /// The number of the pattern that a literal belongs to.
    pub(super) fn owner(&self, literal: usize) -> usize {
        match (&self.own, literal.checked_sub(self.count)) {
            (Some(own), Some(literal)) => own.owners[literal].0,
            _ => pattern::owner(literal),
        }
    }

    /// The longest match of the pattern that a literal belongs to.
    pub(super) fn longest(&self, literal: usize) -> usize {
        match (&self.own, literal.checked_sub(self.count)) {
            (Some(own), Some(literal)) => own.owners[literal].1,
            _ => pattern::longest(literal),
        }
    }

    /// The bytes of a literal by its number.
    pub(super) fn literal(&self, number: usize) -> &[u8] {
        match (&self.own, number.checked_sub(self.count)) {
            (Some(own), Some(number)) => own.prefilter.literal(number),
            _ => self.built_in.literal(number),
        }
    }

    /// Calls `found` for every literal that begins in `start..end` of `text`: the built-in ones and then the own ones, each in ascending order up to a
    /// literal's length.
    #[inline]
    pub(super) fn find(&self, text: &[u8], start: usize, end: usize, mut found: impl FnMut(Hit)) {
        self.built_in.find(text, start, end, &mut found);
        if let Some(own) = &self.own {
            own.prefilter.find(text, start, end, |hit| found(self.moved(hit)));
        }
    }

    /// The same of those that have a byte in one of `places`, or where that is empty, bytes on both sides of it. What stands near two of them may be
    /// told twice.
    pub(super) fn find_across(&self, text: &[u8], places: &[Region], mut found: impl FnMut(Hit)) {
        let places = || places.iter().map(|place| place.start..place.end);
        self.built_in.find_across(text, places(), &mut found);
        if let Some(own) = &self.own {
            own.prefilter.find_across(text, places(), |hit| found(self.moved(hit)));
        }
    }

    fn moved(&self, hit: Hit) -> Hit {
        Hit { literal: hit.literal + self.count, ..hit }
    }
}
