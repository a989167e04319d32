//! All folders that a repository has ever held, as far as they lead to something that may hold a secret.
//!
//! Each folder is read once, in the order of the packs' deltas, and of one that was made from another version only what is new: a version is noted as what it
//! has and its base has not, and the other way round, of the files that matter and of all folders. Then `resolve` tells of each folder to what it leads, as a
//! list of the files that matter and of the folders that lead to such. Most versions of a folder differ in what does not matter, and have the same list
//! then, which is kept once: two folders that lead to the same are known to do so without looking into them.

mod blocks;
mod resolve;

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use rustc_hash::FxHashMap;

use self::blocks::Blocks;
use super::gather::gap;
use super::{Audit, Watch};
use crate::checks::secrets::Secrets;
use crate::git::entries::{Entries, Entry, Visitor};
use crate::git::pack::{Base, Object, Pack, Walker};
use crate::git::{Census, Kind, Oid};
use crate::judge::Judge;
use crate::scope::Gap;
use crate::text::Copied;
use crate::work::spread;

/// What an entry of a folder leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Target {
    /// A folder, by the number of its list.
    List(u32),
    /// A blob that may hold a secret, by its place among those.
    Blob(u32),
    /// What leads nowhere, and has a name that may be a secret.
    Other,
}

/// An entry of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Edge {
    /// What it is called, as a number.
    pub name: u32,
    pub target: Target,
}

/// An entry in as few bytes as tell it: there are hundreds of thousands.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Packed {
    name: u32,
    /// What it leads to, below two bits that tell what that is.
    target: u32,
}

impl Packed {
    /// The bits of a number: no history has a thousand million of lists, or of blobs that may hold a secret.
    const BITS: u32 = 30;
    const NUMBER: u32 = (1 << Self::BITS) - 1;

    fn of(Edge { name, target }: Edge) -> Self {
        let target = match target {
            Target::List(list) => list & Self::NUMBER,
            Target::Blob(blob) => 1 << Self::BITS | blob & Self::NUMBER,
            Target::Other => 2 << Self::BITS,
        };
        Self { name, target }
    }

    fn edge(self) -> Edge {
        let number = self.target & Self::NUMBER;
        let target = match self.target >> Self::BITS {
            0 => Target::List(number),
            1 => Target::Blob(number),
            _ => Target::Other,
        };
        Edge { name: self.name, target }
    }
}

/// The list of a folder that leads nowhere.
pub(super) const NOTHING: u32 = 0;

/// The folders that lead to something.
pub(super) struct Graph {
    /// Entries, each once.
    edges: Vec<Packed>,
    /// Those of all lists by their numbers, those of each list in the order of the entries.
    listed: Vec<u32>,
    /// Where each list ends.
    ends: Vec<u32>,
    /// The list of each folder, by its number in the census.
    lists: Vec<u32>,
    names: Names,
}

/// No version, and no number.
const NONE: u32 = u32::MAX;

/// What one thread has read; as in the whole.
#[derive(Default)]
struct Part {
    /// Each behind its base.
    versions: Blocks<Version>,
    /// The number in the census of the folder that each version is; none where it was met before.
    folders: Blocks<u32>,
    /// What versions have that their bases have not.
    added: Blocks<Child>,
    /// What bases have that versions have not, by its place in `added`.
    removed: Blocks<u32>,
    names: Names,
    missing: BTreeSet<(Oid, &'static str)>,
    gaps: Vec<Gap>,
}

/// A version of a folder.
#[derive(Clone, Copy)]
struct Version {
    /// The version that it is made from, by its place in the part.
    base: u32,
    /// Where what was added and removed begins, up to those of the next version.
    added: u32,
    removed: u32,
}

/// An entry of a folder, as it was read.
#[derive(Clone, Copy)]
struct Child {
    name: u32,
    /// Its number in the census.
    number: u32,
}

/// Names of files and folders, each once.
#[derive(Default)]
struct Names {
    numbers: HashMap<Box<[u8]>, u32>,
    /// Each with whether it may be a secret.
    all: Vec<(Box<[u8]>, bool)>,
}

impl Names {
    fn number(&mut self, name: &[u8], may_be_secret: impl FnOnce() -> bool) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = number(self.all.len());
        self.all.push((name.into(), may_be_secret()));
        self.numbers.insert(name.into(), number);
        number
    }

    fn may_be_secret(&self, number: u32) -> bool {
        self.all.get(number as usize).is_some_and(|(_, may_be)| *may_be)
    }
}

/// One thread's part.
struct Reader<'a> {
    walker: Walker,
    seen: Seen<'a>,
}

struct Seen<'a> {
    census: &'a Census,
    secrets: &'a Secrets,
    watch: &'a Watch,
    blobs: &'a FxHashMap<u32, u32>,
    part: Part,
}

/// What a version of a folder told, for those that are made from it.
struct State {
    /// Its place in the part.
    version: u32,
    entries: Entries,
    /// The entries that are kept of it.
    marks: Vec<Mark>,
}

/// An entry that is kept of a folder.
#[derive(Clone, Copy)]
struct Mark {
    /// Where it begins.
    at: u32,
    /// Its place among what was added.
    child: u32,
}

impl Graph {
    /// The number of the list of a folder.
    pub(super) fn list(&self, folder: u32) -> u32 {
        self.lists.get(folder as usize).copied().unwrap_or(NOTHING)
    }

    /// The entries of a list, in ascending order.
    pub(super) fn entries(&self, list: u32) -> impl Iterator<Item = Edge> {
        self.listed[range(&self.ends, list)].iter().map(|edge| self.edges[*edge as usize].edge())
    }

    /// A name by its number, and whether it may be a secret.
    pub(super) fn name(&self, number: u32) -> (&[u8], bool) {
        self.names.all.get(number as usize).map_or((&[], false), |(name, may_be)| (name, *may_be))
    }
}

/// Where a list stands among all.
fn range(ends: &[u32], list: u32) -> Range<usize> {
    let end = |list: u32| ends.get(list as usize).map_or(0, |end| *end as usize);
    list.checked_sub(1).map_or(0, end)..end(list)
}

/// A number of things of which no history has more than 32 bits count.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(NONE)
}

impl Audit<'_> {
    /// Reads all folders. `blobs` gives for the number of a blob that may hold a secret its place among those. What is missing or damaged is a gap.
    pub(super) fn graph(&self, census: &Census, blobs: &FxHashMap<u32, u32>, gaps: &mut Vec<Gap>) -> Graph {
        let Audit { repo, secrets, watch, judge: Judge { jobs, .. }, .. } = *self;
        let new = || Seen { census, secrets, watch, blobs, part: Part::default() };
        let mut parts: Vec<Part> = Vec::new();
        for (at, pack) in census.packs().enumerate() {
            let mut roots = pack.roots(&[Kind::Tree]);
            // Git writes folders behind those that they lie in, so that what a folder holds is mostly read before it.
            roots.reverse();
            let begin = || Reader { walker: self.walker(roots.len()), seen: new() };
            let read = spread(jobs, &roots, begin, |reader: &mut Reader<'_>, _, root| reader.walk(at, pack, *root));
            parts.extend(read.into_iter().map(|reader| reader.seen.part));
        }
        let begin = || (repo.objects(), new());
        let loose = spread(jobs, census.loose(), begin, |(objects, seen), _, oid| {
            // What cannot be read was told when all objects were looked at.
            if !watch.is_stopped()
                && let Ok((Kind::Tree, bytes)) = objects.object(*oid)
            {
                seen.look(*oid, census.number(oid), &bytes, None);
            }
        });
        parts.extend(loose.into_iter().map(|(_, seen)| seen.part));
        resolve::joined(parts, census.len(), blobs, gaps)
    }
}

impl Reader<'_> {
    /// Everything that is made from a root of the pack that stands at `at`.
    fn walk(&mut self, at: usize, pack: &Pack, root: usize) {
        let Self { walker, seen } = self;
        let mut gaps = Vec::new();
        if seen.watch.is_stopped() {
            return;
        }
        let mut look = |object: Object<'_>, base: Option<Base<'_, Option<State>>>| {
            if object.kind != Kind::Tree {
                return None;
            }
            let number = seen.census.number_in(at, &object.oid, object.place);
            let base = base.and_then(|base| Some((base.state.as_ref()?, base.copies)));
            Some(seen.look(object.oid, number, object.bytes, base))
        };
        walker.walk(pack, root, None, &mut look, &mut |oid, why| gaps.push(gap(oid, why)));
        self.seen.part.gaps.extend(gaps);
    }
}

impl Seen<'_> {
    /// Reads a folder; without a number it was met before, and only what is made from it needs what it tells.
    fn look(&mut self, oid: Oid, folder: Option<u32>, bytes: &[u8], base: Option<(&State, &[Copied])>) -> State {
        let part = &mut self.part;
        let version = part.versions.len();
        part.folders.push(folder.unwrap_or(NONE));
        part.versions.push(Version {
            base: base.map_or(NONE, |(base, _)| base.version),
            added: part.added.len(),
            removed: part.removed.len(),
        });
        let before = base.map_or(&[][..], |(base, _)| &base.marks);
        let mut marking = Marking { seen: self, base: before, next: 0, marks: Vec::with_capacity(before.len()) };
        let base = base.map(|(base, copies)| (&base.entries, copies));
        let (entries, is_whole) = Entries::read(base, bytes, oid.as_bytes().len(), &mut marking);
        marking.remove(before.len());
        let marks = marking.marks;
        self.watch.looked_at(folder.is_some().into(), 0);
        if !is_whole {
            self.part.gaps.push(gap(oid, "the tree has a malformed entry"));
        }
        State { version, entries, marks }
    }
}

/// Picks what is kept of a folder.
struct Marking<'a, 'b> {
    seen: &'b mut Seen<'a>,
    base: &'b [Mark],
    /// The first entry of the base that was neither carried nor removed.
    next: usize,
    marks: Vec<Mark>,
}

impl Marking<'_, '_> {
    /// Notes that the entries of the base up to one are not in this version, but for those that were carried.
    fn remove(&mut self, end: usize) {
        let gone = self.base.get(self.next..end).unwrap_or_default();
        self.seen.part.removed.extend(gone.iter().map(|mark| mark.child));
    }
}

impl Visitor for Marking<'_, '_> {
    fn fresh(&mut self, entry: Entry<'_>) {
        let Seen { census, secrets, blobs, part, .. } = &mut *self.seen;
        let kind = match entry.kind {
            Kind::Tree => "tree",
            Kind::Blob => "blob",
            // A submodule's commit is in another repository.
            Kind::Commit | Kind::Tag => return,
        };
        let Some(there) = census.number(&entry.oid) else {
            if !entry.oid.is_empty_object() {
                part.missing.insert((entry.oid, kind));
            }
            return;
        };
        let name = part.names.number(entry.name, || secrets.sift(entry.name, None).0);
        if entry.kind == Kind::Tree || part.names.may_be_secret(name) || blobs.contains_key(&there) {
            self.marks.push(Mark { at: entry.at, child: part.added.len() });
            part.added.push(Child { name, number: there });
        }
    }

    fn carried(&mut self, from: Range<u32>, to: u32) {
        let first = self.base.partition_point(|mark| mark.at < from.start);
        let len = self.base[first..].partition_point(|mark| mark.at < from.end);
        let carried = &self.base[first..first + len];
        if first >= self.next {
            self.remove(first);
            self.next = first + len;
            self.marks.extend(carried.iter().map(|mark| Mark { at: to + (mark.at - from.start), ..*mark }));
            return;
        }
        // Git does not write what goes back. What was removed or carried before is added as if it were new.
        let added = &mut self.seen.part.added;
        for mark in carried {
            self.marks.push(Mark { at: to + (mark.at - from.start), child: added.len() });
            added.push(added[mark.child]);
        }
    }
}
