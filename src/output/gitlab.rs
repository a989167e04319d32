//! GitLab's code quality report: what it says stands in a merge request. The fields are those of GitLab's "Code Quality report format".

use std::io::{self, Write};

use serde_json::{Value, json};

use super::ids::ids;
use super::json::pretty;
use super::{file, words};
use crate::judge::{Judged, Report};
use crate::rule::Severity;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let ids = ids(report);
    let findings = report.findings.iter().zip(&ids).map(|(judged, id)| issue(judged, id));
    // There is no place for what was not looked at, and a report that leaves it out would look complete.
    let gaps = report.coverage.gaps.iter().enumerate().map(|(number, gap)| {
        json!({
            "description": format!("not looked at: {}: {}", words::clean(&gap.what), words::clean(&gap.why)),
            "check_name": "not-looked-at",
            "fingerprint": format!("not-looked-at-{number}"),
            "severity": "blocker",
            "location": { "path": words::clean(&gap.what), "lines": { "begin": 1 } },
        })
    });
    pretty(&findings.chain(gaps).collect::<Vec<Value>>(), out)
}

fn issue(judged: &Judged, id: &str) -> Value {
    let finding = &judged.finding;
    let severity = match Severity::of(finding.rule, finding.confidence, judged.level) {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
    };
    let lines = file::lines(&finding.location);
    json!({
        "description": format!("{}: {}", finding.rule.summary, finding.reason),
        "check_name": finding.rule.id,
        "fingerprint": id,
        "severity": severity,
        "location": {
            "path": file::path(&finding.location),
            "lines": { "begin": lines.start(), "end": lines.end() },
        },
    })
}
