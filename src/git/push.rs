//! What a push brings: the commits that no ref led to before, and what its refs name that is no commit.

use std::collections::{HashMap, HashSet};
use std::io::BufRead;
use std::sync::Arc;

use gix::objs::Kind;

use super::pack::{Base, Object, Pack, Walker};
use super::tree::{Item, Tree};
use super::{GitError, Links, Objects, Oid, RefName, RefUpdate, Repo, Version};
use crate::work::{Jobs, spread};

/// Tags that name tags; nobody stacks more than a few.
const MOST_TAGS: usize = 16;

/// As many commits are walked without asking git, which takes some milliseconds to start.
const FEW: usize = 64;

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

/// Commits, each behind its parents, with what they name as parents.
#[derive(Clone, Debug, Default)]
pub struct NewCommits {
    list: Vec<(Oid, Vec<Oid>)>,
    places: HashMap<Oid, usize>,
}

/// Where a ref leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peeled {
    /// The annotated tags on the way, the outermost first.
    pub tags: Vec<Oid>,
    /// What is at the end.
    pub target: Oid,
    /// What that is.
    pub kind: Kind,
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

    fn push(&mut self, commit: Oid, parents: Vec<Oid>) {
        self.places.insert(commit, self.list.len());
        self.list.push((commit, parents));
    }
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

    /// The new commits of a push that adds a few to what a ref names, which most do: they lie in its quarantine and nowhere else, so no ref
    /// can lead to them, and where they end a ref stands. `None` where that is not so plain, and git has to be asked.
    fn few_new_commits(&self, tips: &[Oid], updates: &[RefUpdate]) -> Result<Option<NewCommits>, GitError> {
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
            if found.places.contains_key(&commit) || is_ref(commit) {
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
    fn all_of_an_import(&self, tips: &[Oid], jobs: Jobs) -> Result<Option<NewCommits>, GitError> {
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

    /// The commits that `tip` leads to and `base` does not; what is not here leads to nothing.
    ///
    /// # Errors
    /// As [`Repo::new_commits`].
    pub fn commits_between(&self, tip: Oid, base: &[Oid]) -> Result<NewCommits, GitError> {
        self.walk(&[tip], &self.that_are_here(base.to_vec()), &[])
    }

    /// Whether `new` can be reached by going on from `old`. One that is not here is no ancestor.
    ///
    /// # Errors
    /// When git cannot be asked.
    pub fn is_ancestor(&self, old: Oid, new: Oid) -> Result<bool, GitError> {
        if self.that_are_here(vec![old]).is_empty() {
            return Ok(false);
        }
        let (old, new) = (old.to_string(), new.to_string());
        Ok(self.git.ask(&["merge-base", "--is-ancestor", &old, &new])?.is_some())
    }

    /// The branch that HEAD names, whether it is there yet or not; none where HEAD names a commit.
    ///
    /// # Errors
    /// When HEAD cannot be read.
    pub fn default_branch(&self) -> Result<Option<RefName>, GitError> {
        if !self.layout.plain_refs {
            let said = self.git.ask(&["symbolic-ref", "--quiet", "HEAD"])?;
            return Ok(said.map(|said| RefName::new(said.trim_ascii_end())));
        }
        let path = self.layout.git_dir.join("HEAD");
        let content = std::fs::read(&path).map_err(|source| GitError::Io { path, source })?;
        Ok(content.strip_prefix(b"ref:").map(|name| RefName::new(name.trim_ascii())))
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
    fn that_are_here(&self, mut oids: Vec<Oid>) -> Vec<Oid> {
        let objects = self.objects();
        oids.retain(|oid| objects.peel(*oid).is_ok_and(|peeled| peeled.kind == Kind::Commit));
        oids
    }
}

impl Objects {
    /// Where an object leads: a tag to what it names, all else to itself.
    ///
    /// # Errors
    /// When something on the way is missing or corrupt.
    pub fn peel(&self, oid: Oid) -> Result<Peeled, GitError> {
        let mut peeled = Peeled { tags: Vec::new(), target: oid, kind: self.kind(oid)? };
        while peeled.kind == Kind::Tag {
            if peeled.tags.len() == MOST_TAGS {
                let reason = "too many tags that name tags".to_owned();
                return Err(GitError::Corrupt { oid, reason });
            }
            let tag = peeled.target;
            let content = self.read(tag, Kind::Tag)?;
            let named = content.split(|byte| *byte == b'\n').next().and_then(|line| line.strip_prefix(b"object "));
            let nothing = || GitError::Corrupt { oid: tag, reason: "the tag names no object".to_owned() };
            let target = named.and_then(|hex| Oid::from_hex(hex).ok()).ok_or_else(nothing)?;
            peeled.tags.push(tag);
            peeled.target = target;
            peeled.kind = self.kind(target)?;
        }
        Ok(peeled)
    }

    /// What stands under `path` in a tree; none where nothing does, or a folder.
    ///
    /// # Errors
    /// When a tree that is needed is missing or corrupt.
    pub fn entry(&self, tree: Oid, path: &[u8]) -> Result<Option<Version>, GitError> {
        let mut parts = path.split(|byte| *byte == b'/').peekable();
        let mut folder = tree;
        while let Some(part) = parts.next() {
            let mut tree = Tree::load(self, folder)?;
            let found = loop {
                match (tree.key(), tree.item()) {
                    (Some(key), Some(item)) if key.name == part => break item,
                    (Some(_), Some(_)) => tree.advance()?,
                    _ => return Ok(None),
                }
            };
            match (found, parts.peek()) {
                (Item::File(version), None) => return Ok(Some(version)),
                (Item::Dir(oid), Some(_)) => folder = oid,
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// The names in a tree, as they are stored, and the trees of those that are folders.
    ///
    /// # Errors
    /// When it is missing, corrupt, or no tree.
    pub fn names(&self, tree: Oid) -> Result<HashMap<Vec<u8>, Option<Oid>>, GitError> {
        let mut tree = Tree::load(self, tree)?;
        let mut names = HashMap::new();
        while let (Some(key), Some(item)) = (tree.key(), tree.item()) {
            let folder = match item {
                Item::Dir(oid) => Some(oid),
                Item::File(_) => None,
            };
            names.insert(key.name.to_vec(), folder);
            tree.advance()?;
        }
        Ok(names)
    }

    /// What an object is, without reading it.
    fn kind(&self, oid: Oid) -> Result<Kind, GitError> {
        if oid.0.is_empty_tree() {
            return Ok(Kind::Tree);
        }
        if oid.0.is_empty_blob() {
            return Ok(Kind::Blob);
        }
        self.header(oid).map(|header| header.kind())
    }
}
