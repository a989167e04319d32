//! What can be judged, what contents it consists of, and what of them was looked at.

mod content;
mod coverage;

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::git::{Oid, Receiver, RefName, RefUpdate, RepoPath};
pub use content::{Content, Place, Source};
pub use coverage::{Coverage, Gap};

/// What is judged. Hooks and commands differ in the scope that they build, and in nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What the next commit would bring: the index against HEAD and every other parent that is named or waits.
    Staged {
        /// Parents beside HEAD and `MERGE_HEAD`: before a merge commit git tells them in the environment.
        parents: Vec<Oid>,
    },
    /// The commits that a revision range names, each against its parents.
    Range(String),
    /// Files of a work tree, or of any folder, as they are now.
    Files {
        /// Where to begin; the current folder where none is named.
        roots: Vec<PathBuf>,
        /// Whether files that git would ignore are left out.
        honour_ignores: bool,
    },
    /// The message of the commit that is being made, in the file that git names.
    Message(PathBuf),
    /// Standard input.
    Stdin,
    /// All that a repository has ever held.
    History,
    /// What a push brings.
    Push(Push),
    /// The signatures, and nothing else, of the commits that a revision range names, or of one annotated tag; of all refs where
    /// nothing is named.
    Signatures(Option<String>),
}

impl Scope {
    /// As reports write it.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Staged { .. } => "staged",
            Self::Range(_) => "range",
            Self::Files { .. } => "files",
            Self::Message(_) => "message",
            Self::Stdin => "stdin",
            Self::History => "history",
            Self::Push(_) => "push",
            Self::Signatures(_) => "signatures",
        }
    }
}

/// A push, as git tells it to a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// What it does to refs.
    pub updates: Vec<RefUpdate>,
    /// What tells which commits are new.
    pub receiver: Receiver,
    /// Who pushes, as the server says; none where it does not say.
    pub pusher: Option<String>,
    /// The reason that came with the push option `palisade.bypass=REASON`.
    pub bypass: Option<String>,
    /// What it was signed with.
    pub certificate: Certificate,
}

/// What a push was signed with (`git push --signed`), as git tells it to a hook (git-receive-pack).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// This hook is not told.
    Untold,
    /// Nothing.
    None,
    /// A certificate.
    Given {
        /// Where it stands.
        blob: Oid,
        /// The nonce that the server gave out.
        nonce: Vec<u8>,
        /// What the server thinks of the one that came back: `OK`, `BAD`, `MISSING`, `SLOP` or `UNSOLICITED`.
        status: Vec<u8>,
    },
}

/// What a scope brings, and what it is brought to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrivals {
    /// In no order.
    pub items: Vec<Arrival>,
    /// The commit that was accepted before: what it says of who may sign is what counts. HEAD where there is none.
    pub accepted: Option<Oid>,
}

/// A commit or an annotated tag that a scope brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Which.
    pub oid: Oid,
    /// The refs that it is to be on, where the scope moves refs.
    pub refs: Vec<RefName>,
}

/// What reports call a file on disk that no repository knows: its path as it was named.
#[must_use]
pub fn named(path: &Path) -> RepoPath {
    RepoPath::new(path.as_os_str().as_encoded_bytes())
}

/// When it is judged, in seconds since 1970 UTC.
#[must_use]
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
