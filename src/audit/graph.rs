//! All folders that a repository has ever held, as far as they lead to something that may hold a secret.
//!
//! Each folder is read once, in the order of the packs' deltas, and of one that was made from another version only what is new. What is kept
//! of it are the files that matter, and the folders that lead to such. Git writes the versions of a folder behind those of the folder that it lies in, so
//! packs are read from their end: where the folders in a folder lead is mostly known then, and what leads nowhere is not even kept for a moment.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::atomic::{AtomicU8, Ordering};

use rustc_hash::FxHashMap;

use super::gather::gap;
use super::{Audit, Watch};
use crate::checks::secrets::Secrets;
use crate::git::entries::{Entries, Entry, Visitor};
use crate::git::pack::{Base, Object, Pack, Walker};
use crate::git::{Census, GitError, Kind, Oid};
use crate::judge::Judge;
use crate::scope::Gap;
use crate::text::Copied;
use crate::work::spread;

/// What an entry of a folder leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Target {
    /// A folder, by its number.
    Tree(u32),
    /// A blob that may hold a secret, by its place among those.
    Blob(u32),
    /// Any other file, whose name may be a secret.
    Other,
}

/// An entry of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    /// What it is called, as a number.
    pub name: u32,
    pub target: Target,
}

/// The folders that lead to something.
#[derive(Default)]
pub(super) struct Graph {
    /// Entries, each once: the versions of a folder share most of theirs.
    edges: Vec<Edge>,
    /// Of each folder how many entries are kept, and then their numbers.
    lists: Vec<u32>,
    /// Where the list of each folder begins, by the folder's number.
    starts: Vec<u32>,
    names: Names,
}

/// No list.
const NONE: u32 = u32::MAX;

/// What one thread has read; as in the whole.
#[derive(Default)]
struct Part {
    edges: Vec<Edge>,
    lists: Vec<u32>,
    /// A folder's number, and where its list begins.
    trees: Vec<(u32, u32)>,
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
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
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
    leads: &'a Leads,
    names: Names,
    part: Part,
    missing: BTreeSet<(Oid, &'static str)>,
    gaps: Vec<Gap>,
}

/// What a version of a folder told, for those that are made from it.
struct State {
    entries: Entries,
    /// The entries that are kept of it.
    marks: Vec<Mark>,
}

/// An entry that is kept of a folder.
#[derive(Clone, Copy)]
struct Mark {
    /// Where it begins.
    at: u32,
    /// Its number.
    edge: u32,
    /// Whether it was not known yet that it leads somewhere.
    is_open: bool,
}

/// Where each folder leads, by its number, as far as it was read by now.
struct Leads(Vec<AtomicU8>);

/// Where a folder leads.
#[derive(Clone, Copy, PartialEq)]
enum Lead {
    Unknown,
    Nowhere,
    Somewhere,
}

impl Leads {
    fn of(folder: &AtomicU8) -> Lead {
        // Nothing else is told by it, so no order is needed: who is too early reads that it is not known.
        match folder.load(Ordering::Relaxed) {
            0 => Lead::Unknown,
            1 => Lead::Nowhere,
            _ => Lead::Somewhere,
        }
    }

    fn get(&self, folder: u32) -> Lead {
        self.0.get(folder as usize).map_or(Lead::Unknown, Self::of)
    }

    fn set(&self, folder: u32, lead: Lead) {
        if let Some(place) = self.0.get(folder as usize) {
            place.store(lead as u8, Ordering::Relaxed);
        }
    }
}

impl Graph {
    fn join(parts: Vec<Seen<'_>>, census: &Census, gaps: &mut Vec<Gap>) -> Self {
        let mut graph = Self { starts: vec![NONE; census.len() as usize], ..Self::default() };
        let mut missing = BTreeSet::new();
        for Seen { names, part, missing: more, gaps: more_gaps, .. } in parts {
            let numbers: Vec<u32> =
                names.all.iter().map(|(name, may_be)| graph.names.number(name, || *may_be)).collect();
            let (first_edge, first_list) = (number(graph.edges.len()), number(graph.lists.len()));
            let named = |edge: Edge| Edge { name: numbers[edge.name as usize], ..edge };
            graph.edges.extend(part.edges.into_iter().map(named));
            graph.lists.extend(part.lists);
            for (tree, start) in part.trees {
                let start = first_list + start;
                let end = start + 1 + graph.lists[start as usize];
                graph.lists[start as usize + 1..end as usize].iter_mut().for_each(|edge| *edge += first_edge);
                if let Some(place) = graph.starts.get_mut(tree as usize) {
                    *place = start;
                }
            }
            missing.extend(more);
            gaps.extend(more_gaps);
        }
        gaps.extend(
            missing.into_iter().map(|(oid, kind)| Gap::of(format_args!("{kind} {oid}"), &GitError::Missing { oid })),
        );
        graph
    }

    /// The numbers of the entries that are kept of a folder; a folder in it that leads nowhere may be among them. Versions of a folder that have an entry from
    /// each other have the same number for it, and in nearly the same order.
    pub(super) fn entries(&self, tree: u32) -> &[u32] {
        let list = self.starts.get(tree as usize).and_then(|start| {
            let start = *start as usize;
            self.lists.get(start + 1..start + 1 + *self.lists.get(start)? as usize)
        });
        list.unwrap_or_default()
    }

    /// An entry by its number.
    pub(super) fn edge(&self, number: u32) -> Edge {
        self.edges[number as usize]
    }

    /// A name by its number, and whether it may be a secret.
    pub(super) fn name(&self, number: u32) -> (&[u8], bool) {
        self.names.all.get(number as usize).map_or((&[], false), |(name, may_be)| (name, *may_be))
    }
}

/// A number of things of which no history has more than 32 bits count.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(NONE)
}

impl Audit<'_> {
    /// Reads all folders. `blobs` gives for the number of a blob that may hold a secret its place among those. What is missing or damaged is a gap.
    pub(super) fn graph(&self, census: &Census, blobs: &FxHashMap<u32, u32>, gaps: &mut Vec<Gap>) -> Graph {
        let Audit { repo, secrets, watch, judge: Judge { jobs, .. }, .. } = *self;
        let leads = Leads((0..census.len()).map(|_| AtomicU8::new(Lead::Unknown as u8)).collect());
        let new = || Seen::new(census, secrets, watch, blobs, &leads);
        let mut parts: Vec<Seen<'_>> = Vec::new();
        for (at, pack) in census.packs().enumerate() {
            let mut roots = pack.roots(&[Kind::Tree]);
            roots.reverse();
            let begin = || Reader { walker: self.walker(roots.len()), seen: new() };
            let read = spread(jobs, &roots, begin, |reader: &mut Reader<'_>, _, root| reader.walk(at, pack, *root));
            parts.extend(read.into_iter().map(|reader| reader.seen));
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
        parts.extend(loose.into_iter().map(|(_, seen)| seen));
        Graph::join(parts, census, gaps)
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
        self.seen.gaps.extend(gaps);
    }
}

impl<'a> Seen<'a> {
    fn new(
        census: &'a Census,
        secrets: &'a Secrets,
        watch: &'a Watch,
        blobs: &'a FxHashMap<u32, u32>,
        leads: &'a Leads,
    ) -> Self {
        Self {
            census,
            secrets,
            watch,
            blobs,
            leads,
            names: Names::default(),
            part: Part::default(),
            missing: BTreeSet::new(),
            gaps: Vec::new(),
        }
    }

    /// Reads a folder; without a number it was met before, and only what is made from it needs what it tells.
    fn look(&mut self, oid: Oid, tree: Option<u32>, bytes: &[u8], base: Option<(&State, &[Copied])>) -> State {
        let mut marking = Marking { seen: self, base: base.map_or(&[], |(base, _)| &base.marks), marks: Vec::new() };
        let base = base.map(|(base, copies)| (&base.entries, copies));
        let (entries, is_whole) = Entries::read(base, bytes, oid.as_bytes().len(), &mut marking);
        let marks = marking.marks;
        self.watch.looked_at(tree.is_some().into(), 0);
        if !is_whole {
            self.gaps.push(gap(oid, "the tree has a malformed entry"));
        }
        if let Some(tree) = tree {
            if !marks.is_empty() {
                self.part.trees.push((tree, number(self.part.lists.len())));
                self.part.lists.push(number(marks.len()));
                self.part.lists.extend(marks.iter().map(|mark| mark.edge));
            }
            if marks.iter().any(|mark| !mark.is_open) {
                self.leads.set(tree, Lead::Somewhere);
            } else if marks.is_empty() {
                self.leads.set(tree, Lead::Nowhere);
            }
        }
        State { entries, marks }
    }
}

/// Picks what is kept of a folder.
struct Marking<'a, 'b> {
    seen: &'b mut Seen<'a>,
    base: &'b [Mark],
    marks: Vec<Mark>,
}

impl Visitor for Marking<'_, '_> {
    fn fresh(&mut self, entry: Entry<'_>) {
        let Seen { census, secrets, blobs, leads, names, missing, part, .. } = &mut *self.seen;
        let kind = match entry.kind {
            Kind::Tree => "tree",
            Kind::Blob => "blob",
            // A submodule's commit is in another repository.
            Kind::Commit | Kind::Tag => return,
        };
        let Some(there) = census.number(&entry.oid) else {
            if !entry.oid.is_empty_object() {
                missing.insert((entry.oid, kind));
            }
            return;
        };
        let name = names.number(entry.name, || secrets.sift(entry.name, None).0);
        let target = match (entry.kind, blobs.get(&there)) {
            (Kind::Tree, _) => Target::Tree(there),
            (_, Some(blob)) => Target::Blob(*blob),
            (_, None) => Target::Other,
        };
        let lead = match target {
            _ if names.may_be_secret(name) => Lead::Somewhere,
            Target::Tree(tree) => leads.get(tree),
            Target::Blob(_) => Lead::Somewhere,
            Target::Other => Lead::Nowhere,
        };
        if lead == Lead::Nowhere {
            return;
        }
        let edge = number(part.edges.len());
        part.edges.push(Edge { name, target });
        self.marks.push(Mark { at: entry.at, edge, is_open: lead == Lead::Unknown });
    }

    fn carried(&mut self, from: Range<u32>, to: u32) {
        let first = self.base.partition_point(|mark| mark.at < from.start);
        for mark in self.base[first..].iter().take_while(|mark| mark.at < from.end) {
            let mut mark = Mark { at: to + (mark.at - from.start), ..*mark };
            if mark.is_open
                && let Target::Tree(tree) = self.seen.part.edges[mark.edge as usize].target
            {
                match self.seen.leads.get(tree) {
                    Lead::Unknown => {}
                    Lead::Nowhere => continue,
                    Lead::Somewhere => mark.is_open = false,
                }
            }
            self.marks.push(mark);
        }
    }
}
