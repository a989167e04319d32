//! What a commit, or the index, changes against every parent, and which lines of a content are fresh.

use super::general::flatten_tree;
use super::{GitError, Mode, Objects, Oid, RepoPath};

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
    /// Whether no parent has a file under this very path, whatever it was renamed from.
    pub is_added: bool,
}

/// One version of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// What kind of thing it is.
    pub mode: Mode,
    /// The blob.
    pub oid: Oid,
}

/// What a comparison found, before renames are looked for.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// In the order of their paths.
    pub changes: Vec<Change>,
    /// For each parent what it has and the new side lacks: where something new may have been renamed from.
    pub gone: Vec<Vec<Gone>>,
    /// What the changes cost in memory, roughly.
    cost: usize,
}

/// What a parent has and the new side lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Gone {
    /// A file.
    File(Vec<u8>, Version),
    /// A whole folder, and its path with a `/` at the end.
    Dir(Vec<u8>, Oid),
    /// What the tree `old` has and the tree `new` lacks, in the folder `path`.
    Within { path: Vec<u8>, new: Oid, old: Oid },
}

/// How many bytes of paths and changes are held at most. A tree of a few kilobytes that names itself over and over would
/// otherwise unfold to more than there is memory.
pub(super) const MOST: usize = 512 << 20;

impl Found {
    pub(super) fn new(parents: usize) -> Self {
        Self { gone: vec![Vec::new(); parents], ..Self::default() }
    }

    /// Adds a path if what it is now differs from every parent's version.
    ///
    /// # Errors
    /// When there is more than can be held.
    pub(super) fn compare(&mut self, path: &[u8], new: Version, old: &[Option<Version>]) -> Result<(), GitError> {
        if old.iter().flatten().any(|old| old.oid == new.oid && old.mode.same_kind(new.mode)) {
            return Ok(());
        }
        self.pay(path.len() + size_of_val(old))?;
        let is_added = old.iter().all(Option::is_none);
        self.changes.push(Change { path: RepoPath::new(path), new, old: old.to_vec(), is_added });
        Ok(())
    }

    /// Adds what a parent has and the new side lacks.
    ///
    /// # Errors
    /// When there is more than can be held.
    pub(super) fn lacks(&mut self, parent: usize, gone: Gone) -> Result<(), GitError> {
        let (Gone::File(path, _) | Gone::Dir(path, _) | Gone::Within { path, .. }) = &gone;
        self.pay(path.len())?;
        self.gone[parent].push(gone);
        Ok(())
    }

    /// The paths of what one parent has and the new side lacks; the folders among it are read.
    ///
    /// # Errors
    /// When a tree is missing or corrupt, or there is more than can be held.
    pub(super) fn paths_gone(self, objects: &Objects) -> Result<Vec<RepoPath>, GitError> {
        let mut paths = Vec::new();
        for gone in self.gone.into_iter().flatten() {
            match gone {
                Gone::File(path, _) => paths.push(RepoPath::new(path)),
                Gone::Dir(path, tree) => {
                    flatten_tree(objects, &path, tree, &mut |path, _| paths.push(RepoPath::new(path)))?;
                }
                // Only a folder that is the same as in another parent is noted like this.
                Gone::Within { .. } => {}
            }
        }
        Ok(paths)
    }

    fn pay(&mut self, bytes: usize) -> Result<(), GitError> {
        self.cost += bytes + size_of::<Change>();
        if self.cost > MOST {
            return Err(GitError::TooMuch { what: format!("a change of more than {} files", self.changes.len()) });
        }
        Ok(())
    }
}
