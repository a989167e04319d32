//! By which commits, and under which paths, what was found came and went.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{Gathered, Suspect};
use crate::checks::secrets::Secrets;
use crate::git::{Kind, Logged, Oid, Ref, Repo, RepoPath};
use crate::scope::Gap;

/// No commit.
const NONE: u32 = u32::MAX;

/// The walk over all commits, as far as it concerns what may hold a secret. Commits have numbers, from the newest on: a child before its parents.
#[derive(Default)]
pub(super) struct Trace {
    commits: Vec<Oid>,
    /// For each commit, its parents' numbers.
    parents: Vec<Vec<u32>>,
    /// The number of each commit.
    numbers: HashMap<Oid, u32>,
    /// Authors and times of the commits that brought something.
    authors: HashMap<u32, (String, i64)>,
    /// By which commit, and under which path, a blob came.
    came: HashMap<Oid, Vec<(u32, RepoPath)>>,
    /// By which commit a blob went: the path lost it, or got another.
    went: HashMap<Oid, Vec<u32>>,
    at_head: HashMap<Oid, Vec<RepoPath>>,
    refs: Vec<Ref>,
    /// Names of files that may hold a secret themselves, and the commit that brought each.
    pub names: Vec<(RepoPath, Oid)>,
    /// The number of the commit at HEAD.
    pub head: Option<u32>,
}

impl Trace {
    /// Asks git. What it cannot tell is a gap.
    pub(super) fn read(repo: &Repo, secrets: &Secrets, gathered: &Gathered, gaps: &mut Vec<Gap>) -> Self {
        let mut trace = Self::default();
        let of_kind = |wanted| gathered.suspects.iter().filter(move |(_, kind)| *kind == wanted).map(|(oid, _)| *oid);
        let (blobs, messages): (HashSet<Oid>, HashSet<Oid>) =
            (of_kind(Kind::Blob).collect(), of_kind(Kind::Commit).collect());
        if gathered.tips.is_empty() {
            return trace;
        }
        let mut names = HashSet::new();
        let mut missing = BTreeSet::new();
        let mut parents = Vec::new();
        let walked = repo.log(&gathered.tips, |commit| {
            trace.add(&commit, &blobs, &messages);
            for change in &commit.changes {
                if change.old.iter().all(Option::is_none)
                    && change.new.is_some()
                    && names.insert(change.path.clone())
                    && secrets.sift(change.path.as_bytes(), None).0
                {
                    trace.names.push((change.path.clone(), commit.oid));
                    trace.remember(&commit);
                }
                missing.extend(change.new.filter(|blob| !gathered.objects.contains(blob)));
            }
            parents.push(commit.parents);
        });
        if let Err(error) = walked {
            gaps.push(Gap::of("the walk over all commits", &error));
        }
        gaps.extend(
            missing.into_iter().map(|oid| Gap::of(format_args!("blob {oid}"), &crate::git::GitError::Missing { oid })),
        );
        let number = |oid: &Oid| trace.numbers.get(oid).copied();
        trace.parents = parents.iter().map(|parents| parents.iter().filter_map(number).collect()).collect();
        match repo.refs() {
            Ok(refs) => trace.refs = refs,
            Err(error) => gaps.push(Gap::of("the refs", &error)),
        }
        match repo.head() {
            Ok(head) => trace.head = head.and_then(|head| trace.numbers.get(&head).copied()),
            Err(error) => gaps.push(Gap::of("HEAD", &error)),
        }
        match repo.blobs_at_head() {
            Ok(found) => {
                for (blob, path) in found.into_iter().filter(|(blob, _)| blobs.contains(blob)) {
                    trace.at_head.entry(blob).or_default().push(path);
                }
                trace.remember_head(repo);
            }
            Err(error) => gaps.push(Gap::of("the files at HEAD", &error)),
        }
        trace
    }

    fn add(&mut self, commit: &Logged, blobs: &HashSet<Oid>, messages: &HashSet<Oid>) {
        let number = u32::try_from(self.commits.len()).unwrap_or(NONE);
        self.commits.push(commit.oid);
        self.numbers.insert(commit.oid, number);
        let mut concerns = messages.contains(&commit.oid);
        for change in &commit.changes {
            if let Some(new) = change.new.filter(|new| blobs.contains(new)) {
                self.came.entry(new).or_default().push((number, change.path.clone()));
                concerns = true;
            }
            for old in change.old.iter().flatten().filter(|old| blobs.contains(old)) {
                self.went.entry(*old).or_default().push(number);
                concerns = true;
            }
        }
        if concerns {
            self.remember(commit);
        }
    }

    fn remember(&mut self, commit: &Logged) {
        if let Some(number) = self.numbers.get(&commit.oid) {
            self.authors.insert(*number, (RepoPath::new(&commit.author[..]).to_string(), commit.time));
        }
    }

    /// HEAD need not have changed anything itself.
    fn remember_head(&mut self, repo: &Repo) {
        let Some(head) = self.head.filter(|head| !self.authors.contains_key(head)) else { return };
        let Some(commit) = self.commit(head).and_then(|oid| repo.objects().commit(oid).ok()) else { return };
        let (author, time) = commit.author_and_time();
        self.authors.insert(head, (RepoPath::new(author).to_string(), time));
    }

    pub(super) fn commit(&self, number: u32) -> Option<Oid> {
        self.commits.get(number as usize).copied()
    }

    pub(super) fn author(&self, number: u32) -> (String, i64) {
        self.authors.get(&number).cloned().unwrap_or_default()
    }

    /// All paths that a blob has had, in ascending order.
    pub(super) fn paths(&self, blob: Oid) -> BTreeSet<&RepoPath> {
        let came = self.came.get(&blob).into_iter().flatten().map(|(_, path)| path);
        came.chain(self.at_head.get(&blob).into_iter().flatten()).collect()
    }

    pub(super) fn is_at_head(&self, blob: Oid, path: &RepoPath) -> bool {
        self.at_head.get(&blob).is_some_and(|paths| paths.contains(path))
    }

    /// The commits that brought what a suspect holds.
    pub(super) fn arrivals<'a>(&'a self, suspect: &'a Suspect) -> Vec<(u32, Option<&'a RepoPath>)> {
        match suspect {
            Suspect::Blob(blob, Some(path)) => self
                .came
                .get(blob)
                .into_iter()
                .flatten()
                .filter(|(_, there)| there == path)
                .map(|(number, path)| (*number, Some(path)))
                .collect(),
            Suspect::Blob(_, None) | Suspect::Tag(_) => Vec::new(),
            Suspect::Name(path, commit) => {
                self.numbers.get(commit).map(|number| (*number, Some(path))).into_iter().collect()
            }
            Suspect::Message(commit) => self.numbers.get(commit).map(|number| (*number, None)).into_iter().collect(),
        }
    }

    /// Commits that are known to have what a suspect holds: those that brought it, and the parents of those that took it away.
    pub(super) fn presences<'a>(&'a self, suspect: &'a Suspect) -> Vec<u32> {
        let mut commits: Vec<u32> = self.arrivals(suspect).into_iter().map(|(number, _)| number).collect();
        if let Suspect::Blob(blob, Some(_)) = suspect {
            let went = self.went.get(blob).into_iter().flatten();
            let before = went.filter_map(|number| self.parents.get(*number as usize)?.first().copied());
            commits.extend(before.filter(|number| self.authors.contains_key(number)));
        }
        commits
    }

    /// For each list of commits, the refs from which one of them can be reached.
    pub(super) fn reaching(&self, arrivals: &[Vec<u32>]) -> Vec<Vec<String>> {
        // One bit a list, so that the memory depends on the commits alone, however much was found.
        arrivals.chunks(64).flat_map(|arrivals| self.reaching_few(arrivals)).collect()
    }

    fn reaching_few(&self, arrivals: &[Vec<u32>]) -> Vec<Vec<String>> {
        let mut has = vec![0_u64; self.commits.len()];
        for (list, commits) in arrivals.iter().enumerate() {
            for commit in commits {
                has[*commit as usize] |= 1 << list;
            }
        }
        // From the oldest on: what a parent has can be reached from its children.
        for commit in (0..self.commits.len()).rev() {
            for parent in self.parents.get(commit).into_iter().flatten() {
                has[commit] |= has[*parent as usize];
            }
        }
        let mut reaching = vec![Vec::new(); arrivals.len()];
        for reference in &self.refs {
            let Some(tip) = self.numbers.get(&reference.target) else { continue };
            for (list, names) in reaching.iter_mut().enumerate() {
                if has[*tip as usize] >> list & 1 == 1 {
                    names.push(reference.name.clone());
                }
            }
        }
        reaching
    }

    /// The refs that name an object itself, or by an annotated tag: a tag, or a blob that somebody tagged.
    pub(super) fn naming(&self, suspect: &Suspect) -> impl Iterator<Item = &str> {
        let named = match suspect {
            Suspect::Blob(oid, None) | Suspect::Tag(oid) => Some(*oid),
            Suspect::Blob(_, Some(_)) | Suspect::Name(..) | Suspect::Message(_) => None,
        };
        let names = move |reference: &&Ref| Some(reference.named) == named || Some(reference.target) == named;
        self.refs.iter().filter(names).map(|reference| reference.name.as_str())
    }
}
