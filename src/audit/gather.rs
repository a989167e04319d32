//! Every object once, each pack in the order of its deltas.

use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::checks::secrets::{Secrets, Sifted};
use crate::git::pack::{Base, Object, Pack, Walker};
use crate::git::{Kind, Oid, Repo};
use crate::scope::{Coverage, Gap};
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

/// What was done so far, and whether to stop.
#[derive(Debug, Default)]
pub struct Progress {
    /// Objects that were looked at.
    pub objects: AtomicU64,
    /// Their bytes.
    pub bytes: AtomicU64,
    /// Objects that there are, as far as that is known.
    pub total: AtomicU64,
    /// Set to stop: what was not looked at by then is named as a gap.
    pub stop: AtomicBool,
}

/// What the objects told.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// What may hold a secret.
    pub suspects: Vec<(Oid, Kind)>,
    /// Commits to which no other commit leads.
    pub tips: Vec<Oid>,
    /// All blobs that are there.
    pub blobs: HashSet<Oid>,
    pub coverage: Coverage,
}

/// What a version of a file told, for those that are made from it; none where it has to be looked at from end to end.
type State = Option<Sifted>;

/// One thread's part.
struct Sieve<'a> {
    secrets: &'a Secrets,
    way: Way,
    walker: Walker,
    suspects: Vec<(Oid, Kind)>,
    seen: Vec<Oid>,
    commits: Vec<Oid>,
    parents: HashSet<Oid>,
    coverage: Coverage,
}

pub(super) fn gather(repo: &Repo, secrets: &Secrets, jobs: Jobs, way: Way, progress: &Progress) -> Gathered {
    let mut all = Gathered::default();
    let (mut commits, mut parents) = (Vec::new(), HashSet::new());
    let begin = || Sieve::new(repo, secrets, way);
    let mut take = |all: &mut Gathered, sieves: Vec<Sieve<'_>>| {
        for sieve in sieves {
            all.suspects.extend(sieve.suspects);
            all.blobs.extend(sieve.seen);
            commits.extend(sieve.commits);
            parents.extend(sieve.parents);
            all.coverage.contents += sieve.coverage.contents;
            all.coverage.bytes += sieve.coverage.bytes;
            all.coverage.commits += sieve.coverage.commits;
            all.coverage.gaps.extend(sieve.coverage.gaps);
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
                progress.total.fetch_add(pack.count(), Ordering::Relaxed);
                let sieves =
                    spread(jobs, &roots, begin, |sieve: &mut Sieve<'_>, _, root| sieve.walk(&pack, *root, progress));
                take(&mut all, sieves);
            }
            Err(error) => all.coverage.gaps.push(Gap::of(named(&index), &error)),
        }
    }
    let mut loose: Vec<Oid> =
        folders.iter().flat_map(|folder| listed(Repo::loose(folder), &mut all.coverage)).collect();
    loose.sort_unstable();
    loose.dedup();
    loose.retain(|oid| !all.blobs.contains(oid));
    progress.total.fetch_add(loose.len() as u64, Ordering::Relaxed);
    let sieves = spread(jobs, &loose, begin, |sieve: &mut Sieve<'_>, _, oid| sieve.read(repo, *oid, progress));
    take(&mut all, sieves);
    commits.retain(|commit| !parents.contains(commit));
    commits.sort_unstable();
    commits.dedup();
    all.tips = commits;
    if progress.stop.load(Ordering::Relaxed) {
        let why = "the audit was stopped; run it again to look at the rest".to_owned();
        all.coverage.gaps.push(Gap { what: "the rest of the history".into(), why });
    }
    all
}

fn listed<T>(list: Result<Vec<T>, crate::git::GitError>, coverage: &mut Coverage) -> Vec<T> {
    list.unwrap_or_else(|error| {
        coverage.gaps.push(Gap::of("the folder of objects", &error));
        Vec::new()
    })
}

fn named(path: &Path) -> String {
    crate::scope::named(path).to_string()
}

fn gap(oid: Oid, why: &str) -> Gap {
    Gap { what: format!("object {oid}"), why: format!("{why}; `git fsck` tells more") }
}

impl<'a> Sieve<'a> {
    fn new(repo: &Repo, secrets: &'a Secrets, way: Way) -> Self {
        Self {
            secrets,
            way,
            walker: Walker::new(repo.objects()),
            suspects: Vec::new(),
            seen: Vec::new(),
            commits: Vec::new(),
            parents: HashSet::new(),
            coverage: Coverage::default(),
        }
    }

    /// Everything that is made from a root of a pack.
    fn walk(&mut self, pack: &Pack, root: usize, progress: &Progress) {
        if progress.stop.load(Ordering::Relaxed) {
            return;
        }
        let Self { secrets, way, walker, suspects, seen, commits, parents, coverage } = self;
        let mut gaps = Vec::new();
        let mut look = |object: Object<'_>, base: Option<Base<'_, State>>| {
            progress.objects.fetch_add(1, Ordering::Relaxed);
            progress.bytes.fetch_add(object.bytes.len() as u64, Ordering::Relaxed);
            look_at(secrets, object, base.filter(|_| *way == Way::Fresh), suspects, seen, commits, parents, coverage)
        };
        walker.walk(pack, root, &mut look, &mut |oid, why| gaps.push(gap(oid, why)));
        self.coverage.gaps.extend(gaps);
    }

    /// A loose object.
    fn read(&mut self, repo: &Repo, oid: Oid, progress: &Progress) {
        if progress.stop.load(Ordering::Relaxed) {
            return;
        }
        progress.objects.fetch_add(1, Ordering::Relaxed);
        match repo.objects().object(oid) {
            Ok((kind, bytes)) => {
                let object = Object { oid, kind, bytes: &bytes };
                let Self { secrets, suspects, seen, commits, parents, coverage, .. } = self;
                let _ = look_at(secrets, object, None, suspects, seen, commits, parents, coverage);
            }
            Err(error) => self.coverage.gaps.push(Gap::of(format_args!("object {oid}"), &error)),
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "the parts of one sieve, borrowed one by one while its walker walks")]
fn look_at(
    secrets: &Secrets,
    object: Object<'_>,
    base: Option<Base<'_, State>>,
    suspects: &mut Vec<(Oid, Kind)>,
    seen: &mut Vec<Oid>,
    commits: &mut Vec<Oid>,
    parents: &mut HashSet<Oid>,
    coverage: &mut Coverage,
) -> State {
    let Object { oid, kind, bytes } = object;
    if kind == Kind::Tree {
        return None;
    }
    coverage.contents += 1;
    coverage.bytes += bytes.len() as u64;
    seen.push(oid);
    if kind == Kind::Commit {
        coverage.commits += 1;
        commits.push(oid);
        let headers = bytes.split(|byte| *byte == b'\n').take_while(|line| !line.is_empty());
        parents.extend(headers.filter_map(|line| Oid::from_hex(line.strip_prefix(b"parent ")?).ok()));
    }
    let base = base.and_then(|base| Some((base.state.as_ref()?, base.copies, base.len)));
    let (may_hold, state) = secrets.sift(bytes, base);
    if may_hold {
        suspects.push((oid, kind));
    }
    state
}
