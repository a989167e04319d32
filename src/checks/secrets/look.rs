//! From a content to findings: it is looked at in every way in which it can be read, and so is what is encoded or packed in it.

use super::Secrets;
use super::detector::{MOST_MATCHES, Match, Scan, public_prefix};
use super::format::Kind;
use super::pattern::Pattern;
use super::surroundings::is_rehearsal;
use super::{excerpt, fingerprint, marker};
use crate::finding::{Finding, Half, Location};
use crate::git::RepoPath;
use crate::rule::{Confidence, Rule};
use crate::scope::{Content, Gap};
use crate::secret::{REDACTED, Secret, redact};
use crate::text::{
    Decoded, Fresh, Packed, Piece, Positions, Region, Regions, View, Which, decode, is_cut, unpack, views,
};

/// Looks at one content.
pub(super) struct Look<'a> {
    secrets: &'a Secrets,
    content: &'a Content,
    told: Vec<Told>,
    /// How many files were looked at: the content itself, and those that are packed in it.
    files: usize,
    /// Whether there is more than was found.
    overflow: bool,
}

/// A finding, with what is forgotten when all is told.
struct Told {
    finding: Finding,
    secret: Secret,
    /// The number of the file that it stands in, and where there.
    file: usize,
    region: Region,
}

/// A file, read in one way.
struct Page<'a> {
    view: &'a View<'a>,
    fresh: Fresh,
    positions: Positions<'a>,
    path: Option<&'a RepoPath>,
    packed: Option<&'a Inside>,
}

/// Where a packed file stands.
struct Inside {
    name: Option<RepoPath>,
    /// In the content, as it is stored.
    region: Region,
}

impl<'a> Look<'a> {
    /// Looks at all of `content`.
    pub(super) fn run(secrets: &'a Secrets, content: &'a Content, findings: &mut Vec<Finding>, gaps: &mut Vec<Gap>) {
        let mut look = Self { secrets, content, told: Vec::new(), files: 0, overflow: false };
        look.file(&content.bytes, &content.fresh, content.path(), None);
        // A change of what is packed changes all of it.
        if !content.fresh.is_empty() {
            let place = &content.place;
            let mut left = |name: &[u8], why: &str| {
                let name = secrets.shown_name(name).map_or_else(String::new, |name| format!("!{name}"));
                gaps.push(Gap { what: format!("{place}{name}"), why: why.to_owned() });
            };
            unpack(&content.bytes, &mut |packed| look.packed(packed), &mut left);
        }
        if look.overflow {
            gaps.push(Gap {
                what: content.place.to_string(),
                why: format!("more than {MOST_MATCHES} secrets were found in it, and the rest was not looked at; take those out and look again"),
            });
        }
        look.told.sort_by_key(|told| (told.file, told.region));
        findings.extend(look.told.into_iter().map(|told| told.finding));
    }

    fn packed(&mut self, packed: &Packed<'_>) {
        let path = packed_path(packed.name, self.content.path());
        let inside = Inside { name: self.secrets.shown_name(packed.name), region: packed.region };
        let before = self.told.len();
        self.file(packed.bytes, &Fresh::all(packed.bytes.len()), path.as_ref(), Some(&inside));
        let new = self.told.split_off(before);
        let same =
            |one: &Told, other: &Told| one.finding.rule.id == other.finding.rule.id && one.secret == other.secret;
        if packed.is_extract {
            // Where it stands as it is, its place is better known.
            self.told.extend(
                new.into_iter().filter(|new| !self.told.iter().any(|told| same(told, new))).collect::<Vec<_>>(),
            );
            return;
        }
        // What is stored without compression was found in the archive's own bytes.
        let region = packed.region;
        self.told
            .retain(|told| !(told.file == 1 && region.contains(told.region) && new.iter().any(|new| same(told, new))));
        self.told.extend(new);
    }

    /// Looks at a file in every way in which it can be read.
    fn file(&mut self, bytes: &[u8], fresh: &Fresh, path: Option<&RepoPath>, packed: Option<&Inside>) {
        self.files += 1;
        for view in views(bytes) {
            let text: &[u8] = &view.text;
            let fresh = fresh.map(|region| view.text_region(region));
            let mut page = Page { view: &view, fresh, positions: Positions::new(text), path, packed };
            let Scan { mut matches, overflow } = self.secrets.detector.scan(text, &page.fresh, path);
            self.overflow |= overflow;
            self.secrets.drop_vectors(text, path, &mut matches);
            self.tell(&mut page, text, &matches, None);
            let within = page.fresh.smallest().clone();
            decode(text, &within, Which::Touched, &mut |decoded| {
                let Scan { mut matches, overflow } = self.secrets.scan_decoded(decoded, path);
                matches.retain(|found| {
                    [Some(found.span), found.pair]
                        .iter()
                        .flatten()
                        .any(|part| page.fresh.touches(decoded.region(*part)))
                });
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
        let secrets = self.secrets.secrets(whole, &around, page.path);
        let mut new = Vec::new();
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
            if page.packed.is_some() {
                reason.push_str("; it is packed");
            }
            let finding = Finding {
                rule,
                confidence: found.confidence,
                reason,
                location: Location {
                    place: self.content.place.clone(),
                    inside: page.packed.and_then(|packed| packed.name.clone()),
                    start: page.positions.of(stands.start),
                    end: page.positions.of(stands.end),
                    region: page.packed.map_or(region, |packed| packed.region),
                    blob: self.content.blob,
                    commit: self.content.commit,
                },
                preview: format!("{}{REDACTED}", public_prefix(found.pattern, secret.expose()).escape_ascii()),
                excerpt: excerpt::excerpt(whole, shown, stands, &secrets),
                fingerprint: self.secrets.key.as_deref().and_then(|key| fingerprint::of(key, found.pattern, &secret)),
                marker: marker::beside(whole, stands, rule),
                bypassed: false,
                pair: found.pair.map(at).map(|id| Half {
                    start: page.positions.of(id.start),
                    end: page.positions.of(id.end),
                    region: page.packed.map_or(page.view.content_region(id), |packed| packed.region),
                }),
                origin: None,
            };
            new.push(Told { finding, secret, file: self.files, region });
        }
        self.told.append(&mut new);
    }

    /// Whether nothing was found at `region` before. What only looks random gives way to what it turns out to be when it is decoded.
    fn makes_room(&mut self, region: Region, found: &Match, is_decoded: bool) -> bool {
        let weight = |confidence: Confidence, rule: &Rule| (rule.provider != "generic", confidence);
        let mine = weight(found.confidence, &found.pattern.rule);
        let file = self.files;
        let overlaps = |told: &Told| told.file == file && told.region.overlaps(region);
        let gives_way = |told: &Told| is_decoded && weight(told.finding.confidence, told.finding.rule) < mine;
        let is_free = self.told.iter().all(|told| !overlaps(told) || gives_way(told));
        if is_free {
            self.told.retain(|told| !overlaps(told));
        }
        is_free
    }
}

/// The path by which patterns know a packed file: its own; of what a compressed file holds, the file's without its ending.
fn packed_path(name: &[u8], outer: Option<&RepoPath>) -> Option<RepoPath> {
    if !name.is_empty() {
        return name.rsplit(|byte| *byte == b'!').next().map(RepoPath::new);
    }
    let outer = outer?.as_bytes();
    Some(RepoPath::new(&outer[..memchr::memrchr(b'.', outer).unwrap_or(outer.len())]))
}

impl Secrets {
    /// What is found in a decoded text, and was not there to be found before.
    fn scan_decoded(&self, decoded: &Decoded<'_>, path: Option<&RepoPath>) -> Scan {
        if !self.detector.has_literal(&decoded.text) {
            return Scan::default();
        }
        let fresh = Fresh::against(vec![decoded.fresh.clone()], decoded.text.len());
        let mut scan = self.detector.scan(&decoded.text, &fresh, path.filter(|_| decoded.is_same_file()));
        // Whatever the file is that was encoded, a test is what it is for.
        if !decoded.is_same_file() && is_rehearsal(path) {
            let is_weighed = |pattern: &Pattern| pattern.rule.provider == "generic" || pattern.kind == Kind::PrivateKey;
            for found in scan.matches.iter_mut().filter(|found| is_weighed(found.pattern)) {
                found.confidence = Confidence::Possible;
            }
        }
        scan
    }

    /// Where all secrets stand that touch one of `within`, as they are and encoded.
    fn secrets(&self, text: &[u8], within: &Regions, path: Option<&RepoPath>) -> Vec<Region> {
        let fresh = Fresh::against(vec![within.clone()], text.len());
        let plain = self.detector.scan(text, &fresh, path).matches;
        let parts = |found: &Match| [Some(found.secret), found.pair].into_iter().flatten();
        let mut secrets: Vec<Region> = plain.iter().flat_map(parts).collect();
        decode(text, within, Which::Touched, &mut |decoded| {
            let found = self.scan_decoded(decoded, path).matches;
            secrets.extend(found.iter().flat_map(parts).map(|part| decoded.region(part)));
            true
        });
        secrets
    }

    /// The name of a packed file as it may be shown; none where it has none.
    fn shown_name(&self, name: &[u8]) -> Option<RepoPath> {
        if name.is_empty() {
            return None;
        }
        Some(RepoPath::new(redact(name, self.secrets(name, &Regions::all(name.len()), None))))
    }

    /// Whether something that is read in this way may be a secret under any path.
    pub(super) fn may_hold(&self, content: &[u8]) -> bool {
        views(content).iter().any(|view| {
            self.detector.sift(&view.text, None).may_hold()
                || self.hides(&view.text, &Regions::all(view.text.len()), true)
        })
    }

    /// Whether something that is packed in a content may be a secret under any path, or cannot be looked at.
    pub(super) fn packs(&self, content: &[u8]) -> bool {
        let (mut holds, mut leaves) = (false, false);
        unpack(content, &mut |packed| holds = holds || self.may_hold(packed.bytes), &mut |_, _| leaves = true);
        holds || leaves
    }

    /// Whether nothing that is encoded in the part of a piece may be a secret, as far as the piece tells.
    pub(super) fn hides_nothing(&self, piece: &Piece) -> bool {
        !is_cut(piece) && !self.hides(&piece.bytes, &Regions::new(vec![piece.part]), true)
    }

    /// Whether something that is encoded in `text`, and touches one of `within`, may be a secret under any path. `escapes` tells whether there may
    /// be escapes in it.
    pub(super) fn hides(&self, text: &[u8], within: &Regions, escapes: bool) -> bool {
        !decode(text, within, Which::Affected { escapes }, &mut |decoded| {
            !self.detector.has_literal(&decoded.text) || !self.detector.sift(&decoded.text, None).may_hold()
        })
    }
}
