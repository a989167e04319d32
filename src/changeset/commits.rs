//! Commits, read when their turn comes: what an import brings is more than should be held at once.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use super::Changeset;
use crate::git::{Change, Oid, Repo};
use crate::scope::{Coverage, Gap, Source};
use crate::work::{Jobs, spread};

/// So many commits are read at once: enough for all threads, and not too many for the memory.
const BATCH: usize = 512;

/// Commits that are still to be read, the oldest first.
#[derive(Clone, Debug, Default)]
pub struct Commits {
    left: std::vec::IntoIter<Oid>,
    deletions: bool,
    same: Same,
    met: Met,
}

/// Which changes bring the same, so that one look is enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Same {
    /// The same bytes against the same old bytes at the same path, as a revert and its revert do. What is compared with something else
    /// can be fresh elsewhere.
    #[default]
    Change,
    /// The same blob at the same path, added or modified. In a push everything that a blob can be compared with was looked at before, or is in the
    /// repository already.
    Blob,
}

impl Commits {
    pub(super) fn of_range(commits: Vec<Oid>, deletions: bool) -> Self {
        Self { left: commits.into_iter(), deletions, same: Same::Change, met: Met::default() }
    }

    pub(super) fn of_push(commits: Vec<Oid>, deletions: bool) -> Self {
        Self { left: commits.into_iter(), deletions, same: Same::Blob, met: Met::default() }
    }

    /// How many are still to be read.
    #[must_use]
    pub fn len(&self) -> usize {
        self.left.len()
    }

    /// Whether all were read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Begins with the newest: where time may run out, what everybody gets comes first.
    pub fn newest_first(&mut self) {
        let left: Vec<_> = std::mem::take(&mut self.left).rev().collect();
        self.left = left.into_iter();
    }

    /// The messages and changes of the next commits; empty when there are no more. Of a commit that `is_idle`, no change has to be looked at. What
    /// cannot be read is a gap.
    pub fn next_batch(
        &mut self,
        repo: Option<&Repo>,
        jobs: Jobs,
        is_idle: &(dyn Fn(Oid) -> bool + Sync),
        coverage: &mut Coverage,
    ) -> Vec<Source> {
        let batch: Vec<Oid> = self.left.by_ref().take(BATCH).collect();
        let Some(repo) = repo.filter(|_| !batch.is_empty()) else { return Vec::new() };
        // Git reads the newest soonest; what is told of them is put in order again.
        let newest_first: Vec<_> = batch.into_iter().enumerate().rev().collect();
        let begin = || (repo.objects_of_many_commits(), Vec::new());
        let mut read: Vec<_> = spread(jobs, &newest_first, begin, |(objects, done), _, (number, commit)| {
            let is_idle = is_idle(*commit);
            let changes = if is_idle { Ok(Vec::new()) } else { repo.changes_with(objects, *commit) };
            let asks_for_deletions = self.deletions && !is_idle;
            let deleted = if asks_for_deletions { repo.deletions(objects, *commit) } else { Ok(Vec::new()) };
            done.push((*number, *commit, changes, deleted));
        })
        .into_iter()
        .flat_map(|(_, done)| done)
        .collect();
        read.sort_unstable_by_key(|(number, ..)| *number);
        let mut set = Changeset::default();
        for (_, commit, changes, deleted) in read {
            set.sources.push(Source::CommitMessage(commit));
            let gap = |error| Gap::of(format_args!("commit {commit}"), &error);
            match changes {
                Ok(changes) => {
                    for change in changes.into_iter().filter(|change| self.met.is_first(change, self.same)) {
                        set.add(change, Some(commit));
                    }
                }
                Err(error) => set.coverage.gaps.push(gap(error)),
            }
            match deleted {
                Ok(deleted) => {
                    let deletion = |path| Source::Deletion { path, commit: Some(commit) };
                    set.sources.extend(deleted.into_iter().map(deletion));
                }
                Err(error) => set.coverage.gaps.push(gap(error)),
            }
        }
        coverage.submodules += set.coverage.submodules;
        coverage.gaps.append(&mut set.coverage.gaps);
        set.sources
    }
}

/// The changes that were met, by two keyed hashes: their names would take more memory than all else.
#[derive(Clone, Debug, Default)]
struct Met {
    hashers: [RandomState; 2],
    seen: HashSet<(u64, u64)>,
}

impl Met {
    fn is_first(&mut self, change: &Change, same: Same) -> bool {
        let old: &[_] = match same {
            Same::Change => &change.old,
            Same::Blob => &[],
        };
        let key = (&change.path, change.new, change.is_added, old);
        let [one, other] = &self.hashers;
        self.seen.insert((one.hash_one(key), other.hash_one(key)))
    }
}
