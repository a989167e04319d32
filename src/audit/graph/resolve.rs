//! Tells of each folder to what it leads, as a list: the inner folders first, and of a version only what differs from the one that it was made from.

use std::collections::BTreeSet;
use std::hash::{BuildHasher as _, BuildHasherDefault, Hash};

use hashbrown::HashTable;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::{Child, Edge, Graph, NONE, NOTHING, Names, Packed, Part, Target, Version, number, range};
use crate::git::GitError;
use crate::scope::Gap;

/// The graph of what the threads have read of so many objects.
pub(super) fn joined(parts: Vec<Part>, objects: u32, blobs: &FxHashMap<u32, u32>, gaps: &mut Vec<Gap>) -> Graph {
    let mut names = Names::default();
    let mut missing = BTreeSet::new();
    let mut versions = vec![NONE; objects as usize];
    let mut firsts = Vec::with_capacity(parts.len());
    let mut count = 0;
    let mut read = Vec::with_capacity(parts.len());
    for mut part in parts {
        let numbers: Vec<u32> = part.names.all.iter().map(|(name, may_be)| names.number(name, || *may_be)).collect();
        part.added.iter_mut().for_each(|child| child.name = numbers[child.name as usize]);
        // Nobody asks for them again, and there are as many as versions.
        let folders = std::mem::take(&mut part.folders);
        for (folder, at) in folders.iter().zip(count..) {
            if let Some(place) = versions.get_mut(*folder as usize) {
                *place = at;
            }
        }
        firsts.push(count);
        count += part.versions.len();
        missing.append(&mut part.missing);
        gaps.append(&mut part.gaps);
        part.names = Names::default();
        read.push(part);
    }
    gaps.extend(
        missing.into_iter().map(|(oid, kind)| Gap::of(format_args!("{kind} {oid}"), &GitError::Missing { oid })),
    );
    let lists = vec![UNKNOWN; count as usize];
    let mut resolver = Resolver {
        parts: &read,
        firsts,
        versions,
        blobs,
        names: &names,
        lists,
        known: HashTable::new(),
        edges: Vec::new(),
        edge_numbers: HashTable::new(),
        listed: Vec::new(),
        ends: vec![0],
    };
    resolver.all();
    let Resolver { versions: mut lists, lists: of_version, edges, listed, ends, .. } = resolver;
    for list in &mut lists {
        *list = of_version.get(*list as usize).copied().unwrap_or(NOTHING);
    }
    Graph { edges, listed, ends, lists, names }
}

/// What a thing is found by in a table of numbers.
fn hash(of: impl Hash) -> u64 {
    BuildHasherDefault::<FxHasher>::default().hash_one(of)
}

/// The list of a version of which that is not known yet.
const UNKNOWN: u32 = u32::MAX;
/// The list of a version that waits for what it holds.
const WAITING: u32 = u32::MAX - 1;

/// How a version differs from another one.
struct Changes {
    /// The list of that.
    list: u32,
    added: Vec<Child>,
    removed: Vec<Child>,
}

/// Makes lists of versions.
struct Resolver<'a> {
    parts: &'a [Part],
    /// The number of the first version of each part.
    firsts: Vec<u32>,
    /// The number of the version that a folder is, by its number in the census.
    versions: Vec<u32>,
    blobs: &'a FxHashMap<u32, u32>,
    names: &'a Names,
    /// The lists of the versions.
    lists: Vec<u32>,
    /// Each list, found by what is in it.
    known: HashTable<u32>,
    edges: Vec<Packed>,
    /// The number of each of them, found by what it is.
    edge_numbers: HashTable<u32>,
    listed: Vec<u32>,
    ends: Vec<u32>,
}

impl Resolver<'_> {
    fn all(&mut self) {
        // A list and no recursion, as how deep folders go is not ours to say.
        let mut stack = Vec::new();
        for version in 0..number(self.lists.len()) {
            stack.push(version);
            while let Some(version) = stack.last().copied() {
                let list = self.lists[version as usize];
                if list != UNKNOWN && list != WAITING {
                    stack.pop();
                    continue;
                }
                let changes = self.changes(version);
                if list == UNKNOWN {
                    self.lists[version as usize] = WAITING;
                    let before = stack.len();
                    let inner = changes.added.iter().map(|child| self.versions[child.number as usize]);
                    stack.extend(inner.filter(|inner| self.lists.get(*inner as usize) == Some(&UNKNOWN)));
                    if stack.len() > before {
                        continue;
                    }
                }
                // What still waits now holds itself, which only a forged folder does.
                self.lists[version as usize] = self.resolved(changes);
                stack.pop();
            }
        }
    }

    /// How a version differs from the nearest version below it in its chain whose list is known. The list of its own base may have to wait, as that may hold a folder
    /// that holds the version.
    fn changes(&self, version: u32) -> Changes {
        let at = self.firsts.partition_point(|first| *first <= version) - 1;
        let (part, first) = (&self.parts[at], self.firsts[at]);
        let (mut added, mut removed): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
        let end = Version { base: NONE, added: part.added.len(), removed: part.removed.len() };
        let mut place = version - first;
        let mut steps = 0;
        let list = loop {
            let now = part.versions[place];
            let next = part.versions.get(place + 1).unwrap_or(&end);
            added.extend(now.added..next.added);
            removed.extend(part.removed.within(now.removed..next.removed));
            steps += 1;
            if now.base == NONE {
                break NOTHING;
            }
            place = now.base;
            match self.lists[(first + place) as usize] {
                UNKNOWN | WAITING => {}
                list => break list,
            }
        };
        if steps > 1 {
            // What has come and gone again.
            let gone: FxHashSet<u32> = removed.iter().copied().collect();
            let came: FxHashSet<u32> = added.iter().copied().collect();
            added.retain(|child| !gone.contains(child));
            removed.retain(|child| !came.contains(child));
        }
        let children = |places: Vec<u32>| places.into_iter().map(|place| part.added[place]).collect();
        Changes { list, added: children(added), removed: children(removed) }
    }

    fn list(&self, version: u32) -> u32 {
        self.lists.get(version as usize).copied().filter(|list| *list != UNKNOWN && *list != WAITING).unwrap_or(NOTHING)
    }

    /// The entry that a child is in a list; none where it leads nowhere.
    fn edge(&self, Child { name, number }: Child) -> Option<Edge> {
        let target = match (self.versions[number as usize], self.blobs.get(&number)) {
            (NONE, Some(blob)) => Target::Blob(*blob),
            (NONE, None) => Target::Other,
            (version, _) => match self.list(version) {
                NOTHING => Target::Other,
                list => Target::List(list),
            },
        };
        (target != Target::Other || self.names.may_be_secret(name)).then_some(Edge { name, target })
    }

    /// The list of a version, when those of all that it holds are known.
    fn resolved(&mut self, Changes { list: before, added, removed }: Changes) -> u32 {
        let mut added: Vec<Edge> = added.into_iter().filter_map(|child| self.edge(child)).collect();
        let mut removed: Vec<Edge> = removed.into_iter().filter_map(|child| self.edge(child)).collect();
        added.sort_unstable();
        removed.sort_unstable();
        // Nearly always what was changed leads to the same as before.
        if added == removed {
            return before;
        }
        let start = self.listed.len();
        let mut removed = removed.into_iter().peekable();
        let mut added = added.into_iter().peekable();
        for at in range(&self.ends, before) {
            let listed = self.listed[at];
            let edge = self.edges[listed as usize].edge();
            while let Some(added) = added.next_if(|added| *added <= edge) {
                self.enlist(added);
            }
            while removed.next_if(|removed| *removed < edge).is_some() {}
            if removed.next_if_eq(&edge).is_none() {
                self.listed.push(listed);
            }
        }
        added.for_each(|added| self.enlist(added));
        self.kept(start)
    }

    /// Adds an entry to the list that is being made.
    fn enlist(&mut self, edge: Edge) {
        let edge = Packed::of(edge);
        let Self { edges, edge_numbers, listed, .. } = self;
        let known = edge_numbers.find(hash(edge), |number| edges[*number as usize] == edge);
        let number = known.copied().unwrap_or_else(|| {
            let number = number(edges.len());
            edges.push(edge);
            edge_numbers.insert_unique(hash(edge), number, |number| hash(edges[*number as usize]));
            number
        });
        listed.push(number);
    }

    /// The number of the list of the entries from `start` on, which are taken away again where there is such a list.
    fn kept(&mut self, start: usize) -> u32 {
        let new = &self.listed[start..];
        if new.is_empty() {
            return NOTHING;
        }
        let known = self.known.find(hash(new), |list| self.listed[range(&self.ends, *list)] == *new);
        if let Some(list) = known.copied() {
            self.listed.truncate(start);
            return list;
        }
        let list = number(self.ends.len());
        self.ends.push(number(self.listed.len()));
        let Self { known, listed, ends, .. } = self;
        known.insert_unique(hash(&listed[start..]), list, |list| hash(&listed[range(ends, *list)]));
        list
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// What a folder holds, by name: the number of an object.
    type Folder = BTreeMap<u32, u32>;

    /// Names that may be secrets are so from this one on.
    const SECRET: u32 = 3;

    /// Folders, each with a number that folders in it are below, and how far before it in the order of reading its base stands, if it has one. They come in two
    /// parts, in turn.
    fn folders() -> impl Strategy<Value = Vec<(Folder, u32, usize)>> {
        let child = prop_oneof![3 => 0..24_u32, 1 => 24..30_u32];
        let folder = prop::collection::btree_map(0..=SECRET, child, 0..4);
        prop::collection::vec((folder, 0..1000_u32, 0..4_usize), 1..24)
    }

    /// Everything that lies in a folder and matters: its path, and which blob it is.
    fn below(folders: &[(Folder, u32, usize)], folder: usize, path: &[u32], all: &mut Vec<(Vec<u32>, Option<u32>)>) {
        for (name, child) in &folders[folder].0 {
            let path = [path, &[*name]].concat();
            if *name == SECRET {
                all.push((path.clone(), None));
            }
            match *child as usize {
                inner if inner < folders.len() => below(folders, inner, &path, all),
                24..27 => all.push((path, Some(*child))),
                _ => {}
            }
        }
    }

    /// The same of a list.
    fn told(graph: &Graph, list: u32, path: &[u32], all: &mut Vec<(Vec<u32>, Option<u32>)>) {
        for edge in graph.entries(list) {
            let path = [path, &[edge.name]].concat();
            if edge.name == SECRET {
                all.push((path.clone(), None));
            }
            match edge.target {
                Target::List(list) => told(graph, list, &path, all),
                Target::Blob(blob) => all.push((path, Some(blob))),
                Target::Other => {}
            }
        }
    }

    /// What two threads would read of it.
    fn read(folders: &[(Folder, u32, usize)]) -> Vec<Part> {
        let mut parts = [Part::default(), Part::default()];
        for part in &mut parts {
            for name in 0..=SECRET {
                part.names.number(&[u8::try_from(name).unwrap()], || name == SECRET);
            }
        }
        // What each version has, by its place among what was added.
        let mut kept: Vec<Vec<u32>> = Vec::new();
        for (at, (folder, _, back)) in folders.iter().enumerate() {
            let part = &mut parts[at % 2];
            let base = (*back > 0).then(|| at.checked_sub(2 * back)).flatten();
            part.folders.push(number(at));
            part.versions.push(Version {
                base: base.map_or(NONE, |base| number(base / 2)),
                added: part.added.len(),
                removed: part.removed.len(),
            });
            let mut before = base.map_or_else(Vec::new, |base| kept[base].clone());
            let mut now = Vec::new();
            for (name, child) in folder {
                let same = |place: &u32| {
                    let there = part.added[*place];
                    (there.name, there.number) == (*name, *child)
                };
                now.push(match before.iter().position(same) {
                    Some(carried) => before.remove(carried),
                    None => {
                        part.added.push(Child { name: *name, number: *child });
                        part.added.len() - 1
                    }
                });
            }
            part.removed.extend(before);
            kept.push(now);
        }
        parts.into()
    }

    proptest! {
        #[test]
        fn a_list_leads_to_what_its_folder_holds_and_two_that_lead_to_the_same_are_one(folders in folders()) {
            let mut folders = folders;
            // No folder holds itself, but its base may hold what holds it.
            let ranks: Vec<u32> = folders.iter().map(|(_, rank, _)| *rank).collect();
            for (folder, rank, _) in &mut folders {
                folder.retain(|_, child| ranks.get(*child as usize).is_none_or(|inner| inner < rank) && !(ranks.len()..24).contains(&(*child as usize)));
            }
            let blobs = (24..27).map(|blob| (blob, blob)).collect();
            let graph = joined(read(&folders), 30, &blobs, &mut Vec::new());
            let mut lists = BTreeMap::new();
            for folder in 0..folders.len() {
                let (mut holds, mut leads) = (Vec::new(), Vec::new());
                below(&folders, folder, &[], &mut holds);
                let list = graph.list(number(folder));
                told(&graph, list, &[], &mut leads);
                holds.sort_unstable();
                leads.sort_unstable();
                prop_assert_eq!(&holds, &leads);
                prop_assert_eq!(*lists.entry(leads).or_insert(list), list);
            }
        }

        #[test]
        fn folders_that_hold_themselves_come_to_an_end(folders in folders()) {
            let graph = joined(read(&folders), 30, &FxHashMap::default(), &mut Vec::new());
            prop_assert_eq!(graph.list(30), NOTHING);
        }
    }
}
