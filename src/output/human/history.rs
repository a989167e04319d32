//! What an audit says beyond a finding: the sum first, where in the history each secret is, and what to do about a past.

use std::io::{self, Write};

use super::{Paint, color_of, field, size, verdict};
use crate::finding::{Origin, Sighting};
use crate::judge::{Report, Repository};
use crate::output::count;
use crate::output::remedy::steps;
use crate::output::tally::{Totals, by_kind};
use crate::output::words::{clean, day, refs, spot};
use crate::scope::Place;

/// Whoever wants all of them asks for another format.
const REFS: usize = 4;
const PROVIDERS: usize = 8;

/// The sum, for whoever reads no further.
pub(super) fn headline(report: &Report, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let totals = Totals::of(report, None);
    let mut text = format!("{} in the history", count(totals.all, "secret", "secrets"));
    let at_head = if totals.at_head == 0 { "none".to_owned() } else { totals.at_head.to_string() };
    text = format!("{text}, {at_head} of them still at HEAD");
    if totals.on_no_ref > 0 {
        text = format!("{text}, {} on no ref", totals.on_no_ref);
    }
    writeln!(out, "{}: {}", paint.colored(verdict(report.verdict), color_of(report.verdict)), paint.bold(&text))?;
    let kinds = by_kind(report, |finding| Some(finding.rule.provider.to_owned()));
    let told = kinds.iter().take(PROVIDERS).map(|kind| match kind.at_head {
        0 => format!("{} {}", kind.name, kind.all),
        at_head => format!("{} {} ({at_head} at HEAD)", kind.name, kind.all),
    });
    let mut told: Vec<_> = told.collect();
    if kinds.len() > PROVIDERS {
        told.push(count((kinds.len() - PROVIDERS) as u64, "other provider", "other providers"));
    }
    writeln!(out, "by provider: {}", told.join(", "))?;
    repositories(report, paint, out)?;
    writeln!(out)
}

/// A line for each repository of an audit of several.
pub(super) fn repositories(report: &Report, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    for Repository { name, verdict: own, coverage } in &report.repositories {
        let totals = Totals::of(report, Some(name));
        let own = paint.colored(verdict(*own), color_of(*own));
        let secrets = count(totals.all, "secret", "secrets");
        let commits = count(coverage.commits, "commit", "commits");
        writeln!(
            out,
            "  {}: {own}: {secrets}, {} at HEAD ({commits}, {})",
            clean(name),
            totals.at_head,
            size(coverage.bytes)
        )?;
    }
    Ok(())
}

/// Where in the history a secret is.
pub(super) fn origin(origin: &Origin, gutter: &str, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let Origin { first, last, objects, paths, repository, .. } = origin;
    if let Some(repository) = repository {
        field(out, gutter, paint, "repository", repository)?;
    }
    match first {
        Some(first) => field(out, gutter, paint, "first", &seen(first))?,
        None => field(out, gutter, paint, "first", "no commit has it")?,
    }
    if let Some(last) = last.as_ref().filter(|last| Some(*last) != first.as_ref()) {
        field(out, gutter, paint, "last", &seen(last))?;
    }
    field(out, gutter, paint, "refs", &refs(origin, REFS))?;
    let objects = count(*objects, "object", "objects");
    let paths = if *paths == 0 { String::new() } else { format!(", under {}", count(*paths, "path", "paths")) };
    field(out, gutter, paint, "in", &format!("{objects}{paths}"))
}

fn seen(sighting: &Sighting) -> String {
    format!("{} {} {}, {}", sighting.commit.short(), day(sighting.time), sighting.author, spot(sighting))
}

/// What to do about a past.
pub(super) fn advice(report: &Report, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    for (number, step) in steps(Totals::of(report, None)).iter().enumerate() {
        writeln!(out, "{}. {}", number + 1, step.what)?;
        for command in step.commands {
            writeln!(out, "    {}", paint.bold(command))?;
        }
    }
    no_secret(report, paint, out)
}

/// A marker cannot be put into a commit that is there already, so what is no secret is told to the policy.
fn no_secret(report: &Report, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let is_file = |place: &Place| matches!(place, Place::File(_) | Place::PathName(_));
    let path = report.findings.iter().map(|judged| &judged.finding.location.place).find(|place| is_file(place));
    let Some(Place::File(path) | Place::PathName(path)) = path else { return Ok(()) };
    writeln!(out, "If it is no secret, palisade.toml leaves a path out:")?;
    super::advice::ignore_path(path, paint, out)
}

#[cfg(test)]
mod tests {
    use super::super::super::{View, sample};
    use super::*;

    fn shown(report: &Report, view: View) -> String {
        let mut out = Vec::new();
        super::super::write(report, view, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn an_audit_tells_the_sum_then_each_secret_then_what_to_do() {
        let mut report = sample::history();
        report.findings.remove(1);
        report.findings.remove(1);
        let expected = "\
rejected: 3 secrets in the history, 1 of them still at HEAD, 1 on no ref
by provider: AWS 2 (1 at HEAD), generic 1

reject aws-access-key-id: AWS access key id (likely, still at HEAD)
  --> src/a b.py:40:8
 40 | key = \"********\"
    |        ^^^^^^^^
    = first: aaaaaaaaaaaa 2024-03-05 A U Thor <author@example.org>, src/a b.py:10
    = last: bbbbbbbbbbbb 2024-06-01 Other <other@example.org>, src/c.py:3
    = refs: main, tag v1.0, origin/main
    = in: 4 objects, under 2 paths
    = why: the prefix AKIA and 16 characters of base32
    = fingerprint: 0123456789abcdef
    = revoke: https://console.aws.amazon.com/iam
    = rotate: Create a second key, deploy it, delete this one.

reject aws-access-key-id: AWS access key id (certain)
  --> src/a b.py:10:8
 10 | key = \"********\"
    |        ^^^^^^^^
    = first: aaaaaaaaaaaa 2024-03-05 A U Thor <author@example.org>, src/a b.py:10
    = last: bbbbbbbbbbbb 2024-06-01 Other <other@example.org>, src/c.py:3
    = refs: main, tag v1.0, origin/main
    = in: 4 objects, under 2 paths
    = why: the prefix AKIA and 16 characters of base32
    = fingerprint: 0123456789abcdef

reject generic-password: password (likely)
  --> src/a b.py:30:8
 30 | key = \"********\"
    |        ^^^^^^^^
    = first: no commit has it
    = refs: none
    = in: 1 object
    = why: the prefix AKIA and 16 characters of base32
    = fingerprint: 0123456789abcdef
    = revoke: where the account is kept
    = rotate: Set another one, and keep it outside of the repository.

1. Revoke each secret, those at HEAD first: every clone, fork and cache keeps it, whatever is rewritten.
2. Take what is still at HEAD out of its file with a commit, and read the new secret from elsewhere.
3. Only then, and only if they must be gone: in a fresh clone, with one secret a line in ../secrets.txt,
    git filter-repo --sensitive-data-removal --replace-text ../secrets.txt --replace-message ../secrets.txt
    git push --force --mirror origin
4. After a rewrite have every clone made anew, and ask the host to drop forks, caches and pull requests.
5. What no ref leads to, git forgets in this repository:
    git reflog expire --expire=now --all && git gc --prune=now
If it is no secret, palisade.toml leaves a path out:
    [secrets]
    ignore-paths = [\"/src/a b.py\"]

not looked at: big.bin: permission denied
palisade: rejected: 3 secrets to revoke, 1 thing not looked at (7 commits, 3 contents, 1.2 kB; 1 allowed by a marker)
";
        assert_eq!(shown(&report, View::default()), expected);
    }

    #[test]
    fn quiet_is_one_line_a_secret_with_the_most_urgent_first() {
        let text = shown(&sample::history(), View { quiet: true, ..View::default() });
        let lines: Vec<_> = text.lines().map(|line| line.split(": ").next().unwrap_or_default()).collect();
        let order = ["40", "10", "20", "30", "50"].map(|line| format!("src/a b.py:{line}:8"));
        assert_eq!(lines[..5], order);
        assert_eq!(lines.len(), 6, "and what was not looked at");
    }

    #[test]
    fn a_history_without_secrets_needs_no_words() {
        let mut report = sample::history();
        report.findings.clear();
        report.coverage.gaps.clear();
        report.verdict = crate::judge::Verdict::Accept;
        assert_eq!(shown(&report, View::default()), "");
    }

    #[test]
    fn names_of_the_history_do_not_reach_the_terminal_as_they_are() {
        let mut report = sample::history();
        let hostile = "a\u{1b}[2J\u{202E}\n";
        let mut first = sample::sighting('a', hostile, i64::MAX, Some(hostile), 1);
        report.findings[0].finding.origin.as_mut().unwrap().last = Some(first.clone());
        first.line = 2;
        report.findings[0].finding.origin.as_mut().unwrap().first = Some(first);
        report.findings[0].finding.origin.as_mut().unwrap().refs = vec![format!("refs/heads/{hostile}")];
        let text = shown(&report, View::default());
        assert!(text.contains("= refs: a\\u{1b}[2J\\u{202e}\\n\n"), "{text}");
        assert!(!text.chars().any(|character| character != '\n' && crate::output::is_hidden(character)), "{text:?}");
    }
}
