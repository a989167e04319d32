//! Secrets in contents: from a content to findings that show nothing of what was found.

mod assignment;
mod bounds;
mod cursor;
mod detector;
#[cfg(test)]
mod detector_proof;
mod excerpt;
mod filters;
mod fingerprint;
pub mod format;
mod further;
mod likeness;
mod literals;
mod look;
mod marker;
mod named;
mod names;
mod own;
mod pattern;
#[cfg(test)]
mod pattern_proof;
pub mod prefilter;
mod private_key;
mod proof;
mod record;
mod score;
mod surroundings;
mod url_password;
mod value;
mod vectors;

pub use detector::{Cost, Detector, Dropped, Explained, MOST_MATCHES, Match, Scan, Sifted};
use detector::{not_copied, worthwhile};
use look::Look;
pub use own::{OwnFile, check_own, read_own};
pub use pattern::{Finder, LiteralPlace, Named, Pattern, pattern_ids, pattern_records, patterns};
pub use surroundings::urgency;

use super::Check;
use crate::finding::Finding;
use crate::git::RepoPath;
use crate::scope::{Content, Gap};
use crate::text::{Copied, Piece, Regions, has_escapes, has_other_views, is_packed, is_plain};
use crate::work::Jobs;

/// The check for secrets.
pub struct Secrets {
    detector: Detector,
    key: Option<Vec<u8>>,
}

impl Secrets {
    /// With the built-in patterns. `key` makes fingerprints; without one, findings have none. Up to `jobs` threads work on one content.
    #[must_use]
    pub fn new(key: Option<Vec<u8>>, jobs: Jobs) -> Self {
        Self::with_own(key, &[], jobs)
    }

    /// The same with patterns of a repository's own.
    #[must_use]
    pub fn with_own(key: Option<Vec<u8>>, own: &'static [Pattern], jobs: Jobs) -> Self {
        Self { detector: Detector::with(own, jobs), key }
    }

    /// The same, with nothing in it that was made while it looked at something.
    #[must_use]
    pub fn anew(&self) -> Self {
        Self { detector: self.detector.anew(), key: self.key.clone() }
    }

    /// What finds them.
    #[must_use]
    pub fn detector(&self) -> &Detector {
        &self.detector
    }

    /// Whether a content of a history may hold a secret under any path, and what to tell those that are made from it; none where they have to
    /// be sifted from end to end. `base` is what was told of the content that this one was made from, what was copied from there,
    /// and how long that is.
    #[must_use]
    pub fn sift(&self, content: &[u8], base: Option<(&Sifted, &[Copied], usize)>) -> (bool, Option<Sifted>) {
        let copies = base.map(|(_, copies, _)| worthwhile(copies)).unwrap_or_default();
        let base = base.map(|(base, _, len)| (base, copies.as_slice(), len));
        let is_packed = is_packed(content);
        // What the base told was told of bytes as they are.
        let is_plain = !is_packed && !has_other_views(content, base.map(|(_, copies, _)| copies));
        if is_plain {
            // What was encoded in what was copied held nothing, or nothing would have been told.
            let fresh = base
                .map_or_else(|| Regions::all(content.len()), |(_, copies, len)| not_copied(copies, len, content.len()));
            let escapes = base.is_some_and(|(base, ..)| base.escapes) || has_escapes(content, &fresh);
            if self.hides(content, &fresh, escapes) {
                return (true, None);
            }
            let mut sifted = self.detector.sift(content, base);
            sifted.escapes = escapes;
            return (sifted.may_hold(), Some(sifted));
        }
        (self.may_hold(content) || (is_packed && self.packs(content)), None)
    }
}

impl Check for Secrets {
    fn check(&self, content: &Content, findings: &mut Vec<Finding>, gaps: &mut Vec<Gap>) {
        Look::run(self, content, findings, gaps);
    }

    fn sift(&self, content: &[u8], base: Option<(&Sifted, &[Copied], usize)>) -> (bool, Option<Sifted>) {
        Self::sift(self, content, base)
    }

    fn reach(&self) -> Option<usize> {
        Some(self.detector.reach())
    }

    fn passes(&self, piece: &Piece, path: Option<&RepoPath>) -> bool {
        let is_first = piece.part.start == 0;
        is_plain(&piece.bytes)
            && !(is_first && is_packed(&piece.bytes))
            && self.detector.finds_nothing(&piece.bytes, piece.part, path)
            && self.hides_nothing(piece)
    }
}
