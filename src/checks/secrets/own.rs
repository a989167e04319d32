//! Patterns of a repository's own, read from TOML when the program runs: the same format as the built-in ones, and the same checks.
//!
//! Whoever can write them can make a server work, so all of it is bounded: how large a file is, how many there are, how much a regex may match, and how
//! much memory it may take.

use std::collections::HashSet;

use regex_automata::meta::Regex;
use regex_automata::util::syntax;

use super::bounds::begins_with_literals;
use super::detector::Detector;
use super::format::{self, BREAK, File};
use super::pattern::{Pattern, pattern_ids};
use super::record::record;
use crate::checks::policy_rules;
use crate::git::RepoPath;
use crate::text::{Fresh, Positions};

/// What a file may have at most, in bytes; and how many patterns there may be in all of them.
const LARGEST: usize = 256 << 10;
const MOST: usize = 500;
/// How many literals a pattern may have, and how long they, its regexes and its matches may be.
const MOST_LITERALS: usize = 100;
const LONGEST_LITERAL: usize = 100;
const LONGEST_REGEX: usize = 2000;
const LONGEST_MATCH: usize = 4096;
/// How much memory the machine of a regex may take.
const REGEX_SIZE: usize = 1 << 20;

/// A file of patterns: its path, and what stands in it.
pub type OwnFile = (String, Vec<u8>);

/// Reads patterns. They live as long as the program, as rules do.
///
/// # Errors
/// What is wrong, in a sentence with file, line, and what to do.
pub fn read_own(files: &[OwnFile]) -> Result<&'static [Pattern], String> {
    Ok(read(files)?.0)
}

/// Reads patterns, and holds each example to be claimed by its own pattern, and by no other; gives how many there are. A file that is read to look for
/// something is not held to that: a pattern that is built in later must not make it useless.
///
/// # Errors
/// As [`read_own`].
pub fn check_own(files: &[OwnFile]) -> Result<usize, String> {
    let (own, typed) = read(files)?;
    let detector = Detector::with(own, None);
    for (place, pattern) in &typed {
        for (number, example) in (1..).zip(&pattern.examples) {
            let text = example.replace(BREAK, "");
            let claimed = detector.scan(text.as_bytes(), &Fresh::all(text.len()), path_of(pattern).as_ref()).matches;
            if let Some(other) = claimed.iter().find(|found| found.pattern.rule.id != pattern.id) {
                let rule = other.pattern.rule.id;
                return Err(format!(
                    "{place}: {}: example {number} is claimed by {rule}; take another, or leave it to that rule",
                    pattern.id
                ));
            }
        }
    }
    Ok(own.len())
}

/// A pattern as typed, and its place.
type Typed = (String, format::Pattern);

fn read(files: &[OwnFile]) -> Result<(&'static [Pattern], Vec<Typed>), String> {
    let mut own = Vec::new();
    let mut ids: HashSet<&str> = pattern_ids().map(|[id, _]| id).collect();
    ids.extend(policy_rules().iter().map(|rule| rule.id));
    let mut proofs = Vec::new();
    for (name, bytes) in files {
        if bytes.len() > LARGEST {
            return Err(format!("{name}: it is larger than {} KiB; split it", LARGEST >> 10));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| format!("{name}: it is no UTF-8; save it as that"))?;
        let mut positions = Positions::new(bytes);
        let mut at = |offset: usize| format!("{name}:{}", positions.of(offset).line);
        let file: File = toml::from_str(text).map_err(|error| {
            let place = at(error.span().map_or(0, |span| span.start));
            format!("{place}: {}", error.message().lines().collect::<Vec<_>>().join(" "))
        })?;
        if !file.published.is_empty() {
            return Err(format!("{name}: [[published]] is for what is built in; `palisade allow` lets in a value"));
        }
        for pattern in file.pattern {
            let place = at(pattern.span().start);
            let pattern = pattern.into_inner();
            let blame = |why: String| format!("{place}: {}: {why}", RepoPath::new(pattern.id.as_str()));
            let begins = check(&pattern).map_err(blame)?;
            let meant = Pattern::of_record(record(&pattern, begins, &[]).map_err(blame)?.leak());
            if !ids.insert(meant.rule.id) {
                return Err(blame("there is another pattern of this id; give it one of its own".to_owned()));
            }
            if own.len() == MOST {
                return Err(blame(format!("there are more than {MOST} patterns; merge some")));
            }
            own.push(meant);
            proofs.push((place, pattern));
        }
    }
    let own: &'static [Pattern] = own.leak();
    if !own.is_empty() {
        let detector = Detector::with(own, None);
        proofs.iter().try_for_each(|(place, pattern)| {
            prove(&detector, pattern).map_err(|why| format!("{place}: {}: {why}", pattern.id))
        })?;
    }
    Ok((own, proofs))
}

/// Checks one pattern; whether every match begins with one of its literals.
fn check(pattern: &format::Pattern) -> Result<bool, String> {
    pattern.check()?;
    if pattern.provider == "policy" {
        return Err("the provider `policy` is for rules that are about no secret".to_owned());
    }
    let over = |what: &str, is: usize, most: usize| format!("{what} {is}, and the most is {most}; make it less");
    if pattern.literals.len() > MOST_LITERALS {
        return Err(over("the number of its literals is", pattern.literals.len(), MOST_LITERALS));
    }
    let longest = pattern.literals.iter().map(String::len).max().unwrap_or(0);
    if longest > LONGEST_LITERAL {
        return Err(over("the length of a literal is", longest, LONGEST_LITERAL));
    }
    if pattern.longest > LONGEST_MATCH {
        return Err(over("`longest` is", pattern.longest, LONGEST_MATCH));
    }
    if let Some(pair) = &pattern.pair {
        compiles(pair, false)?;
    }
    if let Some(regex) = pattern.regex.as_ref().or(pattern.value.as_ref()) {
        if regex.len() > LONGEST_REGEX {
            return Err(over("the length of the regex is", regex.len(), LONGEST_REGEX));
        }
        let begins = begins_with_literals(pattern)?;
        compiles(regex, pattern.ignore_case)?;
        return Ok(begins);
    }
    begins_with_literals(pattern)
}

fn compiles(regex: &str, ignore_case: bool) -> Result<(), String> {
    let syntax = syntax::Config::new().unicode(false).utf8(false).case_insensitive(ignore_case);
    let config = Regex::config().utf8_empty(false).nfa_size_limit(Some(REGEX_SIZE)).onepass(false);
    match Regex::builder().syntax(syntax).configure(config).build(regex) {
        Ok(_) => Ok(()),
        Err(error) if error.size_limit().is_some() => {
            Err("the regex is too large once its repetitions are written out; make them smaller".to_owned())
        }
        Err(_) => Err("the regex cannot be compiled".to_owned()),
    }
}

/// Holds a pattern to its own examples and counter-examples, whatever other patterns say of them.
fn prove(detector: &Detector, pattern: &format::Pattern) -> Result<(), String> {
    let path = path_of(pattern);
    let found = |text: &str| detector.scan_one(&pattern.id, text.replace(BREAK, "").as_bytes(), path.as_ref()).len();
    for (number, example) in (1..).zip(&pattern.examples) {
        let count = found(example);
        if count != 1 {
            return Err(format!(
                "it finds {count} secrets in example {number}, and an example has one; `palisade rules test` tells why"
            ));
        }
    }
    match (1..).zip(&pattern.counter_examples).find(|(_, example)| found(example) > 0) {
        Some((number, _)) => Err(format!("it finds something in counter-example {number}, which is to be no secret")),
        None => Ok(()),
    }
}

/// A path that the pattern speaks of, if it asks for one.
fn path_of(pattern: &format::Pattern) -> Option<RepoPath> {
    pattern.paths.first().map(|glob| RepoPath::new(glob.replace("**/", "").replace('*', "x")))
}
