//! What of a large push needs no look at all: its pack is walked in the order of its deltas, so that every version is looked at only where it
//! differs from the one that it was made from. What may hold something is looked at as all else is, and so are the commits that bring it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Judge, Unit};
use crate::checks::{Check, Sifted};
use crate::git::digests::{Digests, Matters};
use crate::git::pack::{Base, Object, Pack, Walker};
use crate::git::{Commit, Kind, Oid, Repo};
use crate::scope::Coverage;
use crate::text::Copied;
use crate::work::spread;

/// So few objects are looked at sooner than a pack is walked.
const WORTH: u64 = 2_000;

/// What was sifted; nothing where that is not worth it.
#[derive(Default)]
pub(super) struct Sieve(Option<Sifting>);

struct Sifting {
    pack: Arc<Pack>,
    /// By the place in the index: whether nothing is found in the blob, commit or tag, under any path.
    is_clean: Vec<bool>,
    /// The same: whether a commit brings nothing that has to be looked at.
    is_idle: Vec<bool>,
}

/// What each check told of an object, for those that are made from it.
type Told = Vec<Option<Sifted>>;

/// A commit of the pack.
struct Met {
    place: u32,
    tree: Oid,
    parents: Vec<Oid>,
}

/// What one thread has sifted.
#[derive(Default)]
struct Part {
    clean: Vec<u32>,
    commits: Vec<Met>,
    bytes: u64,
}

impl Sieve {
    /// Sifts the pack of a push that is in quarantine, and counts what was looked at. What cannot be read is not sifted, and told by who loads it.
    pub(super) fn new(judge: Judge<'_>, coverage: &mut Coverage) -> Self {
        let pack = judge.repo.and_then(|repo| Some((repo, repo.quarantined_pack()?)));
        let pack = pack.filter(|(_, pack)| pack.count() >= WORTH);
        Self(pack.map(|(repo, pack)| Sifting::new(judge, repo, pack, coverage)))
    }

    /// Whether nothing is found in a blob or commit. It was counted.
    pub(super) fn passes(&self, oid: Oid) -> bool {
        self.0.as_ref().is_some_and(|sifting| sifting.says(&sifting.is_clean, oid))
    }

    /// Whether a commit changes nothing that has to be looked at.
    pub(super) fn is_idle(&self, commit: Oid) -> bool {
        self.0.as_ref().is_some_and(|sifting| sifting.says(&sifting.is_idle, commit))
    }
}

impl Sifting {
    fn new(judge: Judge<'_>, repo: &Repo, pack: Arc<Pack>, coverage: &mut Coverage) -> Self {
        let done = AtomicU64::new(0);
        let roots = pack.roots(&[Kind::Blob, Kind::Commit]);
        let begin = || (Walker::new(repo.objects()), Part::default());
        let parts = spread(judge.jobs, &roots, begin, |(walker, part), _, root| {
            if judge.pace.is_over() {
                return;
            }
            let mut count = 0;
            let mut look = |object: Object<'_>, base: Option<Base<'_, Told>>| {
                count += 1;
                part.look(judge.checks, object, base)
            };
            walker.walk(&pack, *root, None, &mut look, &mut |_, _| {});
            judge.pace.tell(done.fetch_add(count, Ordering::Relaxed) + count, pack.count(), Unit::Objects);
        });
        let mut sifting = Self { is_clean: vec![false; pack.len_in_objects() as usize], is_idle: Vec::new(), pack };
        let mut commits = Vec::new();
        for (_, part) in parts {
            coverage.contents += part.clean.len() as u64;
            coverage.bytes += part.bytes;
            part.clean.iter().for_each(|place| sifting.is_clean[*place as usize] = true);
            commits.extend(part.commits);
        }
        // Where the policy has rules for files, each change has to be known.
        if judge.policy.files().asks_for_changes() {
            return sifting;
        }
        let digests = Digests::read(repo, &sifting.pack, judge.jobs, &Mattering { judge, sifting: &sifting });
        sifting.is_idle = sifting.idle(&digests, commits);
        sifting
    }

    /// By the place in the index, whether a commit has of what matters what one of its parents has, or nothing.
    fn idle(&self, digests: &Digests, commits: Vec<Met>) -> Vec<bool> {
        let mut of = vec![None; self.is_clean.len()];
        for commit in &commits {
            of[commit.place as usize] = Some(digests.of(&self.pack, &commit.tree));
        }
        let mut is_idle = vec![false; of.len()];
        for commit in commits {
            let own = of[commit.place as usize];
            let theirs = |parent: &Oid| self.pack.lookup(parent).and_then(|place| of[place as usize]) == own;
            is_idle[commit.place as usize] =
                own.is_some_and(|own| !own.is_something()) || commit.parents.iter().any(theirs);
        }
        is_idle
    }

    fn says(&self, list: &[bool], oid: Oid) -> bool {
        !list.is_empty() && self.pack.lookup(&oid).is_some_and(|place| list.get(place as usize) == Some(&true))
    }
}

impl Part {
    fn look(&mut self, checks: &[Box<dyn Check>], object: Object<'_>, base: Option<Base<'_, Told>>) -> Told {
        match object.kind {
            Kind::Blob => {}
            // What cannot be parsed is told by who reads it.
            Kind::Commit => match Commit::parse(object.oid, object.bytes) {
                Ok(Commit { tree, parents, .. }) => self.commits.push(Met { place: object.place, tree, parents }),
                Err(_) => return Told::new(),
            },
            Kind::Tree | Kind::Tag => return Told::new(),
        }
        let (may_hold, told) =
            sift(checks, object.bytes, base.as_ref().map(|base| (base.state, base.copies, base.len)));
        if !may_hold {
            self.clean.push(object.place);
            self.bytes += object.bytes.len() as u64;
        }
        told
    }
}

/// Whether some bytes may hold anything, by all checks.
fn sift(checks: &[Box<dyn Check>], bytes: &[u8], base: Option<(&Told, &[Copied], usize)>) -> (bool, Told) {
    let mut may_hold = false;
    let told = checks.iter().enumerate().map(|(at, check)| {
        let base = base.and_then(|(told, copies, len)| Some((told.get(at)?.as_ref()?, copies, len)));
        let (may, told) = check.sift(bytes, base);
        may_hold |= may;
        told
    });
    let told = told.collect();
    (may_hold, told)
}

/// What has to be looked at: what is not clean, or not in the pack.
struct Mattering<'a> {
    judge: Judge<'a>,
    sifting: &'a Sifting,
}

impl Matters for Mattering<'_> {
    fn content(&self, oid: &Oid) -> bool {
        !self.sifting.says(&self.sifting.is_clean, *oid)
    }

    fn name(&self, name: &[u8]) -> bool {
        sift(self.judge.checks, name, None).0
    }

    fn goes_on(&self) -> bool {
        !self.judge.pace.is_over()
    }
}
