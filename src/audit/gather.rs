//! Every object once, each pack in the order of its deltas.

use std::collections::HashSet;

use crate::checks::secrets::{Secrets, Sifted};
use crate::git::pack::{Base, Object, Pack, Walker};
use crate::git::{GitError, Kind, Oid, Repo};
use crate::scope::{Coverage, Gap, named};
use crate::work::{Jobs, spread};

/// How the objects of a pack are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// What was copied from another version is not looked at again.
    #[default]
    Fresh,
    /// Every version from end to end: the witness.
    EveryBlob,
}

/// What the objects told.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// What may hold a secret.
    pub suspects: Vec<(Oid, Kind)>,
    /// Commits to which no other commit leads.
    pub tips: Vec<Oid>,
    /// All objects that were looked at.
    pub objects: HashSet<Oid>,
    pub coverage: Coverage,
}

/// What a version of a file told, for those that are made from it; none where it has to be looked at from end to end.
type State = Option<Sifted>;

/// One thread's part: what it walks with, and what it has seen.
struct Sieve<'a> {
    way: Way,
    walker: Walker,
    seen: Seen<'a>,
}

/// What one thread has seen.
struct Seen<'a> {
    secrets: &'a Secrets,
    suspects: Vec<(Oid, Kind)>,
    objects: Vec<Oid>,
    commits: Vec<Oid>,
    parents: HashSet<Oid>,
    coverage: Coverage,
}

pub(super) fn gather(repo: &Repo, secrets: &Secrets, jobs: Jobs, way: Way) -> Gathered {
    let mut all = Gathered::default();
    let (mut commits, mut parents) = (Vec::new(), HashSet::new());
    let begin = || Sieve { way, walker: Walker::new(repo.objects()), seen: Seen::new(secrets) };
    let mut take = |all: &mut Gathered, parts: Vec<Seen<'_>>| {
        for seen in parts {
            all.suspects.extend(seen.suspects);
            all.objects.extend(seen.objects);
            commits.extend(seen.commits);
            parents.extend(seen.parents);
            all.coverage.contents += seen.coverage.contents;
            all.coverage.bytes += seen.coverage.bytes;
            all.coverage.commits += seen.coverage.commits;
            all.coverage.gaps.extend(seen.coverage.gaps);
        }
    };
    let folders = repo.object_folders().unwrap_or_else(|error| {
        all.coverage.gaps.push(Gap::of("the folders of objects", &error));
        Vec::new()
    });
    let indexes: Vec<_> =
        folders.iter().flat_map(|folder| listed(Repo::pack_indexes(folder), &mut all.coverage)).collect();
    for index in indexes {
        match repo.pack(&index) {
            Ok(pack) => {
                let circular = pack.circular();
                all.coverage.gaps.extend(circular.iter().map(|oid| gap(*oid, "it is made from itself")));
                let roots = pack.roots(&[Kind::Blob, Kind::Commit, Kind::Tag]);
                let sieves = spread(jobs, &roots, begin, |sieve: &mut Sieve<'_>, _, root| sieve.walk(&pack, *root));
                take(&mut all, sieves.into_iter().map(|sieve| sieve.seen).collect());
            }
            Err(error) => all.coverage.gaps.push(Gap::of(named(&index), &error)),
        }
    }
    let mut loose: Vec<Oid> =
        folders.iter().flat_map(|folder| listed(Repo::loose(folder), &mut all.coverage)).collect();
    loose.sort_unstable();
    loose.dedup();
    loose.retain(|oid| !all.objects.contains(oid));
    let begin = || (repo.objects(), Seen::new(secrets));
    let read = spread(jobs, &loose, begin, |(objects, seen), _, oid| match objects.object(*oid) {
        Ok((kind, bytes)) => {
            seen.look(Object { oid: *oid, kind, bytes: &bytes }, None);
        }
        Err(error) => seen.coverage.gaps.push(Gap::of(format_args!("object {oid}"), &error)),
    });
    take(&mut all, read.into_iter().map(|(_, seen)| seen).collect());
    commits.retain(|commit| !parents.contains(commit));
    commits.sort_unstable();
    commits.dedup();
    all.tips = commits;
    all
}

fn listed<T>(list: Result<Vec<T>, GitError>, coverage: &mut Coverage) -> Vec<T> {
    list.unwrap_or_else(|error| {
        coverage.gaps.push(Gap::of("the folder of objects", &error));
        Vec::new()
    })
}

fn gap(oid: Oid, why: &str) -> Gap {
    Gap { what: format!("object {oid}"), why: format!("{why}; `git fsck` tells more") }
}

impl Sieve<'_> {
    /// Everything that is made from a root of a pack.
    fn walk(&mut self, pack: &Pack, root: usize) {
        let Self { way, walker, seen } = self;
        let mut gaps = Vec::new();
        let mut look =
            |object: Object<'_>, base: Option<Base<'_, State>>| seen.look(object, base.filter(|_| *way == Way::Fresh));
        walker.walk(pack, root, &mut look, &mut |oid, why| gaps.push(gap(oid, why)));
        self.seen.coverage.gaps.extend(gaps);
    }
}

impl<'a> Seen<'a> {
    fn new(secrets: &'a Secrets) -> Self {
        Self {
            secrets,
            suspects: Vec::new(),
            objects: Vec::new(),
            commits: Vec::new(),
            parents: HashSet::new(),
            coverage: Coverage::default(),
        }
    }

    fn look(&mut self, object: Object<'_>, base: Option<Base<'_, State>>) -> State {
        let Object { oid, kind, bytes } = object;
        if kind == Kind::Tree {
            return None;
        }
        self.coverage.contents += 1;
        self.coverage.bytes += bytes.len() as u64;
        self.objects.push(oid);
        if kind == Kind::Commit {
            self.coverage.commits += 1;
            self.commits.push(oid);
            let headers = bytes.split(|byte| *byte == b'\n').take_while(|line| !line.is_empty());
            self.parents.extend(headers.filter_map(|line| Oid::from_hex(line.strip_prefix(b"parent ")?).ok()));
        }
        let base = base.and_then(|base| Some((base.state.as_ref()?, base.copies, base.len)));
        let (may_hold, state) = self.secrets.sift(bytes, base);
        if may_hold {
            self.suspects.push((oid, kind));
        }
        state
    }
}
