//! `[signatures]`: what must be signed, and by whom, as the check takes it.

use globset::GlobBuilder;

use super::error::Fault;
use super::globs::anchored;
use super::values::{Entry, Result, choice, flag, level, levels, table, unknown, unknown_of, wrong_kind};
use crate::checks::signatures::{Identity, Require, Reserved, Settings, rules};
use crate::git::{Oid, RepoPath};

const RESERVED: &[&str] = &["signers", "threshold"];
const REQUIRE: [(&str, Require); 2] = [("trusted", Require::Trusted), ("any-valid", Require::AnyValid)];
const IDENTITY: [(&str, Identity); 3] =
    [("committer", Identity::Committer), ("author", Identity::Author), ("both", Identity::Both)];

/// Reads the section.
pub(super) fn read(section: Entry<'_, '_>) -> Result<Settings> {
    let mut settings = Settings::default();
    for entry in table(section)? {
        match entry.0.get_ref().as_ref() {
            "level" => settings.level = level(entry)?,
            "rules" => settings.rules = levels(entry, &rules())?,
            "require" => settings.require = choice(entry, &REQUIRE, "`trusted` or `any-valid`")?,
            "allowed-signers" => settings.allowed_signers = path(entry)?,
            "revoked-keys" => settings.revoked_keys = path(entry)?,
            "roots" => settings.roots = path(entry)?,
            "keyring" => settings.keyring = path(entry)?,
            "issuers" => {
                settings.issuers = list(entry, "a list of addresses, such as `https://github.com/login/oauth`")?;
            }
            "identity" => settings.identity = choice(entry, &IDENTITY, "`committer`, `author` or `both`")?,
            "refs" => settings.refs = table(entry)?.iter().map(reserved).collect::<Result<_>>()?,
            "paths" => settings.paths = table(entry)?.iter().map(reserved_path).collect::<Result<_>>()?,
            "forges" => settings.forges = names(entry)?,
            "bots" => settings.bots = names(entry)?,
            "since" => settings.since = Some(commit(entry)?),
            "follow-history" => settings.follow_history = flag(entry)?,
            "push-certificate" => settings.push_certificate = flag(entry)?,
            "trust" => settings.trust = Some(commit(entry)?),
            _ => return Err(unknown(entry, "signatures")),
        }
    }
    Ok(settings)
}

/// Refs that are reserved: `"refs/heads/release/**" = { signers = ["release@example.org"] }`.
fn reserved(section: Entry<'_, '_>) -> Result<Reserved> {
    let pattern = section.0.get_ref().as_ref();
    if !pattern.starts_with("refs/") {
        let why = "it is no full name of a ref, which begins with `refs/`".to_owned();
        return Err((section.0.span().start, Fault::BadGlob { glob: pattern.to_owned(), why }));
    }
    block(section, pattern)
}

/// Paths that are reserved: `"deploy/**" = { signers = ["ops@example.org"] }`, with globs as `ignore-paths` has them.
fn reserved_path(section: Entry<'_, '_>) -> Result<Reserved> {
    block(section, &anchored(section.0.get_ref().as_ref()))
}

fn block(section: Entry<'_, '_>, glob: &str) -> Result<Reserved> {
    let bad = |why: &globset::Error| {
        let glob = section.0.get_ref().as_ref().to_owned();
        (section.0.span().start, Fault::BadGlob { glob, why: why.kind().to_string() })
    };
    let glob = GlobBuilder::new(glob).literal_separator(true).build().map_err(|why| bad(&why))?;
    let (mut signers, mut threshold) = (None, None);
    for entry in table(section)? {
        match entry.0.get_ref().as_ref() {
            "signers" => signers = Some(names(entry)?),
            "threshold" => threshold = Some(entry),
            _ => return Err(unknown_of(entry, "signatures.refs", RESERVED.to_vec())),
        }
    }
    let signers = signers.ok_or_else(|| wrong_kind(section, section.1, "`{ signers = [..] }`"))?;
    let threshold = threshold.map_or(Ok(1), |entry| number(entry, signers.len()))?;
    Ok(Reserved { glob: glob.compile_matcher(), signers, threshold })
}

/// How many of the signers it takes.
fn number(entry: Entry<'_, '_>, most: usize) -> Result<usize> {
    let number =
        entry.1.get_ref().as_integer().and_then(|number| usize::from_str_radix(number.as_str(), number.radix()).ok());
    let wrong = || wrong_kind(entry, entry.1, "a whole number from 1 to that of the signers");
    number.filter(|number| (1..=most).contains(number)).ok_or_else(wrong)
}

/// Signers: addresses, or fingerprints of keys.
fn names(entry: Entry<'_, '_>) -> Result<Vec<String>> {
    list(entry, "a list of addresses or fingerprints")
}

fn list(entry: Entry<'_, '_>, takes: &'static str) -> Result<Vec<String>> {
    let list = entry.1.get_ref().as_array().ok_or_else(|| wrong_kind(entry, entry.1, takes))?;
    let name = |value: &toml::Spanned<toml::de::DeValue<'_>>| {
        value.get_ref().as_str().map(str::to_owned).ok_or_else(|| wrong_kind(entry, value, takes))
    };
    list.iter().map(name).collect()
}

/// A path of the repository.
fn path(entry: Entry<'_, '_>) -> Result<RepoPath> {
    let text = entry.1.get_ref().as_str().map(|text| text.trim_end_matches('/'));
    let is_inside = |text: &&str| !text.is_empty() && text.split('/').all(|part| !matches!(part, "" | "." | ".."));
    let wrong = || wrong_kind(entry, entry.1, "a path from the root of the repository, such as `.palisade/keys`");
    text.filter(is_inside).map(RepoPath::new).ok_or_else(wrong)
}

/// A commit by its full name: a shorter one can come to mean another.
fn commit(entry: Entry<'_, '_>) -> Result<Oid> {
    let text = entry.1.get_ref().as_str();
    let wrong = || wrong_kind(entry, entry.1, "the full name of a commit: 40 or 64 hexadecimal digits");
    text.and_then(|text| Oid::from_hex(text).ok()).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Policy;
    use super::*;
    use crate::checks::signatures::State;
    use crate::rule::Level;

    fn parse(text: &str) -> std::result::Result<Settings, String> {
        let text = format!("[signatures]\n{text}");
        let policy = Policy::parse(Path::new("p"), &text, Vec::new).map_err(|error| error.to_string())?;
        Ok(policy.signatures().unwrap().clone())
    }

    #[test]
    fn every_key_means_something() {
        let oid = "a".repeat(40);
        let settings = parse(&format!(
            "level = \"annotate\"\nrules.unsigned = \"reject\"\nrequire = \"any-valid\"\nallowed-signers = \"a\"\n\
             revoked-keys = \"b\"\nkeyring = \"c/d/\"\nidentity = \"both\"\nforges = [\"f\"]\nbots = [\"g\"]\n\
             since = \"{oid}\"\nfollow-history = true\ntrust = \"{oid}\"\nissuers = [\"https://i\"]\n\
             [signatures.refs]\n\"refs/heads/release/**\" = {{ signers = [\"h\"] }}\n"
        ))
        .unwrap();
        assert_eq!((settings.level(State::Unsigned), settings.level(State::Weak)), (Level::Reject, Level::Annotate));
        assert_eq!((settings.level(State::Good), settings.level(State::ExpiredSince)), (Level::Ignore, Level::Ignore));
        assert_eq!((settings.require, settings.identity), (Require::AnyValid, Identity::Both));
        assert_eq!(settings.keyring, RepoPath::new("c/d"));
        assert_eq!(settings.issuers, ["https://i"]);
        assert_eq!(
            (settings.forges.as_slice(), settings.bots.as_slice()),
            (&["f".to_owned()][..], &["g".to_owned()][..])
        );
        assert!(settings.follow_history && settings.since.is_some() && settings.trust == settings.since);
        assert!(settings.refs[0].glob.is_match("refs/heads/release/1/x") && settings.refs[0].signers == ["h"]);
    }

    #[test]
    fn a_threshold_is_no_more_than_there_are_signers() {
        let of = |threshold: &str| {
            parse(&format!(
                "push-certificate = true\nroots = \"r\"\nrefs.\"refs/a\" = {{ signers = [\"h\", \"i\"]{threshold} }}\n"
            ))
        };
        let settings = of(", threshold = 2").unwrap();
        assert_eq!((settings.refs[0].threshold, settings.push_certificate), (2, true));
        assert_eq!(settings.roots, RepoPath::new("r"));
        assert_eq!(of("").unwrap().refs[0].threshold, 1);
        for threshold in ["0", "3", "-1", "\"2\""] {
            let told = of(&format!(", threshold = {threshold}")).unwrap_err();
            assert!(told.contains("`threshold` is") && told.contains("from 1 to that of the signers"), "{told}");
        }
    }

    #[test]
    fn a_wrong_key_or_value_is_told() {
        for (text, told) in [
            ("levle = \"reject\"", "p:2:1: unknown key `levle` in [signatures]; did you mean `level`?"),
            ("rules.unsignd = \"reject\"", "p:2:7: unknown rule `unsignd`; did you mean `unsigned`?"),
            (
                "require = \"truste\"",
                "p:2:11: `require` is `truste`; it takes `trusted` or `any-valid`; did you mean `trusted`?",
            ),
            (
                "keyring = \"../keys\"",
                "p:2:11: `keyring` is a string; it takes a path from the root of the repository, such as `.palisade/keys`",
            ),
            (
                "since = \"abc\"",
                "p:2:9: `since` is a string; it takes the full name of a commit: 40 or 64 hexadecimal digits",
            ),
            ("forges = \"a\"", "p:2:10: `forges` is a string; it takes a list of addresses or fingerprints"),
            ("follow-history = 1", "p:2:18: `follow-history` is an integer; it takes `true` or `false`"),
            (
                "refs.main = { signers = [] }",
                "p:2:6: bad glob `main`: it is no full name of a ref, which begins with `refs/`",
            ),
            ("refs.\"refs/a\" = {}", "p:2:17: `refs/a` is a table; it takes `{ signers = [..] }`"),
            (
                "refs.\"refs/a\" = { signer = [] }",
                "p:2:19: unknown key `signer` in [signatures.refs]; did you mean `signers`?",
            ),
        ] {
            assert_eq!(parse(text).unwrap_err(), told);
        }
    }
}
