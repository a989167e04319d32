//! A report that the tests of all formats show.

use crate::finding::{Excerpt, Finding, Fingerprint, Location, Marker, Origin, Sighting};
use crate::git::{Oid, RepoPath};
use crate::judge::{Judged, Report, Suppressed, Verdict};
use crate::rule::{Confidence, Level, Rule};
use crate::scope::{Coverage, Gap, Place, Scope};
use crate::text::{Position, Region};

static RULE: Rule = Rule {
    id: "aws-access-key-id",
    family: "aws-access-key-id",
    summary: "AWS access key id",
    provider: "AWS",
    revoke: "https://console.aws.amazon.com/iam",
    rotate: "Create a second key, deploy it, delete this one.",
};

static PASSWORD: Rule = Rule {
    id: "generic-password",
    family: "generic-password",
    summary: "password",
    provider: "generic",
    revoke: "where the account is kept",
    rotate: "Set another one, and keep it outside of the repository.",
};

/// A rejected change with so many findings.
pub(super) fn report(findings: usize) -> Report {
    Report {
        verdict: Verdict::Reject,
        findings: (0..findings).map(|_| Judged { finding: finding(), level: Level::Reject }).collect(),
        suppressed: Suppressed { markers: 1, ..Suppressed::default() },
        coverage: Coverage {
            contents: 3,
            bytes: 1234,
            gaps: vec![Gap { what: "big.bin".to_owned(), why: "permission denied".to_owned() }],
            ..Coverage::default()
        },
        ..Report::nothing(Scope::Staged { parents: Vec::new() })
    }
}

/// An audit: the lines tell the findings apart.
pub(super) fn history() -> Report {
    let march = 1_709_632_800;
    let gone = Origin {
        first: Some(sighting('a', "A U Thor <author@example.org>", march, Some("src/a b.py"), 10)),
        last: Some(sighting('b', "Other <other@example.org>", 1_717_228_800, Some("src/c.py"), 3)),
        at_head: false,
        more_refs: 0,
        repository: None,
        refs: ["refs/heads/main", "refs/tags/v1.0", "refs/remotes/origin/main"].map(str::to_owned).to_vec(),
        objects: 4,
        paths: 2,
    };
    let earlier = Some(sighting('c', "A U Thor <author@example.org>", 1_609_459_200, None, 1));
    let found = |line, rule, confidence, level, origin| {
        let mut finding = Finding { rule, confidence, origin: Some(origin), ..finding() };
        finding.location.start.line = line;
        finding.location.end.line = line;
        Judged { finding, level }
    };
    let (certain, likely) = (Confidence::Certain, Confidence::Likely);
    let findings = vec![
        found(10, &RULE, certain, Level::Reject, gone.clone()),
        found(20, &RULE, certain, Level::Reject, Origin { first: earlier.clone(), last: earlier, ..gone.clone() }),
        found(50, &PASSWORD, Confidence::Possible, Level::Annotate, gone.clone()),
        found(40, &RULE, likely, Level::Reject, Origin { at_head: true, ..gone }),
        found(30, &PASSWORD, likely, Level::Reject, Origin { objects: 1, ..Origin::default() }),
    ];
    let report = report(0);
    let coverage = Coverage { commits: 7, ..report.coverage };
    Report { scope: Scope::History, findings, coverage, ..report }
}

/// In the commit whose name has only this digit.
pub(super) fn sighting(digit: char, author: &str, time: i64, path: Option<&str>, line: usize) -> Sighting {
    let commit = Oid::from_hex(String::from(digit).repeat(40)).unwrap();
    Sighting { commit, author: author.to_owned(), time, path: path.map(RepoPath::new), line }
}

fn finding() -> Finding {
    Finding {
        rule: &RULE,
        confidence: Confidence::Certain,
        reason: "the prefix AKIA and 16 characters of base32".to_owned(),
        location: Location {
            place: Place::File(RepoPath::new("src/a b.py")),
            inside: None,
            start: Position { line: 12, column: 8 },
            end: Position { line: 12, column: 28 },
            region: Region::new(200, 220),
            blob: None,
            commit: None,
        },
        preview: "AKIA****************".to_owned(),
        excerpt: Excerpt { text: "key = \"********\"".to_owned(), mark: 7 },
        fingerprint: Some(Fingerprint("0123456789abcdef".to_owned())),
        marker: Marker::None,
        bypassed: false,
        pair: None,
        origin: None,
    }
}

/// An audit of three repositories, one of which could not be opened.
pub(super) fn many() -> Report {
    let gap = Gap { what: "gone".to_owned(), why: "there is no repository".to_owned() };
    let audits = vec![
        ("one".to_owned(), Ok(history().of_repository("one"))),
        ("two.git".to_owned(), Ok(Report { scope: Scope::History, verdict: Verdict::Accept, ..report(0) })),
        ("gone".to_owned(), Err(gap)),
    ];
    Report::of_many(audits)
}
