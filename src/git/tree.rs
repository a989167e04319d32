//! Reads trees, entry by entry, whatever they hold.

use std::cmp::Ordering;
use std::ops::Range;

use gix::objs::Kind;

use super::{GitError, Mode, Objects, Oid, Version};

/// A name in a folder. Folders sort as if a `/` stood behind their name, in trees as in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key<'a> {
    pub name: &'a [u8],
    pub is_dir: bool,
}

impl Ord for Key<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let common = self.name.len().min(other.name.len());
        let next = |key: &Self| key.name.get(common).copied().unwrap_or(if key.is_dir { b'/' } else { 0 });
        self.name[..common]
            .cmp(&other.name[..common])
            .then_with(|| next(self).cmp(&next(other)))
            // Only names that hold what no name may hold come here; they need some order all the same.
            .then_with(|| (self.name.len(), self.is_dir).cmp(&(other.name.len(), other.is_dir)))
    }
}

impl PartialOrd for Key<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What a name in a tree stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// A file, a symlink or a submodule.
    File(Version),
    /// A folder.
    Dir(Oid),
}

impl Item {
    /// The file, if it is one.
    #[must_use]
    pub fn file(self) -> Option<Version> {
        match self {
            Self::File(version) => Some(version),
            Self::Dir(_) => None,
        }
    }

    /// The tree of the folder, if it is one.
    #[must_use]
    pub fn dir(self) -> Option<Oid> {
        match self {
            Self::File(_) => None,
            Self::Dir(oid) => Some(oid),
        }
    }
}

/// A tree, and the entry that is being looked at.
pub(super) struct Tree {
    oid: Oid,
    content: Vec<u8>,
    /// Where the next entry begins.
    next: usize,
    /// The present entry: where its name lies, and what it is.
    entry: Option<(usize, usize, Item)>,
}

impl Tree {
    /// Reads a tree and stands on its first entry.
    ///
    /// # Errors
    /// When it is missing, corrupt, or no tree.
    pub(super) fn load(objects: &Objects, oid: Oid) -> Result<Self, GitError> {
        let content = objects.read(oid, Kind::Tree)?;
        let mut tree = Self { oid, content, next: 0, entry: None };
        tree.advance()?;
        Ok(tree)
    }

    /// The name of the present entry.
    pub(super) fn key(&self) -> Option<Key<'_>> {
        let (start, end, item) = self.entry?;
        Some(Key { name: &self.content[start..end], is_dir: matches!(item, Item::Dir(_)) })
    }

    /// What the present entry is.
    pub(super) fn item(&self) -> Option<Item> {
        self.entry.map(|(_, _, item)| item)
    }

    /// Goes to the next entry.
    ///
    /// # Errors
    /// When it is malformed.
    pub(super) fn advance(&mut self) -> Result<(), GitError> {
        if self.next >= self.content.len() {
            self.entry = None;
            return Ok(());
        }
        match self.parse() {
            Some((entry, next)) => {
                self.entry = Some(entry);
                self.next = next;
                Ok(())
            }
            None => Err(GitError::Corrupt { oid: self.oid, reason: "the tree has a malformed entry".into() }),
        }
    }

    /// One entry, and where the next one begins.
    fn parse(&self) -> Option<((usize, usize, Item), usize)> {
        let (name, item, len) = parse_entry(&self.content[self.next..], self.oid.0.kind().len_in_bytes())?;
        Some(((self.next + name.start, self.next + name.end, item), self.next + len))
    }
}

/// The entry, `MODE NAME\0OID`, that begins `rest`: where its name stands, what it is, and how long it is.
pub(super) fn parse_entry(rest: &[u8], hash_len: usize) -> Option<(Range<usize>, Item, usize)> {
    // The longest mode has six digits.
    let space = rest.iter().take(8).position(|byte| *byte == b' ')?;
    let mut bits = 0;
    for digit in &rest[..space] {
        if !(b'0'..=b'7').contains(digit) {
            return None;
        }
        bits = bits << 3 | u32::from(digit - b'0');
    }
    let start = space + 1;
    let end = start + memchr::memchr(0, &rest[start..])?;
    let len = end + 1 + hash_len;
    let oid = Oid::from_bytes(rest.get(end + 1..len)?)?;
    let item = Mode::from_bits(bits).map_or(Item::Dir(oid), |mode| Item::File(Version { mode, oid }));
    Some((start..end, item, len))
}
