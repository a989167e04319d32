//! Commits that are new to somebody, each behind its parents.

use std::collections::{HashMap, HashSet};

use crate::git::Oid;

/// Commits, each behind its parents, with what they name as parents.
#[derive(Clone, Debug, Default)]
pub struct NewCommits {
    list: Vec<(Oid, Vec<Oid>)>,
    places: HashMap<Oid, usize>,
}

impl NewCommits {
    /// The parents' side first.
    #[must_use = "it does nothing unless it is asked"]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Oid, &[Oid])> {
        self.list.iter().map(|(oid, parents)| (*oid, parents.as_slice()))
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Where a commit stands among them; none where it does not.
    #[must_use]
    pub fn place(&self, commit: Oid) -> Option<usize> {
        self.places.get(&commit).copied()
    }

    /// The places of those that `tip` leads to and that are not in `seen`, which has one for each of them and gets them. The parents' side first.
    pub fn places_behind(&self, tip: Oid, seen: &mut [bool]) -> Vec<usize> {
        let (mut places, mut next) = (Vec::new(), vec![tip]);
        while let Some(place) = next.pop().map(|commit| self.place(commit)) {
            let Some(place) = place.filter(|place| !std::mem::replace(&mut seen[*place], true)) else { continue };
            places.push(place);
            next.extend(&self.list[place].1);
        }
        places.sort_unstable();
        places
    }

    /// The parents of the commit at a place; none where none stands there.
    #[must_use]
    pub fn parents_at(&self, place: usize) -> &[Oid] {
        self.list.get(place).map_or(&[], |(_, parents)| parents.as_slice())
    }

    /// The parents of a commit; none where it is not among them.
    #[must_use]
    pub fn parents(&self, commit: Oid) -> Option<&[Oid]> {
        self.list.get(*self.places.get(&commit)?).map(|(_, parents)| parents.as_slice())
    }

    /// Those that `tip` leads to and that are not in `seen`, which gets them; and the commits beyond, where the new ones begin.
    pub fn behind(&self, tip: Oid, seen: &mut HashSet<Oid>) -> (Vec<Oid>, Vec<Oid>) {
        let (mut inside, mut beyond, mut next) = (Vec::new(), Vec::new(), vec![tip]);
        while let Some(commit) = next.pop() {
            if !seen.insert(commit) {
                continue;
            }
            match self.parents(commit) {
                Some(parents) => {
                    inside.push(commit);
                    next.extend(parents);
                }
                None => beyond.push(commit),
            }
        }
        (inside, beyond)
    }

    /// Adds those of `more` that are not there yet, and gives their names.
    pub fn extend(&mut self, more: &Self) -> Vec<Oid> {
        let mut added = Vec::new();
        for (commit, parents) in more.iter() {
            if !self.places.contains_key(&commit) {
                self.push(commit, parents.to_vec());
                added.push(commit);
            }
        }
        added
    }

    /// Those that are in `wanted`.
    #[must_use]
    pub fn only(&self, wanted: &HashSet<Oid>) -> Self {
        let mut only = Self::default();
        for (commit, parents) in self.iter().filter(|(commit, _)| wanted.contains(commit)) {
            only.push(commit, parents.to_vec());
        }
        only
    }

    pub(super) fn push(&mut self, commit: Oid, parents: Vec<Oid>) {
        self.places.insert(commit, self.list.len());
        self.list.push((commit, parents));
    }
}
