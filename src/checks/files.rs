//! What may change under which path, and what files must be like: `[files]` of the policy.

mod collisions;
mod names;

use std::collections::BTreeMap;

use globset::{Candidate, GlobSet};

pub use collisions::Folders;
use collisions::Paths;
use names::{leaves, why_not_on_windows};

use super::broken::{Broken, Bypass};
use crate::git::{Change, GitError, Mode, Objects, Oid, RepoPath, submodule_urls};
use crate::rule::{Level, Rule};
use crate::scope::{Gap, Place};

/// What is asked of files; what is not set is not asked.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// What is done about a file that is not as it must be.
    pub level: Level,
    /// The same for one rule.
    pub levels: BTreeMap<&'static str, Level>,
    /// Paths under which something must not be done.
    pub forbid: Vec<Forbidden>,
    /// Paths whose changes somebody wants to see.
    pub watch: GlobSet,
    /// The most bytes of a file.
    pub max_size: Option<u64>,
    /// The most characters of a path.
    pub max_path: Option<usize>,
    /// The most characters of a part of a path.
    pub max_name: Option<usize>,
    /// The most bytes of a file that is not kept by Git LFS.
    pub lfs_above: Option<u64>,
    /// Paths that are kept by Git LFS, however small.
    pub lfs: GlobSet,
    /// No two names in a folder differ only in case, or in how Unicode writes them.
    pub forbid_collisions: bool,
    /// No name that Windows cannot have.
    pub forbid_windows_names: bool,
    /// No symlink that leads out of the tree.
    pub forbid_outside_symlinks: bool,
    /// How the addresses of submodules begin.
    pub submodule_urls: Option<Vec<String>>,
    /// Who may.
    pub bypass: Bypass,
}

/// Paths under which something must not be done.
#[derive(Clone, Debug)]
pub struct Forbidden {
    /// The pattern, as it stands in the policy.
    pub pattern: String,
    /// What it matches.
    pub matches: GlobSet,
    /// What must not be done.
    pub on: Vec<Action>,
    /// What is done about it, where that is not what is done about all files.
    pub level: Option<Level>,
}

/// What is done to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is new. What is renamed is new where it goes to.
    Add,
    /// It gets another content.
    Modify,
    /// It goes away. What is renamed goes away from where it was.
    Delete,
}

/// The actions by the names that policies have for them.
pub const ACTIONS: [(&str, Action); 3] = [("add", Action::Add), ("modify", Action::Modify), ("delete", Action::Delete)];

const FORBIDDEN_PATH: Rule = Rule::of_policy(
    "forbidden-path",
    "path that must not change like this",
    "Leave it as it was: `git checkout BASE -- PATH`, or `git rm --cached -- PATH` for a new one; then amend the commit.",
);
const WATCHED_PATH: Rule =
    Rule::of_policy("watched-path", "path under watch", "Nothing, if it is meant; somebody will have a look.");
const FILE_SIZE: Rule = Rule::of_policy("file-size", "large file", "Take it out of the commit, and keep it elsewhere.");
const PATH_LENGTH: Rule = Rule::of_policy("path-length", "long path", "Rename it, and amend the commit.");
const NAME_LENGTH: Rule = Rule::of_policy("name-length", "long name", "Rename it, and amend the commit.");
const LFS_WANTED: Rule = Rule::of_policy(
    "lfs-wanted",
    "file that belongs to Git LFS",
    "`git lfs migrate import --include=PATH`, which rewrites the commits that have it.",
);
const PATH_COLLISION: Rule = Rule::of_policy(
    "path-collision",
    "names that some file systems take for one",
    "Rename one of them, and amend the commit.",
);
const WINDOWS_NAME: Rule =
    Rule::of_policy("windows-name", "name that Windows cannot have", "Rename it, and amend the commit.");
const OUTSIDE_SYMLINK: Rule = Rule::of_policy(
    "outside-symlink",
    "symlink that leads out of the tree",
    "Let it lead to a path of the tree, or take it out.",
);
const SUBMODULE_URL: Rule = Rule::of_policy(
    "submodule-url",
    "submodule from elsewhere",
    "Take the submodule from an allowed address: `git submodule set-url PATH URL`.",
);

/// Every rule, once.
const RULES: [&Rule; 10] = [
    &FORBIDDEN_PATH,
    &WATCHED_PATH,
    &FILE_SIZE,
    &PATH_LENGTH,
    &NAME_LENGTH,
    &LFS_WANTED,
    &PATH_COLLISION,
    &WINDOWS_NAME,
    &OUTSIDE_SYMLINK,
    &SUBMODULE_URL,
];

/// All rules that can be broken here.
#[must_use]
pub fn rules() -> Vec<&'static Rule> {
    RULES.to_vec()
}

/// The file that says where submodules come from.
const GITMODULES: &[u8] = b".gitmodules";
/// A pointer is shorter (git-lfs, docs/spec.md: "less than 1024 bytes").
const LONGEST_POINTER: u64 = 1024;

impl Files {
    /// Whether anything is asked of what changes, so that every change has to be known.
    #[must_use]
    pub fn asks_for_changes(&self) -> bool {
        // All keys stand here, so that a new one is thought of.
        let Self {
            level: _,
            levels: _,
            bypass: _,
            forbid,
            watch,
            max_size,
            max_path,
            max_name,
            lfs_above,
            lfs,
            forbid_collisions,
            forbid_windows_names,
            forbid_outside_symlinks,
            submodule_urls,
        } = self;
        let has_paths = !forbid.is_empty() || !watch.is_empty() || !lfs.is_empty();
        let has_limits = max_size.or(*lfs_above).is_some() || max_path.or(*max_name).is_some();
        let has_names = *forbid_collisions || *forbid_windows_names;
        has_paths || has_limits || has_names || *forbid_outside_symlinks || submodule_urls.is_some()
    }

    /// Whether deletions have to be looked for.
    #[must_use]
    pub fn asks_for_deletions(&self) -> bool {
        self.forbid.iter().any(|forbidden| forbidden.on.contains(&Action::Delete)) || !self.watch.is_empty()
    }

    /// Judges the names of what is staged: `added` among `all` paths of the index.
    #[must_use]
    pub fn check_collisions(&self, added: &[&RepoPath], all: &[RepoPath]) -> Vec<Broken> {
        let paths = Paths::of(all);
        let mut broken = Vec::new();
        for path in added {
            let mut found = Found { files: self, path, commit: None, broken: Vec::new() };
            if let Some((one, other)) = paths.collision(path) {
                found.collides(one, other);
            }
            broken.append(&mut found.broken);
        }
        broken
    }

    /// Judges a path that is taken away.
    #[must_use]
    pub fn check_deletion(&self, path: &RepoPath, commit: Option<Oid>) -> Vec<Broken> {
        let mut found = Found { files: self, path, commit, broken: Vec::new() };
        found.paths(Action::Delete);
        found.broken
    }

    /// Judges a change. `tree` is the one that has it, where there is one; `folders` keeps what was read for one change for the next.
    ///
    /// # Errors
    /// As a gap, where something that has to be looked at cannot be read.
    pub fn check(
        &self,
        change: &Change,
        commit: Option<Oid>,
        tree: Option<Oid>,
        objects: &Objects,
        folders: &mut Folders,
    ) -> Result<Vec<Broken>, Gap> {
        let is_new = change.is_added;
        let mut found = Found { files: self, path: &change.path, commit, broken: Vec::new() };
        found.paths(if is_new { Action::Add } else { Action::Modify });
        if is_new {
            found.lengths();
            if self.forbid_windows_names {
                found.windows_name();
            }
        }
        let mut read = |found: &mut Found<'_>| -> Result<(), GitError> {
            if is_new
                && let (true, Some(tree)) = (self.forbid_collisions, tree)
                && let Some((one, other)) = folders.collision(&change.path, tree, objects)?
            {
                found.collides(one, &other);
            }
            match change.new.mode {
                Mode::File | Mode::Executable => found.content(change.new.oid, objects),
                Mode::Symlink if self.forbid_outside_symlinks => found.symlink(change.new.oid, objects),
                Mode::Symlink | Mode::Submodule => Ok(()),
            }
        };
        read(&mut found).map_err(|error| Gap::of(&change.path, &error))?;
        Ok(found.broken)
    }
}

/// What is found about one path.
struct Found<'a> {
    files: &'a Files,
    path: &'a RepoPath,
    commit: Option<Oid>,
    broken: Vec<Broken>,
}

impl Found<'_> {
    fn add(&mut self, rule: &'static Rule, reason: String) {
        self.add_at(rule, None, reason);
    }

    fn add_at(&mut self, rule: &'static Rule, level: Option<Level>, reason: String) {
        let level = level.or_else(|| self.files.levels.get(rule.id).copied()).unwrap_or(self.files.level);
        let place = Place::File(self.path.clone());
        self.broken.push(Broken { rule, level, place, line: 1, commit: self.commit, reason, bypassed: false });
    }

    fn paths(&mut self, action: Action) {
        let candidate = Candidate::from_bytes(self.path.as_bytes());
        let done = match action {
            Action::Add => "added",
            Action::Modify => "modified",
            Action::Delete => "deleted",
        };
        let files = self.files;
        let is_meant =
            |forbidden: &&Forbidden| forbidden.on.contains(&action) && forbidden.matches.is_match_candidate(&candidate);
        if let Some(forbidden) = files.forbid.iter().find(is_meant) {
            let reason = format!("it is {done}, and `{}` must not be", forbidden.pattern);
            self.add_at(&FORBIDDEN_PATH, forbidden.level, reason);
        }
        if files.watch.is_match_candidate(&candidate) {
            // To be under watch is not to be kept out, unless the policy says so.
            let level = files.levels.get(WATCHED_PATH.id).copied().unwrap_or(Level::Annotate);
            self.add_at(&WATCHED_PATH, Some(level), format!("it is {done}"));
        }
    }

    fn lengths(&mut self) {
        let length = |bytes: &[u8]| String::from_utf8_lossy(bytes).chars().count();
        let all = length(self.path.as_bytes());
        if let Some(most) = self.files.max_path.filter(|most| all > *most) {
            self.add(&PATH_LENGTH, format!("it has {all} characters, and {most} are the most"));
        }
        let name = parts(self.path).map(length).max().unwrap_or(0);
        if let Some(most) = self.files.max_name.filter(|most| name > *most) {
            self.add(&NAME_LENGTH, format!("a name in it has {name} characters, and {most} are the most"));
        }
    }

    fn windows_name(&mut self) {
        if let Some(why) = parts(self.path).find_map(why_not_on_windows) {
            self.add(&WINDOWS_NAME, why);
        }
    }

    fn collides(&mut self, one: &[u8], other: &[u8]) {
        let (one, other) = (RepoPath::new(one), RepoPath::new(other));
        self.add(&PATH_COLLISION, format!("`{one}` and `{other}` are one name there"));
    }

    fn content(&mut self, oid: Oid, objects: &Objects) -> Result<(), GitError> {
        let files = self.files;
        let is_lfs = files.lfs.is_match_candidate(&Candidate::from_bytes(self.path.as_bytes()));
        if files.max_size.is_some() || files.lfs_above.is_some() || is_lfs {
            let size = objects.size(oid)?;
            if let Some(most) = files.max_size.filter(|most| size > *most) {
                self.add(&FILE_SIZE, format!("it has {size} bytes, and {most} are the most"));
            }
            if files.lfs_above.is_some_and(|most| size > most) {
                self.add(&LFS_WANTED, format!("it has {size} bytes, which is more than stay outside of Git LFS"));
            } else if is_lfs && !(size < LONGEST_POINTER && is_pointer(&objects.blob(oid)?)) {
                self.add(&LFS_WANTED, "its content is here, and no pointer to it".to_owned());
            }
        }
        if let Some(allowed) = files.submodule_urls.as_ref().filter(|_| self.path.as_bytes() == GITMODULES) {
            for url in submodule_urls(&objects.blob(oid)?) {
                if !allowed.iter().any(|start| url.starts_with(start.as_bytes())) {
                    let reason = format!("`{}` does not begin as an allowed address does", RepoPath::new(url));
                    self.add(&SUBMODULE_URL, reason);
                }
            }
        }
        Ok(())
    }

    fn symlink(&mut self, oid: Oid, objects: &Objects) -> Result<(), GitError> {
        let target = objects.blob(oid)?;
        if leaves(self.path.as_bytes(), &target) {
            self.add(&OUTSIDE_SYMLINK, format!("it leads to `{}`", RepoPath::new(target)));
        }
        Ok(())
    }
}

fn parts(path: &RepoPath) -> impl Iterator<Item = &[u8]> {
    path.as_bytes().split(|byte| *byte == b'/')
}

/// Whether a content is a pointer of Git LFS (git-lfs, docs/spec.md).
fn is_pointer(content: &[u8]) -> bool {
    let mut lines = content.split(|byte| *byte == b'\n');
    let is_version = lines.next() == Some(b"version https://git-lfs.github.com/spec/v1");
    let (mut has_oid, mut has_size) = (false, false);
    for line in lines {
        has_oid |= line.strip_prefix(b"oid sha256:").is_some_and(|hex| {
            hex.len() == 64 && hex.iter().all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(digit))
        });
        has_size |=
            line.strip_prefix(b"size ").is_some_and(|size| !size.is_empty() && size.iter().all(u8::is_ascii_digit));
    }
    is_version && has_oid && has_size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_told_from_a_content() {
        let pointer =
            format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12345\n", "4d7a".repeat(16));
        assert!(is_pointer(pointer.as_bytes()));
        assert!(!is_pointer(pointer.replace("spec/v1", "spec/v9").as_bytes()));
        assert!(!is_pointer(pointer.replace("size 12345\n", "").as_bytes()));
        assert!(!is_pointer(b"content"));
    }
}
