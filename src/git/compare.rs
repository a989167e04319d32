//! Compares an index or a tree with the trees of any number of parents, folder by folder, in one merge of sorted names.
//!
//! A folder that is the same tree as in one parent is passed over whole: nothing in it differs from every parent. For a tree
//! its name tells that; for the index its cache of trees does, where it is valid. Wrong order in a damaged tree or index can
//! make a path look new; it can hide none, since every entry of the new side is looked at unless its whole folder is known.

use super::diff::{Found, Gone};
use super::index::{Entries, Index, Node};
use super::tree::{Item, Key, Tree};
use super::{GitError, Objects, Oid, Version};

/// Folders in folders at most; git's own limit is 2048.
const DEEPEST: usize = 4096;

/// Compares the index with the parents' trees.
///
/// # Errors
/// When a tree that is needed is missing or corrupt.
pub(super) fn index(objects: &Objects, index: &Index<'_>, parents: &[Oid]) -> Result<Found, GitError> {
    let root = index.root();
    if let Some((entries, tree)) = root.and_then(|root| root.valid)
        && entries == index.len()
        && parents.contains(&tree)
    {
        return Ok(Found::new(parents.len()));
    }
    let folders = root.map(|root| index.folders(root)).unwrap_or_default();
    Walk::new(objects, Some((index, index.entries())), parents.len()).run(New::Index(folders), parents)
}

/// Compares a tree with the parents' trees.
///
/// # Errors
/// When a tree that is needed is missing or corrupt.
pub(super) fn tree(objects: &Objects, tree: Oid, parents: &[Oid]) -> Result<Found, GitError> {
    if parents.contains(&tree) {
        return Ok(Found::new(parents.len()));
    }
    let new = New::Tree(Tree::load(objects, tree)?);
    Walk::new(objects, None, parents.len()).run(new, parents)
}

/// Where the new side of a folder comes from.
enum New {
    /// The index's entries from the present one on, as long as they lie in the folder; and the folders that its cache of
    /// trees knows there.
    Index(Vec<Node>),
    /// A tree.
    Tree(Tree),
}

/// A folder that is being compared.
struct Frame {
    /// How long the path of the folder around it is.
    around: usize,
    new: New,
    /// One a parent; none where it has no such folder.
    old: Vec<Option<Tree>>,
}

/// What stands under the present name on the new side.
enum Present {
    /// Files: one, or both sides of a conflict, or none where nothing would be committed.
    Files([Option<Version>; 2]),
    /// A folder whose tree says what is in it.
    Tree(Oid),
    /// A folder whose entries follow in the index; what the cache of trees says of it, and how many entries can be passed
    /// over if it is that tree.
    Entries(Option<Node>, Option<(usize, Oid)>),
}

struct Walk<'o> {
    objects: &'o Objects,
    index: Option<(&'o Index<'o>, Entries<'o>)>,
    /// The path of the present folder, with a `/` at the end unless it is the root.
    path: Vec<u8>,
    /// The present name in it.
    name: Vec<u8>,
    /// What each parent has under that name.
    old: Vec<Option<Item>>,
    /// Folders in folders. A list and no recursion, as how deep they go is not ours to say.
    frames: Vec<Frame>,
    found: Found,
}

impl<'o> Walk<'o> {
    fn new(objects: &'o Objects, index: Option<(&'o Index<'o>, Entries<'o>)>, parents: usize) -> Self {
        let (path, name, frames) = (Vec::new(), Vec::new(), Vec::new());
        Self { objects, index, path, name, old: vec![None; parents], frames, found: Found::new(parents) }
    }

    /// Compares the roots, and all that is in them.
    fn run(mut self, new: New, parents: &[Oid]) -> Result<Found, GitError> {
        self.old = parents.iter().copied().map(|oid| Some(Item::Dir(oid))).collect();
        self.enter(new, 0)?;
        while self.step()? {}
        Ok(self.found)
    }

    /// Goes into the folder that `self.path` names, with what `self.old` says that each parent has there.
    fn enter(&mut self, new: New, around: usize) -> Result<(), GitError> {
        if self.frames.len() > DEEPEST {
            return Err(GitError::TooMuch { what: format!("{} folders in each other", self.frames.len()) });
        }
        let load = |item: &Option<Item>| match item {
            Some(Item::Dir(oid)) => Tree::load(self.objects, *oid).map(Some),
            Some(Item::File(_)) | None => Ok(None),
        };
        let old = self.old.iter().map(load).collect::<Result<_, _>>()?;
        self.frames.push(Frame { around, new, old });
        Ok(())
    }

    /// Looks at the next name; false when there is none left.
    fn step(&mut self) -> Result<bool, GitError> {
        let Some(frame) = self.frames.last_mut() else { return Ok(false) };
        let new = match &frame.new {
            New::Tree(tree) => tree.key(),
            New::Index(_) => self.index.as_ref().and_then(|(_, entries)| key_in(entries, &self.path)),
        };
        let old = frame.old.iter().flatten().filter_map(Tree::key).min();
        let (key, is_new) = match (new, old) {
            (Some(new), Some(old)) if old < new => (old, false),
            (Some(new), _) => (new, true),
            (None, Some(old)) => (old, false),
            (None, None) => {
                self.path.truncate(frame.around);
                self.frames.pop();
                return Ok(true);
            }
        };
        let (around, is_dir) = (self.path.len(), key.is_dir);
        self.name.clear();
        self.name.extend_from_slice(key.name);
        self.take_old(is_dir)?;
        self.path.extend_from_slice(&self.name);
        if is_dir {
            self.path.push(b'/');
        }
        let entered = if is_new { self.look(is_dir, around)? } else { self.gone().map(|()| false)? };
        if !entered {
            self.path.truncate(around);
        }
        Ok(true)
    }

    /// Takes what each parent has under the present name.
    fn take_old(&mut self, is_dir: bool) -> Result<(), GitError> {
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        let key = Key { name: &self.name, is_dir };
        for (tree, item) in frame.old.iter_mut().zip(&mut self.old) {
            *item = None;
            if let Some(tree) = tree
                && tree.key() == Some(key)
            {
                *item = tree.item();
                tree.advance()?;
            }
        }
        Ok(())
    }

    /// Looks at what the new side has under the present name; true when that is a folder that is gone into.
    fn look(&mut self, is_dir: bool, around: usize) -> Result<bool, GitError> {
        let known = |walk: &Self, tree| walk.old.contains(&Some(Item::Dir(tree)));
        match self.present(is_dir)? {
            Present::Files(versions) => {
                if versions == [None, None] {
                    self.gone()?;
                }
                let old: Vec<_> = self.old.iter().map(|item| item.and_then(Item::file)).collect();
                for version in versions.into_iter().flatten() {
                    self.found.compare(&self.path, version, &old)?;
                }
                Ok(false)
            }
            Present::Tree(tree) if known(self, tree) => self.same(tree).map(|()| false),
            Present::Tree(tree) => {
                let tree = Tree::load(self.objects, tree)?;
                self.enter(New::Tree(tree), around)?;
                Ok(true)
            }
            Present::Entries(_, Some((behind, tree))) if known(self, tree) => {
                if let Some((_, entries)) = &mut self.index {
                    entries.seek(behind);
                }
                self.same(tree).map(|()| false)
            }
            Present::Entries(node, _) => {
                let index = self.index.as_ref().map(|(index, _)| *index);
                let folders = node.zip(index).map(|(node, index)| index.folders(node)).unwrap_or_default();
                self.enter(New::Index(folders), around)?;
                Ok(true)
            }
        }
    }

    /// Takes what the new side has under the present name, and goes on behind it unless it is a folder of the index.
    fn present(&mut self, is_dir: bool) -> Result<Present, GitError> {
        const NOTHING: Present = Present::Files([None, None]);
        match (self.frames.last_mut().map(|frame| &mut frame.new), &mut self.index) {
            (Some(New::Tree(tree)), _) => {
                let item = tree.item();
                tree.advance()?;
                Ok(match item {
                    Some(Item::Dir(oid)) => Present::Tree(oid),
                    Some(Item::File(version)) => Present::Files([Some(version), None]),
                    None => NOTHING,
                })
            }
            (Some(New::Index(folders)), Some((index, entries))) => Ok(if is_dir {
                folder(index, folders, entries, &self.path, &self.name)
            } else {
                Present::Files(files(entries, &self.path))
            }),
            (Some(New::Index(_)), None) | (None, _) => Ok(NOTHING),
        }
    }

    /// Passes over a folder that is `tree`, as in one parent; what another parent has more in it is noted all the same.
    fn same(&mut self, tree: Oid) -> Result<(), GitError> {
        for (parent, item) in self.old.iter().enumerate() {
            if let Some(Item::Dir(old)) = *item
                && old != tree
            {
                self.found.lacks(parent, Gone::Within { path: self.path.clone(), new: tree, old })?;
            }
        }
        Ok(())
    }

    /// Notes what the parents have under the present name and the new side lacks.
    fn gone(&mut self) -> Result<(), GitError> {
        for (parent, item) in self.old.iter().enumerate() {
            match item {
                Some(Item::File(version)) => self.found.lacks(parent, Gone::File(self.path.clone(), *version))?,
                Some(Item::Dir(oid)) => self.found.lacks(parent, Gone::Dir(self.path.clone(), *oid))?,
                None => {}
            }
        }
        Ok(())
    }
}

/// The next name in the folder `path` of the index; none when the present entry lies outside of it.
fn key_in<'e>(entries: &'e Entries<'_>, path: &[u8]) -> Option<Key<'e>> {
    let rest = entries.path()?.strip_prefix(path)?;
    match memchr::memchr(b'/', rest) {
        Some(slash) => Some(Key { name: &rest[..slash], is_dir: true }),
        // Git writes a `/` behind a sparse folder; one without is taken for what its mode says.
        None => Some(Key { name: rest, is_dir: matches!(entries.entry()?.item, Item::Dir(_)) }),
    }
}

/// What the index has in the folder `path`, which is called `name` in the folder around it.
fn folder(index: &Index<'_>, folders: &[Node], entries: &mut Entries<'_>, path: &[u8], name: &[u8]) -> Present {
    let here = entries.path();
    if (here == Some(path) || here == path.strip_suffix(b"/"))
        && let Some(Item::Dir(oid)) = entries.entry().map(|entry| entry.item)
    {
        entries.advance();
        return Present::Tree(oid);
    }
    let node = index.folder(folders, name);
    // The cache of trees is believed only if as many entries as it says lie in the folder.
    let valid = node.and_then(|node| node.valid).and_then(|(count, tree)| {
        let behind = entries.position().checked_add(count)?;
        let mut last = entries.clone();
        last.seek(behind.checked_sub(1)?);
        let inside = last.position() + 1 == behind && last.path().is_some_and(|last| last.starts_with(path));
        last.advance();
        let all = !last.path().is_some_and(|next| next.starts_with(path)) || last.position() != behind;
        (inside && all).then_some((behind, tree))
    });
    Present::Entries(node, valid)
}

/// What the index has under a file's path: the entry; both sides of a conflict, where they differ; nothing for what has no
/// content yet.
fn files(entries: &mut Entries<'_>, path: &[u8]) -> [Option<Version>; 2] {
    let mut versions = [None, None];
    while versions[1].is_none()
        && entries.path() == Some(path)
        && let Some(entry) = entries.entry()
    {
        if let Item::File(version) = entry.item
            && entry.stage != 1
            && !entry.intent_to_add
        {
            match versions[0] {
                None => versions[0] = Some(version),
                Some(first) if first != version => versions[1] = Some(version),
                Some(_) => {}
            }
        }
        entries.advance();
    }
    versions
}
