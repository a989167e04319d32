//! By which commits, and under which paths, what may hold a secret came, which commit had it last, and from which refs it can be reached.

mod walk;

use std::collections::BinaryHeap;
use std::ops::Range;

use rustc_hash::FxHashSet;

use super::Part;
use super::gather::Gathered;
use super::gather::Met;
use super::graph::{Graph, Target};
use super::scan::Suspect;
use crate::git::{Census, Objects, Oid, Ref, Repo, RepoPath};
use crate::scope::Gap;
use crate::work::{Jobs, spread};
use walk::{Walk, joined};

/// How many commits are followed in one go. Threads share them out, and each meets the folders that it has not met.
const CHUNK: usize = 1 << 11;
/// How often a tag that names a tag is followed.
const MOST_TAGS: usize = 16;
/// How many refs are told of each secret.
const MOST_REFS: usize = 100;

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
        if walks.iter().any(Walk::is_cut_off) {
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
