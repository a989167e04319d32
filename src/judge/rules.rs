//! The rules of the policy for refs, commits and files, put to what is judged.

use super::{Found, Judge, Look};
use crate::changeset::Pushed;
use crate::checks::Broken;
use crate::git::{Change, Oid, Receiver, RepoPath};
use crate::scope::{Coverage, Gap, Place, Push, Scope, Source};

/// What a source is judged within.
#[derive(Clone, Copy, Default)]
pub(super) struct Around<'a> {
    push: Option<&'a Push>,
    pushed: Option<&'a Pushed>,
    is_staged: bool,
}

impl<'a> Around<'a> {
    pub(super) fn new(scope: &'a Scope, pushed: Option<&'a Pushed>) -> Self {
        let push = match scope {
            Scope::Push(push) => Some(push),
            Scope::Staged { .. }
            | Scope::Range(_)
            | Scope::Files { .. }
            | Scope::Message(_)
            | Scope::Stdin
            | Scope::History
            | Scope::Signatures(_) => None,
        };
        Self { push, pushed, is_staged: matches!(scope, Scope::Staged { .. }) }
    }

    /// Judges what cannot be judged piece by piece: a push as a whole, and the names in an index.
    pub(super) fn look(self, judge: Judge<'_>, sources: &[Source], coverage: &mut Coverage) -> Vec<Found> {
        let broken = [self.push(judge, coverage), self.names(judge, sources, coverage)].concat();
        let mut look = Look::new(judge, self, None);
        broken.into_iter().map(|broken| look.found(0, broken)).collect()
    }

    fn names(self, judge: Judge<'_>, sources: &[Source], coverage: &mut Coverage) -> Vec<Broken> {
        let files = judge.policy.files();
        let (true, true, Some(repo)) = (files.forbid_collisions, self.is_staged, judge.repo) else { return Vec::new() };
        let added: Vec<_> = sources
            .iter()
            .filter_map(|source| match source {
                Source::Change { change, .. } if change.is_added => Some(&change.path),
                _ => None,
            })
            .collect();
        match repo.tracked() {
            Ok(all) => files.check_collisions(&added, &all),
            Err(error) => {
                coverage.gaps.push(Gap::of("the files that git tracks", &error));
                Vec::new()
            }
        }
    }

    fn push(self, judge: Judge<'_>, coverage: &mut Coverage) -> Vec<Broken> {
        let (Some(push), Some(pushed), Some(repo)) = (self.push, self.pushed, judge.repo) else { return Vec::new() };
        // What it did to refs was judged before it was let in, and today's refs would tell something else.
        if push.receiver == Receiver::Before {
            return Vec::new();
        }
        let (mut broken, gaps) = judge.policy.refs().check(push, pushed, repo);
        broken.extend(judge.policy.commits().check_number(pushed.commits.len() as u64, push));
        coverage.gaps.extend(gaps);
        broken
    }

    /// Whether it is a commit of notes, whose message and paths git has made.
    fn is_notes(self, commit: Option<Oid>) -> bool {
        commit.is_some_and(|commit| self.pushed.is_some_and(|pushed| pushed.notes.contains(&commit)))
    }
}

impl Look<'_> {
    /// Whether a source keeps to the rules of the policy for commits and files.
    pub(super) fn keep_to_rules(&mut self, number: usize, source: &Source) {
        if self.around.is_notes(source.commit()) {
            return;
        }
        let push = self.around.push;
        let policy = self.judge.policy;
        let mut broken = match source {
            Source::Change { change, commit } => self.file(change, *commit),
            Source::Deletion { path, commit } => policy.files().check_deletion(path, *commit),
            Source::CommitMessage(commit) => self.commit(*commit),
            Source::Bytes { place: Place::Message, bytes, .. } => policy.commits().check_message(bytes),
            Source::File { .. } | Source::Stdin | Source::Tag(_) | Source::NamedBlob { .. } | Source::Bytes { .. } => {
                Vec::new()
            }
        };
        if let (Some(push), Source::Change { .. } | Source::Deletion { .. }) = (push, source) {
            policy.files().bypass.apply(push, &mut broken);
        }
        for broken in broken {
            let found = self.found(number, broken);
            self.found.push(found);
        }
    }

    pub(super) fn found(&mut self, number: usize, broken: Broken) -> Found {
        let shown = match &broken.place {
            Place::File(path) => self.clean(path),
            Place::Ref(name) => self.clean(&RepoPath::new(name.as_bytes())),
            _ => None,
        };
        let (finding, level) = broken.into_finding();
        Found { number, finding, shown, level: Some(level) }
    }

    fn commit(&mut self, oid: Oid) -> Vec<Broken> {
        let commits = self.judge.policy.commits();
        if !commits.asks_of_commits() {
            return Vec::new();
        }
        let Some(objects) = self.loader.objects() else { return Vec::new() };
        match objects.commit(oid) {
            Ok(commit) => commits.check(oid, &commit, self.around.push),
            // Who loads its message tells that it cannot be read.
            Err(_) => Vec::new(),
        }
    }

    fn file(&mut self, change: &Change, commit: Option<Oid>) -> Vec<Broken> {
        let files = self.judge.policy.files();
        let Some(objects) = self.loader.objects() else { return Vec::new() };
        let tree = match commit {
            Some(oid) if files.forbid_collisions && change.is_added => match objects.commit(oid) {
                Ok(commit) => Some(commit.tree),
                Err(error) => {
                    self.coverage.gaps.push(Gap::of(&change.path, &error));
                    return Vec::new();
                }
            },
            _ => None,
        };
        files.check(change, commit, tree, objects, &mut self.folders).unwrap_or_else(|gap| {
            self.coverage.gaps.push(gap);
            Vec::new()
        })
    }
}
