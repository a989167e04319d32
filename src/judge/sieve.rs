//! Which blobs of a large push need no look at all: its packs are walked in the order of their deltas, so that every version is looked at only
//! where it differs from the one that it was made from. What may hold something is looked at as all else is.

use std::collections::HashMap;

use super::Judge;
use crate::checks::{Check, Sifted};
use crate::git::pack::{Base, Object, Pack, Walker};
use crate::git::{Kind, Oid, Repo};
use crate::work::spread;

/// So few objects are looked at sooner than a pack is walked.
const WORTH: u64 = 2_000;

/// Blobs in which nothing is found under any path, with how many bytes they have.
#[derive(Default)]
pub(super) struct Sieve(HashMap<Oid, u64>);

/// What each check told of a blob, for those that are made from it.
type Told = Vec<Option<Sifted>>;

impl Sieve {
    /// Sifts the packs of a push that is in quarantine. What cannot be read is not sifted, and told by who loads it.
    pub(super) fn new(judge: Judge<'_>) -> Self {
        let mut sieve = Self::default();
        let Some(repo) = judge.repo else { return sieve };
        for index in repo.quarantined_packs() {
            let Ok(pack) = repo.pack(&index) else { continue };
            if pack.count() >= WORTH {
                sieve.sift(judge, repo, &pack);
            }
        }
        sieve
    }

    /// How many bytes a blob has, if nothing is found in it.
    pub(super) fn passes(&self, blob: Oid) -> Option<u64> {
        self.0.get(&blob).copied()
    }

    fn sift(&mut self, judge: Judge<'_>, repo: &Repo, pack: &Pack) {
        let roots = pack.roots(&[Kind::Blob]);
        let begin = || (Walker::new(repo.objects()), Vec::new());
        let parts = spread(judge.jobs, &roots, begin, |(walker, clean), _, root| {
            if judge.pace.is_over() {
                return;
            }
            let mut look = |object: Object<'_>, base: Option<Base<'_, Told>>| {
                let (may_hold, told) = look(judge.checks, object, base);
                if !may_hold {
                    clean.push((object.oid, object.bytes.len() as u64));
                }
                told
            };
            walker.walk(pack, *root, None, &mut look, &mut |_, _| {});
        });
        self.0.extend(parts.into_iter().flat_map(|(_, clean)| clean));
    }
}

/// Whether a blob may hold anything, by all checks.
fn look(checks: &[Box<dyn Check>], object: Object<'_>, base: Option<Base<'_, Told>>) -> (bool, Told) {
    if object.kind != Kind::Blob {
        return (true, Told::new());
    }
    let mut may_hold = false;
    let told = checks.iter().enumerate().map(|(at, check)| {
        let base = base.as_ref().and_then(|base| Some((base.state.get(at)?.as_ref()?, base.copies, base.len)));
        let (may, told) = check.sift(object.bytes, base);
        may_hold |= may;
        told
    });
    let told = told.collect();
    (may_hold, told)
}
