//! Every object once, each pack in the order of its deltas.

use std::ops::Deref;

use super::{Audit, Part, State, Watch};
use crate::checks::secrets::{Secrets, Sifted};
use crate::git::pack::{Base, Object, Pack, Walker};
use crate::git::{Census, Commit, GitError, Kind, Oid};
use crate::judge::Judge;
use crate::scope::{Coverage, Gap};
use crate::text::Regions;
use crate::work::spread;

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
    /// The blobs that may hold a secret, in ascending order.
    pub blobs: Vec<SuspectBlob>,
    /// The commits and tags that may, in ascending order.
    pub others: Vec<(Oid, Kind)>,
    pub commits: Vec<Met>,
    /// What was looked at, by number in the census, if that is to be noted.
    pub looked_at: Vec<u32>,
    pub coverage: Coverage,
}

/// A blob that may hold a secret.
#[derive(Clone, Debug)]
pub(super) struct SuspectBlob {
    pub oid: Oid,
    /// Its number in the census.
    pub number: u32,
    /// Where it may; none where that is not known.
    pub spans: Option<Regions>,
}

/// A commit that was met.
#[derive(Clone, Debug)]
pub(super) struct Met {
    /// Its number in the census.
    pub number: u32,
    /// The number of its tree; none where that is missing.
    pub tree: Option<u32>,
    /// The numbers of its parents, as far as they are there.
    pub parents: Parents,
    /// When it was committed, in seconds since 1970 UTC.
    pub time: i64,
}

/// The parents of a commit. Nearly every commit has one or two: so they need no memory of their own, which would lie scattered between what is let go of.
#[derive(Clone, Debug)]
pub(super) enum Parents {
    One([u32; 1]),
    Two([u32; 2]),
    /// None, or three and more. A box of a list would be as large as two more parents, for every commit.
    #[expect(clippy::box_collection, reason = "one word instead of three")]
    Others(Box<Vec<u32>>),
}

impl Deref for Parents {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        match self {
            Self::One(one) => one,
            Self::Two(two) => two,
            Self::Others(others) => others,
        }
    }
}

impl FromIterator<u32> for Parents {
    fn from_iter<I: IntoIterator<Item = u32>>(parents: I) -> Self {
        match &*parents.into_iter().collect::<Vec<u32>>() {
            [one] => Self::One([*one]),
            [one, other] => Self::Two([*one, *other]),
            others => Self::Others(Box::new(others.into())),
        }
    }
}

/// What a version of a file told, for those that are made from it; none where it has to be looked at from end to end.
type Told = Option<Sifted>;

/// One thread's part: what it walks with, and what it has seen.
struct Sieve<'a> {
    way: Way,
    walker: Walker,
    seen: Seen<'a>,
}

/// What one thread has seen.
struct Seen<'a> {
    census: &'a Census,
    secrets: &'a Secrets,
    watch: &'a Watch,
    known: &'a State,
    /// None where nobody asks.
    looked_at: Option<Vec<u32>>,
    blobs: Vec<SuspectBlob>,
    others: Vec<(Oid, Kind)>,
    commits: Vec<Met>,
    /// Trees and parents that commits name, with the commit.
    missing: Vec<(Oid, Oid)>,
    coverage: Coverage,
}

impl Audit<'_> {
    /// Looks at every blob, commit and tag.
    pub(super) fn gather(&self, census: &Census) -> Gathered {
        let Audit { repo, means, part: Part { known, .. }, watch, judge: Judge { jobs, .. }, .. } = *self;
        // What patterns make for themselves while they look takes as much memory as the folders do, which come next.
        let secrets = &self.secrets.anew();
        let mut all = Gathered::default();
        let mut parts = Vec::new();
        let seeing = || Seen::new(census, secrets, watch, known, means.keeps_state);
        for (at, pack) in census.packs().enumerate() {
            all.coverage.gaps.extend(pack.circular().iter().map(|oid| gap(*oid, "it is made from itself")));
            let mut roots = pack.roots(&[Kind::Blob, Kind::Commit, Kind::Tag]);
            // All commits tell where something came from, whether they are known or not.
            let new = (!known.is_empty())
                .then(|| pack.leading(|place| pack.oid_at(place).is_none_or(|oid| !known.has(&oid))));
            let commits = pack.roots(&[Kind::Commit]);
            roots.retain(|root| new.as_ref().is_none_or(|new| new[*root] || commits.binary_search(root).is_ok()));
            let only = |root: &usize| new.as_deref().filter(|_| commits.binary_search(root).is_err());
            let begin = || Sieve { way: means.way, walker: self.walker(roots.len()), seen: seeing() };
            let sieves =
                spread(jobs, &roots, begin, |sieve: &mut Sieve<'_>, _, root| sieve.walk(at, pack, *root, only(root)));
            parts.extend(sieves.into_iter().map(|sieve| sieve.seen));
        }
        let begin = || (repo.objects(), seeing());
        let read = spread(jobs, census.loose(), begin, |(objects, seen), _, oid| match objects.object(*oid) {
            _ if watch.is_stopped() => {}
            Ok((kind, bytes)) => {
                seen.look(*oid, kind, &bytes, census.number(oid), None);
            }
            Err(error) => seen.coverage.gaps.push(Gap::of(format_args!("object {oid}"), &error)),
        });
        parts.extend(read.into_iter().map(|(_, seen)| seen));
        let mut missing = Vec::new();
        all.commits.reserve_exact(parts.iter().map(|seen| seen.commits.len()).sum());
        for seen in parts {
            all.blobs.extend(seen.blobs);
            all.others.extend(seen.others);
            all.commits.extend(seen.commits);
            all.looked_at.extend(seen.looked_at.unwrap_or_default());
            missing.extend(seen.missing);
            all.coverage.contents += seen.coverage.contents;
            all.coverage.bytes += seen.coverage.bytes;
            all.coverage.commits += seen.coverage.commits;
            all.coverage.gaps.extend(seen.coverage.gaps);
        }
        all.blobs.sort_unstable_by_key(|blob| blob.oid);
        all.others.sort_unstable_by_key(|(oid, _)| *oid);
        if !missing.is_empty() {
            // A shallow clone has cut off the parents of these.
            let shallow = repo.shallow();
            missing.retain(|(_, commit)| !shallow.contains(commit));
            missing.sort_unstable();
            missing.dedup_by_key(|(oid, _)| *oid);
            let of = |(oid, commit): (Oid, Oid)| {
                Gap::of(format_args!("object {oid}, which commit {commit} names"), &GitError::Missing { oid })
            };
            all.coverage.gaps.extend(missing.into_iter().map(of));
        }
        all
    }
}

/// An object that cannot be looked at.
pub(super) fn gap(oid: Oid, why: &str) -> Gap {
    Gap { what: format!("object {oid}"), why: format!("{why}; `git fsck` tells more") }
}

impl Sieve<'_> {
    /// Everything that is made from a root of the pack that stands at `at`.
    fn walk(&mut self, at: usize, pack: &Pack, root: usize, only: Option<&[bool]>) {
        let Self { way, walker, seen } = self;
        if seen.watch.is_stopped() {
            return;
        }
        let mut gaps = Vec::new();
        let mut look = |object: Object<'_>, base: Option<Base<'_, Told>>| {
            let Object { oid, place, kind, bytes } = object;
            let number = seen.census.number_in(at, &oid, place);
            seen.look(oid, kind, bytes, number, base.filter(|_| *way == Way::Fresh))
        };
        walker.walk(pack, root, only, &mut look, &mut |oid, why| gaps.push(gap(oid, why)));
        self.seen.coverage.gaps.extend(gaps);
    }
}

impl<'a> Seen<'a> {
    fn new(census: &'a Census, secrets: &'a Secrets, watch: &'a Watch, known: &'a State, keeps_state: bool) -> Self {
        Self {
            census,
            secrets,
            watch,
            known,
            looked_at: keeps_state.then(Vec::new),
            blobs: Vec::new(),
            others: Vec::new(),
            commits: Vec::new(),
            missing: Vec::new(),
            coverage: Coverage::default(),
        }
    }

    /// Looks at an object; without a number it was met before, and only what is made from it needs what it tells.
    fn look(&mut self, oid: Oid, kind: Kind, bytes: &[u8], number: Option<u32>, base: Option<Base<'_, Told>>) -> Told {
        if kind == Kind::Tree {
            return None;
        }
        if self.known.has(&oid) {
            // It was sifted by an earlier audit; what is made from it is sifted from end to end.
            if let (Kind::Commit, Some(number)) = (kind, number) {
                self.meet(oid, number, bytes);
            }
            return None;
        }
        let base = base.and_then(|base| Some((base.state.as_ref()?, base.copies, base.len)));
        let (may_hold, state) = self.secrets.sift(bytes, base);
        let Some(number) = number else { return state };
        self.coverage.contents += 1;
        self.coverage.bytes += bytes.len() as u64;
        self.watch.looked_at(1, bytes.len() as u64);
        self.looked_at.iter_mut().for_each(|looked_at| looked_at.push(number));
        if kind == Kind::Commit {
            self.coverage.commits += 1;
            self.meet(oid, number, bytes);
        }
        match kind {
            _ if !may_hold => {}
            Kind::Blob => {
                let spans = state.as_ref().and_then(Sifted::spans);
                self.blobs.push(SuspectBlob { oid, number, spans });
            }
            Kind::Commit | Kind::Tag | Kind::Tree => self.others.push((oid, kind)),
        }
        state
    }

    fn meet(&mut self, oid: Oid, number: u32, bytes: &[u8]) {
        let commit = match Commit::parse(oid, bytes) {
            Ok(commit) => commit,
            Err(error) => return self.coverage.gaps.push(Gap::of(format_args!("commit {oid}"), &error)),
        };
        let mut there = |named: Oid| {
            let number = self.census.number(&named);
            if number.is_none() && !named.is_empty_object() {
                self.missing.push((named, oid));
            }
            number
        };
        let tree = there(commit.tree);
        let parents = commit.parents.iter().filter_map(|parent| there(*parent)).collect();
        self.commits.push(Met { number, tree, parents, time: commit.committed() });
    }
}
