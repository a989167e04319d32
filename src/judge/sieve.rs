//! What of a large push needs no look at all: its pack is walked in the order of its deltas, so that every version is looked at only where it
//! differs from the one that it was made from. What may hold something is looked at as all else is, and so are the commits that bring it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Judge, Unit};
use crate::checks::{Check, Sifted};
use crate::git::digests::{Digest, Digests, Key, Matter, Matters};
use crate::git::pack::{Base, Object, Pack, Walker};
use crate::git::{Kind, Links, Oid, Repo};
use crate::scope::Coverage;
use crate::text::{Copied, Regions};
use crate::work::spread;

/// So few objects are looked at sooner than a pack is walked.
const WORTH: u64 = 2_000;

/// What was sifted; nothing where that is not worth it.
#[derive(Default)]
pub(super) struct Sieve(Option<Sifting>);

struct Sifting {
    pack: Arc<Pack>,
    /// By the place in the index, what was seen in the blob or commit.
    seen: Vec<Seen>,
    /// What decides of the others what may be found in them; none of those of which all does.
    decisive: HashMap<u32, Digest>,
    /// By the place in the index, whether a commit brings nothing that has to be looked at.
    is_idle: Vec<bool>,
}

/// What was seen in an object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// Nobody has looked.
    Unseen,
    /// Nothing is found in it, under any path.
    Clean,
    /// Something may be found in it.
    Held,
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
    seen: Vec<(u32, Seen)>,
    decisive: Vec<(u32, Digest)>,
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

    /// Whether nothing is found in a blob or commit.
    pub(super) fn passes(&self, oid: Oid) -> bool {
        self.0.as_ref().is_some_and(|sifting| sifting.seen(oid) == Seen::Clean)
    }

    /// Whether a blob or commit was counted when it was sifted.
    pub(super) fn has_counted(&self, oid: Oid) -> bool {
        self.0.as_ref().is_some_and(|sifting| sifting.seen(oid) != Seen::Unseen)
    }

    /// Whether a commit changes nothing that has to be looked at. What is only moved within a file, with all that stands around it, was looked at where it
    /// came in.
    pub(super) fn is_idle(&self, commit: Oid) -> bool {
        let is_idle = |sifting: &Sifting| sifting.is_idle.get(sifting.pack.lookup(&commit)? as usize).copied();
        self.0.as_ref().and_then(is_idle).unwrap_or(false)
    }
}

impl Sifting {
    fn new(judge: Judge<'_>, repo: &Repo, pack: Arc<Pack>, coverage: &mut Coverage) -> Self {
        let done = AtomicU64::new(0);
        let key = Key::default();
        let roots = pack.roots(&[Kind::Blob, Kind::Commit]);
        let begin = || (Walker::new(repo.objects()), Part::default());
        let parts = spread(judge.jobs, &roots, begin, |(walker, part), _, root| {
            if judge.pace.is_over() {
                return;
            }
            let mut count = 0;
            let mut look = |object: Object<'_>, base: Option<Base<'_, Told>>| {
                count += 1;
                part.look(judge.checks, &key, object, base)
            };
            walker.walk(&pack, *root, None, &mut look, &mut |_, _| {});
            judge.pace.tell(done.fetch_add(count, Ordering::Relaxed) + count, pack.count(), Unit::Objects);
        });
        let seen = vec![Seen::Unseen; pack.len_in_objects() as usize];
        let mut sifting = Self { seen, decisive: HashMap::new(), is_idle: Vec::new(), pack };
        let mut commits = Vec::new();
        for (_, part) in parts {
            coverage.contents += part.seen.len() as u64;
            coverage.bytes += part.bytes;
            part.seen.iter().for_each(|(place, seen)| sifting.seen[*place as usize] = *seen);
            sifting.decisive.extend(part.decisive);
            commits.extend(part.commits);
        }
        // Where the policy has rules for files, each change has to be known.
        if judge.policy.files().asks_for_changes() {
            return sifting;
        }
        let digests = Digests::read(repo, &sifting.pack, judge.jobs, key, &Mattering { judge, sifting: &sifting });
        sifting.is_idle = sifting.idle(&digests, commits);
        sifting
    }

    /// By the place in the index, whether a commit has of what matters what one of its parents has, or nothing.
    fn idle(&self, digests: &Digests, commits: Vec<Met>) -> Vec<bool> {
        let mut of = vec![None; self.seen.len()];
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

    fn seen(&self, oid: Oid) -> Seen {
        let seen = self.pack.lookup(&oid).and_then(|place| self.seen.get(place as usize));
        seen.copied().unwrap_or(Seen::Unseen)
    }
}

impl Part {
    fn look(&mut self, checks: &[Box<dyn Check>], key: &Key, object: Object<'_>, base: Option<Base<'_, Told>>) -> Told {
        match object.kind {
            Kind::Blob => {}
            // What cannot be parsed is told by who reads it.
            Kind::Commit => match Links::parse(object.oid, object.bytes) {
                Ok(Links { tree, parents }) => self.commits.push(Met { place: object.place, tree, parents }),
                Err(_) => return Told::new(),
            },
            Kind::Tree | Kind::Tag => return Told::new(),
        }
        let base = base.as_ref().map(|base| (base.state, base.copies, base.len));
        let (held, told) = sift(checks, object.bytes, base);
        let seen = if matches!(held, Held::Nothing) { Seen::Clean } else { Seen::Held };
        self.seen.push((object.place, seen));
        self.bytes += object.bytes.len() as u64;
        if let Held::Within(decisive) = held {
            let parts: Vec<&[u8]> = decisive.iter().map(|region| region.of(object.bytes)).collect();
            self.decisive.push((object.place, key.digest(parts)));
        }
        told
    }
}

/// Where some bytes may hold something.
enum Held {
    Nothing,
    /// What stands here decides what is found.
    Within(Regions),
    Anywhere,
}

/// Sifts some bytes by all checks.
fn sift(checks: &[Box<dyn Check>], bytes: &[u8], base: Option<(&Told, &[Copied], usize)>) -> (Held, Told) {
    let mut held = Held::Nothing;
    let told = checks.iter().enumerate().map(|(at, check)| {
        let base = base.and_then(|(told, copies, len)| Some((told.get(at)?.as_ref()?, copies, len)));
        let (may_hold, told) = check.sift(bytes, base);
        let decisive = || told.as_ref().and_then(|told| told.decisive(bytes.len()));
        if may_hold {
            held = match (std::mem::replace(&mut held, Held::Anywhere), decisive()) {
                (Held::Nothing, Some(more)) => Held::Within(more),
                (Held::Within(some), Some(more)) => Held::Within(some.iter().chain(more.iter()).collect()),
                _ => Held::Anywhere,
            };
        }
        told
    });
    let told = told.collect();
    (held, told)
}

/// What has to be looked at: what is not clean, or not in the pack.
struct Mattering<'a> {
    judge: Judge<'a>,
    sifting: &'a Sifting,
}

impl Matters for Mattering<'_> {
    fn content(&self, oid: &Oid) -> Matter {
        let Sifting { pack, seen, decisive, .. } = self.sifting;
        match pack.lookup(oid) {
            None => Matter::All,
            Some(place) if seen.get(place as usize) == Some(&Seen::Clean) => Matter::Nothing,
            Some(place) => decisive.get(&place).map_or(Matter::All, |part| Matter::Part(*part)),
        }
    }

    fn name(&self, name: &[u8]) -> bool {
        !matches!(sift(self.judge.checks, name, None), (Held::Nothing, _))
    }

    fn goes_on(&self) -> bool {
        !self.judge.pace.is_over()
    }
}
