//! Names that some file systems take for one: in the trees of a commit, and in the paths of an index.

use std::collections::HashMap;

use super::names::folded;
use crate::git::{GitError, Objects, Oid, RepoPath};

/// So many folders are kept at once; many files of one commit lie in the same.
const MOST: usize = 64;

/// A name of a path, and another one that is taken for the same.
type Collision<'p> = (&'p [u8], Vec<u8>);

/// Folders that were read, by their trees.
#[derive(Default)]
pub struct Folders(HashMap<Oid, Folder>);

/// The names in a folder.
struct Folder {
    /// With the trees of those that are folders themselves.
    names: HashMap<Vec<u8>, Option<Oid>>,
    /// By what some file systems make of them.
    alike: HashMap<Vec<u8>, Vec<Vec<u8>>>,
}

impl Folders {
    /// The part of a path that collides with another name beside it, and that name.
    ///
    /// # Errors
    /// When a tree on the way cannot be read.
    pub(super) fn collision<'p>(
        &mut self,
        path: &'p RepoPath,
        root: Oid,
        objects: &Objects,
    ) -> Result<Option<Collision<'p>>, GitError> {
        let mut next = Some(root);
        for part in path.as_bytes().split(|byte| *byte == b'/') {
            let Some(tree) = next else { break };
            let folder = self.folder(tree, objects)?;
            let alike = folder.alike.get(&folded(part));
            if let Some(other) = alike.and_then(|alike| alike.iter().find(|other| *other != part)) {
                return Ok(Some((part, other.clone())));
            }
            next = folder.names.get(part).copied().flatten();
        }
        Ok(None)
    }

    fn folder(&mut self, tree: Oid, objects: &Objects) -> Result<&Folder, GitError> {
        if self.0.len() >= MOST && !self.0.contains_key(&tree) {
            self.0.clear();
        }
        Ok(match self.0.entry(tree) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(place) => {
                let entries = objects.entries(tree)?.into_iter();
                let names: HashMap<_, _> = entries.map(|(name, item)| (name, item.dir())).collect();
                let mut alike: HashMap<_, Vec<_>> = HashMap::new();
                for name in names.keys() {
                    alike.entry(folded(name)).or_default().push(name.clone());
                }
                // Maps have no order, and reports have one.
                for names in alike.values_mut() {
                    names.sort_unstable();
                }
                place.insert(Folder { names, alike })
            }
        })
    }
}

/// The paths of an index by what some file systems make of them, folders as well as files.
pub(super) struct Paths<'a>(HashMap<Vec<u8>, Vec<&'a [u8]>>);

impl<'a> Paths<'a> {
    pub(super) fn of(all: &'a [RepoPath]) -> Self {
        let mut alike: HashMap<Vec<u8>, Vec<&[u8]>> = HashMap::new();
        for path in all.iter().flat_map(prefixes) {
            let paths = alike.entry(folded(path)).or_default();
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        Self(alike)
    }

    /// The path, or a folder on the way to it, that collides with another one, and that other one.
    pub(super) fn collision<'p>(&self, path: &'p RepoPath) -> Option<(&'p [u8], &'a [u8])> {
        prefixes(path).find_map(|path| {
            let other = self.0.get(&folded(path))?.iter().find(|other| **other != path)?;
            Some((path, *other))
        })
    }
}

/// A path, and the folders on the way to it.
fn prefixes(path: &RepoPath) -> impl Iterator<Item = &[u8]> {
    let path = path.as_bytes();
    memchr::memchr_iter(b'/', path).map(|slash| &path[..slash]).chain([path])
}
