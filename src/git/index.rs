//! Reads git's index where it lies in memory: versions 2, 3 and 4, SHA-1 and SHA-256, all stages, sparse folders, and the
//! cache of trees.
//!
//! One pass finds where every entry begins and what is behind the entries; an entry is then read only when it is looked at.
//! Any bytes give an index or an error: nothing panics, and nothing is allocated that the file does not pay for. Git does
//! not check the checksum at the end either when it reads an index.

use std::fmt;

use super::objects::{Mode, Oid};
use super::tree::Item;
use super::{RepoPath, Version};

mod cache_tree;

use cache_tree::CacheTree;
pub(super) use cache_tree::Node;

/// Bytes of an entry before its object's name: two times, device, inode, mode, user, group, size.
const STAT: usize = 40;
/// Where the mode lies among them.
const MODE: usize = 24;
/// How far ahead of the entry that is walked over its bytes are touched: where an entry begins is known only when the one
/// before was read, and waiting for memory each time would cost more than all else.
const AHEAD: usize = 2048;
/// Flags of an entry.
const EXTENDED: u16 = 0x4000;
const NAME_LENGTH: u16 = 0x0FFF;
/// Extended flags of an entry.
const INTENT_TO_ADD: u16 = 0x2000;

/// Why some bytes are not taken for an index.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// It does not begin as an index does.
    #[error("it does not begin with DIRC, so it is no index")]
    NoSignature,
    /// A version that is not known.
    #[error("version {0} is not known; 2, 3 and 4 are")]
    Version(u32),
    /// It ends too early, or says wrong lengths.
    #[error("it is cut off or damaged at byte {0}")]
    Damaged(usize),
    /// More than four gigabytes.
    #[error("it is larger than an index can be")]
    TooLarge,
    /// An extension without which the entries are not the whole truth, such as `link` of a split index.
    #[error("it needs the extension {0}, which only the general way reads")]
    Needs(Extension),
    /// The general way could not read it either.
    #[error("{0}")]
    General(String),
}

/// The four letters that name an extension.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Extension(pub [u8; 4]);

impl fmt::Debug for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

impl fmt::Display for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// An index, read where it lies.
pub struct Index<'a> {
    data: &'a [u8],
    version: u32,
    /// Bytes of an object's name.
    hash: usize,
    /// Where each entry begins.
    offsets: Vec<u32>,
    cache: CacheTree<'a>,
}

impl<'a> Index<'a> {
    /// Finds the entries of an index whose objects have names of `hash` bytes (20 or 32).
    ///
    /// # Errors
    /// When `data` is no index, is damaged, or can only be read the general way.
    pub fn parse(data: &'a [u8], hash: usize) -> Result<Self, IndexError> {
        if data.get(..4) != Some(b"DIRC") {
            return Err(IndexError::NoSignature);
        }
        if u32::try_from(data.len()).is_err() {
            return Err(IndexError::TooLarge);
        }
        let version = be32(data, 4)?;
        if !(2..=4).contains(&version) {
            return Err(IndexError::Version(version));
        }
        let count = be32(data, 8)? as usize;
        // The checksum stands at the end, whether it was made or not.
        let end = data.len().checked_sub(hash).ok_or(IndexError::Damaged(data.len()))?;
        let data = &data[..end];
        let mut index = Self { data, version, hash, offsets: Vec::new(), cache: CacheTree::default() };
        let extensions = index.find_entries(count)?;
        index.find_extensions(extensions)?;
        Ok(index)
    }

    /// How many entries there are, counting every stage.
    #[must_use]
    pub fn len(&self) -> usize {
        self.offsets.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.offsets.is_empty()
    }

    /// The entries from the first one on.
    #[must_use]
    pub fn entries(&self) -> Entries<'_> {
        let mut entries = Entries { index: self, at: 0, path: Vec::new() };
        entries.take_suffix();
        entries
    }

    /// What the cache of trees says of the root.
    pub(super) fn root(&self) -> Option<Node> {
        self.cache.root()
    }

    /// What the cache of trees says of the folders in `node`, sorted by name.
    pub(super) fn folders(&self, node: Node) -> Vec<Node> {
        self.cache.children(node)
    }

    /// The folder of that name among `folders`.
    pub(super) fn folder(&self, folders: &[Node], name: &[u8]) -> Option<Node> {
        self.cache.find(folders, name)
    }

    /// Walks over all entries once, checks that each lies inside, and returns where the last one ends.
    fn find_entries(&mut self, count: usize) -> Result<usize, IndexError> {
        let fixed = STAT + self.hash + 2;
        // What the file has no room for is not allocated.
        self.offsets.reserve_exact(count.min(self.data.len() / fixed));
        let mut at = 12;
        let mut path_len = 0_usize;
        let mut ahead = 0_u8;
        for _ in 0..count {
            // `parse` saw to it that an offset fits.
            #[allow(clippy::cast_possible_truncation, reason = "as said")]
            self.offsets.push(at as u32);
            ahead ^= self.data.get(at + AHEAD).copied().unwrap_or(0);
            let flags = be16(self.data, at + fixed - 2)?;
            let name = at + fixed + if flags & EXTENDED == 0 { 0 } else { 2 };
            at = if self.version == 4 {
                let (strip, start) = self.strip(name).ok_or(IndexError::Damaged(name))?;
                let len = self.nul(start)?;
                path_len = len + path_len.checked_sub(strip).ok_or(IndexError::Damaged(name))?;
                start + len + 1
            } else {
                let len = match flags & NAME_LENGTH {
                    NAME_LENGTH => self.nul(name)?,
                    len => usize::from(len),
                };
                // One to eight zero bytes follow, up to a multiple of eight from the entry's beginning.
                at + ((name - at + len + 8) & !7)
            };
            if at > self.data.len() {
                return Err(IndexError::Damaged(at));
            }
        }
        std::hint::black_box(ahead);
        Ok(at)
    }

    /// Goes over the extensions; one with a capital letter may be passed over, others may not.
    fn find_extensions(&mut self, mut at: usize) -> Result<(), IndexError> {
        while at < self.data.len() {
            let name = self.data.get(at..at + 4).and_then(|name| <[u8; 4]>::try_from(name).ok());
            let name = name.ok_or(IndexError::Damaged(at))?;
            let len = be32(self.data, at + 4)? as usize;
            let body = self.data.get(at + 8..).and_then(|rest| rest.get(..len)).ok_or(IndexError::Damaged(at))?;
            match &name {
                b"TREE" => self.cache = CacheTree::parse(body, self.hash),
                // It announces folders as entries; those are read here as what they are.
                b"sdir" => {}
                [b'A'..=b'Z', ..] => {}
                _ => return Err(IndexError::Needs(Extension(name))),
            }
            at += 8 + len;
        }
        Ok(())
    }

    /// How many bytes of the last path version 4 takes away, and where the bytes begin that it adds.
    fn strip(&self, mut at: usize) -> Option<(usize, usize)> {
        let mut byte = *self.data.get(at)?;
        let mut value = usize::from(byte & 0x7F);
        while byte & 0x80 != 0 {
            at += 1;
            byte = *self.data.get(at)?;
            value = value.checked_add(1)?.checked_mul(128)? | usize::from(byte & 0x7F);
        }
        Some((value, at + 1))
    }

    /// How many bytes there are before the next zero byte.
    fn nul(&self, at: usize) -> Result<usize, IndexError> {
        self.data.get(at..).and_then(|rest| memchr::memchr(0, rest)).ok_or(IndexError::Damaged(at))
    }

    /// An entry's flags and extended flags, and where its name begins.
    fn flags(&self, offset: usize) -> (u16, u16, usize) {
        let fixed = offset + STAT + self.hash;
        // `find_entries` walked over every entry, so these bytes are there.
        let flags = be16(self.data, fixed).unwrap_or(0);
        if flags & EXTENDED == 0 {
            (flags, 0, fixed + 2)
        } else {
            (flags, be16(self.data, fixed + 2).unwrap_or(0), fixed + 4)
        }
    }
}

/// Stands on an entry of an index.
#[derive(Clone)]
pub struct Entries<'a> {
    index: &'a Index<'a>,
    at: usize,
    /// The present path, in version 4, where each path is told by what it shares with the last one.
    path: Vec<u8>,
}

/// One entry of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// A folder only in a sparse index.
    pub item: Item,
    /// 0; or in a conflict 1 for what both sides began with, 2 for ours, 3 for theirs.
    pub stage: u8,
    /// Announced by `git add -N`, and without content.
    pub intent_to_add: bool,
}

impl Entries<'_> {
    /// Which entry this is.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The present entry's path; none behind the last one. The path of a sparse folder ends with a `/`.
    #[must_use]
    pub fn path(&self) -> Option<&[u8]> {
        let offset = *self.index.offsets.get(self.at)? as usize;
        if self.index.version == 4 {
            return Some(&self.path);
        }
        let (flags, _, start) = self.index.flags(offset);
        let rest = self.index.data.get(start..)?;
        match flags & NAME_LENGTH {
            NAME_LENGTH => Some(&rest[..memchr::memchr(0, rest)?]),
            len => rest.get(..usize::from(len)),
        }
    }

    /// What the present entry says.
    pub(super) fn entry(&self) -> Option<Entry> {
        let offset = *self.index.offsets.get(self.at)? as usize;
        let bits = be32(self.index.data, offset + MODE).ok()?;
        let oid = Oid::from_bytes(self.index.data.get(offset + STAT..offset + STAT + self.index.hash)?)?;
        let (flags, extended, _) = self.index.flags(offset);
        let item = Mode::from_bits(bits).map_or(Item::Dir(oid), |mode| Item::File(Version { mode, oid }));
        let stage = (flags >> 12 & 3) as u8;
        Some(Entry { item, stage, intent_to_add: extended & INTENT_TO_ADD != 0 })
    }

    /// Goes to the next entry.
    pub fn advance(&mut self) {
        self.at = (self.at + 1).min(self.index.len());
        self.take_suffix();
    }

    /// Goes on to the entry of number `at`, never back.
    pub(super) fn seek(&mut self, at: usize) {
        if self.index.version == 4 {
            while self.at < at.min(self.index.len()) {
                self.advance();
            }
        } else {
            self.at = at.min(self.index.len()).max(self.at);
        }
    }

    /// Makes the path from the last one, in version 4.
    fn take_suffix(&mut self) {
        if self.index.version != 4 {
            return;
        }
        let Some(&offset) = self.index.offsets.get(self.at) else { return };
        let (_, _, name) = self.index.flags(offset as usize);
        if let Some((strip, start)) = self.index.strip(name)
            && let Ok(len) = self.index.nul(start)
        {
            self.path.truncate(self.path.len().saturating_sub(strip));
            self.path.extend_from_slice(&self.index.data[start..start + len]);
        }
    }
}

/// Reads all of an index as any user of it would, for tests that feed it arbitrary bytes: every path with the name of its
/// object, where it has content.
///
/// # Errors
/// As [`Index::parse`].
#[doc(hidden)]
pub fn read_all(data: &[u8], hash: usize) -> Result<Vec<(RepoPath, Oid)>, IndexError> {
    let index = Index::parse(data, hash)?;
    let mut all = Vec::new();
    let mut bytes = 0;
    let mut entries = index.entries();
    while let (Some(path), Some(entry)) = (entries.path(), entries.entry()) {
        bytes += path.len();
        // Paths of version 4 can be far longer together than the file; the real users keep only those that changed.
        if bytes > 16 << 20 {
            break;
        }
        if let Item::File(version) = entry.item
            && !entry.intent_to_add
        {
            all.push((RepoPath::new(path), version.oid));
        }
        entries.advance();
    }
    let mut nodes: Vec<Node> = index.root().into_iter().collect();
    while let Some(node) = nodes.pop() {
        nodes.extend(index.folders(node));
    }
    Ok(all)
}

fn be32(data: &[u8], at: usize) -> Result<u32, IndexError> {
    let bytes = data.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
    bytes.map(u32::from_be_bytes).ok_or(IndexError::Damaged(at))
}

fn be16(data: &[u8], at: usize) -> Result<u16, IndexError> {
    let bytes = data.get(at..at + 2).and_then(|bytes| bytes.try_into().ok());
    bytes.map(u16::from_be_bytes).ok_or(IndexError::Damaged(at))
}
