//! What a commit, or the index, changes against every parent, and which lines of a content are fresh.

use super::{Mode, Oid, RepoPath};

/// A path that is new, or differs from every parent. What is deleted brings nothing, and is no change here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// From the root of the repository.
    pub path: RepoPath,
    /// What it is now.
    pub new: Version,
    /// What each parent has in its place: the same path, or the path that it was renamed from. `None` where the parent has
    /// neither. One a parent; none at all on a root commit.
    pub old: Vec<Option<Version>>,
}

/// One version of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Version {
    /// What kind of thing it is.
    pub mode: Mode,
    /// The blob.
    pub oid: Oid,
}
