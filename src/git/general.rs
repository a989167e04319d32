//! The general way to compare an index with trees: everything is read into sorted lists, by gix, and compared name by name.
//!
//! It reads what the fast way does not (split indexes), and it is the witness that the fast way misses nothing.

use std::collections::BTreeMap;
use std::path::Path;

use gix::index::entry::Flags;

use super::diff::{Found, Gone};
use super::index::IndexError;
use super::tree::{Item, Tree};
use super::{GitError, Mode, Objects, Oid, Version};

/// All paths with what they are.
type Paths = BTreeMap<Vec<u8>, Version>;

/// Compares the index in `file` with the parents' trees.
///
/// # Errors
/// When the index or a tree cannot be read.
pub(super) fn index(objects: &Objects, file: &Path, parents: &[Oid]) -> Result<Found, GitError> {
    let new = flatten_index(objects, file)?;
    let mut old = Vec::with_capacity(parents.len());
    for parent in parents {
        let mut paths = Paths::new();
        flatten_tree(objects, b"", *parent, &mut |path, version| {
            paths.insert(path, version);
        })?;
        old.push(paths);
    }
    let mut found = Found::new(parents.len());
    for (path, versions) in &new {
        let old: Vec<_> = old.iter().map(|paths| paths.get(path).copied()).collect();
        for version in versions {
            found.compare(path, *version, &old)?;
        }
    }
    for (parent, paths) in old.into_iter().enumerate() {
        for (path, version) in paths {
            if !new.contains_key(&path) {
                found.lacks(parent, Gone::File(path, version))?;
            }
        }
    }
    Ok(found)
}

/// The paths of the index in `file`, in order, without those of folders that a sparse index only names.
///
/// # Errors
/// When the index cannot be read.
pub(super) fn paths(objects: &Objects, file: &Path) -> Result<Vec<Vec<u8>>, GitError> {
    let state = open(objects, file)?;
    let files = state.entries().iter().filter(|entry| Mode::from_bits(entry.mode.bits()).is_some());
    let mut paths: Vec<_> = files.map(|entry| entry.path(&state).to_vec()).collect();
    paths.dedup();
    Ok(paths)
}

fn open(objects: &Objects, file: &Path) -> Result<gix::index::File, GitError> {
    gix::index::File::at(file, objects.hash, true, gix::index::decode::Options::default())
        .map_err(|error| GitError::Index { path: file.to_owned(), source: IndexError::General(error.to_string()) })
}

fn flatten_index(objects: &Objects, file: &Path) -> Result<BTreeMap<Vec<u8>, Vec<Version>>, GitError> {
    let state = open(objects, file)?;
    let mut all = BTreeMap::<_, Vec<Version>>::new();
    for entry in state.entries() {
        let path = entry.path(&state).to_vec();
        let oid = Oid(entry.id);
        match Mode::from_bits(entry.mode.bits()) {
            Some(mode) if entry.stage_raw() != 1 && !entry.flags.contains(Flags::INTENT_TO_ADD) => {
                let versions = all.entry(path).or_default();
                let version = Version { mode, oid };
                if !versions.contains(&version) {
                    versions.push(version);
                }
            }
            Some(_) => {}
            None => flatten_tree(objects, &path, oid, &mut |path, version| {
                all.entry(path).or_default().push(version);
            })?,
        }
    }
    Ok(all)
}

/// Gives every file in `tree`, which is the folder `path` (with a `/` at the end, unless it is the root).
///
/// # Errors
/// When a tree is missing or corrupt, or there is more than can be held.
pub(super) fn flatten_tree(
    objects: &Objects,
    path: &[u8],
    tree: Oid,
    give: &mut dyn FnMut(Vec<u8>, Version),
) -> Result<(), GitError> {
    let mut folders = vec![(path.to_vec(), tree)];
    let mut count = 0;
    while let Some((path, oid)) = folders.pop() {
        let mut tree = Tree::load(objects, oid)?;
        while let (Some(key), Some(item)) = (tree.key(), tree.item()) {
            let mut path = [&path, key.name].concat();
            count += path.len() + size_of::<Version>();
            if count > super::diff::MOST {
                return Err(GitError::TooMuch { what: "a tree of this size".into() });
            }
            match item {
                Item::File(version) => give(path, version),
                Item::Dir(oid) => {
                    path.push(b'/');
                    folders.push((path, oid));
                }
            }
            tree.advance()?;
        }
    }
    Ok(())
}
