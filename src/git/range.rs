//! Commits of a range, and what each of them changes.

use std::collections::{BTreeSet, HashSet};

use super::command::{failed, said};
use super::{Change, GitError, Objects, Oid, Repo, RepoPath, compare, rename};

impl Repo {
    /// The commits that a revision range names, newest first: `A..B`, `main`, several with spaces between them, and all else
    /// that `git rev-list` takes as a revision. Options are no revisions.
    ///
    /// # Errors
    /// [`GitError::UnknownRevision`] when git does not know it.
    pub fn commits(&self, range: &str) -> Result<Vec<Oid>, GitError> {
        let unknown = |said: String| GitError::UnknownRevision { revision: range.to_owned(), said };
        let revisions: Vec<&str> = range.split_ascii_whitespace().collect();
        if revisions.is_empty() || revisions.iter().any(|revision| revision.starts_with('-')) {
            return Err(unknown("a revision is expected, and no option".into()));
        }
        let args = [&["rev-list", "--end-of-options"], revisions.as_slice(), &["--"]].concat();
        let output = self.git.run(&args)?;
        if !output.status.success() {
            let said = said(&output);
            let is_unknown = ["bad revision", "unknown revision", "bad object", "ambiguous argument", "Invalid"]
                .iter()
                .any(|sign| said.contains(sign));
            return Err(if is_unknown { unknown(said) } else { failed(&args, &output) });
        }
        output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(Oid::from_hex).collect()
    }

    /// What a commit changes against every parent, as [`Repo::staged`] tells it of the index. A merge changes what differs
    /// from all of its parents.
    ///
    /// A commit whose parents a shallow clone has cut off is taken for a first one: everything in it is new.
    ///
    /// # Errors
    /// When the commit, or a tree that is needed, cannot be read.
    pub fn changes(&self, commit: Oid) -> Result<Vec<Change>, GitError> {
        self.changes_with(&self.objects(), commit)
    }

    /// The same as [`Repo::changes`] with what the caller reads objects with, for many commits in a row.
    ///
    /// # Errors
    /// As [`Repo::changes`].
    pub fn changes_with(&self, objects: &Objects, commit: Oid) -> Result<Vec<Change>, GitError> {
        let (tree, parents) = self.trees(objects, commit)?;
        rename::find(objects, compare::tree(objects, tree, &parents)?)
    }

    /// The paths that a commit takes away: every parent has them, and it has not. What is renamed is taken away from where it was.
    ///
    /// # Errors
    /// As [`Repo::changes`].
    pub fn deletions(&self, objects: &Objects, commit: Oid) -> Result<Vec<RepoPath>, GitError> {
        let (tree, parents) = self.trees(objects, commit)?;
        let mut gone: Option<BTreeSet<RepoPath>> = None;
        for parent in parents {
            let found = compare::tree(objects, tree, &[parent])?;
            let paths: BTreeSet<_> = found.paths_gone(objects)?.into_iter().collect();
            gone = Some(match gone {
                None => paths,
                Some(gone) => gone.intersection(&paths).cloned().collect(),
            });
        }
        Ok(gone.unwrap_or_default().into_iter().collect())
    }

    /// What `tree` changes against another one, or against nothing.
    ///
    /// # Errors
    /// When a tree that is needed cannot be read.
    pub fn tree_changes(&self, objects: &Objects, tree: Oid, old: Option<Oid>) -> Result<Vec<Change>, GitError> {
        rename::find(objects, compare::tree(objects, tree, old.as_slice())?)
    }

    /// The tree of a commit, and those of its parents.
    fn trees(&self, objects: &Objects, oid: Oid) -> Result<(Oid, Vec<Oid>), GitError> {
        let commit = objects.commit(oid)?;
        let mut trees = Vec::with_capacity(commit.parents.len());
        for parent in &commit.parents {
            match objects.commit(*parent) {
                Ok(parent) => trees.push(parent.tree),
                Err(GitError::Missing { .. }) if self.is_cut_off(oid) => {}
                Err(error) => return Err(error),
            }
        }
        Ok((commit.tree, trees))
    }

    /// Whether a shallow clone has cut off the parents of `commit`.
    fn is_cut_off(&self, commit: Oid) -> bool {
        self.shallow().contains(&commit)
    }

    /// The commits whose parents a shallow clone has cut off (git's documentation, shallow).
    #[must_use]
    pub fn shallow(&self) -> HashSet<Oid> {
        let content = std::fs::read(&self.layout.shallow).unwrap_or_default();
        content.split(|byte| *byte == b'\n').filter_map(|line| Oid::from_hex(line.trim_ascii()).ok()).collect()
    }
}
