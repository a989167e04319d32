//! `palisade hook NAME`: what git's hooks call.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;

use super::judging::{Caller, Flags};
use super::{marks, server, shims};
use crate::git::{Oid, Receiver, RefUpdate, Repo};
use crate::policy::nearest;
use crate::scope::{Certificate, Push, Scope, named};

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
    /// Mark the commit that was made with what is annotated.
    PostCommit,
    /// Judge what would be pushed.
    PrePush {
        /// The remote's name, or its address where it has none.
        #[arg(value_name = "REMOTE")]
        remote: OsString,
        /// The remote's address.
        #[arg(value_name = "URL")]
        _url: Option<OsString>,
        #[command(flatten)]
        flags: Flags,
    },
    /// Judge a whole push before anything of it is accepted.
    PreReceive {
        #[command(flatten)]
        flags: Flags,
    },
    /// Judge what a push does to one ref.
    Update {
        /// The ref.
        #[arg(value_name = "REF")]
        name: OsString,
        /// What it names.
        #[arg(value_name = "OLD")]
        old: String,
        /// What it shall name.
        #[arg(value_name = "NEW")]
        new: String,
        #[command(flatten)]
        flags: Flags,
    },
    /// Tell what was found in a push that was accepted.
    PostReceive {
        #[command(flatten)]
        flags: Flags,
    },
    /// Judge what a transaction does to refs, whoever asks for it.
    ReferenceTransaction {
        /// Only what is `prepared` is judged: before, nothing is sure, and after it, nothing can be stopped.
        #[arg(value_name = "STATE")]
        state: String,
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
            Hook::PostCommit => marks::post_commit(),
            Hook::PrePush { remote, flags, .. } => {
                let updates = RefUpdate::read_all_outgoing(&stdin()?)?;
                let receiver = Receiver::Remote(remote.into_encoded_bytes());
                // Where all is there already, git calls the hook with nothing.
                if updates.is_empty() {
                    return Ok(ExitCode::SUCCESS);
                }
                flags.judge(push(updates, receiver, Certificate::Untold), unedited)
            }
            Hook::PreReceive { flags } => {
                let updates = RefUpdate::read_all(&stdin()?)?;
                if updates.is_empty() {
                    anyhow::bail!("no update of a ref is on standard input; let git call this hook");
                }
                flags.judge(push(updates, Receiver::Itself, server::certificate()?), Caller::Server)
            }
            Hook::Update { name, old, new, flags } => {
                let update = RefUpdate::of(name.as_encoded_bytes(), old.as_bytes(), new.as_bytes());
                let update = update
                    .ok_or_else(|| anyhow::anyhow!("OLD and NEW are names of objects; let git call this hook"))?;
                flags.judge(push(vec![update], Receiver::Itself, server::certificate()?), Caller::Server)
            }
            Hook::PostReceive { flags } => {
                let updates = RefUpdate::read_all(&stdin()?)?;
                flags.judge(push(updates, Receiver::Updated, server::certificate()?), Caller::Server)
            }
            Hook::ReferenceTransaction { state, flags } => transaction(&state, &flags),
            Hook::Unknown(words) => Err(unknown(&words)),
        }
    }
}

fn push(updates: Vec<RefUpdate>, receiver: Receiver, certificate: Certificate) -> Scope {
    Scope::Push(Push { updates, receiver, pusher: server::pusher(), bypass: server::bypass(), certificate })
}

fn stdin() -> anyhow::Result<Vec<u8>> {
    let mut input = Vec::new();
    io::stdin().lock().read_to_end(&mut input).context("standard input")?;
    Ok(input)
}

/// A transaction on refs. Git gives the old values that were asked for, which may be none, so what the refs name is looked up; and
/// `ref:NAME` where a ref is to name another one, which brings nothing (githooks).
fn transaction(state: &str, flags: &Flags) -> anyhow::Result<ExitCode> {
    let input = stdin()?;
    if state != "prepared" {
        return Ok(ExitCode::SUCCESS);
    }
    let is_plain = |line: &&[u8]| {
        let mut words = line.splitn(3, |byte| *byte == b' ');
        let names = [words.next(), words.next()];
        let is_symbolic = names.iter().flatten().any(|word| word.starts_with(b"ref:"));
        // HEAD and its like name what a ref names.
        !is_symbolic && words.next().is_some_and(|name| name.starts_with(b"refs/"))
    };
    let lines: Vec<&[u8]> = input.split(|byte| *byte == b'\n').filter(is_plain).collect();
    let mut updates = RefUpdate::read_all(&lines.join(&b'\n'))?;
    if updates.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    Repo::discover(Path::new("."))?.look_up_old(&mut updates)?;
    flags.judge(push(updates, Receiver::Itself, Certificate::Untold), Caller::Server)
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
