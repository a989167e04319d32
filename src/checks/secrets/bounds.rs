//! What a pattern's regex can match, and how its matches begin: checked when the program is built, and for a repository's own patterns when they are
//! read. The build script includes this file, too.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;
use regex_syntax::hir::literal::{ExtractKind, Extractor};

use super::format::Pattern;

/// The most bytes between the literal of a name and its value.
pub(super) const LONGEST_JOIN: usize = 160;

/// How far from a secret its id may stand, in bytes.
pub(super) const PAIR_REACH: usize = 256;

/// How far around a literal of a pattern something stands that decides what is found: its match, of up to `longest` bytes, and the id beside it.
pub(super) fn reach(longest: usize, has_pair: bool) -> usize {
    if has_pair { 2 * longest + PAIR_REACH } else { longest }
}

/// The most bytes that an id beside a secret has, with its name.
const LONGEST_PAIR: usize = 200;

/// Whether every match begins with one of the pattern's literals, so that a hit needs one search anchored there; after checking that what it can match
/// is bounded as it says. The error is a sentence without the id.
pub(super) fn begins_with_literals(pattern: &Pattern) -> Result<bool, String> {
    for glob in &pattern.paths {
        globset::Glob::new(glob).map_err(|error| format!("the path {glob:?} is no glob: {error}"))?;
    }
    if let Some(pair) = &pattern.pair {
        match parsed(pair, false)?.properties().maximum_len() {
            Some(1..=LONGEST_PAIR) if pair.contains("(?P<id>") => {}
            _ => return Err(format!("`pair` has no (?P<id>..), or matches more than {LONGEST_PAIR} bytes")),
        }
    }
    let Some(regex) = pattern.regex.as_ref().or(pattern.value.as_ref()) else { return Ok(true) };
    let before = match pattern.value {
        Some(_) => LONGEST_JOIN + pattern.literals.iter().map(String::len).max().unwrap_or(0),
        None => 0,
    };
    let hir = parsed(regex, pattern.ignore_case)?;
    match hir.properties().maximum_len() {
        None => return Err("the regex has no longest match: bound every repetition, `{0,40}` for `*`".into()),
        Some(most) if most + before > pattern.longest => {
            return Err(format!("it matches up to {} bytes, but `longest` says {}", most + before, pattern.longest));
        }
        Some(_) => {}
    }
    if hir.properties().minimum_len().unwrap_or(0) == 0 {
        return Err("the regex matches nothing at all, or the empty text".into());
    }
    // In which case a match is written makes no difference to what it begins with, and would be thousands of ways to write it.
    Ok(is_prefixed(&parsed(regex, false)?, pattern))
}

fn parsed(regex: &str, ignore_case: bool) -> Result<Hir, String> {
    let mut parser =
        ParserBuilder::new().nest_limit(50).unicode(false).utf8(false).case_insensitive(ignore_case).build();
    parser.parse(regex).map_err(|error| {
        // What the parser writes at length quotes the regex.
        let why = match &error {
            regex_syntax::Error::Parse(error) => error.kind().to_string(),
            regex_syntax::Error::Translate(error) => error.kind().to_string(),
            _ => "it cannot be understood".to_owned(),
        };
        format!("the regex is wrong: {why}")
    })
}

fn is_prefixed(hir: &Hir, pattern: &Pattern) -> bool {
    let prefixes = Extractor::new().kind(ExtractKind::Prefix).limit_class(64).limit_total(4000).extract(hir);
    let Some(prefixes) = prefixes.literals() else { return false };
    let fold = |bytes: &[u8]| if pattern.ignore_case { bytes.to_ascii_lowercase() } else { bytes.to_vec() };
    !prefixes.is_empty()
        && prefixes.iter().all(|prefix| {
            pattern.literals.iter().any(|literal| fold(prefix.as_bytes()).starts_with(&fold(literal.as_bytes())))
        })
}

/// The pattern's literals as they are compared.
pub(super) fn folded_literals(pattern: &Pattern) -> Vec<String> {
    let fold = |literal: &String| if pattern.ignore_case { literal.to_ascii_lowercase() } else { literal.clone() };
    pattern.literals.iter().map(fold).collect()
}
