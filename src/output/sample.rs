//! A report that the tests of all formats show.

use crate::finding::{Excerpt, Finding, Fingerprint, Location, Marker};
use crate::git::RepoPath;
use crate::judge::{Judged, Report, Suppressed, Verdict};
use crate::rule::{Confidence, Level, Rule};
use crate::scope::{Coverage, Gap, Place, Scope};
use crate::text::{Position, Region};

static RULE: Rule = Rule {
    id: "aws-access-key-id",
    summary: "AWS access key id",
    provider: "AWS",
    revoke: "https://console.aws.amazon.com/iam",
    rotate: "Create a second key, deploy it, delete this one.",
};

/// A rejected change with so many findings.
pub(super) fn report(findings: usize) -> Report {
    Report {
        scope: Scope::Staged { parents: Vec::new() },
        verdict: Verdict::Reject,
        findings: (0..findings).map(|_| Judged { finding: finding(), level: Level::Reject }).collect(),
        suppressed: Suppressed { markers: 1, ignored: 0 },
        coverage: Coverage {
            contents: 3,
            bytes: 1234,
            gaps: vec![Gap { what: "big.bin".to_owned(), why: "permission denied".to_owned() }],
            ..Coverage::default()
        },
        first_commit: false,
    }
}

fn finding() -> Finding {
    Finding {
        rule: &RULE,
        confidence: Confidence::Certain,
        reason: "the prefix AKIA and 16 characters of base32".to_owned(),
        location: Location {
            place: Place::File(RepoPath::new("src/a b.py")),
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
        origin: None,
    }
}
