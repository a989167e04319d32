//! `palisade audit`: look at everything that a repository has ever held.

use std::path::PathBuf;
use std::process::ExitCode;

use super::judging::Flags;
use crate::audit::Way;

/// Look for secrets in all that a repository has ever held, and tell who brought each in, when, where, and whether it is still there.
///
/// Every object is looked at once: blobs, commit messages, tags; reachable from refs, from reflogs, from stashes, or not at all.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The repository; the one around the current folder if not given.
    #[arg(value_name = "REPO", default_value = ".")]
    repo: PathBuf,
    /// Look at every version of every file from end to end. This finds the same, and takes longer: it is the witness.
    #[arg(long)]
    every_blob: bool,
    #[command(flatten)]
    flags: Flags,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        self.flags.audit(&self.repo, if self.every_blob { Way::EveryBlob } else { Way::Fresh })
    }
}
