//! Files of a work tree, or of any folder: what git tracks, and what it does not track and would not ignore either.

use std::collections::HashSet;
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ignore::{WalkBuilder, WalkState};

use super::{Changeset, ReadError, Reader};
use crate::git::{Repo, RepoPath};
use crate::scope::{Gap, Source, named};
use crate::work::Jobs;

/// Git's own folder, or the file that leads to it, is no content of the work tree.
const GIT_FOLDER: &str = ".git";

/// The files below `roots`. A root that is a symlink is followed, because a person named it; those met on the way are not.
pub(super) fn files(reader: Reader<'_>, roots: &[PathBuf], honour_ignores: bool) -> Result<Changeset, ReadError> {
    let here = [PathBuf::from(".")];
    let roots = if roots.is_empty() { &here } else { roots };
    let work_dir = reader.repo.and_then(Repo::work_dir).and_then(|dir| fs::canonicalize(dir).ok());
    let mut set = Changeset::default();
    let mut folders = Vec::new();
    for root in roots {
        let failed = |why| ReadError::Path { path: named(root), why };
        let root = Root::new(root, work_dir.as_deref()).map_err(failed)?;
        match root.kind()? {
            kind if kind.is_dir() => {
                root.walk(reader.jobs, honour_ignores, &mut set);
                folders.push(root);
            }
            _ => set.sources.push(root.source()),
        }
    }
    if let (Some(repo), Some(work_dir), true) = (reader.repo, &work_dir, honour_ignores) {
        add_tracked(repo, work_dir, &folders, &mut set);
    }
    // The walk's threads come back in any order; reports should not.
    set.sources.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
    set.sources.dedup_by(|next, kept| key(next) == key(kept));
    set.expect_files(roots);
    Ok(set)
}

fn key(source: &Source) -> Option<(&[u8], &Path)> {
    match source {
        Source::File { path, name } => Some((name.as_bytes(), path)),
        Source::Change { .. } | Source::CommitMessage(_) | Source::Stdin | Source::Bytes { .. } => None,
        Source::Deletion { .. } | Source::Tag(_) | Source::NamedBlob { .. } => None,
    }
}

/// A path that was named, and what its files are called.
struct Root {
    /// As it was named.
    typed: PathBuf,
    /// How it is opened.
    path: PathBuf,
    /// From the root of the work tree; none outside of it.
    inside: Option<PathBuf>,
    /// Where the walk begins: at the root of the work tree, because what is ignored there is ignored below. A folder that
    /// git knows nothing of (outside, behind a symlink, its own folder) is walked by itself.
    start: PathBuf,
}

impl Root {
    fn new(typed: &Path, work_dir: Option<&Path>) -> io::Result<Self> {
        let linked = fs::symlink_metadata(typed)?.is_symlink();
        // A symlink to nowhere has no other content than its own.
        let path = match if linked { fs::canonicalize(typed) } else { Ok(typed.to_owned()) } {
            Err(error) if error.kind() == io::ErrorKind::NotFound => typed.to_owned(),
            other => other?,
        };
        // The last part stays as it was named: a symlink is known to git by its own name, not by that of its target.
        let inside = work_dir.and_then(|work_dir| Some(absolute(typed)?.strip_prefix(work_dir).ok()?.to_owned()));
        let is_gits =
            inside.as_ref().is_some_and(|inside| inside.components().any(|part| part.as_os_str() == GIT_FOLDER));
        match (work_dir, &inside) {
            (Some(work_dir), Some(below)) if !linked && !is_gits => {
                let (start, path) = (work_dir.to_owned(), work_dir.join(below));
                Ok(Self { typed: typed.to_owned(), path, inside, start })
            }
            _ => Ok(Self { typed: typed.to_owned(), start: path.clone(), path, inside }),
        }
    }

    fn kind(&self) -> Result<FileType, ReadError> {
        let failed = |why| ReadError::Path { path: named(&self.typed), why };
        Ok(fs::symlink_metadata(&self.path).map_err(failed)?.file_type())
    }

    fn source(&self) -> Source {
        Source::File { path: self.path.clone(), name: self.name(&self.path) }
    }

    /// What reports call a file at or below this root.
    fn name(&self, path: &Path) -> RepoPath {
        let rest = path.strip_prefix(&self.path).unwrap_or(path);
        let base = self.inside.as_deref().unwrap_or(&self.typed);
        let whole = if rest.as_os_str().is_empty() { base.to_owned() } else { base.join(rest) };
        let name = named(whole.strip_prefix(".").unwrap_or(&whole));
        if self.inside.is_some() {
            return name;
        }
        let telling =
            if rest.as_os_str().is_empty() { whole.file_name().unwrap_or_default() } else { rest.as_os_str() };
        let outside = name.as_bytes().len().saturating_sub(telling.len());
        RepoPath::outside(name.as_bytes(), outside)
    }

    fn walk(&self, jobs: Jobs, honour_ignores: bool, set: &mut Changeset) {
        let found = Mutex::new(std::mem::take(set));
        let lock = || found.lock().unwrap_or_else(PoisonError::into_inner);
        let root = self.path.clone();
        WalkBuilder::new(&self.start)
            .standard_filters(false)
            .parents(honour_ignores)
            .git_global(honour_ignores)
            .git_ignore(honour_ignores)
            .git_exclude(honour_ignores)
            .threads(jobs.map_or(0, std::num::NonZeroUsize::get))
            .filter_entry(move |entry| {
                let path = entry.path();
                let is_on_the_way = root.starts_with(path) || path.starts_with(&root);
                is_on_the_way && (entry.depth() == 0 || entry.file_name() != GIT_FOLDER)
            })
            .build_parallel()
            .run(|| {
                Box::new(|entry| {
                    match entry {
                        Ok(entry) if entry.file_type().is_some_and(has_content) => {
                            let name = self.name(entry.path());
                            lock().sources.push(Source::File { path: entry.into_path(), name });
                        }
                        Ok(_) => {}
                        Err(error) => lock().coverage.gaps.push(self.gap(&error)),
                    }
                    WalkState::Continue
                })
            });
        *set = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    }

    fn gap(&self, error: &ignore::Error) -> Gap {
        Gap::of(self.name(&self.path), error)
    }
}

/// Met in a walk, only files and symlinks have a content: a FIFO would wait for ever, a device would never end.
fn has_content(kind: FileType) -> bool {
    kind.is_file() || kind.is_symlink()
}

/// The path with its folder resolved, and its last part as it is.
fn absolute(path: &Path) -> Option<PathBuf> {
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => {
            let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
            Some(fs::canonicalize(parent).ok()?.join(name))
        }
        // `.`, `..` and `/` have no name of their own.
        _ => fs::canonicalize(path).ok(),
    }
}

/// What git tracks is in the repository whatever .gitignore says of it.
fn add_tracked(repo: &Repo, work_dir: &Path, folders: &[Root], set: &mut Changeset) {
    let folders: Vec<_> = folders.iter().filter_map(|root| root.inside.as_deref()).collect();
    if folders.is_empty() {
        return;
    }
    let tracked = match repo.tracked() {
        Ok(tracked) => tracked,
        Err(error) => {
            set.coverage.gaps.push(Gap::of("the files that git tracks", &error));
            return;
        }
    };
    let missed: Vec<_> = {
        let walked: HashSet<&[u8]> = set.sources.iter().filter_map(key).map(|(name, _)| name).collect();
        tracked.into_iter().filter(|path| !walked.contains(path.as_bytes())).collect()
    };
    for name in missed {
        let inside = path_of(&name);
        let path = work_dir.join(&inside);
        let is_below = folders.iter().any(|folder| inside.starts_with(folder));
        // What was deleted from the work tree has no content there; what became a folder is a submodule.
        if is_below && fs::symlink_metadata(&path).is_ok_and(|kind| has_content(kind.file_type())) {
            set.sources.push(Source::File { path, name });
        }
    }
}

#[cfg(unix)]
fn path_of(path: &RepoPath) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(path.as_bytes()).into()
}

#[cfg(not(unix))]
fn path_of(path: &RepoPath) -> PathBuf {
    String::from_utf8_lossy(path.as_bytes()).into_owned().into()
}
