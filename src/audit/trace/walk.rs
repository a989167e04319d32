//! The walk through the folders of many commits: under which paths what may hold a secret came, and which commit had it last.

use std::iter::Peekable;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Place;
use crate::audit::graph::{Edge, Graph, NOTHING, Target};
use crate::git::RepoPath;

/// How many steps the walk through folders may take. A real history needs few a commit; one that was built to have endless paths is cut off.
const MOST_STEPS: usize = 200_000_000;
/// How many files are told apart, by their content and path together.
const MOST_PLACES: usize = 1_000_000;
/// The folder at the root, as a path.
const ROOT: u32 = 0;

/// The walk through folders, and what it has met.
pub(super) struct Walk<'a> {
    pub graph: &'a Graph,
    /// Each path's folder, and its last name.
    paths: Vec<(u32, u32)>,
    path_numbers: FxHashMap<(u32, u32), u32>,
    places: Vec<Place>,
    place_numbers: FxHashMap<(Target, u32), usize>,
    /// The list of the folder that was met last at each path.
    latest: FxHashMap<u32, u32>,
    steps: usize,
}

/// The places that several walks have met, in ascending order.
pub(super) fn joined(walks: Vec<Walk<'_>>) -> Vec<Place> {
    let mut places: Vec<Place> = walks.into_iter().flat_map(|walk| walk.places).collect();
    places.sort_unstable_by(|one, other| (one.target, &one.path).cmp(&(other.target, &other.path)));
    places.dedup_by(|next, kept| {
        let is_same = (next.target, &next.path) == (kept.target, &kept.path);
        if is_same {
            kept.arrivals.append(&mut next.arrivals);
            // Commits are counted from the newest on.
            kept.last = kept.last.into_iter().chain(next.last).min();
            kept.at_head |= next.at_head;
        }
        is_same
    });
    places
}

impl<'a> Walk<'a> {
    pub(super) fn new(graph: &'a Graph) -> Self {
        Self {
            graph,
            paths: vec![(ROOT, 0)],
            path_numbers: FxHashMap::default(),
            places: Vec::new(),
            place_numbers: FxHashMap::default(),
            latest: FxHashMap::default(),
            steps: 0,
        }
    }

    /// Tells `each` of every place below a folder at the root, by its list, but for the lists that are in `seen` with their path, which it adds to.
    pub(super) fn meet(&mut self, list: u32, seen: &mut FxHashSet<(u32, u32)>, mut each: impl FnMut(&mut Place)) {
        let mut stack = vec![(ROOT, list)];
        while let Some((path, list)) = stack.pop() {
            if list == NOTHING || !seen.insert((path, list)) || !self.goes_on() {
                continue;
            }
            let graph = self.graph;
            // What the folder there had that was met before this one has been met with it.
            let before = self.latest.insert(path, list).unwrap_or(NOTHING);
            let mut before = InOrder(graph.entries(before).peekable());
            for edge in graph.entries(list) {
                if before.find(edge.name) == Some(edge.target) {
                    continue;
                }
                let below = self.path(path, edge.name);
                self.places_of(&edge, below, &mut each);
                if let Target::List(list) = edge.target {
                    stack.push((below, list));
                }
            }
        }
    }

    /// Notes that the commit `number`, whose folder at the root has the list `list`, brought every place that none of its parents has.
    pub(super) fn compare(&mut self, list: u32, parents: Vec<u32>, number: u32) {
        let mut stack = vec![(ROOT, list, parents)];
        while let Some((path, list, parents)) = stack.pop() {
            if list == NOTHING || parents.contains(&list) || !self.goes_on() {
                continue;
            }
            let graph = self.graph;
            let in_order = |parent: &u32| InOrder(graph.entries(*parent).peekable());
            let mut theirs: Vec<InOrder<_>> = parents.iter().map(in_order).collect();
            for edge in graph.entries(list) {
                let mut below = Vec::new();
                let mut is_theirs = false;
                for target in theirs.iter_mut().filter_map(|theirs| theirs.find(edge.name)) {
                    is_theirs |= target == edge.target;
                    below.extend(if let Target::List(list) = target { Some(list) } else { None });
                }
                if is_theirs {
                    continue;
                }
                let here = self.path(path, edge.name);
                self.places_of(&edge, here, &mut |place| place.arrivals.push(number));
                if let Target::List(list) = edge.target {
                    stack.push((here, list, below));
                }
            }
        }
    }

    /// The places that an entry at `path` is: its content's, and its name's.
    fn places_of(&mut self, edge: &Edge, path: u32, each: &mut impl FnMut(&mut Place)) {
        let by_content = matches!(edge.target, Target::Blob(_)).then_some(edge.target);
        let by_name = self.graph.name(edge.name).1.then_some(Target::Other);
        for target in by_content.into_iter().chain(by_name) {
            let at = match self.place_numbers.get(&(target, path)) {
                Some(at) => *at,
                None if self.places.len() >= MOST_PLACES => continue,
                None => {
                    let full = self.full(path);
                    self.place_numbers.insert((target, path), self.places.len());
                    self.places.push(Place { target, path: full, arrivals: Vec::new(), last: None, at_head: false });
                    self.places.len() - 1
                }
            };
            each(&mut self.places[at]);
        }
    }

    /// Whether it was cut off, so that some places are missing.
    pub(super) fn is_cut_off(&self) -> bool {
        self.steps > MOST_STEPS || self.places.len() >= MOST_PLACES
    }

    fn goes_on(&mut self) -> bool {
        self.steps += 1;
        self.steps <= MOST_STEPS
    }

    /// The number of what is called `name` in the folder `path`.
    fn path(&mut self, path: u32, name: u32) -> u32 {
        let next = u32::try_from(self.paths.len()).unwrap_or(u32::MAX);
        *self.path_numbers.entry((path, name)).or_insert_with(|| {
            self.paths.push((path, name));
            next
        })
    }

    fn full(&self, mut path: u32) -> RepoPath {
        let mut names = Vec::new();
        while path != ROOT {
            let (folder, name) = self.paths[path as usize];
            names.push(self.graph.name(name).0);
            path = folder;
        }
        names.reverse();
        RepoPath::new(names.join(&b'/'))
    }
}

/// The entries of a list, in which those of another one are looked for in ascending order.
struct InOrder<I: Iterator<Item = Edge>>(Peekable<I>);

impl<I: Iterator<Item = Edge>> InOrder<I> {
    /// What the entry of that name leads to.
    fn find(&mut self, name: u32) -> Option<Target> {
        while self.0.next_if(|edge| edge.name < name).is_some() {}
        self.0.peek().filter(|edge| edge.name == name).map(|edge| edge.target)
    }
}
