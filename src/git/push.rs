//! What a push brings: the commits that no ref led to before.

mod new_commits;
mod quarantine;

use std::collections::{HashMap, HashSet};
use std::io::BufRead;

use super::{GitError, Kind, Oid, RefName, RefUpdate, Repo};
use crate::work::Jobs;
pub use new_commits::NewCommits;

/// Which refs tell what the receiving side has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// All refs, as they are now: nothing has been updated yet.
    Itself,
    /// All refs but those of the push, which have been updated, and what those named before.
    Updated,
    /// What the refs of the push named before it, and nothing else: it was let in some time ago, and much has moved since.
    Before,
    /// What this repository knows of another one, by the name of the remote.
    Remote(Vec<u8>),
}

impl Repo {
    /// The commits that `tips` lead to and that the receiver of `updates` does not have. What only notes lead to there, it has not: what was pushed as
    /// a note is not held to what commits of branches are held to. Notes themselves are told by [`Repo::new_notes`].
    ///
    /// Git is asked once for all of them, or not at all. Only refs count, not a detached HEAD: a work tree's HEAD is moved by whoever sits there.
    ///
    /// # Errors
    /// When git cannot be asked, or a commit on the way is missing or corrupt.
    pub fn new_commits(
        &self,
        tips: &[Oid],
        updates: &[RefUpdate],
        receiver: &Receiver,
        jobs: Jobs,
    ) -> Result<NewCommits, GitError> {
        let known = match receiver {
            Receiver::Itself => {
                if let Some(found) = self.few_new_commits(tips, updates)? {
                    return Ok(found);
                }
                return match self.all_of_an_import(tips, jobs)? {
                    Some(found) => Ok(found),
                    None => self.walk(tips, &[], &["--not", "--exclude=refs/notes/*", "--glob=refs/*"]),
                };
            }
            Receiver::Updated => {
                let moved: HashSet<&[u8]> = updates.iter().map(|update| update.name.as_bytes()).collect();
                self.tips_of(|name| !moved.contains(name) && !RefName::new(name).is_notes())?
            }
            Receiver::Before => return self.since_each(updates),
            Receiver::Remote(remote) => {
                let folder = [b"refs/remotes/", remote.as_slice(), b"/"].concat();
                self.tips_of(|name| name.starts_with(&folder))?
            }
        };
        let old = updates.iter().filter(|update| !update.name.is_notes()).filter_map(|update| update.old);
        let known: Vec<Oid> = known.into_iter().chain(old).collect();
        self.walk(tips, &self.that_are_here(known), &[])
    }

    /// What each update brought to what its ref named before: what one of them left out, another one may have brought.
    fn since_each(&self, updates: &[RefUpdate]) -> Result<NewCommits, GitError> {
        let objects = self.objects();
        let mut found = NewCommits::default();
        for update in updates.iter().filter(|update| !update.name.is_notes()) {
            let Some(Ok(peeled)) = update.new.map(|new| objects.peel(new)) else { continue };
            if peeled.kind == Kind::Commit {
                let old = self.that_are_here(update.old.into_iter().collect());
                found.extend(&self.walk(&[peeled.target], &old, &[])?);
            }
        }
        Ok(found)
    }

    /// The commits of notes that `tips` lead to, and that were no notes before.
    ///
    /// # Errors
    /// As [`Repo::new_commits`].
    pub fn new_notes(&self, tips: &[Oid], updates: &[RefUpdate]) -> Result<NewCommits, GitError> {
        let old = updates.iter().filter(|update| update.name.is_notes()).filter_map(|update| update.old);
        self.walk(tips, &self.that_are_here(old.collect()), &[])
    }

    /// The commits that `tip` leads to and `base` does not; what is not here leads to nothing.
    ///
    /// # Errors
    /// As [`Repo::new_commits`].
    pub fn commits_between(&self, tip: Oid, base: &[Oid]) -> Result<NewCommits, GitError> {
        self.walk(&[tip], &self.that_are_here(base.to_vec()), &[])
    }

    /// Fills in what the refs of `updates` name now.
    ///
    /// # Errors
    /// When git cannot be asked.
    pub fn look_up_old(&self, updates: &mut [RefUpdate]) -> Result<(), GitError> {
        let named: HashMap<Vec<u8>, Oid> = self.named(|_| true)?.into_iter().collect();
        for update in updates {
            update.old = named.get(update.name.as_bytes()).copied();
        }
        Ok(())
    }

    fn walk(&self, tips: &[Oid], known: &[Oid], more: &[&str]) -> Result<NewCommits, GitError> {
        let mut found = NewCommits::default();
        if tips.is_empty() {
            return Ok(found);
        }
        let args = [&["rev-list", "--topo-order", "--reverse", "--parents", "--stdin"], more].concat();
        let input: String =
            tips.iter().map(|tip| format!("{tip}\n")).chain(known.iter().map(|known| format!("^{known}\n"))).collect();
        self.git.stream(&args, input.as_bytes(), |output| {
            for line in output.split(b'\n') {
                let line = line.map_err(GitError::NoGit)?;
                let mut oids = line.split(|byte| *byte == b' ').filter(|hex| !hex.is_empty()).map(Oid::from_hex);
                let Some(commit) = oids.next() else { continue };
                found.push(commit?, oids.collect::<Result<_, _>>()?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn tips_of(&self, wanted: impl Fn(&[u8]) -> bool) -> Result<Vec<Oid>, GitError> {
        Ok(self.named(wanted)?.into_iter().map(|(_, oid)| oid).collect())
    }

    /// The refs whose names `wanted` takes, with what they name.
    fn named(&self, wanted: impl Fn(&[u8]) -> bool) -> Result<Vec<(Vec<u8>, Oid)>, GitError> {
        let said = self.git.read(&["for-each-ref", "--format=%(objectname) %(refname)"])?;
        let read = |line: &[u8]| {
            let (hex, name) = line.split_at_checked(line.iter().position(|byte| *byte == b' ')?)?;
            let name = &name[1..];
            wanted(name).then(|| Some((name.to_vec(), Oid::from_hex(hex).ok()?)))?
        };
        Ok(said.split(|byte| *byte == b'\n').filter_map(read).collect())
    }

    /// Those that this repository has: a remote's refs can be at what was never fetched. Only commits have a history to leave out.
    pub(super) fn that_are_here(&self, mut oids: Vec<Oid>) -> Vec<Oid> {
        let objects = self.objects();
        oids.retain(|oid| objects.peel(*oid).is_ok_and(|peeled| peeled.kind == Kind::Commit));
        oids
    }
}
