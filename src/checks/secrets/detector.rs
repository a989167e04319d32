//! Bytes and their fresh regions in, matches out.
//!
//! In tiers, from cheap to dear: the prefilter finds literals; a literal's own pattern looks at a window around it, with a regex that is
//! compiled when it is first needed; then come the checks that a regex cannot make. The work for one hit is bounded by its pattern's
//! longest match, and hits of one pattern share their windows, so the whole is linear in the text.

mod claim;
mod explain;
mod pair;
mod search;
mod sift;

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};

use globset::{GlobBuilder, GlobMatcher};
use regex_automata::meta::{Config, Regex};
use regex_automata::util::syntax;

use super::literals::Literals;
use super::pattern::{self, Finder, Pattern};
use crate::git::RepoPath;
use crate::rule::Confidence;
use crate::text::{AROUND, Fresh, PIECE, Region, Regions};
use crate::work::{Jobs, spread};
use claim::claim;
pub use explain::{Cost, Dropped, Explained};
pub(super) use search::public_prefix;
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

    /// The same, with nothing compiled.
    pub(super) fn anew(&self) -> Self {
        Self::with(self.own, self.jobs)
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
        .configure(regex_config().nfa_size_limit(Some(16 << 20)).onepass(false))
        .build(regex)
        .ok()
}

/// What a regex may take. Its automaton is made while it searches; hundreds of them, once a thread, fill what an audit is to do with if each may take as much
/// as it likes, and the few that need more make states anew.
pub(in crate::checks::secrets) fn regex_config() -> Config {
    const AUTOMATON: usize = 256 << 10;
    Regex::config().utf8_empty(false).hybrid_cache_capacity(AUTOMATON)
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
