//! One JSON object, for programs: DESIGN.md section 5 is its contract.

use std::io::{self, Write};

use serde::Serialize;

use super::is_hidden;
use super::tally::Totals;
use super::words::moment;
use crate::finding::{self, Attestation, Fingerprint, Location};
use crate::git::RepoPath;
use crate::judge::{self, Judged, Report};
use crate::scope::Place;

/// The version of the shape below; it changes when a reader would have to.
pub(super) const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    verdict: &'a str,
    scope: &'a str,
    findings: Vec<Item<'a>>,
    suppressed: Suppressed<'a>,
    coverage: Coverage<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    repositories: Vec<Repository<'a>>,
    /// Only where the policy speaks of signatures, or somebody asks for them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    signatures: Vec<Signature<'a>>,
    /// Only where an audit was asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    signed: Option<Signed<'a>>,
    /// What else is worth a word; left out where nothing is.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'a [String],
}

/// Who signed what an audit has looked at.
#[derive(Serialize)]
pub(super) struct Signed<'a> {
    all: u64,
    accepted: u64,
    states: Vec<Share<'a>>,
    signers: Vec<Share<'a>>,
}

#[derive(Serialize)]
struct Share<'a> {
    name: &'a str,
    all: u64,
    accepted: u64,
    first: Option<String>,
    last: Option<String>,
}

impl<'a> Signed<'a> {
    pub(super) fn of(report: &'a Report) -> Option<Self> {
        let signed = report.signed.as_ref()?;
        let total = signed.total();
        let share = |(name, share): (&'a str, judge::Share)| Share {
            name,
            all: share.all,
            accepted: share.stand,
            first: share.times.and_then(|(first, _)| moment(first)),
            last: share.times.and_then(|(_, last)| moment(last)),
        };
        let states = signed.states.iter().map(|(state, number)| share((state, *number))).collect();
        let signers = signed.by_number().into_iter().map(share).collect();
        Some(Self { all: total.all, accepted: total.stand, states, signers })
    }
}

/// Who signed a commit or a tag.
#[derive(Serialize)]
pub(super) struct Signature<'a> {
    object: String,
    tag: Option<&'a str>,
    subject: &'a str,
    author: &'a str,
    state: &'a str,
    accepted: bool,
    format: Option<&'a str>,
    key: Option<&'a str>,
    signer: Option<&'a str>,
    why: &'a str,
}

impl<'a> Signature<'a> {
    pub(super) fn of(attestation: &'a Attestation) -> Self {
        Self {
            object: attestation.object.to_string(),
            tag: attestation.tag.as_deref(),
            subject: &attestation.subject,
            author: &attestation.author,
            state: attestation.state,
            accepted: attestation.stands,
            format: attestation.format,
            key: attestation.key.as_deref(),
            signer: attestation.signer.as_deref(),
            why: &attestation.why,
        }
    }
}

/// A repository of an audit of several.
#[derive(Serialize)]
pub(super) struct Repository<'a> {
    name: &'a str,
    verdict: &'a str,
    findings: u64,
    at_head: u64,
    contents: u64,
    bytes: u64,
    commits: u64,
}

impl<'a> Repository<'a> {
    pub(super) fn all(report: &'a Report) -> Vec<Self> {
        let of = |repository: &'a judge::Repository| {
            let judge::Repository { name, verdict, coverage } = repository;
            let totals = Totals::of(report, Some(name));
            Self {
                name,
                verdict: verdict.as_str(),
                findings: totals.all,
                at_head: totals.at_head,
                contents: coverage.contents,
                bytes: coverage.bytes,
                commits: coverage.commits,
            }
        };
        report.repositories.iter().map(of).collect()
    }
}

#[derive(Serialize)]
pub(super) struct Item<'a> {
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

/// Where in the history a secret is.
#[derive(Serialize)]
pub(super) struct Origin<'a> {
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

#[derive(Serialize)]
struct Sighting<'a> {
    commit: String,
    author: &'a str,
    /// RFC 3339, in UTC; null for a time that no calendar has.
    time: Option<String>,
    path: Option<String>,
    line: usize,
}

#[derive(Serialize)]
pub(super) struct Suppressed<'a> {
    markers: u64,
    ignored: u64,
    exceptions: u64,
    baseline: u64,
    /// What was let in, and why; left out where nothing was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    let_in: Vec<LetIn<'a>>,
}

/// A finding that a decision lets in.
#[derive(Serialize)]
struct LetIn<'a> {
    #[serde(flatten)]
    finding: Item<'a>,
    /// `marker`, `exception` or `baseline`.
    by: &'a str,
    reason: String,
    until: Option<&'a str>,
    approver: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct Coverage<'a> {
    contents: u64,
    bytes: u64,
    commits: u64,
    ignored: u64,
    submodules: u64,
    gaps: Vec<Unseen<'a>>,
}

#[derive(Serialize)]
struct Unseen<'a> {
    what: &'a str,
    why: &'a str,
}

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        schema: SCHEMA,
        verdict: report.verdict.as_str(),
        scope: report.scope.as_str(),
        findings: report.findings.iter().map(|judged| Item::of(judged, report)).collect(),
        suppressed: Suppressed::of(report),
        coverage: Coverage::of(report),
        repositories: Repository::all(report),
        signatures: report.attestations.iter().map(Signature::of).collect(),
        signed: Signed::of(report),
        notes: &report.notes,
    };
    pretty(&document, out)
}

/// Writes indented JSON.
pub(super) fn pretty(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", printable(serde_json::to_string_pretty(value)?))
}

/// JSON in which no character can move a terminal's cursor or turn its text.
pub(super) fn printable(json: String) -> String {
    if !json.chars().any(is_unsafe) {
        return json;
    }
    json.chars().map(|character| if is_unsafe(character) { escape(character) } else { character.into() }).collect()
}

/// JSON escapes the oldest control characters by itself, and its own layout has newlines. The rest is found in strings only.
fn is_unsafe(character: char) -> bool {
    character != '\n' && is_hidden(character)
}

fn escape(character: char) -> String {
    character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

impl<'a> Item<'a> {
    pub(super) fn of(judged: &'a Judged, report: &Report) -> Self {
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

impl<'a> Origin<'a> {
    pub(super) fn of(origin: &'a finding::Origin) -> Self {
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

impl<'a> Suppressed<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let judge::Suppressed { markers, ignored, exceptions, baseline } = report.suppressed;
        let let_in = |one: &'a judge::LetIn| LetIn {
            finding: Item::of(&one.judged, report),
            by: one.by.as_str(),
            reason: one.by.reason(),
            until: one.by.grounds().and_then(|grounds| grounds.until.as_deref()),
            approver: one.by.grounds().and_then(|grounds| grounds.approver.as_deref()),
        };
        Self { markers, ignored, exceptions, baseline, let_in: report.let_in.iter().map(let_in).collect() }
    }
}

/// The path as it is; what is no UTF-8 cannot stand in JSON, and is written out.
pub(super) fn exact(path: &RepoPath) -> String {
    std::str::from_utf8(path.as_bytes()).map_or_else(|_| path.to_string(), str::to_owned)
}

/// The path of what is packed in a file: `file.zip!inner/path`.
fn inner_path(path: &RepoPath, inside: Option<&RepoPath>) -> RepoPath {
    match inside {
        Some(inside) => RepoPath::new([path.as_bytes(), b"!", inside.as_bytes()].concat()),
        None => path.clone(),
    }
}

impl<'a> Coverage<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let coverage = &report.coverage;
        Self {
            contents: coverage.contents,
            bytes: coverage.bytes,
            commits: coverage.commits,
            ignored: coverage.ignored,
            submodules: coverage.submodules,
            gaps: coverage.gaps.iter().map(|gap| Unseen { what: &gap.what, why: &gap.why }).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn the_object_is_as_the_contract_says() {
        let mut out = Vec::new();
        write(&sample::report(1), &mut out).unwrap();
        let expected = json!({
            "schema": 1,
            "verdict": "reject",
            "scope": "staged",
            "findings": [{
                "rule": "aws-access-key-id",
                "level": "reject",
                "message": "AWS access key id: the prefix AKIA and 16 characters of base32",
                "path": "src/a b.py",
                "line": 12,
                "column": 8,
                "end_line": 12,
                "end_column": 28,
                "offset": 200,
                "length": 20,
                "blob": null,
                "commit": null,
                "ref": null,
                "confidence": "certain",
                "fingerprint": "0123456789abcdef",
                "preview": "AKIA****************",
            }],
            "suppressed": { "markers": 1, "ignored": 0, "exceptions": 0, "baseline": 0 },
            "coverage": {
                "contents": 3,
                "bytes": 1234,
                "commits": 0,
                "ignored": 0,
                "submodules": 0,
                "gaps": [{ "what": "big.bin", "why": "permission denied" }],
            },
        });
        assert_eq!(serde_json::from_slice::<Value>(&out).unwrap(), expected);
    }

    #[test]
    fn odd_paths_survive_and_do_not_reach_the_terminal() {
        let path = "a\n\u{1b}\u{9b}2J\u{202E}ö\"";
        let mut report = sample::report(1);
        report.findings[0].finding.location.place = Place::File(RepoPath::new(path));
        let mut out = Vec::new();
        write(&report, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains(r#""a\n\u001b\u009b2J\u202eö\"""#), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["findings"][0]["path"], path);
    }

    #[test]
    fn a_path_that_is_no_text_is_written_out() {
        assert_eq!(exact(&RepoPath::new(*b"a\xFF")), "a\\xFF");
    }

    #[test]
    fn an_audit_tells_where_in_the_history_a_secret_is() {
        let mut out = Vec::new();
        write(&sample::history(), &mut out).unwrap();
        let document: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(document["scope"], "history");
        let sighting = |commit: &str, author: &str, time: &str, path: Value, line: usize| {
            json!({
                "commit": commit.repeat(40), "author": author, "time": time, "path": path, "line": line,
            })
        };
        let expected = json!({
            "first": sighting("a", "A U Thor <author@example.org>", "2024-03-05T10:00:00Z", "src/a b.py".into(), 10),
            "last": sighting("b", "Other <other@example.org>", "2024-06-01T08:00:00Z", "src/c.py".into(), 3),
            "at_head": false,
            "refs": ["refs/heads/main", "refs/tags/v1.0", "refs/remotes/origin/main"],
            "more_refs": 0,
            "objects": 4,
            "paths": 2,
        });
        assert_eq!(document["findings"][0]["origin"], expected);
        let unreachable = &document["findings"][4]["origin"];
        assert_eq!((&unreachable["first"], &unreachable["refs"]), (&Value::Null, &json!([])));
    }

    #[test]
    fn an_audit_of_several_repositories_tells_what_each_adds_up_to() {
        let mut out = Vec::new();
        write(&sample::many(), &mut out).unwrap();
        let document: Value = serde_json::from_slice(&out).unwrap();
        let of = |at: usize, name: &str| document["repositories"][at][name].clone();
        assert_eq!(
            (of(0, "name"), of(0, "findings"), of(0, "at_head"), of(0, "commits")),
            (json!("one"), json!(5), json!(1), json!(7))
        );
        assert_eq!((of(1, "verdict"), of(2, "verdict")), (json!("accept"), json!("incomplete")));
        assert_eq!(document["findings"][0]["origin"]["repository"], "one");
        let gaps: Vec<_> = document["coverage"]["gaps"].as_array().unwrap().iter().map(|gap| &gap["what"]).collect();
        assert_eq!(gaps, ["one: big.bin", "two.git: big.bin", "gone"]);
    }
}
