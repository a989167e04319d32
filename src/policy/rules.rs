//! `[[refs]]`, `[commits]` and `[files]`: what pushes and commits must be like, as the checks take it.

use std::collections::BTreeMap;
use std::time::Duration;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use toml::Spanned;
use toml::de::DeValue;

use super::error::Fault;
use super::typed::{Entry, Result, Value, choice, choose, level, strings, table, unknown, wrong_kind};
use super::{Annotate, Mark, OnIncomplete, Server, globs};
use crate::checks::commits::{self, Commits};
use crate::checks::files::{self, ACTIONS, Action, Files, Forbidden};
use crate::checks::refs::{Block, DEEDS, Refs};
use crate::checks::{Bypass, TextPattern};
use crate::rule::{Level, Rule};

/// What stands for the default branch in `match`.
const DEFAULT_BRANCH: &str = "HEAD";

const REFS: &[&str] = &["match", "forbid", "name", "level", "bypass", "bypass-with-reason"];
const COMMITS: &[&str] = &[
    "level",
    "rules",
    "message",
    "forbid-message",
    "conventional",
    "max-subject",
    "max-line",
    "author-name",
    "author-email",
    "committer-name",
    "committer-email",
    "committer-is-pusher",
    "forbid-future",
    "signed-off-by",
    "max-commits",
    "bypass",
    "bypass-with-reason",
];
const FILES: &[&str] = &[
    "level",
    "rules",
    "forbid",
    "watch",
    "max-size",
    "max-path",
    "max-name",
    "lfs-above",
    "lfs",
    "forbid-collisions",
    "forbid-windows-names",
    "forbid-outside-symlinks",
    "submodule-urls",
    "bypass",
    "bypass-with-reason",
];
const ANNOTATE: &[&str] = &["as", "share"];
const AS: [(&str, Mark); 3] = [("note", Mark::Note), ("trailer", Mark::Trailer), ("none", Mark::None)];
const SERVER: &[&str] = &["deadline", "on-incomplete"];
const FORBIDDEN: &[&str] = &["path", "on", "level"];

/// `[[refs]]`: the blocks, in their order.
pub(super) fn refs(section: Entry<'_, '_>) -> Result<Refs> {
    const TAKES: &str = "blocks: write [[refs]]";
    let list = section.1.get_ref().as_array().ok_or_else(|| wrong_kind(section, section.1, TAKES))?;
    let block = |value| block((section.0, value));
    Ok(Refs(list.iter().map(block).collect::<Result<_>>()?))
}

fn block(section: Entry<'_, '_>) -> Result<Block> {
    let mut matches = None;
    let mut block = Block {
        matches: GlobSet::empty(),
        default_branch: false,
        forbid: Vec::new(),
        name: None,
        level: Level::default(),
        bypass: Bypass::default(),
    };
    for entry in table(section)? {
        match entry.0.get_ref().as_ref() {
            "match" => matches = Some(one_or_more(entry)?),
            "forbid" => {
                let deeds = DEEDS.map(|(name, deed, _)| (name, deed));
                for word in strings(entry)? {
                    let takes = "what `palisade rules list` calls the rules for refs";
                    block.forbid.push(choose(entry, &word, &deeds, takes)?);
                }
            }
            "name" => block.name = Some(pattern(entry)?),
            "level" => block.level = level(entry)?,
            "bypass" => block.bypass.always = words(entry)?,
            "bypass-with-reason" => block.bypass.with_reason = words(entry)?,
            _ => return Err(unknown(entry, "refs", REFS)),
        }
    }
    let Some(patterns) = matches else {
        let fault = Fault::Missing { key: "match", table: "refs" };
        return Err((section.1.span().start, fault));
    };
    (block.default_branch, block.matches) = matched_refs(patterns)?;
    Ok(block)
}

/// Patterns of full names: `*` stays between two slashes, `**` does not; and whether the default branch is among them.
pub(super) fn matched_refs(patterns: Vec<Value<String>>) -> Result<(bool, GlobSet)> {
    let is_default = |pattern: &Value<String>| pattern.value == DEFAULT_BRANCH;
    let default_branch = patterns.iter().any(is_default);
    let mut set = GlobSetBuilder::new();
    for pattern in patterns.into_iter().filter(|pattern| !is_default(pattern)) {
        if !pattern.value.starts_with("refs/") {
            return Err((pattern.at, Fault::NoRefPattern { pattern: pattern.value }));
        }
        let glob = GlobBuilder::new(&pattern.value).literal_separator(true).build();
        let bad = |why: &globset::Error| Fault::BadGlob { glob: pattern.value.clone(), why: why.kind().to_string() };
        set.add(glob.map_err(|why| (pattern.at, bad(&why)))?);
    }
    let set = set.build().map_err(|why| (0, Fault::BadGlob { glob: "*".to_owned(), why: why.kind().to_string() }))?;
    Ok((default_branch, set))
}

/// `[commits]`.
pub(super) fn commits(section: Entry<'_, '_>) -> Result<Commits> {
    let mut all = Commits::default();
    for entry in table(section)? {
        match entry.0.get_ref().as_ref() {
            "level" => all.level = level(entry)?,
            "rules" => all.levels = levels(entry, &commits::rules())?,
            "message" => all.message = Some(pattern(entry)?),
            "forbid-message" => all.forbid_message = Some(pattern(entry)?),
            "conventional" => all.conventional = conventional(entry)?,
            "max-subject" => all.max_subject = Some(count(entry)?),
            "max-line" => all.max_line = Some(count(entry)?),
            "author-name" => all.author_name = Some(pattern(entry)?),
            "author-email" => all.author_email = Some(pattern(entry)?),
            "committer-name" => all.committer_name = Some(pattern(entry)?),
            "committer-email" => all.committer_email = Some(pattern(entry)?),
            "committer-is-pusher" => all.committer_is_pusher = flag(entry)?,
            "forbid-future" => all.forbid_future = flag(entry)?,
            "signed-off-by" => all.signed_off_by = flag(entry)?,
            "max-commits" => all.max_commits = Some(number(entry, entry.1, "a number")?),
            "bypass" => all.bypass.always = words(entry)?,
            "bypass-with-reason" => all.bypass.with_reason = words(entry)?,
            _ => return Err(unknown(entry, "commits", COMMITS)),
        }
    }
    Ok(all)
}

/// `conventional = true`, or the types.
fn conventional(entry: Entry<'_, '_>) -> Result<Option<Vec<String>>> {
    match entry.1.get_ref() {
        DeValue::Boolean(true) => Ok(Some(commits::default_types())),
        DeValue::Boolean(false) => Ok(None),
        DeValue::Array(_) => words(entry).map(Some),
        _ => Err(wrong_kind(entry, entry.1, "`true`, or a list of types")),
    }
}

/// `[files]`.
pub(super) fn files(section: Entry<'_, '_>) -> Result<Files> {
    let mut all = Files::default();
    for entry in table(section)? {
        match entry.0.get_ref().as_ref() {
            "level" => all.level = level(entry)?,
            "rules" => all.levels = levels(entry, &files::rules())?,
            "forbid" => all.forbid = forbidden(entry)?,
            "watch" => all.watch = globs(strings(entry)?)?,
            "max-size" => all.max_size = Some(size(entry)?),
            "max-path" => all.max_path = Some(count(entry)?),
            "max-name" => all.max_name = Some(count(entry)?),
            "lfs-above" => all.lfs_above = Some(size(entry)?),
            "lfs" => all.lfs = globs(strings(entry)?)?,
            "forbid-collisions" => all.forbid_collisions = flag(entry)?,
            "forbid-windows-names" => all.forbid_windows_names = flag(entry)?,
            "forbid-outside-symlinks" => all.forbid_outside_symlinks = flag(entry)?,
            "submodule-urls" => all.submodule_urls = Some(words(entry)?),
            "bypass" => all.bypass.always = words(entry)?,
            "bypass-with-reason" => all.bypass.with_reason = words(entry)?,
            _ => return Err(unknown(entry, "files", FILES)),
        }
    }
    Ok(all)
}

/// `forbid`: globs, which speak of what is added, or tables that say more.
fn forbidden(entry: Entry<'_, '_>) -> Result<Vec<Forbidden>> {
    const TAKES: &str = "a list of globs, or of tables as { path = \"*.pem\", on = [\"add\"] }";
    let list = entry.1.get_ref().as_array().ok_or_else(|| wrong_kind(entry, entry.1, TAKES))?;
    let one = |value: &Spanned<DeValue<'_>>| match value.get_ref() {
        DeValue::String(path) => {
            let path = Value { at: value.span().start, value: path.as_ref().to_owned() };
            one_forbidden(path, vec![Action::Add], None)
        }
        DeValue::Table(_) => forbidden_table((entry.0, value)),
        _ => Err(wrong_kind(entry, value, TAKES)),
    };
    list.iter().map(one).collect()
}

fn forbidden_table(section: Entry<'_, '_>) -> Result<Forbidden> {
    let (mut path, mut on, mut its_level) = (None, vec![Action::Add], None);
    for entry in table(section)? {
        match entry.0.get_ref().as_ref() {
            "path" => path = Some(text(entry)?),
            "on" => {
                let actions = strings(entry)?;
                let takes = "`add`, `modify` or `delete`";
                on = actions.iter().map(|word| choose(entry, word, &ACTIONS, takes)).collect::<Result<_>>()?;
            }
            "level" => its_level = Some(level(entry)?),
            _ => return Err(unknown(entry, "files.forbid", FORBIDDEN)),
        }
    }
    let missing = || (section.1.span().start, Fault::Missing { key: "path", table: "files.forbid" });
    one_forbidden(path.ok_or_else(missing)?, on, its_level)
}

fn one_forbidden(path: Value<String>, on: Vec<Action>, level: Option<Level>) -> Result<Forbidden> {
    let pattern = path.value.clone();
    Ok(Forbidden { pattern, matches: globs(vec![path])?, on, level })
}

/// `[annotate]`.
pub(super) fn annotate(section: Entry<'_, '_>) -> Result<Annotate> {
    let mut annotate = Annotate::default();
    for entry in table(section)? {
        match entry.0.get_ref().as_ref() {
            "as" => annotate.mark = choice(entry, &AS, "`note`, `trailer` or `none`")?,
            "share" => annotate.share = flag(entry)?,
            _ => return Err(unknown(entry, "annotate", ANNOTATE)),
        }
    }
    Ok(annotate)
}

/// `[server]`.
pub(super) fn server(section: Entry<'_, '_>) -> Result<Server> {
    const OUTCOMES: [(&str, OnIncomplete); 2] = [("reject", OnIncomplete::Reject), ("accept", OnIncomplete::Accept)];
    let mut server = Server::default();
    for entry in table(section)? {
        match entry.0.get_ref().as_ref() {
            "deadline" => server.deadline = Some(duration(entry)?),
            "on-incomplete" => server.on_incomplete = choice(entry, &OUTCOMES, "`reject` or `accept`")?,
            _ => return Err(unknown(entry, "server", SERVER)),
        }
    }
    Ok(server)
}

/// A time span: a number of seconds, or one with a unit.
fn duration(entry: Entry<'_, '_>) -> Result<Duration> {
    const TAKES: &str = "a number of seconds, or a span as \"20s\" or \"5m\"";
    const UNITS: [(&str, u64); 3] = [("ms", 1), ("s", 1_000), ("m", 60_000)];
    let Some(text) = entry.1.get_ref().as_str() else { return number(entry, entry.1, TAKES).map(Duration::from_secs) };
    let known = UNITS.iter().find_map(|(unit, millis)| Some((text.strip_suffix(unit)?, *millis)));
    let millis = known.and_then(|(number, unit)| number.trim().parse::<u64>().ok()?.checked_mul(unit));
    millis.map(Duration::from_millis).ok_or_else(|| wrong_kind(entry, entry.1, TAKES))
}

/// Levels by the ids of rules.
fn levels(section: Entry<'_, '_>, rules: &[&'static Rule]) -> Result<BTreeMap<&'static str, Level>> {
    let known: Vec<_> = rules.iter().map(|rule| rule.id).collect();
    let mut levels = BTreeMap::new();
    for entry in table(section)? {
        let name = entry.0.get_ref().as_ref();
        let Some(id) = known.iter().find(|id| **id == name) else {
            return Err((entry.0.span().start, Fault::unknown_rule(name, &known)));
        };
        levels.insert(*id, level(entry)?);
    }
    Ok(levels)
}

pub(super) fn text(entry: Entry<'_, '_>) -> Result<Value<String>> {
    match entry.1.get_ref().as_str() {
        Some(text) => Ok(Value { at: entry.1.span().start, value: text.to_owned() }),
        None => Err(wrong_kind(entry, entry.1, "a string")),
    }
}

pub(super) fn one_or_more(entry: Entry<'_, '_>) -> Result<Vec<Value<String>>> {
    match entry.1.get_ref() {
        DeValue::String(_) => Ok(vec![text(entry)?]),
        _ => strings(entry),
    }
}

pub(super) fn words(entry: Entry<'_, '_>) -> Result<Vec<String>> {
    Ok(strings(entry)?.into_iter().map(|word| word.value).collect())
}

fn pattern(entry: Entry<'_, '_>) -> Result<TextPattern> {
    let Value { at, value } = text(entry)?;
    TextPattern::new(&value).map_err(|why| (at, Fault::BadPattern { pattern: value, why }))
}

pub(super) fn flag(entry: Entry<'_, '_>) -> Result<bool> {
    match entry.1.get_ref() {
        DeValue::Boolean(flag) => Ok(*flag),
        _ => Err(wrong_kind(entry, entry.1, "`true` or `false`")),
    }
}

pub(super) fn count(entry: Entry<'_, '_>) -> Result<usize> {
    let number = number(entry, entry.1, "a number")?;
    Ok(usize::try_from(number).unwrap_or(usize::MAX))
}

fn number(entry: Entry<'_, '_>, value: &Spanned<DeValue<'_>>, takes: &'static str) -> Result<u64> {
    let number =
        value.get_ref().as_integer().and_then(|number| u64::from_str_radix(number.as_str(), number.radix()).ok());
    number.ok_or_else(|| wrong_kind(entry, value, takes))
}

/// Bytes: a number, or one with a unit.
fn size(entry: Entry<'_, '_>) -> Result<u64> {
    const TAKES: &str = "a number of bytes, or a size as \"5MiB\"";
    const UNITS: [(&str, u64); 7] = [
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("kB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("B", 1),
    ];
    let Some(text) = entry.1.get_ref().as_str() else { return number(entry, entry.1, TAKES) };
    let known = UNITS.iter().find_map(|(unit, bytes)| Some((text.strip_suffix(unit)?, *bytes)));
    let (number, unit) = known.unwrap_or((text, 1));
    let bytes = number.trim().parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    bytes.ok_or_else(|| wrong_kind(entry, entry.1, TAKES))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Policy;
    use super::*;

    fn parse(text: &str) -> std::result::Result<Policy, String> {
        Policy::parse(Path::new("palisade.toml"), text, Vec::new).map_err(|error| error.to_string())
    }

    fn error(text: &str) -> String {
        parse(text).expect_err("a broken policy")
    }

    #[test]
    fn every_key_of_every_section_is_read() {
        let text = r#"
[[refs]]
match = ["HEAD", "refs/heads/release/**"]
forbid = ["create", "update", "delete", "force-push", "merge-commit", "nonlinear-history", "direct-commit", "fixup-commit", "lightweight-tag"]
name = '^refs/heads/'
level = "annotate"
bypass = ["a"]
bypass-with-reason = ["b"]
[commits]
level = "annotate"
message = "a"
forbid-message = "b"
conventional = ["feat"]
max-subject = 72
max-line = 0x48
author-name = "a"
author-email = "a"
committer-name = "a"
committer-email = "a"
committer-is-pusher = true
forbid-future = true
signed-off-by = true
max-commits = 3
bypass = ["a"]
bypass-with-reason = ["b"]
rules.max-commits = "ignore"
[files]
level = "annotate"
forbid = ["*.pem", { path = "db/", on = ["modify", "delete"], level = "reject" }]
watch = [".gitattributes"]
max-size = "5MiB"
max-path = 200
max-name = 100
lfs-above = 1000
lfs = ["*.psd"]
forbid-collisions = true
forbid-windows-names = true
forbid-outside-symlinks = true
submodule-urls = ["https://example.org/"]
bypass = ["a"]
bypass-with-reason = ["b"]
rules.file-size = "reject"
[server]
deadline = "20s"
on-incomplete = "accept"
"#;
        let policy = parse(text).unwrap();
        let block = &policy.refs().0[0];
        assert!(block.default_branch && block.matches.is_match("refs/heads/release/1/2"));
        assert_eq!((block.forbid.len(), block.level), (DEEDS.len(), Level::Annotate));
        assert_eq!((policy.commits().max_line, policy.commits().levels.len()), (Some(72), 1));
        assert_eq!((policy.files().max_size, policy.files().lfs_above), (Some(5 << 20), Some(1000)));
        assert_eq!(policy.files().forbid[1].on, [Action::Modify, Action::Delete]);
        let server = Server { deadline: Some(Duration::from_secs(20)), on_incomplete: OnIncomplete::Accept };
        assert_eq!(policy.server(), server);
    }

    #[test]
    fn faults_name_what_would_fit() {
        for (text, expected) in [
            ("[[refs]]\nforbid = []\n", "palisade.toml:1:1: `match` is missing in [refs]"),
            (
                "[[refs]]\nmatch = \"main\"\n",
                "palisade.toml:2:9: `main` is no full name of a ref; it begins with `refs/`, as `refs/heads/main`, or is `HEAD` for the default branch",
            ),
            (
                "[[refs]]\nmatch = \"HEAD\"\nforbid = [\"force-psh\"]\n",
                "palisade.toml:3:11: `forbid` is `force-psh`; it takes what `palisade rules list` calls the rules for refs; did you mean `force-push`?",
            ),
            ("[refs]\n", "palisade.toml:1:1: `refs` is a table; it takes blocks: write [[refs]]"),
            (
                "[commits]\nmax-subjct = 1\n",
                "palisade.toml:2:1: unknown key `max-subjct` in [commits]; did you mean `max-subject`?",
            ),
            ("[commits]\nmax-subject = -1\n", "palisade.toml:2:15: `max-subject` is an integer; it takes a number"),
            ("[commits]\nmessage = '(a'\n", "palisade.toml:2:11: bad pattern `(a`: unclosed group"),
            (
                "[commits.rules]\nfile-size = \"reject\"\n",
                "palisade.toml:2:1: unknown rule `file-size`; `palisade rules list` names them all",
            ),
            (
                "[files]\nmax-size = \"5 miles\"\n",
                "palisade.toml:2:12: `max-size` is a string; it takes a number of bytes, or a size as \"5MiB\"",
            ),
            (
                "[server]\ndeadline = \"soon\"\n",
                "palisade.toml:2:12: `deadline` is a string; it takes a number of seconds, or a span as \"20s\" or \"5m\"",
            ),
            ("[files]\nforbid = [{ on = [\"add\"] }]\n", "palisade.toml:2:11: `path` is missing in [files.forbid]"),
            (
                "[files]\nforbid = [{ path = \"a\", on = [\"ad\"] }]\n",
                "palisade.toml:2:31: `on` is `ad`; it takes `add`, `modify` or `delete`; did you mean `add`?",
            ),
        ] {
            assert_eq!(error(text), expected);
        }
    }
}
