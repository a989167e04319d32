//! `palisade notes`: what was annotated.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use crate::checks;
use crate::git::{Oid, Repo, RepoPath};
use crate::redact::redacted;

/// Show what was annotated, as the git notes in refs/notes/palisade say: the commit, and one line a finding.
///
/// A line is `COMMIT annotate RULE CONFIDENCE FINGERPRINT PLACE`. `git log --notes=palisade` shows the same beside the commits.
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
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let repo = Repo::discover(Path::new("."))?;
        let commits: Option<HashSet<Oid>> = self
            .range
            .map(|range| Ok::<_, crate::git::GitError>(repo.commits(&range)?.into_iter().collect()))
            .transpose()?;
        let mut text = String::new();
        for (commit, lines) in repo.notes()? {
            if commits.as_ref().is_some_and(|commits| !commits.contains(&commit)) {
                continue;
            }
            for line in lines {
                let word = |at: usize| line.split(' ').nth(at);
                let fits =
                    |wanted: &Option<String>, at| wanted.as_deref().is_none_or(|wanted| word(at) == Some(wanted));
                if fits(&self.rule, 1) && fits(&self.fingerprint, 3) {
                    // Whoever can push notes can write anything into them. Writing to a String cannot fail.
                    let _ = writeln!(text, "{commit} {}", RepoPath::new(line.as_bytes()));
                }
            }
        }
        super::print(redacted(&text, &checks::all(None, None)).as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}
