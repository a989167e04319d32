//! JUnit's XML, for the test tab of a CI: a finding that keeps a change out is a failed test, one that is annotated a skipped one, and what was
//! not looked at a broken one. Elements and attributes are those of the schema that Jenkins publishes (junit-10.xsd of its xUnit plugin).

use std::io::{self, Write};

use super::looked_at;
use super::markup::Text;
use super::words::spot_of;
use crate::judge::{Judged, Report};
use crate::rule::Level;
use crate::scope::Place;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let at = |level| report.findings.iter().filter(|judged| judged.level == level).count();
    let (failures, skipped, errors) = (at(Level::Reject), at(Level::Annotate), report.coverage.gaps.len());
    // A suite without a test is taken for one that did not run.
    let is_clean = report.findings.is_empty() && errors == 0;
    let tests = report.findings.len() + errors + usize::from(is_clean);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"palisade\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">")?;
    writeln!(
        out,
        "<testsuite name=\"palisade {}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\">",
        report.scope.as_str()
    )?;
    writeln!(out, "<properties>")?;
    property("verdict", report.verdict.as_str(), out)?;
    property("looked at", &looked_at(report), out)?;
    for note in &report.notes {
        property("note", note, out)?;
    }
    writeln!(out, "</properties>")?;
    report.findings.iter().try_for_each(|judged| case(judged, out))?;
    for gap in &report.coverage.gaps {
        let (what, why) = (Text(&gap.what), Text(&gap.why));
        writeln!(out, "<testcase classname=\"{what}\" name=\"looked at\">")?;
        writeln!(out, "<error type=\"not-looked-at\" message=\"{why}\"/>\n</testcase>")?;
    }
    if is_clean {
        writeln!(out, "<testcase classname=\"palisade\" name=\"nothing found\"/>")?;
    }
    writeln!(out, "</testsuite>\n</testsuites>")
}

fn property(name: &str, value: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<property name=\"{name}\" value=\"{}\"/>", Text(value))
}

fn case(judged: &Judged, out: &mut dyn Write) -> io::Result<()> {
    let finding = &judged.finding;
    let rule = finding.rule;
    let (id, summary, reason) = (Text(rule.id), Text(rule.summary), Text(&finding.reason));
    let place = finding.location.name();
    let spot = match (&finding.location.place, finding.location.commit) {
        (Place::Commit, Some(commit)) => format!("{place} {}", commit.short()),
        _ => spot_of(finding),
    };
    writeln!(out, "<testcase classname=\"{}\" name=\"{id} at {}\">", Text(&place), Text(&spot))?;
    match judged.level {
        Level::Reject => {
            writeln!(out, "<failure type=\"{id}\" message=\"{summary}: {reason}\">{}", Text(&spot))?;
            if rule.is_secret() {
                writeln!(out, "{}", Text(&finding.excerpt.text))?;
                writeln!(out, "Revoke: {}\nRotate: {}", Text(rule.revoke), Text(rule.rotate))?;
            } else {
                writeln!(out, "{}", Text(rule.mend().unwrap_or_default()))?;
            }
            writeln!(out, "</failure>")?;
        }
        Level::Annotate | Level::Ignore => {
            writeln!(out, "<skipped type=\"{id}\" message=\"{summary}: {reason}\"/>")?;
        }
    }
    writeln!(out, "</testcase>")
}
