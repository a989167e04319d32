//! Reads trees as packs store them: what was copied from another version of a folder was read there, and only the rest is read again.

use std::ops::Range;

use super::tree::{Item, parse_entry};
use super::{Kind, Oid};
use crate::text::Copied;

/// Where the entries of a tree begin, and last where reading ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entries(Vec<u32>);

/// An entry that was read.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Where it begins in the tree.
    pub at: u32,
    /// What it is called.
    pub name: &'a [u8],
    /// What it stands for.
    pub oid: Oid,
    /// A blob, a tree, or for a submodule a commit.
    pub kind: Kind,
}

/// What becomes of the entries of a tree.
pub trait Visitor {
    /// An entry that was read.
    fn fresh(&mut self, entry: Entry<'_>);
    /// The entries that begin in this range of the base stand in the tree as well, the first of them at `to`.
    fn carried(&mut self, from: Range<u32>, to: u32);
}

impl Entries {
    /// Reads a tree with names of objects of `hash_len` bytes. Of one that was made from another version, `base` has that one's entries and what was copied
    /// from it. Gives what it has read, and whether that was all: an entry that is none ends it.
    pub fn read(
        base: Option<(&Self, &[Copied])>,
        bytes: &[u8],
        hash_len: usize,
        visitor: &mut impl Visitor,
    ) -> (Self, bool) {
        let mut starts = Vec::with_capacity(base.map_or(0, |(base, _)| base.0.len() + 2));
        let (base, copies) = base.map_or((&[][..], &[][..]), |(base, copies)| (&base.0[..], copies));
        let mut copies = copies.iter().peekable();
        let mut at = 0;
        while at < bytes.len() {
            while copies.next_if(|copied| copied.to + copied.len <= at).is_some() {}
            if let Some(copied) = copies.peek().filter(|copied| copied.to <= at)
                && let Some(run) = whole_entries(base, at - copied.to + copied.from, copied.from + copied.len)
            {
                let (first, last) = (base[run.start], base[run.end]);
                let shifted = |start: u32| place(at).wrapping_add(start.wrapping_sub(first));
                starts.extend(base[run].iter().map(|start| shifted(*start)));
                visitor.carried(first..last, place(at));
                at += (last - first) as usize;
                continue;
            }
            let Some((name, item, len)) = parse_entry(&bytes[at..], hash_len) else { break };
            starts.push(place(at));
            let (kind, oid) = match item {
                Item::Dir(oid) => (Kind::Tree, oid),
                Item::File(version) if version.mode == super::Mode::Submodule => (Kind::Commit, version.oid),
                Item::File(version) => (Kind::Blob, version.oid),
            };
            visitor.fresh(Entry { at: place(at), name: &bytes[at..][name], oid, kind });
            at += len;
        }
        starts.push(place(at));
        (Self(starts), at == bytes.len())
    }
}

/// A place in a tree. None is so large that 32 bits are too few: what is larger than [`super::pack::LARGEST`] is not read.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Which entries of the base stand one behind the other from exactly `from` on, and end by `to`; none where there is no such one.
fn whole_entries(base: &[u32], from: usize, to: usize) -> Option<Range<usize>> {
    let first = base.binary_search(&u32::try_from(from).ok()?).ok()?;
    let last = first + base[first..].partition_point(|start| *start as usize <= to) - 1;
    (first < last).then_some(first..last)
}
