//! How exactly this push is mended: which commits are rewritten, and how.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::Paint;
use crate::checks::{refs, signatures};
use crate::git::Oid;
use crate::judge::{Judged, Report, Rewrite, Told};
use crate::output::shell::quoted;
use crate::output::words::clean;
use crate::rule::Level;
use crate::scope::Place;

/// More refs than these are counted.
const REFS: usize = 3;
/// More commits than these are counted.
const COMMITS: usize = 5;

/// Tells for each ref what is rewritten, the oldest commit first.
pub(super) fn advice(report: &Report, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let rejected = || report.findings.iter().filter(|judged| judged.level == Level::Reject);
    if rejected().any(|judged| judged.finding.rule.is_secret()) {
        writeln!(out, "Revoke each secret that anybody else has seen; then take it out of what brings it.")?;
    }
    let mut by_ref: BTreeMap<&str, Vec<(Oid, &Told)>> = BTreeMap::new();
    // What must not come to a ref at all, or is not signed, is not mended by another content; what those say themselves tells how.
    let others: Vec<_> = refs::rules().into_iter().chain(signatures::rules()).map(|rule| rule.id).collect();
    let is_mendable = |judged: &&Judged| !others.contains(&judged.finding.rule.id);
    for commit in rejected().filter(is_mendable).filter_map(|judged| judged.finding.location.commit) {
        if let Some(told) = report.commits.get(&commit) {
            let commits = by_ref.entry(&told.reference).or_default();
            if !commits.iter().any(|(known, _)| *known == commit) {
                commits.push((commit, told));
            }
        }
    }
    let more = by_ref.len().saturating_sub(REFS);
    for (name, mut commits) in by_ref.into_iter().take(REFS) {
        commits.sort_by_key(|(_, told)| std::cmp::Reverse(told.rewrite.above()));
        rewrite(name, &commits, paint, out)?;
    }
    if more > 0 {
        writeln!(out, "The same for {more} more; push again to see them.")?;
    }
    for tag in tags(rejected().filter(is_mendable)) {
        writeln!(out, "Make the tag anew without it:")?;
        writeln!(out, "    {}", paint.bold(&format!("git tag --force --annotate {}", quoted(tag.as_bytes()))))?;
    }
    Ok(())
}

fn rewrite(name: &str, commits: &[(Oid, &Told)], paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let Some((oldest, told)) = commits.first() else { return Ok(()) };
    let command = match told.rewrite {
        Rewrite::Amend => {
            writeln!(out, "In {}, where it is the last commit: mend it, `git add` what changed, and", clean(name))?;
            return writeln!(out, "    {}", paint.bold("git commit --amend"));
        }
        Rewrite::Rebase { .. } => format!("git rebase -i {}^", oldest.short()),
        Rewrite::RebaseMerges { .. } => format!("git rebase -i --rebase-merges {}^", oldest.short()),
        Rewrite::RebaseRoot { .. } => "git rebase -i --root".to_owned(),
    };
    writeln!(out, "In {}:", clean(name))?;
    writeln!(out, "    {}", paint.bold(&command))?;
    let commits: Vec<_> = commits.iter().map(|(commit, _)| commit.short()).collect();
    edit(&commits, "; then push again", out)
}

/// What is done with these commits while they are rebased.
pub(super) fn edit(commits: &[String], then: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut marked = commits.iter().take(COMMITS).cloned().collect::<Vec<_>>();
    if commits.len() > COMMITS {
        marked.push(format!("{} more", commits.len() - COMMITS));
    }
    writeln!(out, "  mark as `edit`: {}", marked.join(", "))?;
    writeln!(out, "  at each: mend it, `git add`, `git commit --amend`, `git rebase --continue`{then}")
}

/// The commits that bring a secret which keeps them out, once each.
pub(super) fn marked(report: &Report) -> Vec<String> {
    let is_meant = |judged: &&Judged| judged.level == Level::Reject && judged.finding.rule.is_secret();
    let commits = report.findings.iter().filter(is_meant).filter_map(|judged| judged.finding.location.commit);
    let mut seen = std::collections::HashSet::new();
    commits.filter(|commit| seen.insert(*commit)).map(|commit| commit.short()).collect()
}

/// The tags in whose messages something is to be mended, once each.
fn tags<'a>(judged: impl Iterator<Item = &'a Judged>) -> Vec<String> {
    let mut names: Vec<_> = judged
        .filter_map(|judged| match &judged.finding.location.place {
            Place::Tag(name) => Some(name.to_string()),
            _ => None,
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    names.truncate(REFS);
    names
}
