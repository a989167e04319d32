//! `palisade.toml`, as typed: every key that a policy may have, with the place of what may turn out to be wrong later.

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::error::Fault;
use super::values::{Entry, Result, Value, choice, level, strings, table, unknown, unknown_of};
use super::{
    Annotate, Log, Scan, Server, annotate, commits, exceptions, files, log, owners, patterns, refs, schema, server,
    signatures,
};
use crate::checks::commits::Commits;
use crate::checks::files::Files;
use crate::checks::owners::Owners;
use crate::checks::refs::Refs;
use crate::checks::signatures::Settings;
use crate::rule::{Confidence, Level};

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
            "refs" => typed.refs = refs::read(entry)?,
            "commits" => typed.commits = commits::read(entry)?,
            "files" => typed.files = files::read(entry)?,
            "owners" => typed.owners = owners::read(entry)?,
            "server" => typed.server = server::read(entry)?,
            "log" => typed.log = log::read(entry)?,
            "signatures" => typed.signatures = Some(signatures::read(entry)?),
            "exceptions" => typed.exceptions = exceptions::read(entry, &mut typed.named)?,
            "annotate" => typed.annotate = annotate::read(entry)?,
            _ => return Err(unknown_of(entry, "", schema::tables())),
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
            _ => return Err(unknown(entry, "secrets")),
        }
    }
    Ok(())
}

fn confidence(entry: Entry<'_, '_>) -> Result<Confidence> {
    match entry.0.get_ref().as_ref() {
        "certain" => Ok(Confidence::Certain),
        "likely" => Ok(Confidence::Likely),
        "possible" => Ok(Confidence::Possible),
        _ => Err(unknown_of(entry, "secrets.confidence", CONFIDENCES.to_vec())),
    }
}
