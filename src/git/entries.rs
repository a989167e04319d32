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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An entry as it was met: where, how it is called, and what it stands for.
    type Met = (u32, Vec<u8>, Oid);

    /// Writes down all entries, those that were carried by what is known of the base.
    struct Notes<'a> {
        base: &'a [Met],
        met: Vec<Met>,
    }

    impl Visitor for Notes<'_> {
        fn fresh(&mut self, entry: Entry<'_>) {
            self.met.push((entry.at, entry.name.to_vec(), entry.oid));
        }

        fn carried(&mut self, from: Range<u32>, to: u32) {
            let within = self.base.iter().filter(|(at, ..)| from.contains(at));
            self.met.extend(within.map(|(at, name, oid)| (at - from.start + to, name.clone(), *oid)));
        }
    }

    fn read(base: Option<(&Entries, &[Copied], &[Met])>, bytes: &[u8]) -> (Entries, bool, Vec<Met>) {
        let mut notes = Notes { base: base.map_or(&[], |(_, _, met)| met), met: Vec::new() };
        let base = base.map(|(entries, copies, _)| (entries, copies));
        let (entries, is_whole) = Entries::read(base, bytes, 20, &mut notes);
        (entries, is_whole, notes.met)
    }

    fn entry() -> impl Strategy<Value = Vec<u8>> {
        (prop_oneof![Just("100644"), Just("40000"), Just("160000")], "[ab0]{1,3}", any::<[u8; 2]>()).prop_map(
            |(mode, name, oid)| {
                let mut entry = format!("{mode} {name}\0").into_bytes();
                // Names of objects that look like entries themselves.
                entry.extend(b"100644 a\0");
                entry.extend([oid[0], oid[1], 0, b' ', b'a', 0, 1, 2, 3, 4, 5]);
                entry
            },
        )
    }

    /// What a delta does: copies from the base, or inserts.
    #[derive(Clone, Debug)]
    enum Step {
        Copy(usize, usize),
        Insert(Vec<u8>),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (0..400_usize, 0..300_usize).prop_map(|(from, len)| Step::Copy(from, len)),
            // At the borders of entries, as git's deltas mostly are: those of this test have between 36 and 40 bytes.
            4 => (0..8_usize, 1..6_usize).prop_map(|(from, len)| Step::Copy(from * 36, len * 36)),
            2 => entry().prop_map(Step::Insert),
            1 => prop::collection::vec(any::<u8>(), 0..9).prop_map(Step::Insert),
        ]
    }

    proptest! {
        #[test]
        fn what_is_carried_from_a_base_is_what_reading_all_of_it_tells(
            base in prop::collection::vec(entry(), 0..10),
            steps in prop::collection::vec(step(), 0..8),
        ) {
            let base = base.concat();
            let (mut bytes, mut copies) = (Vec::new(), Vec::new());
            for step in steps {
                match step {
                    Step::Copy(from, len) => {
                        let from = from.min(base.len());
                        let len = len.min(base.len() - from);
                        copies.push(Copied { from, to: bytes.len(), len });
                        bytes.extend_from_slice(&base[from..from + len]);
                    }
                    Step::Insert(fresh) => bytes.extend(fresh),
                }
            }
            let (entries, _, met) = read(None, &base);
            let carried = read(Some((&entries, &copies, &met)), &bytes);
            prop_assert_eq!(carried, read(None, &bytes));
        }
    }
}
