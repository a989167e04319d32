//! The marks that annotated findings leave on commits, as git notes.
//!
//! Before a commit is made there is nothing to put a note on. So pre-commit and commit-msg leave a file behind where they have seen something that
//! is annotated, and post-commit, which does nothing without it, judges the commit that was made.

use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;

use super::judging::{self, Caller};
use crate::annotate;
use crate::git::{Receiver, Repo};
use crate::judge::{Report, Verdict};
use crate::policy::{Mark, Policy};
use crate::scope::{Push, Scope, named};

/// The file, in the folder of the work tree's own state; the shim looks for it.
const FILE: &str = "palisade-annotate";

/// What a hook leaves behind of a report.
pub(super) fn leave(report: &Report, policy: &Policy, caller: Caller, repo: &Repo) -> anyhow::Result<()> {
    let is_hook = matches!(caller, Caller::Hook { .. });
    let is_marked = policy.annotate() == Mark::Note && annotate::has_any(report);
    let file = repo.git_dir().join(FILE);
    match &report.scope {
        Scope::Staged { .. } | Scope::Message(_) if is_hook && is_marked && report.verdict == Verdict::Accept => {
            fs::write(&file, "").with_context(|| named(&file).to_string())
        }
        // What an earlier commit was to be marked with, that was never made.
        Scope::Staged { .. } if is_hook => take(&file).map(|_| ()),
        Scope::Push(Push { receiver: Receiver::Updated, .. }) if caller == Caller::Server && is_marked => {
            repo.annotate(&annotate::notes(report)).context("the notes could not be written")
        }
        Scope::Staged { .. }
        | Scope::Message(_)
        | Scope::Push(_)
        | Scope::Range(_)
        | Scope::Files { .. }
        | Scope::Stdin
        | Scope::History
        | Scope::Signatures(_) => Ok(()),
    }
}

/// Marks the commit that was just made.
pub(super) fn post_commit() -> anyhow::Result<ExitCode> {
    let repo = Repo::discover(Path::new("."))?;
    if take(&repo.git_dir().join(FILE))? {
        let report = judging::commit_alone(&repo)?;
        let notes = annotate::notes(&report);
        if !notes.is_empty() {
            repo.annotate(&notes).context("the note could not be written")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Takes the file away; whether it was there.
fn take(file: &Path) -> anyhow::Result<bool> {
    match fs::remove_file(file) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).with_context(|| named(file).to_string()),
    }
}
