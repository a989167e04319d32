//! One JSON object a line, for programs that read while they are being written to: the findings, and at the end the summary.

use std::io::{self, Write};

use serde::Serialize;

use super::json::{Coverage, Item, Repository, SCHEMA, Signature, Signed, Suppressed, printable};
use crate::judge::Report;

/// What a line is, so that a reader need not guess it from the fields.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[expect(clippy::large_enum_variant, reason = "one at a time, and nearly all are the large one")]
enum Line<'a> {
    Finding(Item<'a>),
    Signature(Signature<'a>),
    Summary(Summary<'a>),
}

#[derive(Serialize)]
struct Summary<'a> {
    schema: u32,
    verdict: &'a str,
    scope: &'a str,
    findings: usize,
    suppressed: Suppressed<'a>,
    coverage: Coverage<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    repositories: Vec<Repository<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signed: Option<Signed<'a>>,
}

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write_findings(report, out)?;
    write_summary(report, out)
}

/// The lines of all that was found.
pub(super) fn write_findings(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let findings = report.findings.iter().map(|judged| Line::Finding(Item::of(judged, report)));
    let signatures = report.attestations.iter().map(|attestation| Line::Signature(Signature::of(attestation)));
    findings.chain(signatures).try_for_each(|line| write_line(&line, out))
}

/// The last line.
pub(super) fn write_summary(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let summary = Summary {
        schema: SCHEMA,
        verdict: report.verdict.as_str(),
        scope: report.scope.as_str(),
        findings: report.findings.len(),
        suppressed: Suppressed::of(report),
        coverage: Coverage::of(report),
        repositories: Repository::all(report),
        signed: Signed::of(report),
    };
    write_line(&Line::Summary(summary), out)
}

fn write_line(line: &Line<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", printable(serde_json::to_string(line)?))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::git::RepoPath;
    use crate::scope::Place;
    use serde_json::{Value, json};

    fn lines(report: &Report) -> Vec<Value> {
        let mut out = Vec::new();
        write(report, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn each_finding_has_a_line_and_the_summary_the_last() {
        let report = sample::history();
        let lines = lines(&report);
        assert_eq!(lines.len(), 6);
        assert!(lines[..5].iter().all(|line| line["kind"] == "finding" && line["origin"].is_object()));
        let coverage = json!({
            "contents": 3, "bytes": 1234, "commits": 7, "ignored": 0, "submodules": 0,
            "gaps": [{ "what": "big.bin", "why": "permission denied" }],
        });
        let expected = json!({
            "kind": "summary", "schema": 1, "verdict": "reject", "scope": "history", "findings": 5,
            "suppressed": { "markers": 1, "ignored": 0, "exceptions": 0, "baseline": 0 }, "coverage": coverage,
        });
        assert_eq!(lines[5], expected);
    }

    #[test]
    fn a_line_is_what_the_json_format_has() {
        let report = sample::report(1);
        let mut out = Vec::new();
        super::super::json::write(&report, &mut out).unwrap();
        let mut whole: Value = serde_json::from_slice(&out).unwrap();
        whole["findings"][0]["kind"] = "finding".into();
        assert_eq!(lines(&report)[0], whole["findings"][0]);
    }

    #[test]
    fn no_name_breaks_a_line_or_reaches_the_terminal() {
        let mut report = sample::report(1);
        let path = "a\r\n\u{2028}\u{1b}\u{9b}\u{202E}";
        report.findings[0].finding.location.place = Place::File(RepoPath::new(path));
        assert_eq!(lines(&report).len(), 2);
        assert_eq!(lines(&report)[0]["path"], path);
        let mut out = Vec::new();
        write(&report, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.chars().any(|character| character != '\n' && super::super::is_hidden(character)), "{text:?}");
    }
}
