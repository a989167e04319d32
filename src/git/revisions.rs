//! What revisions name, and which commits they lead to.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::BufRead;

use super::command::said;
use super::tree::{Item, Tree};
use super::{GitError, Objects, Oid, Repo, RepoPath};

/// No honest change has so many folders or paths; a tree that names itself over and over has.
const MOST_FOLDERS: usize = 1_000_000;

type Entries = BTreeSet<(Vec<u8>, Item)>;

/// The folders among them by name; where a name stands twice, as in no honest tree, one of the two.
fn by_name(entries: &Entries) -> BTreeMap<&[u8], Oid> {
    entries.iter().filter_map(|(name, item)| Some((name.as_slice(), item.dir()?))).collect()
}

/// The two ends of a range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// The objects that it names: annotated tags are not followed.
    pub tips: Vec<Oid>,
    /// The objects whose history it leaves out.
    pub excluded: Vec<Oid>,
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

    /// Whether `new` can be reached by going on from `old`. One that is not here is no ancestor.
    ///
    /// # Errors
    /// When git cannot be asked.
    pub fn is_ancestor(&self, old: Oid, new: Oid) -> Result<bool, GitError> {
        if self.that_are_here(vec![old]).is_empty() {
            return Ok(false);
        }
        let (old, new) = (old.to_string(), new.to_string());
        Ok(self.git.ask(&["merge-base", "--is-ancestor", &old, &new])?.is_some())
    }
}

impl Objects {
    /// What stands under `path` in a tree; none where nothing does.
    ///
    /// # Errors
    /// When a tree that is needed is missing or corrupt.
    pub fn look_up(&self, tree: Oid, path: &[u8]) -> Result<Option<Item>, GitError> {
        let mut at = Item::Dir(tree);
        for part in path.split(|byte| *byte == b'/').filter(|part| !part.is_empty()) {
            let Item::Dir(folder) = at else { return Ok(None) };
            let mut tree = Tree::load(self, folder)?;
            at = loop {
                match (tree.key(), tree.item()) {
                    (Some(key), Some(item)) if key.name == part => break item,
                    (Some(_), Some(_)) => tree.advance()?,
                    _ => return Ok(None),
                }
            };
        }
        Ok(Some(at))
    }

    /// The paths in which a tree differs from another one: added, changed, or taken away. Against nothing all of it is new.
    ///
    /// # Errors
    /// When a tree that is needed is missing or corrupt, or there are more paths than any honest change has.
    pub fn differing_paths(&self, tree: Oid, other: Option<Oid>) -> Result<BTreeSet<RepoPath>, GitError> {
        let mut paths = BTreeSet::new();
        let mut folders = vec![(Vec::new(), Some(tree), other)];
        for number in 0.. {
            let Some((prefix, here, there)) = folders.pop() else { break };
            if number > MOST_FOLDERS || paths.len() > MOST_FOLDERS {
                return Err(GitError::TooMuch { what: format!("what tree {tree} changes") });
            }
            let (new, old) = (self.entry_set(here)?, self.entry_set(there)?);
            let added: Entries = new.difference(&old).cloned().collect();
            let gone: Entries = old.difference(&new).cloned().collect();
            let (added_folders, gone_folders) = (by_name(&added), by_name(&gone));
            for (name, item) in &added {
                let path = [prefix.as_slice(), name].concat();
                match item {
                    Item::File(_) => _ = paths.insert(RepoPath::new(path)),
                    Item::Dir(oid) => {
                        folders.push((
                            [&path, &b"/"[..]].concat(),
                            Some(*oid),
                            gone_folders.get(name.as_slice()).copied(),
                        ));
                    }
                }
            }
            for (name, item) in &gone {
                let path = [prefix.as_slice(), name].concat();
                match item {
                    Item::File(_) => _ = paths.insert(RepoPath::new(path)),
                    // It has been compared with the one that took its place.
                    Item::Dir(oid)
                        if added_folders.contains_key(name.as_slice())
                            && gone_folders.get(name.as_slice()) == Some(oid) => {}
                    Item::Dir(oid) => folders.push(([&path, &b"/"[..]].concat(), None, Some(*oid))),
                }
            }
        }
        Ok(paths)
    }

    /// The paths that a commit changes; a merge those in which it differs from all of its parents.
    ///
    /// # Errors
    /// As [`Objects::differing_paths`].
    pub fn changed_paths(&self, commit: Oid, parents: &[Oid]) -> Result<BTreeSet<RepoPath>, GitError> {
        let own = self.commit(commit)?.tree;
        let against = |parent: &Oid| self.differing_paths(own, Some(self.commit(*parent)?.tree));
        let Some((first, others)) = parents.split_first() else { return self.differing_paths(own, None) };
        let mut changed = against(first)?;
        for parent in others {
            let differing = against(parent)?;
            changed.retain(|path| differing.contains(path));
        }
        Ok(changed)
    }

    fn entry_set(&self, folder: Option<Oid>) -> Result<Entries, GitError> {
        folder.map_or_else(|| Ok(Entries::new()), |folder| Ok(self.entries(folder)?.into_iter().collect()))
    }

    /// What stands in a folder of a tree, by name.
    ///
    /// # Errors
    /// When it is missing, corrupt, or no tree.
    pub fn entries(&self, folder: Oid) -> Result<Vec<(Vec<u8>, Item)>, GitError> {
        let mut tree = Tree::load(self, folder)?;
        let mut entries = Vec::new();
        while let (Some(key), Some(item)) = (tree.key(), tree.item()) {
            entries.push((key.name.to_vec(), item));
            tree.advance()?;
        }
        Ok(entries)
    }
}
