//! GitHub's workflow commands: what they say stands beside the line in a pull request. Commands, properties and escapes are those of GitHub's
//! "Workflow commands for GitHub Actions" and of its toolkit (`packages/core/src/command.ts`). GitHub shows ten errors and ten warnings
//! of a step, so the most urgent come first.

use std::io::{self, Write};

use super::file;
use super::tally::by_urgency;
use super::words::clean;
use crate::judge::{Judged, Report};
use crate::rule::Level;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for judged in by_urgency(report) {
        annotation(judged, out)?;
    }
    for gap in &report.coverage.gaps {
        let what = format!("{}: {}", clean(&gap.what), clean(&gap.why));
        writeln!(out, "::error title={}::{}", property("palisade: not looked at"), message(&what))?;
    }
    Ok(())
}

fn annotation(judged: &Judged, out: &mut dyn Write) -> io::Result<()> {
    let finding = &judged.finding;
    let (rule, location) = (finding.rule, &finding.location);
    let command = match judged.level {
        Level::Reject => "error",
        Level::Annotate => "warning",
        Level::Ignore => "notice",
    };
    let (start, end) = (location.start, location.end);
    let mut at = format!("file={}", property(&clean(&file::path(location))));
    if file::has_line(location) {
        let lines = file::lines(location);
        at = format!("{at},line={},endLine={}", lines.start(), lines.end());
        // Columns are for what is on one line.
        if start.line == end.line {
            at = format!("{at},col={},endColumn={}", start.column, end.column);
        }
    }
    let mut text = format!("{}: {}", rule.summary, clean(&finding.reason));
    if !file::has_line(location) {
        text = format!("{text}, in {}", location.name());
    }
    if let Some(commit) = &location.commit {
        text = format!("{text}, in {}", commit.short());
    }
    let mend = match rule.mend() {
        Some(mend) => mend.to_owned(),
        None => format!("Revoke: {}\nRotate: {}", rule.revoke, rule.rotate),
    };
    let title = property(&format!("palisade: {}", rule.id));
    writeln!(out, "::{command} {at},title={title}::{}", message(&format!("{text}\n{mend}")))
}

/// What ends a command, or a line of the log, is escaped.
fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// In a property colons and commas as well.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::git::RepoPath;
    use crate::scope::Place;

    #[test]
    fn no_name_ends_a_property_or_begins_a_command() {
        let mut report = sample::report(1);
        report.findings[0].finding.location.place = Place::File(RepoPath::new("a,line=1::b\r\n::set-env name=x::y%0A"));
        let mut out = Vec::new();
        write(&report, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let path = r"a%2Cline=1%3A%3Ab\r\n%3A%3Aset-env name=x%3A%3Ay%250A";
        assert!(text.starts_with(&format!("::error file={path},line=12,")), "{text}");
        assert!(text.lines().all(|line| line.starts_with("::error ")) && text.lines().count() == 2, "{text}");
    }
}
