//! `palisade verify`: who signed, does it hold, and may they.

use std::process::ExitCode;

use super::judging::Flags;
use crate::scope::Scope;

/// Verify the signatures of commits and annotated tags, and that who signed may.
///
/// Who may sign is read from a commit that was accepted, never from the work tree and never from what is judged: of a range A..B from A, else
/// from HEAD, or from the commit that --trust names. SSH, OpenPGP and X.509 are verified in this process, offline.
#[derive(clap::Args)]
pub(super) struct Args {
    /// `A..B`, or a branch, or one annotated tag; the history of HEAD if nothing is named.
    #[arg(value_name = "RANGE", conflicts_with = "all")]
    range: Option<String>,
    /// All commits and annotated tags that refs lead to.
    #[arg(long)]
    all: bool,
    /// Whoever this commit says may sign.
    #[arg(long, value_name = "COMMIT")]
    trust: Option<String>,
    #[command(flatten)]
    flags: Flags,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let range = if self.all { None } else { Some(self.range.unwrap_or_else(|| "HEAD".to_owned())) };
        self.flags.verify(Scope::Signatures(range), self.trust.as_deref())
    }
}
