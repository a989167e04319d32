//! All folders that a repository has ever held, as far as they lead to something that may hold a secret.
//!
//! Each folder is read once, in the order of the packs' deltas, and of one that was made from another version only what is new. What is kept
//! of it are its folders, and the files that matter.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

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
    parts: Vec<Part>,
    /// Which part has the entries of each folder, and where in its lists, by the folder's number.
    spans: Vec<Span>,
    names: Names,
}

/// What one thread has read. The versions of a folder share most of their entries, so an entry is kept once, and a version lists numbers.
#[derive(Default)]
struct Part {
    edges: Vec<Edge>,
    lists: Vec<u32>,
}

/// A folder's entries: `start..end` of the lists of a part.
#[derive(Clone, Copy, Default)]
struct Span {
    part: u32,
    start: u32,
    end: u32,
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
    names: Names,
    /// A folder's number, and where its entries stand in the lists of `part`.
    trees: Vec<(u32, u32, u32)>,
    part: Part,
    missing: BTreeSet<(Oid, &'static str)>,
    gaps: Vec<Gap>,
}

/// What a version of a folder told, for those that are made from it.
struct State {
    entries: Entries,
    /// Where each entry begins that is kept of it, and its number in the part.
    marks: Vec<(u32, u32)>,
}

impl Graph {
    fn join(parts: Vec<Seen<'_>>, census: &Census, gaps: &mut Vec<Gap>) -> Self {
        let mut graph = Self { spans: vec![Span::default(); census.len() as usize], ..Self::default() };
        let mut missing = BTreeSet::new();
        for (seen, part) in parts.into_iter().zip(0_u32..) {
            let Seen { names, trees, part: mut own, missing: more, gaps: more_gaps, .. } = seen;
            let numbers: Vec<u32> =
                names.all.iter().map(|(name, may_be)| graph.names.number(name, || *may_be)).collect();
            own.edges.iter_mut().for_each(|edge| edge.name = numbers[edge.name as usize]);
            graph.parts.push(own);
            for (tree, start, end) in trees {
                if let Some(span) = graph.spans.get_mut(tree as usize) {
                    *span = Span { part, start, end };
                }
            }
            missing.extend(more);
            gaps.extend(more_gaps);
        }
        gaps.extend(
            missing.into_iter().map(|(oid, kind)| Gap::of(format_args!("{kind} {oid}"), &GitError::Missing { oid })),
        );
        graph.prune();
        graph
    }

    /// What a folder leads to.
    pub(super) fn edges(&self, tree: u32) -> impl ExactSizeIterator<Item = Edge> + Clone + '_ {
        let Span { part, start, end } = self.spans.get(tree as usize).copied().unwrap_or_default();
        let part = self.parts.get(part as usize);
        let list = part.and_then(|part| part.lists.get(start as usize..end as usize)).unwrap_or_default();
        let edges = part.map_or(&[][..], |part| &part.edges);
        list.iter().map(|number| edges[*number as usize])
    }

    /// A name by its number, and whether it may be a secret.
    pub(super) fn name(&self, number: u32) -> (&[u8], bool) {
        self.names.all.get(number as usize).map_or((&[], false), |(name, may_be)| (name, *may_be))
    }

    /// Forgets all entries that lead to nothing. A folder that leads to itself, which only a forged one does, is nothing there.
    fn prune(&mut self) {
        let mut leads = vec![Leads::Unknown; self.spans.len()];
        for root in 0..u32::try_from(self.spans.len()).unwrap_or(u32::MAX) {
            let mut stack: Vec<(u32, u32)> = Vec::new();
            let mut next = Some(root).filter(|root| leads[*root as usize] == Leads::Unknown);
            while let Some(tree) = next.take() {
                leads[tree as usize] = Leads::Open;
                stack.push((tree, self.spans[tree as usize].start));
                // Back up from all that has been looked into, to the first that has not.
                while let Some((tree, at)) = stack.pop() {
                    let child = self.unknown(tree, at, &leads);
                    if let Some((at, child)) = child {
                        stack.push((tree, at + 1));
                        next = Some(child);
                        break;
                    }
                    leads[tree as usize] = self.keep(tree, &leads);
                }
            }
        }
    }

    /// The first folder in a folder, from an entry on, that was not looked into; and at which entry it stands.
    fn unknown(&self, tree: u32, from: u32, leads: &[Leads]) -> Option<(u32, u32)> {
        let Span { part, end, .. } = self.spans[tree as usize];
        let Part { edges, lists } = self.parts.get(part as usize)?;
        (from..end).find_map(|at| match edges[lists[at as usize] as usize].target {
            Target::Tree(child) if leads.get(child as usize) == Some(&Leads::Unknown) => Some((at, child)),
            Target::Tree(_) | Target::Blob(_) | Target::Other => None,
        })
    }

    /// Keeps what leads somewhere in a folder.
    fn keep(&mut self, tree: u32, leads: &[Leads]) -> Leads {
        let Span { part, start, end } = self.spans[tree as usize];
        let Some(Part { edges, lists }) = self.parts.get_mut(part as usize) else { return Leads::Nowhere };
        let mut kept = start;
        for at in start..end {
            let number = lists[at as usize];
            let Edge { name, target } = edges[number as usize];
            let is_kept = match target {
                Target::Tree(child) => {
                    leads.get(child as usize) == Some(&Leads::Somewhere) || self.names.may_be_secret(name)
                }
                Target::Blob(_) | Target::Other => true,
            };
            if is_kept {
                lists[kept as usize] = number;
                kept += 1;
            }
        }
        self.spans[tree as usize].end = kept;
        if kept > start { Leads::Somewhere } else { Leads::Nowhere }
    }
}

/// Where a folder leads.
#[derive(Clone, Copy, PartialEq)]
enum Leads {
    Unknown,
    /// What is in it is being looked into.
    Open,
    Nowhere,
    Somewhere,
}

impl Audit<'_> {
    /// Reads all folders. `blobs` gives for the number of a blob that may hold a secret its place among those. What is missing or damaged is a gap.
    pub(super) fn graph(&self, census: &Census, blobs: &FxHashMap<u32, u32>, gaps: &mut Vec<Gap>) -> Graph {
        let Audit { repo, secrets, watch, judge: Judge { jobs, .. }, .. } = *self;
        let mut parts: Vec<Seen<'_>> = Vec::new();
        for (at, pack) in census.packs().enumerate() {
            let roots = pack.roots(&[Kind::Tree]);
            let begin =
                || Reader { walker: Walker::new(repo.objects()), seen: Seen::new(census, secrets, watch, blobs) };
            let read = spread(jobs, &roots, begin, |reader: &mut Reader<'_>, _, root| reader.walk(at, pack, *root));
            parts.extend(read.into_iter().map(|reader| reader.seen));
        }
        let begin = || (repo.objects(), Seen::new(census, secrets, watch, blobs));
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
    fn new(census: &'a Census, secrets: &'a Secrets, watch: &'a Watch, blobs: &'a FxHashMap<u32, u32>) -> Self {
        Self {
            census,
            secrets,
            watch,
            blobs,
            names: Names::default(),
            trees: Vec::new(),
            part: Part::default(),
            missing: BTreeSet::new(),
            gaps: Vec::new(),
        }
    }

    /// Reads a folder; without a number it was met before, and only what is made from it needs what it tells.
    fn look(&mut self, oid: Oid, number: Option<u32>, bytes: &[u8], base: Option<(&State, &[Copied])>) -> State {
        let mut marking = Marking { seen: self, base: base.map_or(&[], |(base, _)| &base.marks), marks: Vec::new() };
        let base = base.map(|(base, copies)| (&base.entries, copies));
        let (entries, is_whole) = Entries::read(base, bytes, oid.as_bytes().len(), &mut marking);
        let marks = marking.marks;
        self.watch.looked_at(number.is_some().into(), 0);
        if !is_whole {
            self.gaps.push(gap(oid, "the tree has a malformed entry"));
        }
        if let Some(number) = number.filter(|_| !marks.is_empty()) {
            let start = u32::try_from(self.part.lists.len()).unwrap_or(u32::MAX);
            self.part.lists.extend(marks.iter().map(|(_, edge)| *edge));
            self.trees.push((number, start, start + u32::try_from(marks.len()).unwrap_or(0)));
        }
        State { entries, marks }
    }
}

/// Picks what is kept of a folder.
struct Marking<'a, 'b> {
    seen: &'b mut Seen<'a>,
    base: &'b [(u32, u32)],
    marks: Vec<(u32, u32)>,
}

impl Visitor for Marking<'_, '_> {
    fn fresh(&mut self, entry: Entry<'_>) {
        let Seen { census, secrets, blobs, names, missing, part, .. } = &mut *self.seen;
        let kind = match entry.kind {
            Kind::Tree => "tree",
            Kind::Blob => "blob",
            // A submodule's commit is in another repository.
            Kind::Commit | Kind::Tag => return,
        };
        let Some(number) = census.number(&entry.oid) else {
            if !entry.oid.is_empty_object() {
                missing.insert((entry.oid, kind));
            }
            return;
        };
        let name = names.number(entry.name, || secrets.sift(entry.name, None).0);
        let target = match (entry.kind, blobs.get(&number)) {
            (Kind::Tree, _) => Target::Tree(number),
            (_, Some(blob)) => Target::Blob(*blob),
            (_, None) if names.may_be_secret(name) => Target::Other,
            (_, None) => return,
        };
        let number = u32::try_from(part.edges.len()).unwrap_or(u32::MAX);
        part.edges.push(Edge { name, target });
        self.marks.push((entry.at, number));
    }

    fn carried(&mut self, from: Range<u32>, to: u32) {
        let first = self.base.partition_point(|(at, _)| *at < from.start);
        let within = self.base[first..].iter().take_while(|(at, _)| *at < from.end);
        self.marks.extend(within.map(|(at, edge)| (to + (at - from.start), *edge)));
    }
}
