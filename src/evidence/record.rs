//! What a line holds: a verdict, and what it rests on. Nothing in it is a secret, and no text in it is as a stranger wrote it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::finding::Fingerprint;
use crate::git::{Oid, Receiver};
use crate::judge::{Judged, Report};
use crate::rule::Severity;
use crate::scope::Scope;

/// The most commits that are named; the others are counted.
const COMMITS: usize = 100;
/// The most findings that are told; the others are counted.
const FINDINGS: usize = 1000;

/// A line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// Its number, from 1.
    pub seq: u64,
    /// The hash of the line before it, in hexadecimal digits; zeros in the first.
    pub prev: String,
    /// When, in milliseconds since 1970 UTC.
    pub time: i64,
    /// Palisade's version.
    pub version: String,
    /// How many bytes were taken away before it that a killed process had left of a line.
    #[serde(skip_serializing_if = "is_zero")]
    pub torn: u64,
    /// Where the log had ended (number and hash), where that was not what stood there when this line was written: lines were cut off or made anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost: Option<String>,
    /// Who asked: `hook`, `server`, `server-after` (where all was decided before).
    pub by: String,
    /// What was judged: `staged`, `message`, `push`.
    pub scope: String,
    /// The repository's folder.
    pub repository: String,
    /// Who pushes, as the server says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pusher: Option<String>,
    /// `accept`, `reject` or `incomplete`.
    pub verdict: String,
    /// Whether it got in: what is incomplete may, where the policy says so.
    pub entered: bool,
    /// What it does to refs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refs: Vec<Moved>,
    /// The commits that it brings, the latest first; of many the first hundred.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commits: Vec<String>,
    /// How many it brings.
    pub commit_count: u64,
    /// Which policy was in force.
    pub policy: Rules,
    /// What was found, the most severe first; of very many the first thousand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Found>,
    /// How many were found.
    pub finding_count: u64,
    /// What was let in, and by what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suppressed: Vec<LetIn>,
    /// How many findings the policy ignores.
    #[serde(skip_serializing_if = "is_zero")]
    pub ignored: u64,
    /// The reason that the pusher gave for a bypass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bypass: Option<String>,
    /// What was looked at.
    pub coverage: Looked,
    /// How long it took, in microseconds.
    pub micros: u64,
}

/// A ref that moves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Moved {
    /// Its name.
    pub name: String,
    /// What it named.
    pub old: Option<String>,
    /// What it shall name.
    pub new: Option<String>,
}

/// The policy that was in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rules {
    /// Where it comes from; `built-in` where there is none.
    pub origin: String,
    /// The SHA-256 of its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Found {
    /// The rule.
    pub rule: String,
    /// What the policy does about it.
    pub level: String,
    /// How much harm it can do.
    pub severity: String,
    /// Its fingerprint; none where there is no key, or it is about no secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// What it is in, without secrets.
    pub place: String,
    /// Where it begins there.
    pub line: usize,
    /// The commit that brings it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Whether somebody may do that who else may not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub bypassed: bool,
}

/// What was found and let in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LetIn {
    /// What was found.
    #[serde(flatten)]
    pub found: Found,
    /// What lets it in: `marker`.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Looked {
    /// Contents.
    pub contents: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Commits.
    pub commits: u64,
    /// What the policy leaves out.
    #[serde(skip_serializing_if = "is_zero")]
    pub ignored: u64,
    /// What was not looked at, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Unseen>,
}

/// What was not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Unseen {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A verdict, with what its report does not know.
pub struct Case<'a> {
    /// The report.
    pub report: &'a Report,
    /// Whether it got in.
    pub entered: bool,
    /// Whether a server asks.
    pub is_server: bool,
    /// The repository's folder, as it may be shown.
    pub repository: String,
    /// Which policy was in force.
    pub policy: Rules,
    /// The commits that it brings, the latest first.
    pub commits: Vec<Oid>,
    /// When, in milliseconds since 1970 UTC.
    pub time: i64,
    /// How long it took.
    pub took: Duration,
}

impl Case<'_> {
    /// The record. `clean` takes secrets out of what strangers wrote.
    #[must_use]
    pub fn record(self, clean: &dyn Fn(&str) -> String) -> Record {
        let Self { report, entered, is_server, repository, policy, commits, time, took } = self;
        let mut record = Record {
            time,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            by: if is_server { "server" } else { "hook" }.to_owned(),
            scope: report.scope.as_str().to_owned(),
            repository: clean(&repository),
            verdict: report.verdict.as_str().to_owned(),
            entered,
            commits: commits.iter().take(COMMITS).map(ToString::to_string).collect(),
            commit_count: commits.len() as u64,
            policy: Rules { origin: clean(&policy.origin), ..policy },
            findings: report.findings.iter().take(FINDINGS).map(Found::of).collect(),
            finding_count: report.findings.len() as u64,
            suppressed: report
                .let_in
                .iter()
                .take(FINDINGS)
                .map(|let_in| LetIn {
                    found: Found::of(&let_in.judged),
                    by: let_in.by.as_str().to_owned(),
                    reason: clean(&let_in.by.reason()),
                })
                .collect(),
            ignored: report.suppressed.ignored,
            coverage: Looked {
                contents: report.coverage.contents,
                bytes: report.coverage.bytes,
                commits: report.coverage.commits,
                ignored: report.coverage.ignored,
                gaps: report
                    .coverage
                    .gaps
                    .iter()
                    .take(FINDINGS)
                    .map(|gap| Unseen { what: gap.what.clone(), why: gap.why.clone() })
                    .collect(),
            },
            micros: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            ..Record::default()
        };
        if let Scope::Push(push) = &report.scope {
            if push.receiver == Receiver::Updated {
                "server-after".clone_into(&mut record.by);
            }
            record.pusher = push.pusher.as_deref().map(clean);
            record.bypass = push.bypass.as_deref().map(clean);
            let name = |oid: Option<Oid>| oid.map(|oid| oid.to_string());
            let moved = push.updates.iter().map(|update| Moved {
                name: clean(&update.name.to_string()),
                old: name(update.old),
                new: name(update.new),
            });
            record.refs = moved.collect();
        }
        record
    }
}

impl Found {
    fn of(judged: &Judged) -> Self {
        let finding = &judged.finding;
        Self {
            rule: finding.rule.id.to_owned(),
            level: judged.level.as_str().to_owned(),
            severity: Severity::of(finding.rule, finding.confidence, judged.level).as_str().to_owned(),
            fingerprint: finding.fingerprint.as_ref().map(|Fingerprint(text)| text.clone()),
            place: finding.location.place.to_string(),
            line: finding.location.start.line,
            commit: finding.location.commit.map(|commit| commit.to_string()),
            bypassed: finding.bypassed,
        }
    }
}
