//! `palisade notes`: what was annotated.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;

use super::judging::policy;
use crate::annotate::{self, TRAILER};
use crate::checks;
use crate::git::{Oid, Repo, RepoPath};
use crate::policy::Mark;
use crate::redact::redacted;

/// Show what was annotated, as the git notes in refs/notes/palisade say, one's own and those that were fetched: the commit, and one line a finding.
///
/// A line is `COMMIT annotate RULE CONFIDENCE FINGERPRINT PLACE`. `git log --notes=palisade` shows the same beside the commits. Where the policy
/// asks for trailers, those are shown.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Only of the commits of this revision range.
    #[arg(value_name = "RANGE")]
    range: Option<String>,
    /// Only of this rule.
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,
    /// Only of this fingerprint.
    #[arg(long, value_name = "FINGERPRINT")]
    fingerprint: Option<String>,
    /// Only what is so sure: certain, likely or possible.
    #[arg(long, value_name = "CONFIDENCE")]
    confidence: Option<String>,
    /// Only where this is a part of the place.
    #[arg(long, value_name = "TEXT")]
    place: Option<String>,
    /// How it is shown.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Form::Human)]
    format: Form,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// One line a finding.
    Human,
    /// A list of objects; what is no such line is left out.
    Json,
}

#[derive(Serialize)]
struct Item<'a> {
    commit: String,
    #[serde(flatten)]
    mark: annotate::Mark<'a>,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let repo = Repo::discover(Path::new("."))?;
        let range = self.range.as_deref();
        let commits: Option<HashSet<Oid>> =
            range.map(|range| Ok::<_, crate::git::GitError>(repo.commits(range)?.into_iter().collect())).transpose()?;
        let mut notes = repo.notes()?;
        if policy(None, Some(&repo))?.annotate().mark == Mark::Trailer && repo.head()?.is_some() {
            for (commit, values) in repo.trailers(TRAILER, range.unwrap_or("HEAD"))? {
                notes.entry(commit).or_default().extend(values.iter().map(|value| format!("annotate {value}")));
            }
        }
        let checks = checks::all(None, None);
        let mut text = String::new();
        let mut items = Vec::new();
        for (commit, lines) in notes {
            if commits.as_ref().is_some_and(|commits| !commits.contains(&commit)) {
                continue;
            }
            for line in lines.iter().filter(|line| self.takes(line)) {
                // Whoever can push notes can write anything into them.
                let line = redacted(&RepoPath::new(line.as_bytes()).to_string(), &checks);
                if let Some(mark) = annotate::Mark::read(&line).filter(|_| self.format == Form::Json) {
                    items.push(serde_json::to_value(Item { commit: commit.to_string(), mark })?);
                }
                // Writing to a String cannot fail.
                let _ = writeln!(text, "{commit} {line}");
            }
        }
        match self.format {
            Form::Human => super::print(text.as_bytes())?,
            Form::Json => super::print(format!("{}\n", serde_json::to_string_pretty(&items)?).as_bytes())?,
        }
        Ok(ExitCode::SUCCESS)
    }

    fn takes(&self, line: &str) -> bool {
        let asked = [&self.rule, &self.fingerprint, &self.confidence, &self.place];
        let Some(mark) = annotate::Mark::read(line) else { return asked.iter().all(|asked| asked.is_none()) };
        let is = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
        is(&self.rule, mark.rule)
            && is(&self.fingerprint, mark.fingerprint.unwrap_or("-"))
            && is(&self.confidence, mark.confidence)
            && self.place.as_deref().is_none_or(|part| mark.place.contains(part))
    }
}

/// How much is annotated, in a sentence; nothing where nothing is.
pub(super) fn counted(repo: &Repo) -> anyhow::Result<Option<String>> {
    let notes = repo.notes()?;
    let marked: Vec<usize> =
        notes.values().map(|lines| lines.iter().filter_map(|line| annotate::Mark::read(line)).count()).collect();
    let (findings, commits) = (marked.iter().sum::<usize>(), marked.iter().filter(|number| **number > 0).count());
    let (are, on) =
        (if findings == 1 { "finding is" } else { "findings are" }, if commits == 1 { "commit" } else { "commits" });
    let text = format!("{findings} {are} annotated, on {commits} {on}; `palisade notes` shows them");
    Ok((findings > 0).then_some(text))
}
