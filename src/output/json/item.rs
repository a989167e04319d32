//! One finding as JSON has it: what, where, and where in the history.

use serde::Serialize;

use super::exact;
use crate::finding::{self, Fingerprint, Location};
use crate::git::RepoPath;
use crate::judge::{Judged, Report};
use crate::output::words::moment;
use crate::scope::Place;

#[derive(Serialize)]
pub(in crate::output) struct Item<'a> {
    rule: &'a str,
    level: &'a str,
    message: String,
    path: Option<String>,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    offset: usize,
    length: usize,
    blob: Option<String>,
    commit: Option<String>,
    /// The ref that an update would move; only a push has one.
    r#ref: Option<String>,
    confidence: &'a str,
    fingerprint: Option<&'a str>,
    preview: &'a str,
    /// The id that goes with the secret, where one stands beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pair: Option<Half>,
    /// Only where somebody looked for it: the shape of the other scopes stays as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<Origin<'a>>,
}

/// Where the id stands that goes with a secret.
#[derive(Serialize)]
struct Half {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    offset: usize,
    length: usize,
}

impl<'a> Item<'a> {
    pub(in crate::output) fn of(judged: &'a Judged, report: &Report) -> Self {
        let finding = &judged.finding;
        let location = &finding.location;
        let (path, suffix) = match &location.place {
            Place::File(path) => (Some(path), ""),
            Place::PathName(path) => (Some(path), " (in the file's name)"),
            Place::Message => (None, " (in the commit message)"),
            Place::Stdin => (None, ""),
            Place::Tag(_) if !finding.rule.is_secret() => (None, ""),
            Place::Tag(_) => (None, " (in the tag's message)"),
            Place::Unreachable(_) => (None, " (in an object that no commit leads to)"),
            Place::Ref(_) if finding.rule.is_secret() => (None, " (in the ref's name, or in the blob that it names)"),
            Place::Ref(_) => (None, ""),
            Place::Commit => (None, ""),
        };
        Self {
            rule: finding.rule.id,
            level: judged.level.as_str(),
            message: format!("{}: {}{suffix}", finding.rule.summary, finding.reason),
            path: path.map(|path| exact(&inner_path(path, location.inside.as_ref()))),
            line: location.start.line,
            column: location.start.column,
            end_line: location.end.line,
            end_column: location.end.column,
            offset: location.region.start,
            length: location.region.len(),
            blob: location.blob.map(|oid| oid.to_string()),
            commit: location.commit.map(|oid| oid.to_string()),
            r#ref: reference(location, report),
            confidence: finding.confidence.as_str(),
            fingerprint: finding.fingerprint.as_ref().map(|Fingerprint(text)| text.as_str()),
            preview: &finding.preview,
            pair: finding.pair.map(|id| Half {
                line: id.start.line,
                column: id.start.column,
                end_line: id.end.line,
                end_column: id.end.column,
                offset: id.region.start,
                length: id.region.len(),
            }),
            origin: finding.origin.as_ref().map(Origin::of),
        }
    }
}

/// The ref that would bring it.
fn reference(location: &Location, report: &Report) -> Option<String> {
    match &location.place {
        Place::Ref(name) => Some(exact(&RepoPath::new(name.as_bytes()))),
        _ => report.commits.get(&location.commit?).map(|told| told.reference.clone()),
    }
}

/// The path of what is packed in a file: `file.zip!inner/path`.
fn inner_path(path: &RepoPath, inside: Option<&RepoPath>) -> RepoPath {
    match inside {
        Some(inside) => RepoPath::new([path.as_bytes(), b"!", inside.as_bytes()].concat()),
        None => path.clone(),
    }
}

/// Where in the history a secret is.
#[derive(Serialize)]
pub(in crate::output) struct Origin<'a> {
    first: Option<Sighting<'a>>,
    last: Option<Sighting<'a>>,
    at_head: bool,
    refs: &'a [String],
    /// How many are not listed.
    more_refs: u64,
    objects: u64,
    paths: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<&'a str>,
}

impl<'a> Origin<'a> {
    pub(in crate::output) fn of(origin: &'a finding::Origin) -> Self {
        Self {
            first: origin.first.as_ref().map(Sighting::of),
            last: origin.last.as_ref().map(Sighting::of),
            at_head: origin.at_head,
            refs: &origin.refs,
            more_refs: origin.more_refs,
            objects: origin.objects,
            paths: origin.paths,
            repository: origin.repository.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct Sighting<'a> {
    commit: String,
    author: &'a str,
    /// RFC 3339, in UTC; null for a time that no calendar has.
    time: Option<String>,
    path: Option<String>,
    line: usize,
}

impl<'a> Sighting<'a> {
    fn of(sighting: &'a finding::Sighting) -> Self {
        Self {
            commit: sighting.commit.to_string(),
            author: &sighting.author,
            time: moment(sighting.time),
            path: sighting.path.as_ref().map(exact),
            line: sighting.line,
        }
    }
}
