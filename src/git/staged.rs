//! What the next commit would bring: the index against HEAD, every `MERGE_HEAD`, and parents that are named besides.

use std::collections::BTreeSet;
use std::io;

use super::index::{Index, IndexError};
use super::{Change, GitError, Objects, Oid, Repo, RepoPath, Version, compare, general, map, rename};

impl Repo {
    /// What the index changes against HEAD, every `MERGE_HEAD` and `parents`, in the order of the paths; a [`Change::old`] has
    /// them in that order, each commit once. Without any commit yet, everything is new, and `old` is empty.
    ///
    /// Submodules are among it, with [`super::Mode::Submodule`]. A path in conflict gives a change for each side.
    ///
    /// # Errors
    /// When the index, or a tree that is needed, cannot be read.
    pub fn staged(&self, parents: &[Oid]) -> Result<Vec<Change>, GitError> {
        let objects = self.objects();
        let trees = self.trees_of_parents(&objects, parents)?;
        let Some(content) = self.map_index()? else { return Ok(Vec::new()) };
        let found = match Index::parse(&content, objects.hash.len_in_bytes()) {
            Ok(index) => compare::index(&objects, &index, &trees)?,
            Err(IndexError::Needs(_)) => general::index(&objects, &self.layout.index, &trees)?,
            Err(source) => return Err(GitError::Index { path: self.layout.index.clone(), source }),
        };
        rename::find(&objects, found)
    }

    /// The paths that the index has no more, and every parent has.
    ///
    /// # Errors
    /// As [`Repo::staged`].
    pub fn staged_deletions(&self, parents: &[Oid]) -> Result<Vec<RepoPath>, GitError> {
        let objects = self.objects();
        let Some(content) = self.map_index()? else { return Ok(Vec::new()) };
        let mut gone: Option<BTreeSet<RepoPath>> = None;
        for tree in self.trees_of_parents(&objects, parents)? {
            let found = match Index::parse(&content, objects.hash.len_in_bytes()) {
                Ok(index) => compare::index(&objects, &index, &[tree])?,
                Err(IndexError::Needs(_)) => general::index(&objects, &self.layout.index, &[tree])?,
                Err(source) => return Err(GitError::Index { path: self.layout.index.clone(), source }),
            };
            let paths: BTreeSet<_> = found.paths_gone(&objects)?.into_iter().collect();
            gone = Some(match gone {
                None => paths,
                Some(gone) => gone.intersection(&paths).cloned().collect(),
            });
        }
        Ok(gone.unwrap_or_default().into_iter().collect())
    }

    /// The same as [`Repo::staged`] by the general way: a witness for tests.
    ///
    /// # Errors
    /// As [`Repo::staged`].
    #[doc(hidden)]
    pub fn staged_generally(&self, parents: &[Oid]) -> Result<Vec<Change>, GitError> {
        let objects = self.objects();
        let trees = self.trees_of_parents(&objects, parents)?;
        if self.map_index()?.is_none() {
            return Ok(Vec::new());
        }
        rename::find(&objects, general::index(&objects, &self.layout.index, &trees)?)
    }

    /// The paths that the index names, in order; those in a sparse index's closed folders, which are not in the work tree
    /// either, are not among them.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn tracked(&self) -> Result<Vec<RepoPath>, GitError> {
        let objects = self.objects();
        let Some(content) = self.map_index()? else { return Ok(Vec::new()) };
        let index = match Index::parse(&content, objects.hash.len_in_bytes()) {
            Ok(index) => index,
            Err(IndexError::Needs(_)) => {
                return Ok(general::paths(&objects, &self.layout.index)?.into_iter().map(RepoPath::new).collect());
            }
            Err(source) => return Err(GitError::Index { path: self.layout.index.clone(), source }),
        };
        let mut paths: Vec<RepoPath> = Vec::new();
        let mut entries = index.entries();
        while let (Some(path), Some(entry)) = (entries.path(), entries.entry()) {
            // Both sides of a conflict are one path.
            if entry.item.file().is_some() && paths.last().is_none_or(|last| last.as_bytes() != path) {
                paths.push(RepoPath::new(path));
            }
            entries.advance();
        }
        Ok(paths)
    }

    /// What the index has at `path`, or at every path that begins with it where it ends in `/`. Of a conflict each side is there.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn staged_below(&self, path: &str) -> Result<Vec<(RepoPath, Version)>, GitError> {
        let objects = self.objects();
        let Some(content) = self.map_index()? else { return Ok(Vec::new()) };
        let is_meant = |other: &[u8]| {
            if path.ends_with('/') { other.starts_with(path.as_bytes()) } else { other == path.as_bytes() }
        };
        let index = match Index::parse(&content, objects.hash.len_in_bytes()) {
            Ok(index) => index,
            Err(IndexError::Needs(_)) => {
                let all = general::index(&objects, &self.layout.index, &[])?.changes.into_iter();
                return Ok(all
                    .filter(|change| is_meant(change.path.as_bytes()))
                    .map(|change| (change.path, change.new))
                    .collect());
            }
            Err(source) => return Err(GitError::Index { path: self.layout.index.clone(), source }),
        };
        let mut found = Vec::new();
        let mut entries = index.entries();
        while let (Some(here), Some(entry)) = (entries.path(), entries.entry()) {
            // They are in ascending order.
            if here > path.as_bytes() && !is_meant(here) {
                break;
            }
            if let (true, Some(version)) = (is_meant(here), entry.item.file()) {
                found.push((RepoPath::new(here), version));
            }
            entries.advance();
        }
        Ok(found)
    }

    /// The index; none before the first `git add`.
    fn map_index(&self) -> Result<Option<memmap2::Mmap>, GitError> {
        match map::map(&self.layout.index) {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(GitError::Io { path: self.layout.index.clone(), source }),
        }
    }

    /// The trees of HEAD, every `MERGE_HEAD` and `named`, without those that come twice.
    fn trees_of_parents(&self, objects: &Objects, named: &[Oid]) -> Result<Vec<Oid>, GitError> {
        let mut commits: Vec<Oid> = Vec::new();
        for oid in self.head()?.into_iter().chain(self.merge_heads()?).chain(named.iter().copied()) {
            if !commits.contains(&oid) {
                commits.push(oid);
            }
        }
        commits.into_iter().map(|commit| Ok(objects.commit(commit)?.tree)).collect()
    }

    /// The commits that wait to be merged.
    fn merge_heads(&self) -> Result<Vec<Oid>, GitError> {
        let path = self.layout.git_dir.join("MERGE_HEAD");
        let content = match std::fs::read(&path) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(GitError::Io { path, source }),
        };
        let lines = content.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
        lines
            .map(Oid::from_hex)
            .collect::<Result<_, _>>()
            .map_err(|error| GitError::Malformed { path, reason: error.to_string() })
    }
}
