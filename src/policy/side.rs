//! The side that decisions are read from: the work tree, the index, or a commit that was accepted. What is judged must not decide, so on a
//! server it is a commit that was there before the push.

use std::fs;
use std::io;
use std::path::PathBuf;

use crate::git::{GitError, Item, Mode, Oid, Repo, RepoPath, Version};
use crate::scope::{Gap, named};

/// More is no list of decisions, and no decision.
const LARGEST: u64 = 1 << 26;
/// Nobody decides so often.
const MOST_FILES: usize = 100_000;

/// A file of a folder: its name, and its bytes or why they cannot be read.
pub type Named = (String, Result<Vec<u8>, String>);

/// Where the files of `.palisade` are read.
#[derive(Clone)]
pub enum Side<'a> {
    /// Nowhere: nothing was decided.
    Nothing,
    /// The files of a work tree, by its root.
    WorkTree(PathBuf),
    /// What is staged.
    Index(&'a Repo),
    /// The tree of a commit.
    Commit(&'a Repo, Oid),
}

impl<'a> Side<'a> {
    /// What holds for whoever asks in a repository: its work tree; where it has none, HEAD.
    ///
    /// # Errors
    /// When HEAD cannot be read.
    pub fn of(repo: &'a Repo) -> Result<Self, GitError> {
        Ok(match repo.work_dir() {
            Some(root) => Self::WorkTree(root.to_owned()),
            None => repo.head()?.map_or(Self::Nothing, |head| Self::Commit(repo, head)),
        })
    }

    /// A file, by its path from the root; none where there is none.
    ///
    /// # Errors
    /// Where it is there and cannot be read.
    pub fn file(&self, path: &str) -> Result<Option<Vec<u8>>, Gap> {
        let found = match self {
            Self::Nothing => Ok(None),
            Self::WorkTree(root) => on_disk(root.join(path)),
            Self::Index(repo) => {
                let staged = repo.staged_below(path).map_err(|error| Gap::of(path, &error))?;
                staged.into_iter().next().map(|(_, version)| blob(repo, version)).transpose()
            }
            Self::Commit(repo, commit) => match entry(repo, *commit, path) {
                Ok(Some(Item::File(version))) => blob(repo, version).map(Some),
                Ok(Some(Item::Dir(_))) => Err("it is a folder, where a file was expected".to_owned()),
                Ok(None) => Ok(None),
                Err(error) => Err(error.to_string()),
            },
        };
        found.map_err(|why| Gap { what: path.to_owned(), why })
    }

    /// The files of a folder by their names, in ascending order; none where there is no such folder.
    ///
    /// # Errors
    /// Where the folder cannot be listed.
    pub fn folder(&self, path: &str) -> Result<Vec<Named>, Gap> {
        let gap = |error: GitError| Gap::of(path, &error);
        let name = |bytes: &[u8]| RepoPath::new(bytes).to_string();
        let mut files = Vec::new();
        match self {
            Self::Nothing => {}
            Self::WorkTree(root) => {
                let folder = root.join(path);
                // What a link leads to is not of this repository.
                let is_there = fs::symlink_metadata(&folder).is_ok_and(|meta| meta.is_dir());
                let io_gap = |error: io::Error| Gap::of(path, &error);
                for entry in is_there.then(|| fs::read_dir(&folder)).transpose().map_err(io_gap)?.into_iter().flatten()
                {
                    let file = entry.map_err(io_gap)?.path();
                    let name = named(file.file_name().unwrap_or_default().as_ref()).to_string();
                    let bytes = on_disk(file).map(Option::unwrap_or_default);
                    files.push((name, bytes));
                }
            }
            Self::Index(repo) => {
                let prefix = format!("{path}/");
                for (path, version) in repo.staged_below(&prefix).map_err(gap)? {
                    files.push((name(&path.as_bytes()[prefix.len()..]), blob(repo, version)));
                }
            }
            Self::Commit(repo, commit) => {
                let Some(Item::Dir(folder)) = entry(repo, *commit, path).map_err(gap)? else { return Ok(files) };
                for (bytes, entry) in repo.objects().entries(folder).map_err(gap)? {
                    if let Item::File(version) = entry {
                        files.push((name(&bytes), blob(repo, version)));
                    }
                }
            }
        }
        if files.len() > MOST_FILES {
            return Err(Gap { what: path.to_owned(), why: format!("it has more than {MOST_FILES} files") });
        }
        files.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Ok(files)
    }
}

fn on_disk(file: PathBuf) -> Result<Option<Vec<u8>>, String> {
    match fs::symlink_metadata(&file) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error.to_string()),
        Ok(meta) if !meta.is_file() => Err("it is no plain file, and nothing is followed".to_owned()),
        Ok(meta) if meta.len() > LARGEST => Err("it is larger than 64 MiB".to_owned()),
        Ok(_) => fs::read(file).map(Some).map_err(|error| error.to_string()),
    }
}

fn blob(repo: &Repo, version: Version) -> Result<Vec<u8>, String> {
    match version.mode {
        Mode::File | Mode::Executable => {}
        Mode::Symlink | Mode::Submodule => return Err("it is no plain file, and nothing is followed".to_owned()),
    }
    let objects = repo.objects();
    match objects.size(version.oid) {
        Ok(size) if size > LARGEST => Err("it is larger than 64 MiB".to_owned()),
        Ok(_) => objects.blob(version.oid).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

fn entry(repo: &Repo, commit: Oid, path: &str) -> Result<Option<Item>, GitError> {
    let objects = repo.objects();
    objects.look_up(objects.commit(commit)?.tree, path.as_bytes())
}
