//! `palisade scan`: look now.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::judging::{Caller, Flags};
use crate::scope::Scope;

/// Look for secrets now: in files, in what is staged, in commits, or in standard input.
///
/// Files are those that git tracks, and those that it does not track and would not ignore. A PATH that is a symlink is
/// followed; a symlink met on the way is looked at as git stores it: the path that it points to.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Files and folders; the current folder if nothing is named, `-` for standard input.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// What the next commit would bring.
    #[arg(long, conflicts_with_all = ["paths", "range"])]
    staged: bool,
    /// What the commits of a revision range brought, and their messages: `main..HEAD`.
    #[arg(long, value_name = "A..B", conflicts_with = "paths")]
    range: Option<String>,
    /// Look at files that .gitignore leaves out as well.
    #[arg(long, conflicts_with_all = ["staged", "range"])]
    no_ignore: bool,
    #[command(flatten)]
    flags: Flags,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let has_stdin = self.paths.iter().any(|path| path == Path::new("-"));
        if has_stdin && self.paths.len() > 1 {
            anyhow::bail!("`-` is standard input and stands alone; name a file called - as ./-");
        }
        let scope = match self.range {
            Some(range) => Scope::Range(range),
            None if self.staged => Scope::Staged { parents: Vec::new() },
            None if has_stdin => Scope::Stdin,
            None => Scope::Files { roots: self.paths, honour_ignores: !self.no_ignore },
        };
        self.flags.judge(scope, Caller::Person)
    }
}
