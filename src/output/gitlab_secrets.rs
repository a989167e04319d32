//! GitLab's secret detection report, for its list of vulnerabilities: version 15.0.2 of the published schema
//! (gitlab-org/security-products/security-report-schemas, secret-detection-report-format.json).

use std::io::{self, Write};

use serde_json::{Value, json};

use super::ids::ids;
use super::json::pretty;
use super::words::moment;
use super::{View, file};
use crate::finding::Finding;
use crate::git::Oid;
use crate::judge::{Judged, Report};
use crate::rule::Severity;

/// The version of the schema; GitLab refuses reports of versions that it does not know any more, and takes this one since 15.0.
const SCHEMA: &str = "15.0.2";
/// What the schema allows a solution to have, in characters.
const SOLUTION: usize = 7000;

pub(super) fn write(report: &Report, view: View, out: &mut dyn Write) -> io::Result<()> {
    let ids = ids(report);
    let tool = json!({
        "id": "palisade",
        "name": "Palisade",
        "version": env!("CARGO_PKG_VERSION"),
        "vendor": { "name": "Palisade" },
    });
    let is_secret = |judged: &Judged| judged.finding.rule.is_secret();
    let found = report.findings.iter().zip(&ids).filter(|(judged, _)| is_secret(judged));
    let messages =
        report.coverage.gaps.iter().map(|gap| json!({ "level": "fatal", "value": format!("not looked at: {gap}") }));
    let document = json!({
        "version": SCHEMA,
        "scan": {
            "analyzer": tool,
            "scanner": tool,
            "type": "secret_detection",
            "start_time": time(view.started),
            "end_time": time(view.ended),
            "status": if report.coverage.gaps.is_empty() { "success" } else { "failure" },
            "messages": messages.collect::<Vec<_>>(),
        },
        "vulnerabilities": found.map(|(judged, id)| vulnerability(judged, id)).collect::<Vec<_>>(),
    });
    pretty(&document, out)
}

/// `2026-05-17T09:30:00`: the schema wants no zone, and means UTC.
fn time(seconds: i64) -> String {
    moment(seconds).unwrap_or_default().trim_end_matches('Z').to_owned()
}

fn vulnerability(judged: &Judged, id: &str) -> Value {
    let Finding { rule, confidence, reason, location, origin, .. } = &judged.finding;
    let severity = match Severity::of(rule, *confidence, judged.level) {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
    };
    let first = origin.as_ref().and_then(|origin| origin.first.as_ref());
    let mut commit = json!({ "sha": sha(location.commit.or(first.map(|first| first.commit))) });
    if let Some(first) = first.filter(|first| location.commit.is_none_or(|commit| commit == first.commit)) {
        commit["author"] = first.author.as_str().into();
        commit["date"] = moment(first.time).into();
    }
    let lines = file::lines(location);
    let solution: String = format!("Revoke it: {}. {}", rule.revoke, rule.rotate).chars().take(SOLUTION).collect();
    let mut told = json!({
        "id": id,
        "name": rule.summary,
        "description": format!("{}: {reason} ({})", rule.summary, confidence.as_str()),
        "severity": severity,
        "solution": solution,
        "identifiers": [{ "type": "palisade_rule_id", "name": format!("Palisade rule {}", rule.id), "value": rule.id }],
        "location": {
            "file": file::path(location),
            "start_line": lines.start(),
            "end_line": lines.end(),
            "commit": commit,
        },
        // GitLab expects the secret here. It gets the place-holder.
        "raw_source_code_extract": judged.finding.preview,
    });
    if let Some(page) = rule.page() {
        told["links"] = json!([{ "name": "Revoke", "url": page }]);
    }
    told
}

/// What is in no commit yet has a name of zeros, as git writes it: the schema wants one.
fn sha(commit: Option<Oid>) -> String {
    commit.map_or_else(|| "0".repeat(40), |commit| commit.to_string())
}
