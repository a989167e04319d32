//! The marks that annotated findings leave on commits: git notes, or trailers of their messages.
//!
//! Before a commit is made there is nothing to put a note on. So pre-commit and commit-msg leave a file behind where they have seen something that
//! is annotated, and post-commit, which does nothing without it, judges the commit that was made. Where trailers are wanted, pre-commit leaves them in
//! that file, and commit-msg writes them into the message.

use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;

use super::judging::{self, Caller};
use crate::annotate::{self, TRAILER};
use crate::changeset::says_something;
use crate::git::{Receiver, Repo};
use crate::judge::{Report, Verdict};
use crate::policy::{Mark, Policy};
use crate::scope::{Push, Scope, named};

/// The file, in the folder of the work tree's own state; the shim looks for it.
const FILE: &str = "palisade-annotate";

/// What a hook leaves behind of a report.
pub(super) fn leave(report: &Report, policy: &Policy, caller: Caller, repo: &Repo) -> anyhow::Result<()> {
    let is_hook = matches!(caller, Caller::Hook { .. });
    let mark = policy.annotate().mark;
    let is_marked = report.verdict == Verdict::Accept && annotate::has_any(report) && mark != Mark::None;
    let file = repo.git_dir().join(FILE);
    match &report.scope {
        Scope::Staged { .. } if is_hook && is_marked => write(&file, &annotate::trailers(report)),
        // What an earlier commit was to be marked with, that was never made.
        Scope::Staged { .. } if is_hook => take(&file).map(|_| ()),
        Scope::Message(message) if is_hook && mark == Mark::Trailer && report.verdict == Verdict::Accept => {
            let mut trailers: Vec<String> =
                take(&file)?.iter().flat_map(|text| text.lines()).map(str::to_owned).collect();
            trailers.extend(annotate::trailers(report));
            let bytes = fs::read(message).with_context(|| named(message).to_string())?;
            let edited = caller == Caller::Hook { edited: true };
            // Who empties a message wants no commit.
            if trailers.is_empty() || !says_something(bytes, edited, repo) {
                return Ok(());
            }
            repo.add_trailers(message, TRAILER, &trailers).context("the trailers could not be written")
        }
        Scope::Message(_) if is_hook && is_marked => write(&file, &[]),
        Scope::Push(Push { receiver: Receiver::Updated, .. }) if caller == Caller::Server && mark == Mark::Note => {
            let notes = annotate::notes(report);
            if notes.is_empty() {
                return Ok(());
            }
            repo.annotate(&notes).context("the notes could not be written")
        }
        Scope::Push(Push { receiver: Receiver::Remote(remote), .. })
            if is_hook && report.verdict == Verdict::Accept =>
        {
            if policy.annotate().share {
                share(repo, remote);
            }
            Ok(())
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
    if take(&repo.git_dir().join(FILE))?.is_some() {
        let (report, mark) = judging::commit_alone(&repo)?;
        let notes = annotate::notes(&report);
        if mark == Mark::Note && !notes.is_empty() {
            repo.annotate(&notes).context("the note could not be written")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Notes that cannot be shared keep nobody from pushing: they are there the next time.
fn share(repo: &Repo, remote: &[u8]) {
    let Ok(remote) = std::str::from_utf8(remote) else { return };
    if remote.starts_with('-') {
        return;
    }
    if let Err(error) = repo.share_notes(remote) {
        super::say(&format!("the notes could not be shared: {error}"));
    }
}

fn write(file: &Path, lines: &[String]) -> anyhow::Result<()> {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(file, text).with_context(|| named(file).to_string())
}

/// Takes the file away; what was in it, if it was there.
fn take(file: &Path) -> anyhow::Result<Option<String>> {
    let text = match fs::read_to_string(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.with_context(|| named(file).to_string())?,
    };
    fs::remove_file(file).with_context(|| named(file).to_string())?;
    Ok(Some(text))
}
