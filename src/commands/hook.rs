//! `palisade hook NAME`: what git's hooks call.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::ExitCode;

use super::judging::{Caller, Flags};
use super::shims;
use crate::git::Oid;
use crate::policy::nearest;
use crate::scope::{Scope, named};

/// What the hooks call; `palisade install` puts them in place.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    hook: Hook,
}

#[derive(clap::Subcommand)]
enum Hook {
    /// Judge what is staged.
    PreCommit {
        #[command(flatten)]
        flags: Flags,
    },
    /// Judge what a merge brings that none of its sides had.
    PreMergeCommit {
        #[command(flatten)]
        flags: Flags,
    },
    /// Judge the message of the commit that is being made.
    CommitMsg {
        /// The file that git wrote the message to.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        flags: Flags,
    },
    #[command(external_subcommand)]
    Unknown(Vec<OsString>),
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let unedited = Caller::Hook { edited: false };
        match self.hook {
            Hook::PreCommit { flags } => flags.judge(Scope::Staged { parents: Vec::new() }, unedited),
            Hook::PreMergeCommit { flags } => flags.judge(Scope::Staged { parents: merged()? }, unedited),
            Hook::CommitMsg { file, flags } => flags.judge(Scope::Message(file), Caller::Hook { edited: was_edited() }),
            Hook::Unknown(words) => Err(unknown(&words)),
        }
    }
}

/// The other sides of a merge: there is no `MERGE_HEAD` yet, and git names them as `GITHEAD_<object>=<name>`.
fn merged() -> anyhow::Result<Vec<Oid>> {
    let mut parents = Vec::new();
    for (name, _) in env::vars_os() {
        if let Some(hex) = name.as_encoded_bytes().strip_prefix(b"GITHEAD_") {
            parents.push(Oid::from_hex(hex)?);
        }
    }
    // The environment has no order.
    parents.sort_unstable();
    Ok(parents)
}

/// Git tells hooks that no editor was started by naming one that does nothing. Then it keeps comment lines in the message.
fn was_edited() -> bool {
    env::var_os("GIT_EDITOR").is_none_or(|editor| editor != OsStr::new(":"))
}

fn unknown(words: &[OsString]) -> anyhow::Error {
    let name = words.first().map(|word| named(word.as_ref()).to_string()).unwrap_or_default();
    let known: Vec<_> = shims::SHIMS.iter().map(|shim| shim.name).collect();
    match nearest(&name, &known) {
        Some(near) => anyhow::anyhow!("unknown hook `{name}`; did you mean `{near}`? (known: {})", known.join(", ")),
        None => anyhow::anyhow!("unknown hook `{name}`; known: {}", known.join(", ")),
    }
}
