//! All objects of a repository, each with a number: those in packs in the order of the packs and their indexes, then the loose ones.

use std::path::PathBuf;

use super::pack::Pack;
use super::{GitError, Oid, Repo};

/// All objects of a repository, as they were when it was asked. An object that lies in several places has one number.
pub struct Census {
    /// Each with the number of its first object.
    packs: Vec<(u32, Pack)>,
    /// In ascending order; none that is in a pack.
    loose: Vec<Oid>,
}

impl Repo {
    /// Opens all packs and lists all loose objects: the repository's own, those of a push's quarantine, and those of all alternates. What cannot be
    /// read is told in the second list: what, and why.
    #[must_use]
    pub fn census(&self) -> (Census, Vec<(String, GitError)>) {
        let mut failed = Vec::new();
        let mut tell = |what: &PathBuf, error| failed.push((what.display().to_string(), error));
        let folders = self.object_folders().unwrap_or_else(|error| {
            tell(&self.layout.git_dir, error);
            Vec::new()
        });
        let mut census = Census { packs: Vec::new(), loose: Vec::new() };
        let mut loose = Vec::new();
        for folder in &folders {
            match Self::pack_indexes(folder) {
                Ok(indexes) => {
                    for index in indexes {
                        match self.pack(&index) {
                            Ok(pack) => census.packs.push((census.len(), pack)),
                            Err(error) => tell(&index, error),
                        }
                    }
                }
                Err(error) => tell(folder, error),
            }
            match Self::loose(folder) {
                Ok(names) => loose.extend(names),
                Err(error) => tell(folder, error),
            }
        }
        loose.sort_unstable();
        loose.dedup();
        loose.retain(|oid| census.number(oid).is_none());
        census.loose = loose;
        (census, failed)
    }
}

impl Census {
    /// All packs.
    pub fn packs(&self) -> impl Iterator<Item = &Pack> {
        self.packs.iter().map(|(_, pack)| pack)
    }

    /// The objects that are in no pack, in ascending order.
    #[must_use]
    pub fn loose(&self) -> &[Oid] {
        &self.loose
    }

    /// How many numbers there are.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.loose_first().saturating_add(u32::try_from(self.loose.len()).unwrap_or(u32::MAX))
    }

    /// Whether there is no object.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of an object; none where it is not there.
    #[must_use]
    pub fn number(&self, oid: &Oid) -> Option<u32> {
        let packed = self.packs.iter().find_map(|(first, pack)| Some(first.saturating_add(pack.lookup(oid)?)));
        packed.or_else(|| {
            let at = u32::try_from(self.loose.binary_search(oid).ok()?).ok()?;
            Some(self.loose_first().saturating_add(at))
        })
    }

    /// The object of a number; none where there is no such number.
    #[must_use]
    pub fn oid(&self, number: u32) -> Option<Oid> {
        if let Some(at) = number.checked_sub(self.loose_first()) {
            return self.loose.get(at as usize).copied();
        }
        let (first, pack) =
            self.packs.get(self.packs.partition_point(|(first, _)| *first <= number).checked_sub(1)?)?;
        pack.oid_at(number - first)
    }

    /// The number of the object that stands at `place` in the index of the pack that is the `at`-th; none where an earlier pack has it as well.
    #[must_use]
    pub fn number_in(&self, at: usize, oid: &Oid, place: u32) -> Option<u32> {
        let (first, _) = self.packs.get(at)?;
        let is_new = self.packs[..at].iter().all(|(_, pack)| pack.lookup(oid).is_none());
        is_new.then(|| first.saturating_add(place))
    }

    fn loose_first(&self) -> u32 {
        self.packs.last().map_or(0, |(first, pack)| first.saturating_add(pack.len_in_objects()))
    }
}
