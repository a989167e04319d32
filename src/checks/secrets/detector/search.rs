//! One search: what each literal that was found belongs to, if it belongs to anything.

use std::ops::Range;

use regex_automata::{Anchored, Input};

use super::explain::refused;
use super::{Candidate, Detector, Dropped, MOST_MATCHES, Match};
use crate::checks::secrets::assignment;
use crate::checks::secrets::format::{Kind, Proof};
use crate::checks::secrets::pattern::{self, Finder, LiteralPlace, Named, Pattern};
use crate::checks::secrets::prefilter::{Hit, LONGEST};
use crate::checks::secrets::proof::{self, Outcome};
use crate::checks::secrets::score::{Part, REHEARSAL, Score};
use crate::checks::secrets::surroundings::{self, FileKind};
use crate::checks::secrets::{filters, named, private_key, url_password, value};
use crate::git::RepoPath;
use crate::rule::Confidence;
use crate::text::{Region, Regions};

/// The state of one search, of a part of a text.
pub(super) struct Search<'a> {
    detector: &'a Detector,
    text: &'a [u8],
    regions: &'a Regions,
    path: Option<&'a RepoPath>,
    /// As which kinds of file the text is read.
    kinds: &'static [FileKind],
    /// Whether it is a file in which secrets are made up.
    rehearsal: bool,
    /// Whether all patterns count, those as well that speak of other files.
    any_path: bool,
    /// Of the patterns that were met, by their numbers; few are met in one text.
    met: Vec<Met>,
    /// The pattern and the name that were looked at last.
    name: (usize, Region),
    pub(super) found: Vec<Match>,
    /// What did not pass a filter; only the workbench asks for it.
    pub(super) dropped: Option<Vec<Dropped>>,
    pub(super) overflow: bool,
}

/// What a search knows of a pattern.
#[derive(Clone, Copy)]
struct Met {
    number: usize,
    /// Up to where the text has been searched for it.
    seen: usize,
    /// Whether it speaks of such files.
    speaks: Option<bool>,
}

impl Search<'_> {
    /// The same, where the text is read as any kind of file under any path.
    pub(super) fn under_any_path(self) -> Self {
        Self { kinds: FileKind::ANY, any_path: true, ..self }
    }

    /// Looks at a literal that was found.
    pub(super) fn hit(&mut self, hit: Hit) {
        let number = self.detector.literals.owner(hit.literal);
        let pattern = self.detector.pattern(number);
        let reach = pattern.reach();
        let around = Region::new(hit.start.saturating_sub(reach), hit.start.saturating_add(reach));
        // The cheapest question comes first.
        if hit.start < self.seen(number)
            || !pattern.could_begin_with(self.text, hit.start)
            || !self.regions.touches(around)
            || !self.speaks(number)
        {
            return;
        }
        let Some(literal) = self.literal(hit) else { return };
        match pattern.finder {
            Finder::Regex { place: LiteralPlace::Start, .. } => self.begins(number, hit.start),
            Finder::Regex { place: LiteralPlace::Anywhere, .. } => self.stands_anywhere(number, hit.start),
            // What programs write has neither names nor keys of ours in it, but many a hash.
            Finder::Named { .. } if self.kinds == FileKind::Generated.alone() => {}
            Finder::Named { words, .. } => self.names(number, literal, words),
            Finder::Assignment(named) => self.assigns(number, hit.start, named),
            Finder::UrlPassword => {
                if let Some(candidate) = url_password::find(self.text, hit.start, pattern.longest) {
                    self.candidate(number, candidate);
                }
            }
            Finder::PrivateKey => {
                if let Some(candidate) = private_key::find(self.text, hit.start, pattern.longest) {
                    self.met(number).seen = candidate.span.end;
                    self.candidate(number, candidate);
                }
            }
        }
    }

    /// Looks for a match of a pattern's regex that begins with the literal at `start`.
    fn begins(&mut self, number: usize, start: usize) {
        let pattern = self.detector.pattern(number);
        if !pattern.could_begin(self.text, start) {
            return;
        }
        let end = start.saturating_add(pattern.longest).min(self.text.len());
        let input = Input::new(self.text).span(start..end).anchored(Anchored::Yes);
        if let Some(candidate) = self.regex_match(number, input) {
            self.candidate(number, candidate);
        }
    }

    /// The same where the literal may stand anywhere in a match.
    fn stands_anywhere(&mut self, number: usize, start: usize) {
        let longest = self.detector.pattern(number).longest;
        let end = start.saturating_add(longest).min(self.text.len());
        let mut from = start.saturating_sub(longest).max(self.seen(number));
        if self.beginning(number, from..start + 1).is_none() {
            return;
        }
        // Matches before this literal belong to an earlier one that a search from there has not reached.
        while from <= start {
            let Some(candidate) = self.regex_match(number, Input::new(self.text).span(from..end)) else { break };
            from = candidate.span.end.max(from + 1);
            self.met(number).seen = from;
            self.candidate(number, candidate);
        }
        let met = self.met(number);
        met.seen = met.seen.max(start + 1);
    }

    /// Looks for a value that is given to the name at `literal`.
    fn names(&mut self, number: usize, literal: Region, words: &[&str]) {
        let (text, detector) = (self.text, self.detector);
        let pattern = detector.pattern(number);
        let next = |places: Range<usize>| self.beginning(number, places);
        // Compiled where a value can be, which few names are followed by.
        let value = |place: Range<usize>| {
            let input = Input::new(text).span(place).anchored(Anchored::Yes);
            let value = detector.regex(number)?.search(&input)?.range();
            // Most are words, and lack what is required.
            filters::has_classes(&text[value.clone()], pattern.require).then_some(value.end)
        };
        if let Some(candidate) = named::find(text, literal, next, value, words, pattern.longest) {
            self.candidate(number, candidate);
        }
    }

    /// Looks for an assignment to the name that the literal at `start` is a part of.
    fn assigns(&mut self, number: usize, start: usize, named: Named) {
        let pattern = self.detector.pattern(number);
        let name = assignment::name_around(self.text, start);
        // A name may have several of its words for literals.
        if std::mem::replace(&mut self.name, (number, name)) == (number, name) {
            return;
        }
        let candidates = assignment::find(self.text, name, pattern.longest, named, self.kinds, self.rehearsal);
        if candidates.is_empty() {
            return;
        }
        // A value that is none may hold a name itself, and so may what stands between several, or before one on another line.
        let joint = |value: Region| self.text.get(name.end..value.start).unwrap_or_default();
        self.met(number).seen = match &candidates[..] {
            [Ok(only)] if !joint(only.secret).contains(&b'\n') => only.secret.end,
            _ => name.end,
        };
        for candidate in candidates {
            match candidate {
                Ok(candidate) => self.candidate(number, candidate),
                Err(refused) if self.dropped.is_some() => self.drop(pattern, refused.region, &refused.why()),
                Err(_) => {}
            }
        }
    }

    /// The literal whose beginning was hit; none where it goes on in another way.
    fn literal(&self, hit: Hit) -> Option<Region> {
        let pattern = self.detector.pattern(self.detector.literals.owner(hit.literal));
        let looked_for = self.detector.literals.literal(hit.literal).len();
        let len = if looked_for < LONGEST { looked_for } else { pattern.literal_at(self.text, hit.start)? };
        Some(Region::new(hit.start, hit.start + len))
    }

    /// The first of `places` at which a match of the pattern's regex could begin.
    fn beginning(&self, number: usize, places: Range<usize>) -> Option<usize> {
        let pattern = self.detector.pattern(number);
        let alphabet = self.detector.made(number).alphabet.get_or_init(|| pattern.alphabet());
        let Range { start: mut at, end } = places;
        let len = pattern.outline.len();
        // What cannot stand in a match at all is looked for from the end of where one would have to be.
        while at < end
            && let Some(there) = self.text.get(at..at + len)
        {
            match there.iter().rposition(|byte| !pattern::has(alphabet, *byte)) {
                Some(stop) => at += stop + 1,
                None if pattern.could_begin(self.text, at) => return Some(at),
                None => at += 1,
            }
        }
        None
    }

    /// Whether the pattern speaks of files such as this one.
    fn speaks(&mut self, number: usize) -> bool {
        let (detector, path) = (self.detector, self.path);
        self.any_path || *self.met(number).speaks.get_or_insert_with(|| detector.speaks_of(number, path))
    }

    /// Up to where the text has been searched for a pattern.
    fn seen(&self, number: usize) -> usize {
        self.met.binary_search_by_key(&number, |met| met.number).map_or(0, |at| self.met[at].seen)
    }

    fn met(&mut self, number: usize) -> &mut Met {
        let at = self.met.binary_search_by_key(&number, |met| met.number).unwrap_or_else(|at| {
            self.met.insert(at, Met { number, seen: 0, speaks: None });
            at
        });
        &mut self.met[at]
    }

    fn regex_match(&self, number: usize, input: Input<'_>) -> Option<Candidate> {
        let regex = self.detector.regex(number)?;
        let group = regex.group_info().to_index(regex_automata::PatternID::ZERO, "secret");
        let Some(group) = group else {
            let span: Region = regex.search(&input)?.range().into();
            return Some(Candidate { secret: span, span, confidence: None, reason: None });
        };
        let mut captures = regex.create_captures();
        regex.search_captures(&input, &mut captures);
        let span: Region = captures.get_match()?.range().into();
        let secret = captures.get_group(group).map_or(span, |group| Region::new(group.start, group.end));
        Some(Candidate { secret, span, confidence: None, reason: None })
    }

    /// How sure a match is when what no provider gives its form is weighed by where it stands, and a password by what it is like; and the
    /// parts of that. `None` where it is no secret. A private key among tests is nearly always made for them.
    fn weighed(
        &self,
        pattern: &Pattern,
        secret: Region,
        confidence: Confidence,
    ) -> Option<(Confidence, Option<String>)> {
        let place = if self.rehearsal { REHEARSAL } else { Part::NONE };
        let form = match pattern.finder {
            Finder::Assignment(_) => return Some((confidence, None)),
            Finder::PrivateKey => Kind::PrivateKey,
            Finder::UrlPassword => {
                let score = url_password::weigh(self.text, secret, place)?;
                return Some((confidence.min(score.confidence()?), Some(score.reason())));
            }
            Finder::Regex { .. } | Finder::Named { .. } => pattern.kind,
        };
        let bytes = secret.of(self.text);
        match form {
            // The hash of a password that a test has made up opens nothing that the test does not tell.
            Kind::Password if self.rehearsal && value::is_hash(bytes) => None,
            Kind::Password | Kind::ConnectionString if value::is_weighed(pattern) => {
                let inner = pattern.proof.and_then(|_| proof::basic_password(bytes));
                let looks = value::password(inner.as_deref().unwrap_or(bytes))?;
                let score = Score { name: value::IN_ITS_PLACE, syntax: Part::NONE, value: looks, place };
                Some((confidence.min(score.confidence()?), Some(score.reason())))
            }
            _ if self.rehearsal && (pattern.rule.provider == "generic" || form == Kind::PrivateKey) => {
                Some((Confidence::Possible, Some(place.why.to_owned())))
            }
            _ => Some((confidence, None)),
        }
    }

    /// The checks that are the same for all patterns.
    fn candidate(&mut self, number: usize, candidate: Candidate) {
        let pattern = self.detector.pattern(number);
        let Candidate { secret, span, confidence, reason } = candidate;
        let bytes = secret.of(self.text);
        if let Some(why) = refused(pattern, self.text, secret) {
            return self.drop(pattern, secret, why);
        }
        if self.rehearsal && pattern.proof == Some(Proof::Jwt) && proof::is_made_up(bytes) {
            return self.drop(pattern, secret, "a test has made it up: its claims name nobody");
        }
        let (confidence, proven) = match pattern.proof.map(|proof| proof::prove(proof, bytes)) {
            Some(Outcome::Failed) => return self.drop(pattern, secret, "its proof has failed (`proof`)"),
            Some(Outcome::Passed(what)) => (Confidence::Certain, Some(what)),
            Some(Outcome::Open) | None => (confidence.unwrap_or(pattern.confidence), None),
        };
        let Some((confidence, weighed)) = self.weighed(pattern, secret, confidence) else {
            return self.drop(pattern, secret, "it is too little like a password, where it stands");
        };
        if self.found.len() >= MOST_MATCHES {
            self.overflow = true;
            return;
        }
        let mut reason = reason.unwrap_or_else(|| shape(pattern, bytes));
        for more in proven.into_iter().chain(weighed.as_deref()) {
            reason.push_str("; ");
            reason.push_str(more);
        }
        self.found.push(Match { pattern, secret, span, pair: None, confidence, reason });
    }

    fn drop(&mut self, pattern: &Pattern, region: Region, why: &str) {
        if let Some(dropped) = &mut self.dropped {
            dropped.push(Dropped { region, rule: pattern.rule.id, why: why.to_owned() });
        }
    }
}

impl Detector {
    /// A search of `text`, of what touches `regions`.
    pub(super) fn search<'a>(&'a self, text: &'a [u8], regions: &'a Regions, path: Option<&'a RepoPath>) -> Search<'a> {
        let kinds = surroundings::file_kind(path).alone();
        let rehearsal = surroundings::is_rehearsal(path);
        Search {
            detector: self,
            text,
            regions,
            path,
            kinds,
            rehearsal,
            any_path: false,
            met: Vec::new(),
            name: (usize::MAX, Region::new(0, 0)),
            found: Vec::new(),
            dropped: None,
            overflow: false,
        }
    }
}

/// Whether a value stands in for a secret. A word such as `password` does where passwords stand.
pub(super) fn is_stand_in(pattern: &Pattern, secret: &[u8]) -> bool {
    let word = || filters::is_stock_word(secret) || value::is_name(secret);
    (matches!(pattern.kind, Kind::Password | Kind::ConnectionString) && word())
        || filters::placeholder(secret).is_some()
}

/// Why a regex takes something for a secret: by its public prefix, and what else had to hold.
fn shape(pattern: &Pattern, secret: &[u8]) -> String {
    let prefix = public_prefix(pattern, secret);
    let mut reason = if prefix.is_empty() {
        "it stands where such a secret stands, and has its form".to_owned()
    } else {
        format!("it begins with `{}` and has the length and alphabet of such a secret", prefix.escape_ascii())
    };
    if !pattern.near.is_empty() {
        reason.push_str(", and words near it speak of one");
    }
    reason
}

/// The part of a secret that everybody knows: the literal of its pattern that it begins with, if enough is left to hide.
#[must_use]
pub(in crate::checks::secrets) fn public_prefix<'a>(pattern: &Pattern, secret: &'a [u8]) -> &'a [u8] {
    let begins = |literal: &&str| {
        secret.get(..literal.len()).is_some_and(|start| start.eq_ignore_ascii_case(literal.as_bytes()))
            && secret.len() >= literal.len() + 8
    };
    let length = pattern.literals().filter(begins).map(str::len).max().unwrap_or(0);
    &secret[..length]
}
