//! What can go wrong with a repository: each error names the thing, says why, and tells the next step.

use std::io;
use std::path::PathBuf;

use super::Oid;
use super::index::IndexError;

/// What went wrong with a repository, and what to do next.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// No repository here or above.
    #[error("{0}: not a git repository, nor any folder above it; run this inside of one, or name files to scan")]
    NotARepository(String),
    /// The environment names a repository that is none.
    #[error("{variable} names {}, which is not a git repository; unset it, or name the right folder", path.display())]
    Environment {
        /// The variable.
        variable: &'static str,
        /// What it says.
        path: PathBuf,
    },
    /// A `.git` file that leads nowhere: a submodule or linked worktree whose repository was moved.
    #[error(
        "{} leads to {}, which is not a git repository; `git worktree repair` or `git submodule update` mends such links",
        file.display(), target.display()
    )]
    DeadLink {
        /// The `.git` file.
        file: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// A file of the repository that cannot be read.
    #[error("cannot read {}; check that it is there and that you may read it", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of the repository that does not hold what it should.
    #[error("{}: {reason}; `git fsck` may tell more", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A repository in a format that is not known here.
    #[error("{}: {what} is not supported; a newer release may know it", path.display())]
    Unsupported {
        /// The repository.
        path: PathBuf,
        /// What is not known.
        what: String,
    },
    /// An index that cannot be read.
    #[error("the index {} cannot be read; where `git status` fails as well, `git read-tree HEAD` makes a new one", path.display())]
    Index {
        /// The file.
        path: PathBuf,
        /// Why.
        source: IndexError,
    },
    /// An object that is named and not there.
    #[error("object {oid} is missing; in a partial or shallow clone `git fetch` brings it, else `git fsck` tells more")]
    Missing {
        /// The object.
        oid: Oid,
    },
    /// An object that cannot be read.
    #[error("object {oid} is corrupt: {reason}; `git fsck` tells more")]
    Corrupt {
        /// The object.
        oid: Oid,
        /// Why.
        reason: String,
    },
    /// An object of another kind than the one that was asked for.
    #[error("object {oid} is a {found}, where a {wanted} was expected; `git fsck` may tell more")]
    WrongKind {
        /// The object.
        oid: Oid,
        /// What it should be.
        wanted: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// More than can be held: no honest repository is like this.
    #[error("{what} is more than can be looked at; if that is meant, judge the change in smaller parts")]
    TooMuch {
        /// What there is too much of.
        what: String,
    },
    /// What should be the name of an object and is none.
    #[error("{0:?} is not the name of an object; it takes 40 or 64 hexadecimal digits")]
    NotAnOid(String),
    /// A revision or range that git does not know.
    #[error("git knows no revision {revision:?} ({said}); `git rev-parse` helps to find the right name")]
    UnknownRevision {
        /// As it was asked for.
        revision: String,
        /// What git said.
        said: String,
    },
    /// What should be a line that git gives to a hook and is none.
    #[error("{0:?} is no update of a ref; let git call this hook, which gives it `OLD NEW REF` on standard input")]
    NotARefUpdate(String),
    /// Git itself could not be started.
    #[error("cannot start git; install it, or add it to PATH")]
    NoGit(#[source] io::Error),
    /// Git was asked, and failed.
    #[error("`git {command}` failed: {said}")]
    Git {
        /// What it was asked.
        command: String,
        /// What it said on standard error; on dubious ownership that is what to do next.
        said: String,
    },
}
