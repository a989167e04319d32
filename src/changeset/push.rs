//! What a push brings: commits, annotated tags, and what refs name that is neither.

use std::collections::HashSet;

use super::{Changeset, Commits, ReadError, Reader};
use crate::git::{Kind, NewCommits, Objects, Oid, Peeled, RefName, RefUpdate, Repo};
use crate::scope::{Gap, Place, Push, Source};

/// The commits that a push brings, and those of them that hold notes.
#[derive(Clone, Debug, Default)]
pub struct Pushed {
    /// All of them.
    pub commits: NewCommits,
    /// Those that only refs below `refs/notes/` lead to: git wrote their messages.
    pub notes: HashSet<Oid>,
}

impl Pushed {
    /// The places of the commits by the refs of the push that lead to them, each commit at the first one; the parents' side first.
    #[must_use]
    pub fn by_ref<'a>(&self, push: &'a Push, objects: &Objects) -> Vec<(&'a RefName, Vec<usize>)> {
        let mut seen = vec![false; self.commits.len()];
        let mut refs = Vec::new();
        for update in &push.updates {
            let tip = update.new.and_then(|new| objects.peel(new).ok());
            if let Some(tip) = tip.filter(|tip| tip.kind == Kind::Commit) {
                refs.push((&update.name, self.commits.places_behind(tip.target, &mut seen)));
            }
        }
        refs
    }
}

impl Reader<'_> {
    /// What a push brings. A ref whose objects cannot be read is a gap; without a list of the new commits nothing is judged.
    pub(super) fn push(self, repo: &Repo, push: &Push) -> Result<Changeset, ReadError> {
        let objects = repo.objects();
        let mut set = Changeset::default();
        let (mut tips, mut notes) = (Vec::new(), Vec::new());
        for update in &push.updates {
            let Some(new) = update.new else { continue };
            let name = update.name.clone();
            let bytes = update.name.as_bytes().to_vec();
            set.sources.push(Source::Bytes { place: Place::Ref(name.clone()), bytes, commit: None });
            let peeled = match objects.peel(new) {
                Ok(peeled) => peeled,
                Err(error) => {
                    set.coverage.gaps.push(Gap::of(&name, &error));
                    continue;
                }
            };
            set.sources.extend(peeled.tags.iter().map(|tag| Source::Tag(*tag)));
            match peeled.kind {
                Kind::Commit if name.is_notes() => notes.push(peeled.target),
                Kind::Commit => tips.push(peeled.target),
                Kind::Blob => set.sources.push(Source::NamedBlob { oid: peeled.target, name }),
                Kind::Tree | Kind::Tag => set.add_tree(repo, &objects, update, &peeled),
            }
        }
        let mut commits = repo.new_commits(&tips, &push.updates, &push.receiver, self.jobs)?;
        let notes = if notes.is_empty() { NewCommits::default() } else { repo.new_notes(&notes, &push.updates)? };
        let notes: HashSet<Oid> = commits.extend(&notes).into_iter().collect();
        let list: Vec<Oid> = commits.iter().map(|(commit, _)| commit).collect();
        set.coverage.commits = list.len() as u64;
        set.commits = Commits::of_push(list, self.deletions);
        set.pushed = Some(Pushed { commits, notes });
        Ok(set)
    }
}

impl Changeset {
    /// Adds what a tree brings that a ref names, against what the ref named before.
    fn add_tree(&mut self, repo: &Repo, objects: &Objects, update: &RefUpdate, peeled: &Peeled) {
        let old = update.old.and_then(|old| objects.peel(old).ok()).and_then(|old| match old.kind {
            Kind::Tree => Some(old.target),
            Kind::Commit => objects.commit(old.target).ok().map(|commit| commit.tree),
            Kind::Blob | Kind::Tag => None,
        });
        match repo.tree_changes(objects, peeled.target, old) {
            Ok(changes) => {
                for change in changes {
                    self.add(change, None);
                }
            }
            Err(error) => self.coverage.gaps.push(Gap::of(&update.name, &error)),
        }
    }
}
