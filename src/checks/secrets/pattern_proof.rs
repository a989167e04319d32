//! The proof of the patterns: every example, every counter-example, and every pattern against every other.

use std::fs;
use std::path::Path;

use super::bounds::folded_literals;
use super::detector::Detector;
use super::format::{self, BREAK, Confidence};
use super::pattern::{Finder, Named, Pattern, pattern_ids, patterns};
use crate::git::RepoPath;
use crate::text::Fresh;

/// All patterns as typed, with the file that each stands in.
pub(super) fn typed() -> Vec<(String, format::Pattern)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("patterns");
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let file: format::File =
                toml::from_str(&fs::read_to_string(&path).expect("it can be read")).expect("it is right");
            let name = path.file_name().expect("it has one").to_string_lossy().into_owned();
            all.extend(file.pattern.into_iter().map(|pattern| (name.clone(), pattern.into_inner())));
        }
    }
    all
}

/// A path that the pattern speaks of, if it asks for one.
fn path_of(pattern: &format::Pattern) -> Option<RepoPath> {
    pattern.paths.first().map(|glob| RepoPath::new(glob.replace("**/", "").replace('*', "x")))
}

pub(super) fn whole(text: &str) -> String {
    text.chars().filter(|character| *character != BREAK).collect()
}

fn fail_with(failures: &[String]) {
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn each_example_is_claimed_by_its_own_pattern_and_by_no_other() {
    let detector = Detector::built_in(None);
    let mut failures = Vec::new();
    for (file, pattern) in typed() {
        let path = path_of(&pattern);
        for (number, example) in pattern.examples.iter().enumerate() {
            let text = whole(example);
            let claims: Vec<&str> = detector
                .scan(text.as_bytes(), &Fresh::all(text.len()), path.as_ref())
                .matches
                .iter()
                .map(|found| found.pattern.rule.id)
                .collect();
            if claims != [pattern.id.as_str()] {
                failures.push(format!("{file}: {} example {}: claimed by {claims:?}", pattern.id, number + 1));
            }
        }
    }
    fail_with(&failures);
}

#[test]
fn no_pattern_finds_anything_in_its_counter_examples() {
    let detector = Detector::built_in(None);
    let mut failures = Vec::new();
    for (file, pattern) in typed() {
        let path = path_of(&pattern);
        for (number, example) in pattern.counter_examples.iter().enumerate() {
            if !detector.scan_one(&pattern.id, whole(example).as_bytes(), path.as_ref()).is_empty() {
                failures.push(format!("{file}: {} counter-example {}", pattern.id, number + 1));
            }
        }
    }
    fail_with(&failures);
}

#[test]
fn what_an_issuer_has_published_is_no_secret_and_its_neighbour_is_one() {
    let detector = Detector::built_in(None);
    let found = |text: &str| detector.scan(text.as_bytes(), &Fresh::all(text.len()), None).matches.len();
    let azurite =
        ["AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq", "/K1SZFPTOtr/KBHBeksoGMGw=="];
    let jwt_io = [
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.",
        "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ",
        ".SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
    ];
    for published in [["STRIPE_KEY=sk_te", "st_4eC39HqLyjWDarjtT1zdp7dc"].concat(), azurite.concat(), jwt_io.concat()] {
        assert_eq!(found(&published), 0, "{published}");
    }
    assert_eq!(found(&["STRIPE_KEY=sk_te", "st_4eC39HqLyjWDarjtT1zdp7dd"].concat()), 1);
    assert_eq!(found(&azurite.concat().replace("Eby8", "Eby9")), 1);
    assert_eq!(found(&jwt_io.concat().replace("MjM0NTY3ODkwIiwi", "MjM0NTY3ODkxIiwi")), 1);
}

#[test]
fn a_match_is_never_longer_than_its_pattern_states() {
    let detector = Detector::built_in(None);
    for (_, pattern) in typed() {
        for example in &pattern.examples {
            let text = whole(example);
            for found in detector.scan_one(&pattern.id, text.as_bytes(), path_of(&pattern).as_ref()) {
                assert!(found.span.len() <= pattern.longest, "{}", pattern.id);
            }
        }
    }
}

#[test]
fn a_pattern_of_a_provider_that_is_certain_has_a_distinctive_literal_or_a_proof() {
    for pattern in patterns() {
        let distinctive = pattern.literals().all(|literal| literal.len() >= 4);
        assert!(distinctive, "{}", pattern.rule.id);
        assert!(!matches!(pattern.finder, Finder::Regex { regex: "", .. }), "{}", pattern.rule.id);
    }
}

#[test]
fn a_pattern_is_read_as_it_was_typed() {
    let mut patterns: std::collections::HashMap<&str, &Pattern> =
        patterns().map(|pattern| (pattern.rule.id, pattern)).collect();
    assert!(pattern_ids().all(|[id, family]| patterns[id].rule.family == family));
    for (_, typed) in typed() {
        let pattern = patterns.remove(typed.id.as_str()).expect("it is built in");
        let rule = &pattern.rule;
        assert_eq!(rule.family, typed.family.as_ref().unwrap_or(&typed.id), "{}", typed.id);
        let texts = [rule.summary, rule.provider, rule.revoke, rule.rotate, pattern.source];
        assert_eq!(
            texts,
            [&typed.summary, &typed.provider, &typed.revoke, &typed.rotate, &typed.source].map(String::as_str)
        );
        let words = [pattern.kind.as_str(), pattern.confidence.as_str()];
        assert_eq!(words, [typed.kind.as_str(), typed.confidence.as_str()], "{}", typed.id);
        let lower = |words: &[String]| words.iter().map(|word| word.to_ascii_lowercase()).collect::<Vec<_>>();
        match pattern.finder {
            Finder::Regex { regex, .. } => assert_eq!(Some(regex), typed.regex.as_deref(), "{}", typed.id),
            Finder::Named { value, words } => {
                assert_eq!(Some(value), typed.value.as_deref(), "{}", typed.id);
                assert_eq!(words, lower(&typed.words), "{}", typed.id);
            }
            Finder::Assignment(Named::Password) => assert_eq!(typed.finder, format::Finder::AssignedPassword),
            Finder::Assignment(Named::Secret) => assert_eq!(typed.finder, format::Finder::AssignedSecret),
            Finder::PrivateKey => assert_eq!(typed.finder, format::Finder::PrivateKey),
            Finder::UrlPassword => assert_eq!(typed.finder, format::Finder::UrlPassword),
        }
        let literals: Vec<_> = pattern.literals().collect();
        assert_eq!(literals, folded_literals(&typed), "{}", typed.id);
        assert_eq!(pattern.near, lower(&typed.near), "{}", typed.id);
        assert_eq!(pattern.paths, typed.paths, "{}", typed.id);
        assert_eq!((pattern.pair, pattern.proof), (typed.pair.as_deref(), typed.proof), "{}", typed.id);
        assert_eq!((pattern.longest, pattern.require), (typed.longest, &*typed.require), "{}", typed.id);
        assert_eq!(pattern.entropy.to_bits(), typed.entropy.unwrap_or(0.0).to_bits(), "{}", typed.id);
        let flags = [pattern.ignore_case, pattern.boundary, pattern.placeholders, pattern.random];
        assert_eq!(flags, [typed.ignore_case, typed.boundary, typed.placeholders, typed.random], "{}", typed.id);
    }
    assert!(patterns.is_empty(), "{:?}", patterns.keys());
}

#[test]
fn there_are_patterns_for_more_than_a_hundred_kinds() {
    assert!(patterns().len() > 100, "{}", patterns().len());
    assert!(typed().iter().any(|(_, pattern)| pattern.confidence == Confidence::Certain));
}

#[test]
fn the_embedded_data_stays_under_two_megabytes() {
    let patterns = super::pattern::pattern_records().len() + 4 * super::pattern::COUNT;
    let tables = super::pattern::prefilter();
    let tables = [tables.map, tables.buckets, tables.grams, tables.text, tables.ends];
    let tables: usize = tables.iter().map(|table| table.len()).sum();
    let published: usize = super::pattern::published().map(str::len).sum();
    let sum = patterns + tables + published + 6 * super::pattern::literals();
    println!(
        "{sum} bytes: {patterns} of patterns, {tables} of tables for their literals, {published} of published examples"
    );
    assert!(sum < 2 << 20, "{sum}");
}
