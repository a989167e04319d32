//! From a content to findings: it is looked at in every way in which it can be read, and so is what is encoded in it.

use super::Secrets;
use super::detector::{Match, Scan, public_prefix};
use super::{excerpt, fingerprint, marker};
use crate::finding::{Finding, Location};
use crate::git::RepoPath;
use crate::rule::{Confidence, Rule};
use crate::scope::Content;
use crate::secret::{REDACTED, Secret};
use crate::text::{Decoded, Fresh, Piece, Positions, Region, Regions, View, decode, is_cut, views};

/// Looks at one content.
pub(super) struct Look<'a> {
    pub secrets: &'a Secrets,
    pub content: &'a Content,
    pub findings: &'a mut Vec<Finding>,
    /// How many findings there were before.
    pub first: usize,
    /// Whether there is more than was found.
    pub overflow: bool,
}

/// A way to read the content, and what is fresh in it.
struct Page<'a> {
    view: &'a View<'a>,
    fresh: Fresh,
    positions: Positions<'a>,
}

impl Look<'_> {
    /// Looks at all of it.
    pub(super) fn run(&mut self) {
        for view in views(&self.content.bytes) {
            let text: &[u8] = &view.text;
            let fresh = self.content.fresh.map(|region| view.text_region(region));
            let mut page = Page { view: &view, fresh, positions: Positions::new(text) };
            let Scan { matches, overflow } = self.secrets.detector.scan(text, &page.fresh, self.content.path());
            self.overflow |= overflow;
            self.tell(&mut page, text, &matches, None);
            let within = page.fresh.smallest().clone();
            decode(text, &within, &mut |decoded| {
                let Scan { mut matches, overflow } = self.secrets.scan_decoded(decoded, self.content.path());
                matches.retain(|found| page.fresh.touches(decoded.region(found.span)));
                self.overflow |= overflow;
                self.tell(&mut page, &decoded.text, &matches, Some(decoded));
                true
            });
        }
    }

    /// Makes findings of what was found in `text`, which is the page's own or was decoded out of it.
    fn tell(&mut self, page: &mut Page<'_>, text: &[u8], matches: &[Match], decoded: Option<&Decoded<'_>>) {
        if matches.is_empty() {
            return;
        }
        let whole: &[u8] = &page.view.text;
        let at = |region: Region| decoded.map_or(region, |decoded| decoded.region(region));
        let shown: Vec<Region> = matches.iter().map(|found| excerpt::shown(whole, at(found.secret))).collect();
        // Nothing of a neighbour may be shown, fresh or not, so all that is shown is searched.
        let around = shown.iter().copied().collect();
        let secrets = self.secrets.secrets(whole, &around, self.content.path());
        let mut told = Vec::new();
        for (found, shown) in matches.iter().zip(shown) {
            let stands = at(found.secret);
            let region = page.view.content_region(stands);
            if !self.makes_room(region, found, decoded.is_some()) {
                continue;
            }
            let secret = Secret::new(found.secret.of(text));
            let rule = &found.pattern.rule;
            let mut reason = found.reason.clone();
            if let Some(decoded) = decoded {
                reason = format!("{reason}; it is written in {}", decoded.ways().join(" in "));
            }
            told.push(Finding {
                rule,
                confidence: found.confidence,
                reason,
                location: Location {
                    place: self.content.place.clone(),
                    start: page.positions.of(stands.start),
                    end: page.positions.of(stands.end),
                    region,
                    blob: self.content.blob,
                    commit: self.content.commit,
                },
                preview: format!("{}{REDACTED}", public_prefix(found.pattern, secret.expose()).escape_ascii()),
                excerpt: excerpt::excerpt(whole, shown, stands, &secrets),
                fingerprint: self.secrets.key.as_deref().and_then(|key| fingerprint::of(key, found.pattern, &secret)),
                marker: marker::beside(whole, stands, rule),
                origin: None,
            });
        }
        self.findings.append(&mut told);
    }

    /// Whether nothing was found at `region` before. What only looks random gives way to what it turns out to be when it is decoded.
    fn makes_room(&mut self, region: Region, found: &Match, is_decoded: bool) -> bool {
        let weight = |confidence: Confidence, rule: &Rule| (rule.provider != "generic", confidence);
        let mine = weight(found.confidence, &found.pattern.rule);
        let overlaps = |finding: &Finding| finding.location.region.overlaps(region);
        let gives_way = |finding: &Finding| is_decoded && weight(finding.confidence, finding.rule) < mine;
        let is_free = self.findings[self.first..].iter().all(|known| !overlaps(known) || gives_way(known));
        if is_free {
            let mut number = 0..;
            let first = self.first;
            self.findings.retain(|known| number.next().is_some_and(|number| number < first) || !overlaps(known));
        }
        is_free
    }
}

impl Secrets {
    /// What is found in a decoded text, and was not there to be found before.
    fn scan_decoded(&self, decoded: &Decoded<'_>, path: Option<&RepoPath>) -> Scan {
        if !self.detector.has_literal(&decoded.text) {
            return Scan::default();
        }
        let fresh = Fresh::against(vec![decoded.fresh.clone()], decoded.text.len());
        self.detector.scan(&decoded.text, &fresh, path.filter(|_| decoded.is_same_file()))
    }

    /// Where all secrets stand that touch one of `within`, as they are and encoded.
    fn secrets(&self, text: &[u8], within: &Regions, path: Option<&RepoPath>) -> Vec<Region> {
        let fresh = Fresh::against(vec![within.clone()], text.len());
        let plain = self.detector.scan(text, &fresh, path).matches;
        let mut secrets: Vec<Region> = plain.iter().map(|found| found.secret).collect();
        decode(text, within, &mut |decoded| {
            let found = self.scan_decoded(decoded, path).matches;
            secrets.extend(found.iter().map(|found| decoded.region(found.secret)));
            true
        });
        secrets
    }

    /// Whether nothing that is encoded in the part of a piece may be a secret, as far as the piece tells.
    pub(super) fn hides_nothing(&self, piece: &Piece) -> bool {
        !is_cut(piece) && !self.hides(&piece.bytes, &Regions::new(vec![piece.part]))
    }

    /// Whether something that is encoded in `text`, and touches one of `within`, may be a secret under any path.
    pub(super) fn hides(&self, text: &[u8], within: &Regions) -> bool {
        !decode(text, within, &mut |decoded| {
            !self.detector.has_literal(&decoded.text) || !self.detector.sift(&decoded.text, None).may_hold()
        })
    }
}
