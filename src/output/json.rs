//! One JSON object, for programs; `report.schema.json` beside this file is its contract.

mod item;
mod signed;
mod text;

use std::io::{self, Write};

use serde::Serialize;

use super::tally::Totals;
use crate::judge::{self, Report};
pub(super) use item::{Item, Origin};
pub(super) use signed::{Signature, Signed};
pub(super) use text::{exact, pretty, printable};

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

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::git::RepoPath;
    use crate::scope::Place;
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
