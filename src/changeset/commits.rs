//! Commits, read when their turn comes: what an import brings is more than should be held at once.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use super::Changeset;
use crate::git::{Change, GitError, Oid, Repo, RepoPath};
use crate::scope::{Coverage, Gap, Source};
use crate::work::{Jobs, spread};

/// So many commits are read at once: enough for all threads, and not too many for the memory.
const BATCH: usize = 512;

/// The same where time may run out: what is read at once is put in order.
const HURRIED_BATCH: usize = 16 * BATCH;

/// Commits that are still to be read, the oldest first.
#[derive(Clone, Debug, Default)]
pub struct Commits {
    /// Come before all others, by themselves.
    tips: Vec<Oid>,
    left: std::vec::IntoIter<Oid>,
    /// Those whose messages wait until all else was read; none where messages wait for nothing.
    messages: Option<Vec<Oid>>,
    deletions: bool,
    same: Same,
    met: Met,
}

/// What of a commit has to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// What it changes.
    pub changes: bool,
    /// Its message, and itself.
    pub message: bool,
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
        Self { left: commits.into_iter(), deletions, same: Same::Change, ..Self::default() }
    }

    pub(super) fn of_push(commits: Vec<Oid>, deletions: bool) -> Self {
        Self { left: commits.into_iter(), deletions, same: Same::Blob, ..Self::default() }
    }

    /// How many are still to be read.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tips.len() + self.left.len()
    }

    /// Whether all were read, and no message waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0 && self.messages.as_ref().is_none_or(Vec::is_empty)
    }

    /// Puts first what does most harm where time runs out: those of `tips` that are among them, then the newest, and all messages last.
    pub fn hurry(&mut self, tips: &[Oid]) {
        let all = std::mem::take(&mut self.left).rev();
        let (tips, left): (Vec<Oid>, Vec<Oid>) = all.partition(|commit| tips.contains(commit));
        self.tips = tips;
        self.left = left.into_iter();
        self.messages = Some(Vec::new());
    }

    /// What of `all` would not be looked at if it ended here.
    #[must_use]
    pub fn left_out(&self, all: usize) -> Vec<String> {
        let mut left = Vec::new();
        if let Some(newest) = self.tips.first().or(self.left.as_slice().first()) {
            left.push(format!("{} of {all} commits, the newest of them {newest}", self.len()));
        }
        if let Some(waiting) = self.messages.as_ref().filter(|waiting| !waiting.is_empty()) {
            left.push(format!("the messages of {} of {all} commits", waiting.len()));
        }
        left
    }

    /// The next commits, with what they need; empty when there are no more.
    fn take(&mut self, needs: &(dyn Fn(Oid) -> Needs + Sync)) -> Vec<(Oid, Needs)> {
        let needing = |commit: Oid| (commit, needs(commit));
        if !self.tips.is_empty() {
            return std::mem::take(&mut self.tips).into_iter().map(needing).collect();
        }
        let size = if self.messages.is_some() { HURRIED_BATCH } else { BATCH };
        let needing = self.left.by_ref().map(needing).filter(|(_, needs)| needs.changes || needs.message);
        needing.take(size).collect()
    }

    /// The messages and changes of the next commits; empty when there are no more. What they do not need is left out, and what cannot be read is a gap.
    pub fn next_batch(
        &mut self,
        repo: Option<&Repo>,
        jobs: Jobs,
        needs: &(dyn Fn(Oid) -> Needs + Sync),
        coverage: &mut Coverage,
    ) -> Vec<Source> {
        let batch = self.take(needs);
        let Some(repo) = repo.filter(|_| !batch.is_empty()) else {
            let messages = self.messages.as_mut().map(std::mem::take).unwrap_or_default();
            return messages.into_iter().map(Source::CommitMessage).collect();
        };
        let read = read(repo, jobs, &batch, self.deletions);
        let mut set = Changeset::default();
        for Read { commit, needs_message, changes, deleted } in read {
            match &mut self.messages {
                Some(waiting) if needs_message => waiting.push(commit),
                None if needs_message => set.sources.push(Source::CommitMessage(commit)),
                Some(_) | None => {}
            }
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

/// A commit, read.
struct Read {
    commit: Oid,
    needs_message: bool,
    changes: Result<Vec<Change>, GitError>,
    deleted: Result<Vec<RepoPath>, GitError>,
}

/// Reads commits, in their order. Git reads the newest soonest, so they are begun with.
fn read(repo: &Repo, jobs: Jobs, batch: &[(Oid, Needs)], deletions: bool) -> Vec<Read> {
    let newest_first: Vec<_> = batch.iter().enumerate().rev().collect();
    let begin = || (repo.objects_of_many_commits(), Vec::new());
    let parts = spread(jobs, &newest_first, begin, |(objects, done), _, (number, (commit, needs))| {
        let changes = if needs.changes { repo.changes_with(objects, *commit) } else { Ok(Vec::new()) };
        let asks_for_deletions = deletions && needs.changes;
        let deleted = if asks_for_deletions { repo.deletions(objects, *commit) } else { Ok(Vec::new()) };
        done.push((*number, Read { commit: *commit, needs_message: needs.message, changes, deleted }));
    });
    let mut all: Vec<_> = parts.into_iter().flat_map(|(_, done)| done).collect();
    all.sort_unstable_by_key(|(number, _)| *number);
    all.into_iter().map(|(_, read)| read).collect()
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
