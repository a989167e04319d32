//! What a scope consists of: sources, which are loaded one by one, and the contents that they become.

use std::fmt;
use std::path::PathBuf;

use crate::git::{Change, Oid, RefName, RepoPath};
use crate::text::Fresh;

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
        self.place.path()
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
