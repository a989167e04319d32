//! The report for someone in a hurry: what is wrong, where, why, and exactly what to type next.

mod advice;
mod history;
mod push;
mod signatures;
mod signed;

use std::collections::HashSet;
use std::io::{self, Write};

use colored::{Color, Colorize};

use super::tally::{by_urgency, has_history, is_at_head};
use super::words::{clean, spot_of};
use super::{View, count};
use crate::finding::{Finding, Marker};
use crate::judge::{Judged, Report, Verdict};
use crate::rule::Level;
use crate::scope::Scope;
use crate::secret::REDACTED;

pub(super) fn write(report: &Report, view: View, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint(view.color);
    if let Scope::Signatures(_) = report.scope {
        signatures::write(report, view.quiet, paint, out)?;
        gaps(report, paint, out)?;
        return if view.quiet { Ok(()) } else { signatures::summary(report, paint, out) };
    }
    let is_audit = has_history(report);
    let findings = if is_audit { by_urgency(report) } else { report.findings.iter().collect() };
    if is_audit && !view.quiet && !findings.is_empty() {
        history::headline(report, paint, out)?;
    } else if !view.quiet {
        history::repositories(report, paint, out)?;
    }
    list(report, &findings, view, out)?;
    if !view.quiet && !report.findings.is_empty() {
        advice::write(report, view, paint, out)?;
    }
    gaps(report, paint, out)?;
    if !view.quiet {
        signed::write(report, paint, out)?;
        if report.verdict != Verdict::Accept || !report.findings.is_empty() {
            for note in &report.notes {
                writeln!(out, "note: {}", clean(note))?;
            }
        }
        summary(report, paint, out)?;
    }
    Ok(())
}

/// The findings: the first ones in full, then a line each, up to as many as are shown.
fn list(report: &Report, findings: &[&Judged], view: View, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint(view.color);
    let full = if view.quiet { 0 } else { view.full.unwrap_or(usize::MAX) };
    let mut told = HashSet::new();
    let most = if view.quiet { usize::MAX } else { view.most.unwrap_or(usize::MAX) };
    for (number, judged) in findings.iter().enumerate() {
        if number >= most {
            writeln!(out, "and {} more", findings.len() - most)?;
            break;
        }
        if number < full {
            // What to do with a kind of secret is said once.
            block(report, judged, told.insert(judged.finding.rule.id), paint, out)?;
        } else {
            if number == full && full > 0 {
                let more = findings.len() - full;
                writeln!(out, "{more} more, one line each:")?;
            }
            line(report, judged, paint, out)?;
        }
    }
    if findings.len() > full && full > 0 {
        writeln!(out)?;
    }
    Ok(())
}

/// A finding in full.
fn block(report: &Report, judged: &Judged, tell_rule: bool, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let Finding { rule, reason, confidence, excerpt, location, origin, .. } = &judged.finding;
    let id = paint.bold(rule.id);
    let at_head = if is_at_head(&judged.finding) { ", still at HEAD" } else { "" };
    if let Some(mend) = rule.mend() {
        writeln!(out, "{} {id}: {}", paint.level(judged.level), rule.summary)?;
        writeln!(out, "  {} {}{}", paint.faint("-->"), spot_of(&judged.finding), commit(report, &judged.finding))?;
        field(out, " ", paint, "why", reason)?;
        if tell_rule && judged.level == Level::Reject {
            field(out, " ", paint, "mend", mend)?;
        }
        return writeln!(out);
    }
    writeln!(out, "{} {id}: {} ({}{at_head})", paint.level(judged.level), rule.summary, confidence.as_str())?;
    writeln!(out, "  {} {}{}", paint.faint("-->"), spot_of(&judged.finding), commit(report, &judged.finding))?;
    let number = location.start.line.to_string();
    let gutter = " ".repeat(number.len());
    let bar = paint.faint("|");
    writeln!(out, " {} {bar} {}", paint.faint(&number), clean(&excerpt.text))?;
    let before: String = excerpt.text.chars().take(excerpt.mark).collect();
    let carets = paint.colored(&"^".repeat(REDACTED.len()), color(judged.level));
    writeln!(out, " {gutter} {bar} {}{carets}", " ".repeat(clean(&before).chars().count()))?;
    if let Some(origin) = origin {
        history::origin(origin, &gutter, paint, out)?;
    }
    field(out, &gutter, paint, "why", reason)?;
    if let Some(id) = &judged.finding.pair {
        let at = format!("its id stands on line {}, column {}", id.start.line, id.start.column);
        field(out, &gutter, paint, "pair", &at)?;
    }
    if let Some(fingerprint) = &judged.finding.fingerprint {
        field(out, &gutter, paint, "fingerprint", &fingerprint.0)?;
    }
    if let Marker::Void(why) = judged.finding.marker {
        field(out, &gutter, paint, "note", &format!("the palisade:allow beside it does not count: {why}"))?;
    }
    if tell_rule {
        field(out, &gutter, paint, "revoke", rule.revoke)?;
        field(out, &gutter, paint, "rotate", rule.rotate)?;
    }
    writeln!(out)
}

fn field(out: &mut dyn Write, gutter: &str, paint: Paint, name: &str, text: &str) -> io::Result<()> {
    writeln!(out, " {gutter} {} {}: {}", paint.faint("="), paint.bold(name), clean(text))
}

/// A finding in one line.
fn line(report: &Report, judged: &Judged, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let Finding { rule, location, .. } = &judged.finding;
    // Of a push the commit has to be found as well.
    let commit = location.commit.filter(|commit| report.commits.contains_key(commit));
    let commit = commit.map_or_else(String::new, |commit| format!(" in {}", commit.short()));
    let level = paint.level(judged.level);
    writeln!(out, "{}{commit}: {level} {}: {}", spot_of(&judged.finding), paint.bold(rule.id), rule.summary)
}

/// ` in commit NAME`; of a push with its subject and its ref. Where the history is told, it names the commits.
fn commit(report: &Report, finding: &Finding) -> String {
    let (Some(commit), None) = (finding.location.commit, &finding.origin) else { return String::new() };
    match report.commits.get(&commit) {
        Some(told) => {
            format!(" in {} ({}) of {}", commit.short(), clean(&told.short_subject()), clean(&told.reference))
        }
        None => format!(" in commit {commit}"),
    }
}

fn gaps(report: &Report, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    for gap in &report.coverage.gaps {
        writeln!(out, "{}: {}: {}", paint.colored("not looked at", Color::Yellow), clean(&gap.what), clean(&gap.why))?;
    }
    Ok(())
}

/// The last line: the verdict, and what it rests on.
fn summary(report: &Report, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let at = |level| report.findings.iter().filter(|judged| judged.level == level).count() as u64;
    let (all, annotated) = (at(Level::Reject), at(Level::Annotate));
    let is_broken = |judged: &&Judged| judged.level == Level::Reject && !judged.finding.rule.is_secret();
    let broken = report.findings.iter().filter(is_broken).count() as u64;
    let rejected = all - broken;
    if report.verdict == Verdict::Accept && report.findings.is_empty() {
        return Ok(());
    }
    let said = if report.lets_gaps_in { "incomplete, and let in all the same" } else { verdict(report.verdict) };
    let verdict = paint.colored(said, color_of(report.verdict));
    let mut parts = Vec::new();
    if rejected > 0 && has_history(report) {
        parts.push(count(rejected, "secret to revoke", "secrets to revoke"));
    } else if rejected > 0 {
        parts.push(count(rejected, "secret to take out", "secrets to take out"));
    }
    if broken > 0 {
        parts.push(count(broken, "rule broken", "rules broken"));
    }
    if annotated > 0 {
        parts.push(count(annotated, "finding to look at", "findings to look at"));
    }
    parts.extend(unseen(report));
    writeln!(out, "palisade: {verdict}: {} ({})", parts.join(", "), looked_at(report))
}

/// What the last line says of what was not looked at.
fn unseen(report: &Report) -> Option<String> {
    let gaps = report.coverage.gaps.len() as u64;
    (gaps > 0).then(|| format!("{} not looked at", count(gaps, "thing", "things")))
}

pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reject => "rejected",
        Verdict::Incomplete => "incomplete, so not accepted",
        Verdict::Accept => "accepted",
    }
}

fn color_of(verdict: Verdict) -> Color {
    match verdict {
        Verdict::Reject => Color::Red,
        Verdict::Incomplete => Color::Yellow,
        Verdict::Accept => Color::Green,
    }
}

/// What was looked at: `3 files, 1.2 kB`.
#[must_use]
pub fn looked_at(report: &Report) -> String {
    let coverage = &report.coverage;
    let (one, many) = match report.scope {
        Scope::Staged { .. } | Scope::Files { .. } => ("file", "files"),
        Scope::Range(_) | Scope::Message(_) | Scope::Stdin | Scope::History | Scope::Push(_) => ("content", "contents"),
        Scope::Signatures(_) => return count(coverage.commits, "commit or tag", "commits and tags"),
    };
    let mut text = format!("{}, {}", count(coverage.contents, one, many), size(coverage.bytes));
    if coverage.commits > 0 {
        text = format!("{}, {text}", count(coverage.commits, "commit", "commits"));
    }
    let suppressed = report.suppressed;
    for (number, what) in [
        (suppressed.markers, "allowed by a marker"),
        (suppressed.exceptions, "let in by exceptions"),
        (suppressed.baseline, "let in by the baseline"),
        (suppressed.ignored, "ignored by the policy's levels"),
        (coverage.ignored, "left out by the policy's ignore-paths"),
        (coverage.submodules, "in submodules, which have hooks of their own"),
    ] {
        if number > 0 {
            text = format!("{text}; {number} {what}");
        }
    }
    text
}

/// `812 bytes`, `1.2 kB`, `3.4 MB`.
fn size(bytes: u64) -> String {
    let scaled = |unit: u64| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..1_000 => count(bytes, "byte", "bytes"),
        1_000..1_000_000 => format!("{} kB", scaled(1_000)),
        1_000_000..1_000_000_000 => format!("{} MB", scaled(1_000_000)),
        _ => format!("{} GB", scaled(1_000_000_000)),
    }
}

fn color(level: Level) -> Color {
    match level {
        Level::Reject => Color::Red,
        Level::Annotate => Color::Yellow,
        Level::Ignore => Color::White,
    }
}

/// Colours, or none.
#[derive(Clone, Copy)]
struct Paint(bool);

impl Paint {
    fn colored(self, text: &str, color: Color) -> String {
        if self.0 { text.color(color).bold().to_string() } else { text.to_owned() }
    }

    fn level(self, level: Level) -> String {
        self.colored(level.as_str(), color(level))
    }

    fn bold(self, text: &str) -> String {
        if self.0 { text.bold().to_string() } else { text.to_owned() }
    }

    fn faint(self, text: &str) -> String {
        if self.0 { text.dimmed().to_string() } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::finding::Excerpt;

    fn shown(report: &Report, view: View) -> String {
        let mut out = Vec::new();
        write(report, view, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_finding_is_told_with_what_to_do() {
        let text = shown(&sample::report(1), View::default());
        let expected = "\
reject aws-access-key-id: AWS access key id (certain)
  --> src/a b.py:12:8
 12 | key = \"********\"
    |        ^^^^^^^^
    = why: the prefix AKIA and 16 characters of base32
    = fingerprint: 0123456789abcdef
    = revoke: https://console.aws.amazon.com/iam
    = rotate: Create a second key, deploy it, delete this one.

Take the secret out of the file, `git add` it and commit again; if it was ever shared, revoke it first.
To leave the file out of this commit:
    git restore --staged -- 'src/a b.py'
If it is no secret, say so on its line or on the line above:
    # palisade:allow aws-access-key-id REASON

not looked at: big.bin: permission denied
palisade: rejected: 1 secret to take out, 1 thing not looked at (3 files, 1.2 kB; 1 allowed by a marker)
";
        assert_eq!(text, expected);
    }

    #[test]
    fn the_first_commit_is_unstaged_by_another_command() {
        let report = Report { first_commit: true, ..sample::report(1) };
        assert!(shown(&report, View::default()).contains("\n    git rm --cached -- 'src/a b.py'\n"));
    }

    #[test]
    fn many_findings_stay_on_a_screen() {
        let view = View { full: Some(2), ..View::default() };
        let text = shown(&sample::report(12), view);
        assert_eq!(text.matches(" = why: ").count(), 2);
        assert!(text.contains("\n10 more, one line each:\n"), "{text}");
        assert_eq!(text.matches("src/a b.py:12:8: reject aws-access-key-id: AWS access key id\n").count(), 10);
        assert_eq!(text.matches(" = rotate: ").count(), 1, "what is the same for all is said once");
    }

    #[test]
    fn quiet_is_one_line_a_finding() {
        let view = View { quiet: true, ..View::default() };
        assert_eq!(
            shown(&sample::report(1), view),
            "src/a b.py:12:8: reject aws-access-key-id: AWS access key id\nnot looked at: big.bin: permission denied\n"
        );
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let mut report = sample::report(1);
        report.findings[0].finding.excerpt = Excerpt { text: "\u{1b}[2Jkey\t= ********".to_owned(), mark: 10 };
        let text = shown(&report, View::default());
        assert!(text.contains("| \\u{1b}[2Jkey = ********\n    |                ^^^^^^^^\n"), "{text}");
    }

    #[test]
    fn sizes_are_rounded_down_to_a_digit() {
        assert_eq!([size(1), size(999), size(1_999), size(50_000_000)], ["1 byte", "999 bytes", "1.9 kB", "50.0 MB"]);
    }
}
