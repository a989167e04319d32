//! Opens repositories.

use std::path::{Path, PathBuf};

use super::{Change, Objects, Oid, RepoPath};
use crate::text::Fresh;

/// A repository. It can be shared between threads; each makes its own [`Objects`].
pub struct Repo {}

/// What went wrong with a repository, and what to do next.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// No repository here or above.
    #[error("{0}: not a git repository, nor any folder above it; run this inside of one, or name files to scan")]
    NotARepository(String),
}

impl Repo {
    /// Finds the repository that `dir` lies in, or the one that git names in the environment of a hook (`GIT_DIR` and the like).
    pub fn discover(dir: &Path) -> Result<Self, GitError> { todo!() }
    /// The root of the work tree; none in a bare repository.
    pub fn work_dir(&self) -> Option<&Path> { todo!() }
    /// The repository's own folder; a linked worktree shares one with its main worktree.
    pub fn common_dir(&self) -> &Path { todo!() }
    /// Where git looks for hooks, `core.hooksPath` taken into account, and whether that was configured outside of this repository.
    pub fn hooks_dir(&self) -> Result<PathBuf, GitError> { todo!() }
    /// A value of git's configuration as seen from this repository.
    pub fn config(&self, key: &str) -> Option<Vec<u8>> { todo!() }
    /// Reads objects, for one thread.
    pub fn objects(&self) -> Objects { todo!() }
    /// What the index changes against HEAD, every `MERGE_HEAD` and `parents`; and how many submodules are among it.
    pub fn staged(&self, parents: &[Oid]) -> Result<Vec<Change>, GitError> { todo!() }
    /// The commits that a revision range names, newest first.
    pub fn commits(&self, range: &str) -> Result<Vec<Oid>, GitError> { todo!() }
    /// What a commit changes against every parent.
    pub fn changes(&self, commit: Oid) -> Result<Vec<Change>, GitError> { todo!() }
    /// Files of the work tree ... tracked ones and those that are not ignored.
    pub fn tracked(&self) -> Result<Vec<RepoPath>, GitError> { todo!() }
}

impl Objects {
    /// The bytes of a blob.
    pub fn blob(&self, oid: Oid) -> Result<Vec<u8>, GitError> { todo!() }
    /// The message of a commit, as stored.
    pub fn message(&self, commit: Oid) -> Result<Vec<u8>, GitError> { todo!() }
    /// Which bytes of `new`, the content of `change`, are fresh against every parent.
    pub fn fresh(&self, change: &Change, new: &[u8]) -> Result<Fresh, GitError> { todo!() }
}
