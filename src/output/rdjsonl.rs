//! reviewdog's diagnostics, one JSON object a line: reviewdog writes them into reviews at any forge. The fields are those of its published schema
//! (reviewdog/reviewdog, proto/rdf/jsonschema/Diagnostic.json). Its columns are bytes, ours are characters, so whole lines are meant.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::file;
use super::json::printable;
use super::words::clean;
use crate::judge::{Judged, Report};
use crate::rule::Level;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let gaps = report.coverage.gaps.iter().map(|gap| {
        json!({
            "message": format!("not looked at: {}", clean(&gap.why)),
            "location": { "path": clean(&gap.what) },
            "severity": "ERROR",
            "source": { "name": "palisade" },
        })
    });
    for line in report.findings.iter().map(diagnostic).chain(gaps) {
        writeln!(out, "{}", printable(serde_json::to_string(&line)?))?;
    }
    Ok(())
}

fn diagnostic(judged: &Judged) -> Value {
    let finding = &judged.finding;
    let rule = finding.rule;
    let lines = file::lines(&finding.location);
    let mut location = json!({ "path": file::path(&finding.location) });
    if file::has_line(&finding.location) {
        location["range"] = json!({ "start": { "line": lines.start() }, "end": { "line": lines.end() } });
    }
    let mut code = json!({ "value": rule.id });
    if let Some(page) = rule.page() {
        code["url"] = page.into();
    }
    let mend = rule.mend().map_or_else(|| format!("Revoke: {}. {}", rule.revoke, rule.rotate), str::to_owned);
    json!({
        "message": format!("{}: {}\n{mend}", rule.summary, finding.reason),
        "location": location,
        "severity": match judged.level {
            Level::Reject => "ERROR",
            Level::Annotate => "WARNING",
            Level::Ignore => "INFO",
        },
        "source": { "name": "palisade" },
        "code": code,
    })
}
