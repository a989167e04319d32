//! `palisade.toml`, as typed: every key that a policy may have, with the place of what may turn out to be wrong later.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{Fault, Found, nearest};
use super::{Annotate, Log, Scan, Server, exceptions, log, owners, patterns, rules, signatures};
use crate::checks::commits::Commits;
use crate::checks::files::Files;
use crate::checks::owners::Owners;
use crate::checks::refs::Refs;
use crate::checks::signatures::Settings;
use crate::rule::{Confidence, Level};

/// A value, and the offset at which it stands.
#[derive(Debug)]
pub(super) struct Value<T> {
    pub at: usize,
    pub value: T,
}

/// What stands in the file.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub level: Option<Level>,
    pub scan: Option<Scan>,
    pub ignore_paths: Vec<Value<String>>,
    pub rules: Vec<(Value<String>, Level)>,
    pub confidence: BTreeMap<Confidence, Level>,
    pub refs: Refs,
    pub commits: Commits,
    pub files: Files,
    pub owners: Owners,
    pub server: Server,
    pub signatures: Option<Settings>,
    pub exceptions: exceptions::Settings,
    pub annotate: Annotate,
    /// Rules that are spoken of without a level.
    pub named: Vec<Value<String>>,
    pub log: Log,
    /// Where patterns of the repository's own lie.
    pub patterns: Vec<Value<String>>,
}

pub(super) type Result<T> = std::result::Result<T, (usize, Fault)>;
pub(super) type Entry<'a, 'i> = (&'a Spanned<std::borrow::Cow<'i, str>>, &'a Spanned<DeValue<'i>>);

const TOP: &[&str] = &[
    "secrets",
    "patterns",
    "refs",
    "commits",
    "files",
    "owners",
    "server",
    "signatures",
    "exceptions",
    "annotate",
    "log",
];
const SECRETS: &[&str] = &["level", "scan", "ignore-paths", "rules", "confidence"];
const LEVELS: [(&str, Level); 3] =
    [("reject", Level::Reject), ("annotate", Level::Annotate), ("ignore", Level::Ignore)];
const SCANS: [(&str, Scan); 2] = [("added", Scan::Added), ("file", Scan::File)];
const CONFIDENCES: &[&str] = &["certain", "likely", "possible"];

/// Reads the text; an error comes with its offset.
pub(super) fn read(text: &str) -> Result<Typed> {
    let document = DeTable::parse(text).map_err(|error| {
        let why = error.message().lines().next().unwrap_or_default().to_owned();
        (error.span().map_or(0, |span| span.start), Fault::NotToml { why })
    })?;
    let mut typed = Typed::default();
    for entry in document.get_ref() {
        match entry.0.get_ref().as_ref() {
            "secrets" => secrets(entry, &mut typed)?,
            "patterns" => typed.patterns = patterns::read(entry)?,
            "refs" => typed.refs = rules::refs(entry)?,
            "commits" => typed.commits = rules::commits(entry)?,
            "files" => typed.files = rules::files(entry)?,
            "owners" => typed.owners = owners::read(entry)?,
            "server" => typed.server = rules::server(entry)?,
            "log" => typed.log = log::read(entry)?,
            "signatures" => typed.signatures = Some(signatures::read(entry)?),
            "exceptions" => typed.exceptions = exceptions::read(entry, &mut typed.named)?,
            "annotate" => typed.annotate = rules::annotate(entry)?,
            _ => return Err(unknown(entry, "", TOP)),
        }
    }
    Ok(typed)
}

fn secrets(section: Entry<'_, '_>, typed: &mut Typed) -> Result<()> {
    for entry in table(section)? {
        match entry.0.get_ref().as_ref() {
            "level" => typed.level = Some(level(entry)?),
            "scan" => typed.scan = Some(choice(entry, &SCANS, "`added` or `file`")?),
            "ignore-paths" => typed.ignore_paths = strings(entry)?,
            "rules" => {
                for entry in table(entry)? {
                    let rule = Value { at: entry.0.span().start, value: entry.0.get_ref().as_ref().to_owned() };
                    typed.rules.push((rule, level(entry)?));
                }
            }
            "confidence" => {
                for entry in table(entry)? {
                    typed.confidence.insert(confidence(entry)?, level(entry)?);
                }
            }
            _ => return Err(unknown(entry, "secrets", SECRETS)),
        }
    }
    Ok(())
}

fn confidence(entry: Entry<'_, '_>) -> Result<Confidence> {
    match entry.0.get_ref().as_ref() {
        "certain" => Ok(Confidence::Certain),
        "likely" => Ok(Confidence::Likely),
        "possible" => Ok(Confidence::Possible),
        _ => Err(unknown(entry, "secrets.confidence", CONFIDENCES)),
    }
}

pub(super) fn level(entry: Entry<'_, '_>) -> Result<Level> {
    choice(entry, &LEVELS, "`reject`, `annotate` or `ignore`")
}

pub(super) fn choice<T: Copy>(entry: Entry<'_, '_>, choices: &[(&'static str, T)], takes: &'static str) -> Result<T> {
    let Some(text) = entry.1.get_ref().as_str() else { return Err(wrong_kind(entry, entry.1, takes)) };
    choose(entry, &Value { at: entry.1.span().start, value: text.to_owned() }, choices, takes)
}

/// The choice that a word of the entry means.
pub(super) fn choose<T: Copy>(
    entry: Entry<'_, '_>,
    word: &Value<String>,
    choices: &[(&'static str, T)],
    takes: &'static str,
) -> Result<T> {
    if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == word.value) {
        return Ok(*choice);
    }
    let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
    let (key, found) = (entry.0.get_ref().as_ref().to_owned(), Found::Text(word.value.clone()));
    Err((word.at, Fault::WrongValue { key, found, takes, nearest: nearest(&word.value, &names) }))
}

pub(super) fn strings(entry: Entry<'_, '_>) -> Result<Vec<Value<String>>> {
    const TAKES: &str = "a list of globs";
    let Some(list) = entry.1.get_ref().as_array() else { return Err(wrong_kind(entry, entry.1, TAKES)) };
    let string = |value: &Spanned<DeValue<'_>>| match value.get_ref().as_str() {
        Some(text) => Ok(Value { at: value.span().start, value: text.to_owned() }),
        None => Err(wrong_kind(entry, value, TAKES)),
    };
    list.iter().map(string).collect()
}

pub(super) fn table<'a, 'i>(entry: Entry<'a, 'i>) -> Result<&'a DeTable<'i>> {
    entry.1.get_ref().as_table().ok_or_else(|| wrong_kind(entry, entry.1, "a table"))
}

pub(super) fn unknown(entry: Entry<'_, '_>, table: &'static str, known: &'static [&'static str]) -> (usize, Fault) {
    (entry.0.span().start, Fault::UnknownKey { key: entry.0.get_ref().as_ref().to_owned(), table, known })
}

/// A value of another kind than the key takes.
pub(super) fn wrong_kind(entry: Entry<'_, '_>, value: &Spanned<DeValue<'_>>, takes: &'static str) -> (usize, Fault) {
    let key = entry.0.get_ref().as_ref().to_owned();
    (value.span().start, Fault::WrongValue { key, found: kind(value), takes, nearest: None })
}

fn kind(value: &Spanned<DeValue<'_>>) -> Found {
    Found::Kind(match value.get_ref() {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    })
}
