//! The new commits of a push, told by its quarantine alone: asking git takes longer.

use std::sync::Arc;

use super::NewCommits;
use crate::git::pack::{Base, Object, Pack, Walker};
use crate::git::{GitError, Kind, Links, Oid, RefName, RefUpdate, Repo};
use crate::work::{Jobs, spread};

/// As many commits are walked without asking git, which takes some milliseconds to start.
const FEW: usize = 64;

impl Repo {
    /// The new commits of a push that adds a few to what a ref names, which most do: they lie in its quarantine and nowhere else, so no ref
    /// can lead to them, and where they end a ref stands. `None` where that is not so plain, and git has to be asked.
    pub(super) fn few_new_commits(&self, tips: &[Oid], updates: &[RefUpdate]) -> Result<Option<NewCommits>, GitError> {
        let objects = self.objects();
        // Where the history is cut off, git knows how.
        if !self.layout.quarantine || self.layout.shallow.exists() {
            return Ok(None);
        }
        let head = self.head()?;
        let is_old = |update: &RefUpdate, commit| update.old == Some(commit) && !update.name.is_notes();
        let is_ref = |commit: Oid| head == Some(commit) || updates.iter().any(|update| is_old(update, commit));
        let mut found = NewCommits::default();
        // Each commit is met twice: before its parents, and behind them.
        let mut next: Vec<(Oid, Option<Vec<Oid>>)> = tips.iter().rev().map(|tip| (*tip, None)).collect();
        while let Some((commit, parents)) = next.pop() {
            if found.place(commit).is_some() || is_ref(commit) {
                continue;
            }
            if let Some(parents) = parents {
                found.push(commit, parents);
                continue;
            }
            if next.len() > FEW || found.len() > FEW || objects.is_outside_of_quarantine(commit) {
                return Ok(None);
            }
            let parents = objects.commit(commit)?.parents;
            next.push((commit, Some(parents.clone())));
            next.extend(parents.into_iter().map(|parent| (parent, None)));
        }
        Ok(Some(found))
    }

    /// All commits of the pack in quarantine that `tips` lead to, where no ref is yet: then all are new, and reading them in the order of deltas is
    /// sooner done than asking git. `None` where that is not so plain.
    pub(super) fn all_of_an_import(&self, tips: &[Oid], jobs: Jobs) -> Result<Option<NewCommits>, GitError> {
        let Some(pack) = self.quarantined_pack() else { return Ok(None) };
        if self.layout.shallow.exists() || !self.named(|name| !RefName::new(name).is_notes())?.is_empty() {
            return Ok(None);
        }
        let roots = pack.roots(&[Kind::Commit]);
        let begin = || (Walker::new(self.objects()), Vec::new());
        let read = spread(jobs, &roots, begin, |(walker, read), _, root| {
            let mut look = |object: Object<'_>, _: Option<Base<'_, ()>>| {
                if object.kind == Kind::Commit
                    && let Ok(links) = Links::parse(object.oid, object.bytes)
                {
                    let places: Vec<Option<u32>> = links.parents.iter().map(|parent| pack.lookup(parent)).collect();
                    read.push((object.place, links.parents, places));
                }
            };
            walker.walk(&pack, *root, None, &mut look, &mut |_, _| {});
        });
        let mut commits = vec![None; pack.len_in_objects() as usize];
        for (place, parents, places) in read.into_iter().flat_map(|(_, read)| read) {
            commits[place as usize] = Some((parents, places));
        }
        let mut found = NewCommits::default();
        let mut is_met = vec![false; commits.len()];
        // Each commit is met twice: before its parents, and behind them.
        let mut next: Vec<(Option<u32>, bool)> = tips.iter().rev().map(|tip| (pack.lookup(tip), false)).collect();
        while let Some((place, is_behind)) = next.pop() {
            let Some((place, commit)) = place.and_then(|place| Some((place, pack.oid_at(place)?))) else {
                return Ok(None);
            };
            let at = place as usize;
            if is_behind {
                let (parents, _) = commits[at].take().unwrap_or_default();
                found.push(commit, parents);
            } else if !std::mem::replace(&mut is_met[at], true) {
                let Some((_, places)) = &commits[at] else { return Ok(None) };
                next.push((Some(place), true));
                next.extend(places.iter().map(|parent| (*parent, false)));
            }
        }
        Ok(Some(found))
    }

    /// The pack that a push has in quarantine, of which git makes one; none where there is no quarantine, or several packs, or it cannot be read.
    #[must_use]
    pub fn quarantined_pack(&self) -> Option<Arc<Pack>> {
        let open = || {
            let folder = self.layout.objects.first().filter(|_| self.layout.quarantine)?;
            let indexes = Self::pack_indexes(folder).ok()?;
            let [index] = indexes.as_slice() else { return None };
            self.pack(index).ok().map(Arc::new)
        };
        self.quarantined.get_or_init(open).clone()
    }
}
