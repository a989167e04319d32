//! The baseline: the findings that were there on the first day, one a line, in the order of their fingerprints.
//!
//! ```text
//! # Palisade's baseline of the files. ...
//! 0123456789abcdef0123456789abcdef 2026-11-28 generic-password src/settings.py
//! ```
//!
//! The last two words are for people: a fingerprint says which finding it is, wherever that goes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Side;
use crate::finding::Fingerprint;
use crate::scope::Gap;

/// The findings of the first day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// How much was looked at.
    pub extent: Extent,
    /// By fingerprint: the rest of the line, which begins with the day.
    lines: BTreeMap<String, String>,
}

/// How much was looked at for a baseline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// The files as they were.
    #[default]
    Files,
    /// All of history.
    History,
}

impl Extent {
    fn as_str(self) -> &'static str {
        match self {
            Self::Files => "the files",
            Self::History => "the history",
        }
    }
}

impl Baseline {
    /// Where it lies.
    pub const FILE: &'static str = ".palisade/baseline";

    /// That of a side; an empty one where there is none.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn of(side: &Side<'_>) -> Result<Self, Gap> {
        Ok(side.file(Self::FILE)?.map(|bytes| Self::parse(&bytes)).unwrap_or_default())
    }

    /// Reads its text. A line of another form says nothing.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let is_head = |line: &&str| line.starts_with('#');
        let extent = match text.lines().find(is_head) {
            Some(head) if head.contains(Extent::History.as_str()) => Extent::History,
            Some(_) | None => Extent::Files,
        };
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let lines = lines.filter_map(|line| line.trim_end().split_once(' '));
        Self { extent, lines: lines.map(|(print, rest)| (print.to_owned(), rest.to_owned())).collect() }
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!(
            "# Palisade's baseline of {}: what was there, and is let in. `palisade baseline --prune` takes out what has gone.\n",
            self.extent.as_str()
        );
        for (print, rest) in &self.lines {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{print} {rest}");
        }
        text
    }

    /// On which day a finding was written down; none if it was not.
    #[must_use]
    pub fn day(&self, print: &Fingerprint) -> Option<&str> {
        self.lines.get(&print.0)?.split(' ').next()
    }

    /// Writes a finding down, if it is not there yet. `what` tells people which it is, in one line.
    pub fn add(&mut self, print: &Fingerprint, day: &str, what: &str) {
        self.lines.entry(print.0.clone()).or_insert_with(|| format!("{day} {what}"));
    }

    /// Takes out what `is_there` does not know any more, and gives how many that were.
    pub fn prune(&mut self, is_there: impl Fn(&str) -> bool) -> usize {
        let before = self.lines.len();
        self.lines.retain(|print, _| is_there(print));
        before - self.lines.len()
    }

    /// How many findings stand in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether none does.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_a_line_stays_as_it_is() {
        let mut baseline = Baseline { extent: Extent::History, ..Baseline::default() };
        let print = Fingerprint("b".repeat(32));
        baseline.add(&print, "2026-01-02", "a-rule a path");
        baseline.add(&Fingerprint("a".repeat(32)), "2026-01-02", "a-rule x");
        baseline.add(&print, "2027-01-01", "a-rule elsewhere");
        let again = Baseline::parse(baseline.text().as_bytes());
        assert_eq!(again, baseline);
        assert_eq!(again.day(&print), Some("2026-01-02"));
        assert!(again.text().lines().skip(1).is_sorted());
    }

    #[test]
    fn pruning_takes_out_what_has_gone() {
        let mut baseline =
            Baseline::parse(b"# Palisade's baseline of the files\naa 2026-01-02 r p\nbb 2026-01-02 r p\n\nodd\n");
        assert_eq!((baseline.len(), baseline.prune(|print| print == "aa"), baseline.len()), (2, 1, 1));
    }
}
