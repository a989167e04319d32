//! What can be judged, what contents it consists of, and what of them was looked at.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::git::{Change, Oid, Receiver, RefName, RefUpdate, RepoPath};
use crate::text::Fresh;

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

/// What kind of content a finding is in, and its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A file of the repository, by its path from the root; or a file outside of any, as it was named.
    File(RepoPath),
    /// The name of a file itself.
    PathName(RepoPath),
    /// The message of a commit.
    Message,
    /// Standard input.
    Stdin,
    /// An annotated tag, by its name.
    Tag(RepoPath),
    /// An object that no commit leads to, by its kind.
    Unreachable(&'static str),
    /// A ref itself, or the blob that it names.
    Ref(RefName),
    /// A commit as a whole.
    Commit,
}

impl Place {
    /// The path of a file; none of what is in no file.
    #[must_use]
    pub fn path(&self) -> Option<&RepoPath> {
        match self {
            Self::File(path) | Self::PathName(path) => Some(path),
            Self::Message | Self::Stdin | Self::Tag(_) | Self::Unreachable(_) | Self::Ref(_) | Self::Commit => None,
        }
    }
}

impl fmt::Display for Place {
    /// Cleaned for a terminal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{path}"),
            Self::PathName(path) => write!(f, "{path} (the name itself)"),
            Self::Message => f.write_str("commit message"),
            Self::Stdin => f.write_str("standard input"),
            Self::Tag(name) => write!(f, "tag {name}"),
            Self::Unreachable(kind) => write!(f, "a {kind} that no commit leads to"),
            Self::Ref(name) => write!(f, "{name}"),
            Self::Commit => f.write_str("commit"),
        }
    }
}

/// Something to look at, not loaded yet, so that a large scope needs no more memory than what is being looked at.
#[derive(Clone, Debug)]
pub enum Source {
    /// A changed file of a commit, or of the index where there is no commit.
    Change {
        /// What changed.
        change: Change,
        /// The commit that brought it.
        commit: Option<Oid>,
    },
    /// A file on disk.
    File {
        /// How to open it.
        path: PathBuf,
        /// What reports call it.
        name: RepoPath,
    },
    /// The message of a commit.
    CommitMessage(Oid),
    /// Standard input.
    Stdin,
    /// A path that a commit, or the index where there is no commit, has no more.
    Deletion {
        /// Which.
        path: RepoPath,
        /// The commit that took it away.
        commit: Option<Oid>,
    },
    /// An annotated tag.
    Tag(Oid),
    /// A blob that a ref names.
    NamedBlob {
        /// Which.
        oid: Oid,
        /// The ref.
        name: RefName,
    },
    /// Bytes that are there already: the message of a commit that is being made.
    Bytes {
        /// What they are.
        place: Place,
        /// The bytes.
        bytes: Vec<u8>,
        /// The commit that they belong to.
        commit: Option<Oid>,
    },
}

impl Source {
    /// The path by which policies know it.
    #[must_use]
    pub fn path(&self) -> Option<&RepoPath> {
        match self {
            Self::Change { change, .. } => Some(&change.path),
            Self::File { name, .. } => Some(name),
            Self::Deletion { .. } | Self::Tag(_) | Self::NamedBlob { .. } => None,
            Self::CommitMessage(_) | Self::Stdin | Self::Bytes { .. } => None,
        }
    }

    /// The commit that brought it.
    #[must_use]
    pub fn commit(&self) -> Option<Oid> {
        match self {
            Self::Change { commit, .. } | Self::Bytes { commit, .. } | Self::Deletion { commit, .. } => *commit,
            Self::CommitMessage(commit) => Some(*commit),
            Self::File { .. } | Self::Stdin | Self::Tag(_) | Self::NamedBlob { .. } => None,
        }
    }
}

/// What reports call a file on disk that no repository knows: its path as it was named.
#[must_use]
pub fn named(path: &Path) -> RepoPath {
    RepoPath::new(path.as_os_str().as_encoded_bytes())
}

/// The bytes that are looked at, with what of them is fresh.
#[derive(Clone, Debug)]
pub struct Content {
    /// What it is.
    pub place: Place,
    /// The blob that it was read from.
    pub blob: Option<Oid>,
    /// The commit that brought it.
    pub commit: Option<Oid>,
    /// The bytes as stored.
    pub bytes: Vec<u8>,
    /// What a change brought in.
    pub fresh: Fresh,
}

impl Content {
    /// The path by which path-bound patterns and policies know it.
    #[must_use]
    pub fn path(&self) -> Option<&RepoPath> {
        match &self.place {
            Place::File(path) | Place::PathName(path) => Some(path),
            Place::Message | Place::Stdin | Place::Tag(_) | Place::Unreachable(_) | Place::Ref(_) | Place::Commit => {
                None
            }
        }
    }
}

/// A commit or an annotated tag that a scope brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Which.
    pub oid: Oid,
    /// The refs that it is to be on, where the scope moves refs.
    pub refs: Vec<RefName>,
}

/// What a scope brings, and what it is brought to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrivals {
    /// In no order.
    pub items: Vec<Arrival>,
    /// The commit that was accepted before: what it says of who may sign is what counts. HEAD where there is none.
    pub accepted: Option<Oid>,
}

/// When it is judged, in seconds since 1970 UTC.
#[must_use]
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// What was looked at and what was not, and why; part of every report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Contents looked at.
    pub contents: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Commits that they came from.
    pub commits: u64,
    /// Contents that the policy's `ignore-paths` left out.
    pub ignored: u64,
    /// Submodules met: their commits have hooks of their own.
    pub submodules: u64,
    /// What should have been looked at and was not. One is enough to make a verdict incomplete.
    pub gaps: Vec<Gap>,
}

impl Coverage {
    /// Adds what another one has looked at.
    pub fn add(&mut self, other: Self) {
        let Self { contents, bytes, commits, ignored, submodules, gaps } = other;
        self.contents += contents;
        self.bytes += bytes;
        self.commits += commits;
        self.ignored += ignored;
        self.submodules += submodules;
        self.gaps.extend(gaps);
    }
}

/// Something that was not looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// What: a path, an object; cleaned for a terminal.
    pub what: String,
    /// Why, and what to do next.
    pub why: String,
}

impl Gap {
    /// From an error, with the errors that it came from.
    #[must_use]
    pub fn of(what: impl fmt::Display, error: &(dyn std::error::Error + 'static)) -> Self {
        let mut why = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            why = format!("{why}: {error}");
            source = error.source();
        }
        Self { what: what.to_string(), why: named(why.as_ref()).to_string() }
    }
}
