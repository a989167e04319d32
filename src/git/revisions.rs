//! What revisions name, and which commits they lead to.

use std::collections::HashSet;
use std::io::BufRead;

use super::command::said;
use super::tree::{Item, Tree};
use super::{GitError, Objects, Oid, Repo, Version};

/// The two ends of a range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// The objects that it names: annotated tags are not followed.
    pub tips: Vec<Oid>,
    /// The objects whose history it leaves out.
    pub excluded: Vec<Oid>,
}

/// What a path of a tree names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A file, a symlink or a submodule.
    File(Version),
    /// A folder.
    Folder(Oid),
}

impl Repo {
    /// The ends of a range, as [`Repo::commits`] takes it.
    ///
    /// # Errors
    /// [`GitError::UnknownRevision`] when git does not know it.
    pub fn ends(&self, range: &str) -> Result<Ends, GitError> {
        let unknown = |said: String| GitError::UnknownRevision { revision: range.to_owned(), said };
        let revisions: Vec<&str> = range.split_ascii_whitespace().collect();
        if revisions.is_empty() || revisions.iter().any(|revision| revision.starts_with('-')) {
            return Err(unknown("a revision is expected, and no option".into()));
        }
        let output = self.git.run(&[&["rev-parse", "--revs-only"], revisions.as_slice(), &["--"]].concat())?;
        if !output.status.success() {
            return Err(unknown(said(&output)));
        }
        let mut ends = Ends::default();
        for line in output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match line.strip_prefix(b"^") {
                Some(hex) => ends.excluded.push(Oid::from_hex(hex)?),
                None => ends.tips.push(Oid::from_hex(line)?),
            }
        }
        // What names nothing is passed over without a word.
        if ends.tips.is_empty() { Err(unknown("it names no object".into())) } else { Ok(ends) }
    }

    /// All commits that `tips` lead to and `excluded` do not.
    ///
    /// # Errors
    /// When git cannot be asked, or one of them is not there.
    pub fn reachable(&self, tips: &[Oid], excluded: &[Oid]) -> Result<Vec<Oid>, GitError> {
        let mut input: String = tips.iter().map(|oid| format!("{oid}\n")).collect();
        input.extend(excluded.iter().map(|oid| format!("^{oid}\n")));
        self.git.stream(&["rev-list", "--stdin"], input.as_bytes(), |output| {
            let mut commits = Vec::new();
            for line in output.split(b'\n') {
                let line = line.map_err(GitError::NoGit)?;
                commits.push(Oid::from_hex(line)?);
            }
            Ok(commits)
        })
    }

    /// Those of `commits` that `from` does not lead to.
    ///
    /// # Errors
    /// As [`Repo::reachable`].
    pub fn beyond(&self, commits: &[Oid], from: Oid) -> Result<HashSet<Oid>, GitError> {
        let beyond: HashSet<Oid> = self.reachable(commits, &[from])?.into_iter().collect();
        Ok(commits.iter().copied().filter(|commit| beyond.contains(commit)).collect())
    }
}

impl Objects {
    /// What stands under `path` in a tree; none where nothing does.
    ///
    /// # Errors
    /// When a tree that is needed is missing or corrupt.
    pub fn look_up(&self, tree: Oid, path: &[u8]) -> Result<Option<Entry>, GitError> {
        let mut at = Entry::Folder(tree);
        for part in path.split(|byte| *byte == b'/').filter(|part| !part.is_empty()) {
            let Entry::Folder(folder) = at else { return Ok(None) };
            let Some((_, entry)) = self.entries(folder)?.into_iter().find(|(name, _)| name == part) else {
                return Ok(None);
            };
            at = entry;
        }
        Ok(Some(at))
    }

    /// What stands in a folder of a tree, by name.
    ///
    /// # Errors
    /// When it is missing, corrupt, or no tree.
    pub fn entries(&self, folder: Oid) -> Result<Vec<(Vec<u8>, Entry)>, GitError> {
        let mut tree = Tree::load(self, folder)?;
        let mut entries = Vec::new();
        while let (Some(key), Some(item)) = (tree.key(), tree.item()) {
            let entry = match item {
                Item::File(version) => Entry::File(version),
                Item::Dir(oid) => Entry::Folder(oid),
            };
            entries.push((key.name.to_vec(), entry));
            tree.advance()?;
        }
        Ok(entries)
    }
}
