//! Bytes and their fresh regions in, matches out.
//!
//! In tiers, from cheap to dear: the prefilter finds literals; a literal's own pattern looks at a window around it, with a regex that is
//! compiled when it is first needed; then come the checks that a regex cannot make. The work for one hit is bounded by its pattern's
//! longest match, and hits of one pattern share their windows, so the whole is linear in the text.

mod explain;
mod pair;
mod sift;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Mutex, OnceLock};

use globset::{GlobBuilder, GlobMatcher};
use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};

use super::assignment::{self, Assigned};
use super::filters;
use super::format::{Kind, Proof};
use super::literals::Literals;
use super::named;
use super::pattern::{self, Finder, LiteralPlace, Pattern};
use super::prefilter::{Hit, LONGEST};
use super::private_key;
use super::proof::{self, Outcome};
use super::score::{Part, REHEARSAL, Score};
use super::surroundings::{self, FileKind, Surroundings};
use super::url_password;
use super::value;
use crate::git::RepoPath;
use crate::rule::Confidence;
use crate::text::{AROUND, Fresh, PIECE, Region, Regions};
use crate::work::{Jobs, spread};
use explain::refused;
pub use explain::{Cost, Dropped, Explained};
pub use sift::Sifted;
pub(super) use sift::{not_copied, worthwhile};

/// How many bytes are searched in one go. Threads share the parts of a text, and what one part costs is far more than a thread does.
const PART: usize = 1 << 18;
// The parts of a piece are parts of the text that it was cut from.
const _: () = assert!(PIECE.is_multiple_of(PART));

/// The most matches that are kept of one text. A text with more is told to be looked at incompletely.
pub const MOST_MATCHES: usize = 1000;

/// A pattern that was found.
#[derive(Clone, Debug)]
pub struct Match {
    /// Which.
    pub pattern: &'static Pattern,
    /// Where the secret stands in the text.
    pub secret: Region,
    /// All that makes it a secret: it, and the name that it is assigned to.
    pub span: Region,
    /// Where the id stands that goes with it; none where there is none beside it.
    pub pair: Option<Region>,
    /// How sure it is, after all checks.
    pub confidence: Confidence,
    /// Why it is taken for a secret, in a sentence that shows nothing of it.
    pub reason: String,
}

impl Match {
    /// Whether a change touches it, or the id that goes with it.
    #[must_use]
    pub fn touches(&self, fresh: &Fresh) -> bool {
        fresh.touches(self.span) || self.pair.is_some_and(|pair| fresh.touches(pair))
    }
}

/// What a scan found.
#[derive(Debug, Default)]
pub struct Scan {
    /// In ascending order; their secrets do not overlap.
    pub matches: Vec<Match>,
    /// Whether there were more than [`MOST_MATCHES`], so that some are missing.
    pub overflow: bool,
}

/// All patterns, ready to be searched for; made once, shared by all threads.
pub struct Detector {
    own: &'static [Pattern],
    literals: Literals,
    /// For each pattern, what is made of it when it is needed.
    made: Vec<OnceLock<Box<Made>>>,
    /// What ids beside secrets look like, compiled when the first such secret is found.
    pairs: Mutex<HashMap<&'static str, Option<Regex>>>,
    margin: usize,
    jobs: Jobs,
}

/// What is made of a pattern.
#[derive(Default)]
struct Made {
    /// Compiled on the first hit.
    regex: OnceLock<Option<Regex>>,
    /// All bytes that a match can begin with or have next, as far as its outline tells.
    alphabet: OnceLock<[u8; 32]>,
    paths: OnceLock<Vec<GlobMatcher>>,
}

/// A match before the checks that are the same for all patterns.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub secret: Region,
    pub span: Region,
    /// What the finder knows better than the pattern.
    pub confidence: Option<Confidence>,
    pub reason: Option<String>,
}

impl Detector {
    /// With the built-in patterns, whose prefilter was made by the build script. Up to `jobs` threads work on one large text.
    #[must_use]
    pub fn built_in(jobs: Jobs) -> Self {
        Self::with(&[], jobs)
    }

    /// The same with those of a repository's own.
    #[must_use]
    pub fn with(own: &'static [Pattern], jobs: Jobs) -> Self {
        Self {
            own,
            literals: Literals::with(own),
            made: std::iter::repeat_with(OnceLock::new).take(pattern::COUNT + own.len()).collect(),
            pairs: Mutex::default(),
            margin: own.iter().map(Pattern::reach).fold(pattern::REACH, usize::max),
            jobs,
        }
    }

    /// A pattern by its number: the own ones are counted on behind the built-in ones.
    fn pattern(&self, number: usize) -> &'static Pattern {
        match number.checked_sub(pattern::COUNT) {
            None => pattern::pattern(number),
            Some(own) => &self.own[own],
        }
    }

    fn made(&self, number: usize) -> &Made {
        self.made[number].get_or_init(Box::default)
    }

    /// Finds what touches a fresh region of `text`, looking at as much of the rest as a match can span. `path` is the file's, for
    /// the patterns that speak of certain files only.
    #[must_use]
    pub fn scan(&self, text: &[u8], fresh: &Fresh, path: Option<&RepoPath>) -> Scan {
        let regions = fresh.smallest();
        let margin = if fresh.is_sifted() { 0 } else { self.margin };
        // Literals that begin within the longest match before a fresh byte may belong to a match that touches it.
        let windows: Regions = regions
            .iter()
            .map(|region| Region::new(region.start.saturating_sub(margin), region.end + margin))
            .collect();
        let begin = || (Vec::new(), false);
        let searched = spread(self.jobs, &parts(&windows, text.len()), begin, |(found, overflow), _, part| {
            let mut search = self.search(text, regions, path);
            for window in part {
                self.literals.find(text, window.start, window.end, |hit| search.hit(hit));
            }
            found.append(&mut search.found);
            *overflow |= search.overflow;
        });
        let mut overflow = searched.iter().any(|(_, overflow)| *overflow);
        let mut matches = claim(searched.into_iter().flat_map(|(found, _)| found).collect());
        self.pair(text, &mut matches);
        matches.retain(|found| found.touches(fresh));
        overflow |= matches.len() > MOST_MATCHES;
        matches.truncate(MOST_MATCHES);
        Scan { matches, overflow }
    }

    /// How much of a text on each side of a place decides what [`Detector::finds_nothing`] says of it: a match, and the lines around it with
    /// what stands near them.
    #[must_use]
    pub fn reach(&self) -> usize {
        self.margin + 2 * AROUND
    }

    /// Whether no literal in `part` of `text` belongs to a match. A text is searched in the same parts by [`Detector::scan`], so it finds
    /// nothing in the whole of a text if this holds for parts that make it up and begin at a multiple of [`PIECE`].
    #[must_use]
    pub fn finds_nothing(&self, text: &[u8], part: Region, path: Option<&RepoPath>) -> bool {
        let parts = parts(&Regions::new(vec![part]), text.len());
        parts.into_iter().flatten().all(|part| self.found_in(text, part, path).is_empty())
    }

    /// What the literals in `part` belong to, before claims, where all of `text` is fresh.
    pub(super) fn found_in(&self, text: &[u8], part: Region, path: Option<&RepoPath>) -> Vec<Match> {
        let all = Regions::all(text.len());
        let mut search = self.search(text, &all, path);
        self.literals.find(text, part.start, part.end, |hit| search.hit(hit));
        search.found
    }

    /// Whether any literal stands in `text`: without one nothing is found in it.
    #[must_use]
    pub fn has_literal(&self, text: &[u8]) -> bool {
        let mut found = false;
        self.literals.find(text, 0, text.len(), |_| found = true);
        found
    }

    fn search<'a>(&'a self, text: &'a [u8], regions: &'a Regions, path: Option<&'a RepoPath>) -> Search<'a> {
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

    /// Runs one pattern alone over all of `text`, without the claims of others; for the workbench and the proof of the patterns.
    #[must_use]
    pub fn scan_one(&self, pattern: &str, text: &[u8], path: Option<&RepoPath>) -> Vec<Match> {
        let regions = Regions::all(text.len());
        let mut search = self.search(text, &regions, path);
        self.literals.find(text, 0, text.len(), |hit| {
            if self.pattern(self.literals.owner(hit.literal)).rule.id == pattern {
                search.hit(hit);
            }
        });
        claim(search.found)
    }

    fn regex(&self, number: usize) -> Option<&Regex> {
        self.made(number)
            .regex
            .get_or_init(|| {
                let pattern = self.pattern(number);
                let (Finder::Regex { regex, .. } | Finder::Named { value: regex, .. }) = pattern.finder else {
                    return None;
                };
                compile(regex, pattern.ignore_case)
            })
            .as_ref()
    }

    /// Whether the pattern speaks of files of this path.
    fn speaks_of(&self, number: usize, path: Option<&RepoPath>) -> bool {
        let globs = self.pattern(number).paths;
        if globs.is_empty() {
            return true;
        }
        let Some(path) = path else { return false };
        let path = String::from_utf8_lossy(path.as_bytes());
        self.made(number)
            .paths
            .get_or_init(|| {
                let build =
                    |glob: &&str| GlobBuilder::new(glob).case_insensitive(true).literal_separator(true).build().ok();
                globs.iter().filter_map(build).map(|glob| glob.compile_matcher()).collect()
            })
            .iter()
            .any(|glob| glob.is_match(&*path))
    }
}

/// The regex was parsed when it was read, so it compiles; if a limit of the engine said no, the proof of the patterns would fail.
fn compile(regex: &str, ignore_case: bool) -> Option<Regex> {
    Regex::builder()
        .syntax(syntax::Config::new().unicode(false).utf8(false).case_insensitive(ignore_case))
        .configure(Regex::config().utf8_empty(false).nfa_size_limit(Some(16 << 20)).onepass(false))
        .build(regex)
        .ok()
}

/// Cuts windows into parts of some [`PART`] bytes of a text of `len` bytes, which are searched one by one. What is found does not
/// depend on who searches which, because the cuts don't.
fn parts(windows: &Regions, len: usize) -> Vec<Vec<Region>> {
    let mut parts = vec![Vec::new()];
    let mut room = PART;
    for window in windows.iter() {
        let (mut start, end) = (window.start, window.end.min(len));
        while start < end {
            let piece = Region::new(start, end.min(start + room));
            room -= piece.len();
            start = piece.end;
            match parts.last_mut() {
                Some(part) => part.push(piece),
                None => parts.push(vec![piece]),
            }
            if room == 0 {
                parts.push(Vec::new());
                room = PART;
            }
        }
    }
    parts
}

/// The state of one search, of a part of a text.
struct Search<'a> {
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
    found: Vec<Match>,
    /// What did not pass a filter; only the workbench asks for it.
    dropped: Option<Vec<Dropped>>,
    overflow: bool,
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
    fn hit(&mut self, hit: Hit) {
        let number = self.detector.literals.owner(hit.literal);
        let pattern = self.detector.pattern(number);
        let literal_end = hit.start + 1;
        let window = Region::new(
            hit.start.saturating_sub(pattern.longest),
            hit.start.saturating_add(pattern.longest).min(self.text.len()),
        );
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
            Finder::Regex { place: LiteralPlace::Start, .. } => {
                if !pattern.could_begin(self.text, hit.start) {
                    return;
                }
                let input = Input::new(self.text).span(hit.start..window.end).anchored(Anchored::Yes);
                if let Some(candidate) = self.regex_match(number, input) {
                    self.candidate(number, candidate);
                }
            }
            Finder::Regex { place: LiteralPlace::Anywhere, .. } => {
                let mut from = window.start.max(self.seen(number));
                if !self.could_begin_in(number, from..hit.start + 1) {
                    return;
                }
                // Matches before this literal belong to an earlier one that a search from there has not reached.
                while from < literal_end {
                    let Some(candidate) = self.regex_match(number, Input::new(self.text).span(from..window.end)) else {
                        break;
                    };
                    from = candidate.span.end.max(from + 1);
                    self.met(number).seen = from;
                    self.candidate(number, candidate);
                }
                let met = self.met(number);
                met.seen = met.seen.max(literal_end);
            }
            // What programs write has neither names nor keys of ours in it, but many a hash.
            Finder::Named { .. } if self.kinds == FileKind::Generated.alone() => {}
            Finder::Named { words, .. } => {
                if !self.could_begin_in(number, literal.end..literal.end + named::LONGEST_JOIN + 1) {
                    return;
                }
                let Some(value) = self.detector.regex(number) else { return };
                if let Some(candidate) = named::find(self.text, literal, value, words, pattern.longest) {
                    self.candidate(number, candidate);
                }
            }
            Finder::Assignment(named) => {
                let name = assignment::name_around(self.text, hit.start);
                // A name may have several of its words for literals.
                if std::mem::replace(&mut self.name, (number, name)) == (number, name) {
                    return;
                }
                for kind in self.kinds {
                    let around = Surroundings { kind: *kind, rehearsal: self.rehearsal };
                    match assignment::find(self.text, name, pattern.longest, named, around) {
                        Assigned::Nothing => break,
                        Assigned::NothingHere => {}
                        Assigned::Value { seen, candidate } => {
                            self.met(number).seen = seen;
                            match candidate {
                                Ok(candidate) => self.candidate(number, candidate),
                                Err(refused) if self.dropped.is_some() => {
                                    self.drop(pattern, refused.region, &refused.why());
                                }
                                Err(_) => {}
                            }
                        }
                    }
                }
            }
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

    /// The literal whose beginning was hit; none where it goes on in another way.
    fn literal(&self, hit: Hit) -> Option<Region> {
        let pattern = self.detector.pattern(self.detector.literals.owner(hit.literal));
        let looked_for = self.detector.literals.literal(hit.literal).len();
        let len = if looked_for < LONGEST { looked_for } else { pattern.literal_at(self.text, hit.start)? };
        Some(Region::new(hit.start, hit.start + len))
    }

    /// Whether a match of the pattern's regex could begin at one of `places`.
    fn could_begin_in(&self, number: usize, places: Range<usize>) -> bool {
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
                None if pattern.could_begin(self.text, at) => return true,
                None => at += 1,
            }
        }
        false
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

/// Whether a value stands in for a secret. A word such as `password` does where passwords stand.
fn is_stand_in(pattern: &Pattern, secret: &[u8]) -> bool {
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
pub(super) fn public_prefix<'a>(pattern: &Pattern, secret: &'a [u8]) -> &'a [u8] {
    let begins = |literal: &&str| {
        secret.get(..literal.len()).is_some_and(|start| start.eq_ignore_ascii_case(literal.as_bytes()))
            && secret.len() >= literal.len() + 8
    };
    let length = pattern.literals().filter(begins).map(str::len).max().unwrap_or(0);
    &secret[..length]
}

/// Where secrets overlap, one pattern claims the text: the form that a provider has given it, the surer one, then a provider's before a generic one, a shape before a telling name, then the longer one, then the
/// one whose id sorts first. Gives the claims in ascending order.
fn claim(mut found: Vec<Match>) -> Vec<Match> {
    // A name says the least, however sure it is of what it says.
    let is_named = |found: &Match| matches!(found.pattern.finder, Finder::Assignment(_));
    found.sort_by(|a, b| {
        knows_best(b.pattern)
            .cmp(&knows_best(a.pattern))
            .then_with(|| is_named(a).cmp(&is_named(b)))
            .then_with(|| b.confidence.cmp(&a.confidence))
            .then_with(|| vagueness(a.pattern).cmp(&vagueness(b.pattern)))
            .then_with(|| b.secret.len().cmp(&a.secret.len()))
            .then_with(|| a.secret.cmp(&b.secret))
            .then_with(|| a.pattern.rule.id.cmp(b.pattern.rule.id))
    });
    let mut claims: std::collections::BTreeMap<usize, Match> = std::collections::BTreeMap::new();
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
