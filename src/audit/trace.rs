//! By which commits, and under which paths, what may hold a secret came, which commit had it last, and from which refs it can be reached.

use std::collections::BinaryHeap;
use std::iter::Peekable;
use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Part;
use super::gather::Gathered;
use super::gather::Met;
use super::graph::{Edge, Graph, NOTHING, Target};
use super::scan::Suspect;
use crate::git::{Census, Objects, Oid, Ref, Repo, RepoPath};
use crate::scope::Gap;
use crate::work::{Jobs, spread};

/// How many steps the walk through folders may take. A real history needs few a commit; one that was built to have endless paths is cut off.
const MOST_STEPS: usize = 200_000_000;
/// How many files are told apart, by their content and path together.
const MOST_PLACES: usize = 1_000_000;
/// How many commits are followed in one go. Threads share them out, and each meets the folders that it has not met.
const CHUNK: usize = 1 << 11;
/// How often a tag that names a tag is followed.
const MOST_TAGS: usize = 16;
/// How many refs are told of each secret.
const MOST_REFS: usize = 100;
/// The folder at the root, as a path.
const ROOT: u32 = 0;

/// A file that matters: a content, under a path.
pub(super) struct Place {
    pub target: Target,
    pub path: RepoPath,
    /// The commits that brought it: none of their parents has it there.
    pub arrivals: Vec<u32>,
    /// The newest commit that has it.
    pub last: Option<u32>,
    pub at_head: bool,
}

/// All commits, and what matters of what they hold. Commits have numbers, from the newest on: a child before its parents.
pub(super) struct Trace<'a> {
    census: &'a Census,
    commits: Vec<Met>,
    /// The commits' numbers in the census, in ascending order, and here.
    numbers: (Vec<u32>, Vec<u32>),
    pub places: Vec<Place>,
    /// The best known first, with the commits that they lead to.
    refs: Vec<(Ref, Option<u32>)>,
    /// For each commit, whether the refs that were asked for lead to it; empty where all commits are told of.
    reached: Vec<bool>,
    /// The tags and other objects that those refs name, tags of tags followed.
    named: FxHashSet<Oid>,
}

/// Names of refs: the first so many, and how many there are.
#[derive(Clone, Default)]
pub(super) struct Names<'a> {
    pub shown: Vec<&'a str>,
    pub count: usize,
}

impl<'a> Names<'a> {
    pub(super) fn add(&mut self, name: &'a str) {
        if self.shown.len() < MOST_REFS {
            self.shown.push(name);
        }
        self.count += 1;
    }
}

/// Branches are better known than tags, and those than what was fetched from elsewhere, and all of these than the rest: a forge's mirror has a ref for
/// each request.
fn obscurity(name: &str) -> usize {
    const KNOWN: [&str; 3] = ["refs/heads/", "refs/tags/", "refs/remotes/"];
    KNOWN.iter().position(|prefix| name.starts_with(prefix)).unwrap_or(KNOWN.len())
}

/// The walk through folders, and what it has met.
struct Walk<'a> {
    graph: &'a Graph,
    /// Each path's folder, and its last name.
    paths: Vec<(u32, u32)>,
    path_numbers: FxHashMap<(u32, u32), u32>,
    places: Vec<Place>,
    place_numbers: FxHashMap<(Target, u32), usize>,
    /// The list of the folder that was met last at each path.
    latest: FxHashMap<u32, u32>,
    steps: usize,
}

impl<'c> Trace<'c> {
    /// Puts the commits in order, and follows what matters through them. What cannot be told is a gap.
    pub(super) fn read(
        repo: &Repo,
        part: &Part,
        census: &'c Census,
        graph: &Graph,
        gathered: &mut Gathered,
        jobs: Jobs,
    ) -> Self {
        let mut trace = Self {
            census,
            commits: Vec::new(),
            numbers: Default::default(),
            places: Vec::new(),
            refs: Vec::new(),
            reached: Vec::new(),
            named: FxHashSet::default(),
        };
        trace.order(std::mem::take(&mut gathered.commits));
        let gaps = &mut gathered.coverage.gaps;
        match repo.named_refs() {
            Ok(refs) => {
                let objects = repo.objects();
                trace.refs = refs.into_iter().map(|named| trace.followed(&objects, named)).collect();
                trace.refs.sort_by_cached_key(|(named, _)| (obscurity(&named.name), named.name.clone()));
            }
            Err(error) => gaps.push(Gap::of("the refs", &error)),
        }
        let head = repo.head().unwrap_or_else(|error| {
            gaps.push(Gap::of("HEAD", &error));
            None
        });
        let head = head.and_then(|head| trace.position(&head));
        if part.needs_refs() {
            trace.reach(repo, part, head);
        }
        let chunks: Vec<Range<usize>> =
            (0..trace.commits.len()).step_by(CHUNK).map(|first| first..first + CHUNK).collect();
        let begin = || (Walk::new(graph), FxHashSet::default());
        let walks =
            spread(jobs, &chunks, begin, |(walk, seen), _, chunk| trace.follow(walk, seen, part, chunk.clone()));
        let mut walks: Vec<Walk<'_>> = walks.into_iter().map(|(walk, _)| walk).collect();
        if let Some(tree) = head.and_then(|head| trace.commits.get(head as usize)?.tree) {
            let mut walk = Walk::new(graph);
            walk.meet(graph.list(tree), &mut FxHashSet::default(), |place| place.at_head = true);
            walks.push(walk);
        }
        if walks.iter().any(|walk| walk.steps > MOST_STEPS || walk.places.len() >= MOST_PLACES) {
            let why = "there are too many; this history is not like one that people make".to_owned();
            gaps.push(Gap { what: "some paths of files that may hold a secret".to_owned(), why });
        }
        trace.places = joined(walks);
        // What stands at HEAD is there today, whatever is newer elsewhere.
        trace.places.iter_mut().filter(|place| place.at_head).for_each(|place| place.last = head);
        trace
    }

    /// What a ref leads to, annotated tags followed.
    fn followed(&self, objects: &Objects, (name, named): (String, Oid)) -> (Ref, Option<u32>) {
        let mut target = named;
        for _ in 0..MOST_TAGS {
            if let Some(tip) = self.position(&target) {
                return (Ref { name, named, target }, Some(tip));
            }
            let Some(next) = objects.tag(target).ok().and_then(|tag| tag.target) else { break };
            target = next;
        }
        (Ref { name, named, target }, None)
    }

    /// Follows what matters through some commits, from the newest on. `seen` has the folders that those before them had.
    fn follow(&self, walk: &mut Walk<'_>, seen: &mut FxHashSet<(u32, u32)>, part: &Part, commits: Range<usize>) {
        let some = (0_u32..).zip(&self.commits).skip(commits.start).take(commits.len());
        for (number, commit) in some {
            let Some(tree) = commit.tree.filter(|_| self.is_reached(number)) else { continue };
            let list = walk.graph.list(tree);
            walk.meet(list, seen, |place| place.last = place.last.or(Some(number)));
            if !part.has_time(commit.time) {
                continue;
            }
            let tree_of = |parent: &u32| self.commits.get(*parent as usize)?.tree;
            let parents = commit.parents.iter().filter_map(tree_of).map(|tree| walk.graph.list(tree)).collect();
            walk.compare(list, parents, number);
        }
    }

    /// Numbers the commits from the newest on, each before its parents.
    fn order(&mut self, mut met: Vec<Met>) {
        met.sort_unstable_by_key(|commit| commit.number);
        let numbers: Vec<u32> = met.iter().map(|commit| commit.number).collect();
        let index = |number: &u32| u32::try_from(numbers.binary_search(number).ok()?).ok();
        let mut children = vec![0_u32; met.len()];
        for commit in &mut met {
            commit.parents = commit.parents.iter().filter_map(index).collect();
            commit.parents.iter().for_each(|parent| children[*parent as usize] += 1);
        }
        let waiting = |at: usize| (met[at].time, at);
        let mut ready: BinaryHeap<(i64, usize)> = (0..met.len()).filter(|at| children[*at] == 0).map(waiting).collect();
        let mut order = Vec::with_capacity(met.len());
        while let Some((_, at)) = ready.pop() {
            order.push(at);
            for parent in met[at].parents.iter() {
                let parent = *parent as usize;
                children[parent] -= 1;
                if children[parent] == 0 {
                    ready.push(waiting(parent));
                }
            }
        }
        // Only forged commits are their own ancestors; they come last.
        order.extend((0..met.len()).filter(|at| children[*at] > 0));
        let mut positions = vec![0_u32; met.len()];
        order.iter().zip(0..).for_each(|(at, position)| positions[*at] = position);
        drop(order);
        for commit in &mut met {
            commit.parents = commit.parents.iter().map(|parent| positions[*parent as usize]).collect();
        }
        // Each is brought to its place without another list of them.
        let mut places = positions.clone();
        for at in 0..met.len() {
            while places[at] as usize != at {
                let to = places[at] as usize;
                met.swap(at, to);
                places.swap(at, to);
            }
        }
        self.commits = met;
        self.numbers = (numbers, positions);
    }

    /// Marks what the refs that were asked for lead to.
    fn reach(&mut self, repo: &Repo, part: &Part, head: Option<u32>) {
        let mut waiting: Vec<u32> = if part.refs.is_none() { head.into_iter().collect() } else { Vec::new() };
        let objects = repo.objects();
        for (named, tip) in self.refs.iter().filter(|(named, _)| part.has_ref(&named.name)) {
            waiting.extend(tip);
            let mut at = Some(named.named);
            // A tag may name a tag.
            while let Some(oid) = at.filter(|oid| self.named.insert(*oid)) {
                at = if oid == named.target { None } else { objects.tag(oid).ok().and_then(|tag| tag.target) };
            }
        }
        self.reached = vec![false; self.commits.len()];
        while let Some(at) = waiting.pop() {
            if !std::mem::replace(&mut self.reached[at as usize], true) {
                waiting.extend(self.commits[at as usize].parents.iter());
            }
        }
    }

    fn is_reached(&self, commit: u32) -> bool {
        self.reached.get(commit as usize).is_none_or(|reached| *reached)
    }

    /// Whether a commit is told of.
    pub(super) fn has_commit(&self, part: &Part, commit: &Oid) -> bool {
        let Some(at) = self.position(commit) else { return !part.needs_refs() && !part.is_bounded() };
        self.is_reached(at) && part.has_time(self.commits[at as usize].time)
    }

    /// Whether an object to which no commit leads is told of: a tag, or a blob that somebody tagged.
    pub(super) fn has_object(&self, part: &Part, oid: &Oid) -> bool {
        !part.needs_refs() || self.named.contains(oid)
    }

    pub(super) fn commit(&self, number: u32) -> Option<Oid> {
        self.census.oid(self.commits.get(number as usize)?.number)
    }

    fn position(&self, oid: &Oid) -> Option<u32> {
        let (numbers, positions) = &self.numbers;
        positions.get(numbers.binary_search(&self.census.number(oid)?).ok()?).copied()
    }

    /// The commits that brought what a suspect holds.
    pub(super) fn arrivals(&self, suspect: &Suspect) -> Vec<u32> {
        match suspect {
            Suspect::Blob { place: Some(place), .. } | Suspect::Name(place) => self.places[*place].arrivals.clone(),
            Suspect::Blob { place: None, .. } | Suspect::Tag(_) => Vec::new(),
            Suspect::Message(commit) => self.position(commit).into_iter().collect(),
        }
    }

    /// The longest known of them.
    pub(super) fn first(&self, suspect: &Suspect) -> Option<u32> {
        match suspect {
            Suspect::Blob { place: Some(place), .. } | Suspect::Name(place) => {
                self.places[*place].arrivals.iter().max().copied()
            }
            Suspect::Blob { place: None, .. } | Suspect::Tag(_) => None,
            Suspect::Message(commit) => self.position(commit),
        }
    }

    /// The newest commit that has what a suspect holds.
    pub(super) fn last(&self, suspect: &Suspect) -> Option<u32> {
        match suspect {
            Suspect::Blob { place: Some(place), .. } | Suspect::Name(place) => self.places[*place].last,
            Suspect::Blob { place: None, .. } | Suspect::Tag(_) => None,
            Suspect::Message(commit) => self.position(commit),
        }
    }

    /// The place of a suspect, if it is a file.
    pub(super) fn place(&self, suspect: &Suspect) -> Option<&Place> {
        match suspect {
            Suspect::Blob { place: Some(place), .. } | Suspect::Name(place) => self.places.get(*place),
            Suspect::Blob { place: None, .. } | Suspect::Message(_) | Suspect::Tag(_) => None,
        }
    }

    /// For each list of commits, the refs from which one of them can be reached.
    pub(super) fn reaching(&self, arrivals: &[Vec<u32>]) -> Vec<Names<'_>> {
        // One bit a list, so that the memory depends on the commits alone, however much was found.
        arrivals.chunks(64).flat_map(|arrivals| self.reaching_few(arrivals)).collect()
    }

    fn reaching_few(&self, arrivals: &[Vec<u32>]) -> Vec<Names<'_>> {
        let mut has = vec![0_u64; self.commits.len()];
        for (list, commits) in arrivals.iter().enumerate() {
            for commit in commits {
                has[*commit as usize] |= 1 << list;
            }
        }
        // From the oldest on: what a parent has can be reached from its children.
        for (number, commit) in self.commits.iter().enumerate().rev() {
            for parent in commit.parents.iter() {
                has[number] |= has[*parent as usize];
            }
        }
        let mut reaching = vec![Names::default(); arrivals.len()];
        for (named, tip) in &self.refs {
            let mut lists = tip.map_or(0, |tip| has[tip as usize]);
            while lists != 0 {
                reaching[lists.trailing_zeros() as usize].add(&named.name);
                lists &= lists - 1;
            }
        }
        reaching
    }

    /// The refs that name an object itself, or by an annotated tag: a tag, or a blob that somebody tagged.
    pub(super) fn naming(&self, suspect: &Suspect) -> impl Iterator<Item = &str> {
        let named = match suspect {
            Suspect::Blob { oid, place: None, .. } | Suspect::Tag(oid) => Some(*oid),
            Suspect::Blob { place: Some(_), .. } | Suspect::Name(_) | Suspect::Message(_) => None,
        };
        let naming = move |oid: Oid| {
            let refs = self.refs.iter().filter(move |(by, _)| by.named == oid || by.target == oid);
            refs.map(|(named, _)| named.name.as_str())
        };
        named.into_iter().flat_map(naming)
    }
}

/// The places that several walks have met, in ascending order.
fn joined(walks: Vec<Walk<'_>>) -> Vec<Place> {
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
    fn new(graph: &'a Graph) -> Self {
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
    fn meet(&mut self, list: u32, seen: &mut FxHashSet<(u32, u32)>, mut each: impl FnMut(&mut Place)) {
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
    fn compare(&mut self, list: u32, parents: Vec<u32>, number: u32) {
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
