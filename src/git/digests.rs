//! What matters in the folders of a pack, as one number a folder: two folders with the same number hold the same of it under the same names.
//!
//! Each folder is read once, in the order of deltas, and of one that was made from another version only what is new. Then a commit is compared
//! with its parents without reading a tree. What is not in the pack is known by its name alone, and matters.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::ops::Range;

use super::entries::{Entries, Entry, Visitor};
use super::pack::{Base, Object, Pack, Walker};
use super::{Kind, Oid, Repo};
use crate::text::Copied;
use crate::work::{Jobs, spread};

/// A number for what matters in a folder. It is keyed anew in each process, so nobody can choose what is taken for the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Digest(u128);

impl Digest {
    /// Where nothing matters.
    const NOTHING: Self = Self(0);

    /// Whether something matters.
    #[must_use]
    pub fn is_something(self) -> bool {
        self != Self::NOTHING
    }
}

/// What of a content matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matter {
    /// Nothing.
    Nothing,
    /// No more than what this stands for, which other contents may have as well.
    Part(Digest),
    /// All of it.
    All,
}

/// What decides whether an entry of a folder matters.
pub trait Matters: Sync {
    /// What of a file of that content does, or of the commit of a submodule.
    fn content(&self, oid: &Oid) -> Matter;
    /// Whether anything of that name does.
    fn name(&self, name: &[u8]) -> bool;
    /// Whether there is time to go on.
    fn goes_on(&self) -> bool;
}

/// The digests of the folders of a pack.
pub struct Digests {
    key: Key,
    /// By the place in the index; none for what could not be read, and is no folder.
    by_place: Vec<Option<Digest>>,
}

impl Digests {
    /// Reads all folders of `pack`. `key` is what made the digests that `matters` gives.
    #[must_use]
    pub fn read(repo: &Repo, pack: &Pack, jobs: Jobs, key: Key, matters: &impl Matters) -> Self {
        let begin = || (Walker::new(repo.objects()), Part::default(), Names::default());
        let roots = pack.roots(&[Kind::Tree]);
        let parts = spread(jobs, &roots, begin, |(walker, part, names), _, root| {
            if !matters.goes_on() {
                return;
            }
            let mut look = |object: Object<'_>, base: Option<Base<'_, Option<State>>>| {
                let is_tree = object.kind == Kind::Tree;
                let base = base.as_ref().and_then(|base| Some((base.state.as_ref()?, base.copies)));
                is_tree.then(|| Reading { pack, matters, key: &key, part, names }.read(object, base))
            };
            walker.walk(pack, *root, None, &mut look, &mut |_, _| {});
        });
        let parts: Vec<Part> = parts.into_iter().map(|(_, part, _)| part).collect();
        let by_place = Sum::new(&key, parts, pack.len_in_objects()).all();
        Self { key, by_place }
    }

    /// The digest of a folder, in the pack or not.
    #[must_use]
    pub fn of(&self, pack: &Pack, tree: &Oid) -> Digest {
        let place = pack.lookup(tree);
        let known = place.and_then(|place| *self.by_place.get(place as usize)?);
        known.unwrap_or_else(|| self.key.digest(tree))
    }
}

/// What makes digests.
#[derive(Default)]
pub struct Key([RandomState; 2]);

impl Key {
    /// Of something.
    #[must_use]
    pub fn digest(&self, of: impl Hash) -> Digest {
        let [one, other] = &self.0;
        let number = u128::from(one.hash_one(&of)) << 64 | u128::from(other.hash_one(&of));
        // Nothing is told by zero.
        Digest(number.max(1))
    }
}

/// An entry that may matter.
#[derive(Clone, Copy)]
enum Edge {
    /// Adds this to its folder's digest.
    Adds(Digest),
    /// A folder of the pack, by its place in the index, with the digest of its name: what it adds is known when all of it was added up.
    Folder { name: Digest, place: u32 },
}

/// What one thread has read. The versions of a folder share most of their entries, so an entry is kept once, and a version lists numbers.
#[derive(Default)]
struct Part {
    edges: Vec<Edge>,
    lists: Vec<u32>,
    /// A folder's place in the index, and where its entries stand in the lists.
    folders: Vec<(u32, Range<u32>)>,
}

/// The digests of names, and whether they matter.
type Names = HashMap<Box<[u8]>, (Digest, bool)>;

/// What a version of a folder told, for those that are made from it.
struct State {
    entries: Entries,
    /// Where each entry begins that is kept of it, and its number in the part.
    marks: Vec<(u32, u32)>,
}

/// One thread that reads folders.
struct Reading<'a, M> {
    pack: &'a Pack,
    matters: &'a M,
    key: &'a Key,
    part: &'a mut Part,
    names: &'a mut Names,
}

impl<M: Matters> Reading<'_, M> {
    fn read(self, object: Object<'_>, base: Option<(&State, &[Copied])>) -> State {
        let mut marking = Marking { base: base.map_or(&[], |(base, _)| &base.marks), marks: Vec::new(), reading: self };
        let base = base.map(|(base, copies)| (&base.entries, copies));
        let (entries, is_whole) = Entries::read(base, object.bytes, object.oid.as_bytes().len(), &mut marking);
        let Marking { marks, reading: Reading { part, .. }, .. } = marking;
        // One with a malformed entry is known by its name, and who looks into it tells of the damage.
        if is_whole {
            let start = place(part.lists.len());
            part.lists.extend(marks.iter().map(|(_, edge)| *edge));
            part.folders.push((object.place, start..place(part.lists.len())));
        }
        State { entries, marks }
    }

    fn name(&mut self, name: &[u8]) -> (Digest, bool) {
        if let Some(known) = self.names.get(name) {
            return *known;
        }
        let known = (self.key.digest(name), self.matters.name(name));
        self.names.insert(name.into(), known);
        known
    }
}

fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Picks what is kept of a folder.
struct Marking<'a, M> {
    reading: Reading<'a, M>,
    base: &'a [(u32, u32)],
    marks: Vec<(u32, u32)>,
}

impl<M: Matters> Visitor for Marking<'_, M> {
    fn fresh(&mut self, entry: Entry<'_>) {
        let Reading { pack, matters, key, .. } = self.reading;
        let (name, is_name) = self.reading.name(entry.name);
        let folder = if entry.kind == Kind::Tree && !is_name { pack.lookup(&entry.oid) } else { None };
        let matter = || if is_name || entry.kind == Kind::Tree { Matter::All } else { matters.content(&entry.oid) };
        let edge = match folder.map_or_else(|| Err(matter()), Ok) {
            Ok(place) => Edge::Folder { name, place },
            Err(Matter::Nothing) => return,
            Err(Matter::Part(part)) => Edge::Adds(key.digest((name, part))),
            Err(Matter::All) => Edge::Adds(key.digest((name, key.digest(entry.oid)))),
        };
        let edges = &mut self.reading.part.edges;
        self.marks.push((entry.at, place(edges.len())));
        edges.push(edge);
    }

    fn carried(&mut self, from: Range<u32>, to: u32) {
        let first = self.base.partition_point(|(at, _)| *at < from.start);
        let within = self.base[first..].iter().take_while(|(at, _)| *at < from.end);
        self.marks.extend(within.map(|(at, edge)| (to + (at - from.start), *edge)));
    }
}

/// Adds up what each folder leads to, the inner ones first.
struct Sum<'a> {
    key: &'a Key,
    parts: Vec<Part>,
    /// The part that has a folder's entries, and where in its lists.
    spans: Vec<Option<(usize, Range<u32>)>>,
    sums: Vec<Option<Digest>>,
}

impl<'a> Sum<'a> {
    fn new(key: &'a Key, parts: Vec<Part>, places: u32) -> Self {
        let mut spans = vec![None; places as usize];
        for (at, part) in parts.iter().enumerate() {
            for (folder, span) in &part.folders {
                spans[*folder as usize] = Some((at, span.clone()));
            }
        }
        Self { key, parts, sums: vec![None; spans.len()], spans }
    }

    fn all(mut self) -> Vec<Option<Digest>> {
        // A folder, and how far its entries are added up. A list and no recursion, as how deep folders go is not ours to say.
        let mut stack: Vec<(usize, u32)> = Vec::new();
        for root in 0..self.spans.len() {
            stack.extend(self.open(root));
            while let Some((folder, at)) = stack.pop() {
                if let Some((at, inner)) = self.add(folder, at) {
                    stack.push((folder, at));
                    stack.extend(self.open(inner));
                }
            }
        }
        self.sums
    }

    /// Begins with a folder, unless it was read by nobody or begun before. One that leads to itself, which only a forged one does, is as far as it
    /// has come.
    fn open(&mut self, folder: usize) -> Option<(usize, u32)> {
        let (_, span) = self.spans[folder].as_ref().filter(|_| self.sums[folder].is_none())?;
        self.sums[folder] = Some(Digest::NOTHING);
        Some((folder, span.start))
    }

    /// Adds up the entries of a folder from one on, up to a folder that was not begun; and says which that is, and at which entry it stands.
    fn add(&mut self, folder: usize, from: u32) -> Option<(u32, usize)> {
        let (part, span) = self.spans[folder].as_ref()?;
        let Part { edges, lists, .. } = &mut self.parts[*part];
        let mut sum = self.sums[folder].unwrap_or_default();
        let mut waits = None;
        for at in from..span.end {
            let edge = &mut edges[lists[at as usize] as usize];
            let adds = match *edge {
                Edge::Adds(adds) => adds,
                Edge::Folder { name, place } => {
                    let inner = place as usize;
                    let what = match (self.sums.get(inner), self.spans.get(inner)) {
                        (Some(Some(sum)), _) => *sum,
                        (Some(None), Some(Some(_))) => {
                            waits = Some((at, inner));
                            break;
                        }
                        // It could not be read.
                        _ => self.key.digest(place),
                    };
                    let adds = if what.is_something() { self.key.digest((name, what)) } else { Digest::NOTHING };
                    // The versions of a folder share it.
                    *edge = Edge::Adds(adds);
                    adds
                }
            };
            sum = Digest(sum.0.wrapping_add(adds.0));
        }
        self.sums[folder] = Some(sum);
        waits
    }
}
