//! Secrets in contents: from a content to findings that show nothing of what was found.

mod assignment;
mod detector;
#[cfg(test)]
mod detector_proof;
mod excerpt;
mod filters;
pub mod format;
mod marker;
mod named;
mod names;
mod pattern;
#[cfg(test)]
mod pattern_proof;
pub mod prefilter;
mod private_key;
mod proof;
mod url_password;
mod value;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

pub use detector::{Detector, MOST_MATCHES, Match, Scan, Sifted};
pub use pattern::{Finder, LiteralPlace, Named, Pattern, patterns};

use super::Check;
use crate::finding::{Finding, Fingerprint, Location};
use crate::git::RepoPath;
use crate::rule::Rule;
use crate::scope::{Content, Gap};
use crate::secret::{REDACTED, Secret};
use crate::text::{Copied, Fresh, Piece, Positions, Region, View, has_other_views, is_plain, views};
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
        Self { detector: Detector::built_in(jobs), key }
    }

    /// Whether a content of a history may hold a secret under any path, and what to tell those that are made from it; none where they have to
    /// be sifted from end to end. `base` is what was told of the content that this one was made from, what was copied from there,
    /// and how long that is.
    #[must_use]
    pub fn sift(&self, content: &[u8], base: Option<(&Sifted, &[Copied], usize)>) -> (bool, Option<Sifted>) {
        // What the base told was told of bytes as they are.
        let is_plain = !has_other_views(content, base.map(|(_, copies, _)| copies));
        if is_plain {
            let sifted = self.detector.sift(content, base);
            return (sifted.may_hold(), Some(sifted));
        }
        let may_hold = views(content).iter().any(|view| self.detector.sift(&view.text, None).may_hold());
        (may_hold, None)
    }

    /// Names `secret` for ever: HMAC-SHA-256 (RFC 2104) of the rule and the secret, cut to 128 bits.
    fn fingerprint(&self, rule: &Rule, secret: &Secret) -> Option<Fingerprint> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.as_deref()?).ok()?;
        mac.update(rule.id.as_bytes());
        mac.update(&[0]);
        mac.update(secret.expose());
        let digest = mac.finalize().into_bytes();
        Some(Fingerprint(digest[..16].iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    fn look(&self, content: &Content, view: &View<'_>, findings: &mut Vec<Finding>) -> bool {
        let text: &[u8] = &view.text;
        let fresh = content.fresh.map(|region| view.text_region(region));
        let Scan { matches, overflow } = self.detector.scan(text, &fresh, content.path());
        // Nothing of a neighbour may be shown, fresh or not, so all that is shown is searched.
        let shown: Vec<Region> = matches.iter().map(|found| excerpt::shown(text, found.secret)).collect();
        let secrets = if matches.is_empty() {
            Vec::new()
        } else {
            let around = Fresh::against(vec![shown.iter().copied().collect()], text.len());
            self.detector.scan(text, &around, content.path()).matches
        };
        let mut positions = Positions::new(text);
        let before = findings.len();
        for (found, shown) in matches.iter().zip(shown) {
            let region = view.content_region(found.secret);
            if findings[..before].iter().any(|other| {
                other.location.blob == content.blob
                    && other.location.place == content.place
                    && other.location.commit == content.commit
                    && other.location.region.overlaps(region)
            }) {
                continue;
            }
            let secret = Secret::new(found.secret.of(text));
            let rule = &found.pattern.rule;
            findings.push(Finding {
                rule,
                confidence: found.confidence,
                reason: found.reason.clone(),
                location: Location {
                    place: content.place.clone(),
                    start: positions.of(found.secret.start),
                    end: positions.of(found.secret.end),
                    region,
                    blob: content.blob,
                    commit: content.commit,
                },
                preview: format!(
                    "{}{REDACTED}",
                    detector::public_prefix(found.pattern, secret.expose()).escape_ascii()
                ),
                excerpt: excerpt::excerpt(text, shown, found.secret, &secrets),
                fingerprint: self.fingerprint(rule, &secret),
                marker: marker::beside(text, found.secret, rule.id),
                origin: None,
            });
        }
        overflow
    }
}

impl Check for Secrets {
    fn rules(&self) -> Vec<&'static Rule> {
        self.detector.patterns().iter().map(|pattern| &pattern.rule).collect()
    }

    fn check(&self, content: &Content, findings: &mut Vec<Finding>, gaps: &mut Vec<Gap>) {
        let first = findings.len();
        let mut overflow = false;
        for view in views(&content.bytes) {
            overflow |= self.look(content, &view, findings);
        }
        findings[first..].sort_by_key(|finding| finding.location.region);
        if overflow {
            gaps.push(Gap {
                what: content.place.to_string(),
                why: format!("more than {MOST_MATCHES} secrets were found in it, and the rest was not looked at; take those out and look again"),
            });
        }
    }

    fn sift(&self, content: &[u8], base: Option<(&Sifted, &[Copied], usize)>) -> (bool, Option<Sifted>) {
        Self::sift(self, content, base)
    }

    fn reach(&self) -> Option<usize> {
        Some(self.detector.reach())
    }

    fn passes(&self, piece: &Piece, path: Option<&RepoPath>) -> bool {
        is_plain(&piece.bytes) && self.detector.finds_nothing(&piece.bytes, piece.part, path)
    }
}
