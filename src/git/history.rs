//! What a repository has ever held, and which commits brought it: packs, loose objects, refs, and git's own walk over all commits.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::pack::Pack;
use super::{GitError, Oid, Repo, RepoPath};

/// A ref, and what it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ref {
    /// Its full name.
    pub name: String,
    /// The object that it names: an annotated tag, where it is one.
    pub named: Oid,
    /// The object that it leads to, tags followed.
    pub target: Oid,
}

impl Repo {
    /// All folders of objects: this repository's own, a push's quarantine, and the alternates of each.
    pub fn object_folders(&self) -> Result<Vec<PathBuf>, GitError> {
        let mut folders = Vec::new();
        for folder in &self.layout.objects {
            folders.push(folder.clone());
            let alternates = gix::odb::alternate::resolve(folder.clone(), &self.layout.git_dir).map_err(|error| {
                GitError::Malformed { path: folder.join("info/alternates"), reason: error.to_string() }
            })?;
            folders.extend(alternates);
        }
        let mut seen = HashSet::new();
        folders.retain(|folder| seen.insert(folder.canonicalize().unwrap_or_else(|_| folder.clone())));
        Ok(folders)
    }

    /// The indexes of all packs in a folder of objects, in ascending order of name.
    ///
    /// # Errors
    /// When the folder is there and cannot be read.
    pub fn pack_indexes(folder: &Path) -> Result<Vec<PathBuf>, GitError> {
        let mut indexes = files(&folder.join("pack"))?;
        indexes.retain(|path| path.extension().is_some_and(|extension| extension == "idx"));
        indexes.sort_unstable();
        Ok(indexes)
    }

    /// Opens a pack by its index.
    ///
    /// # Errors
    /// As [`Pack::open`].
    pub fn pack(&self, index: &Path) -> Result<Pack, GitError> {
        Pack::open(index, self.layout.hash)
    }

    /// The names of all loose objects in a folder of objects.
    ///
    /// # Errors
    /// When the folder is there and cannot be read.
    pub fn loose(folder: &Path) -> Result<Vec<Oid>, GitError> {
        let mut names = Vec::new();
        for first in 0..=u8::MAX {
            let first = format!("{first:02x}");
            for file in files(&folder.join(&first))? {
                let rest = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                // What is no name of an object is left there by something that git does not read either.
                names.extend(Oid::from_hex(format!("{first}{rest}")));
            }
        }
        Ok(names)
    }

    /// The full names of all refs, in ascending order, each with the object that it names: an annotated tag, where it is one. No object is read for it.
    ///
    /// # Errors
    /// When git cannot be asked.
    pub fn named_refs(&self) -> Result<Vec<(String, Oid)>, GitError> {
        let said = self.git.read(&["for-each-ref", "--format=%(objectname) %(refname)"])?;
        let read = |line: &[u8]| {
            let (named, name) = line.split_at_checked(line.iter().position(|byte| *byte == b' ')?)?;
            Some((RepoPath::new(&name[1..]).to_string(), Oid::from_hex(named).ok()?))
        };
        Ok(said.split(|byte| *byte == b'\n').filter_map(read).collect())
    }

    /// All refs, in ascending order of name.
    ///
    /// # Errors
    /// When git cannot be asked.
    pub fn refs(&self) -> Result<Vec<Ref>, GitError> {
        let said = self.git.read(&["for-each-ref", "--format=%(objectname) %(*objectname) %(refname)"])?;
        let read = |line: &[u8]| {
            let mut words = line.splitn(3, |byte| *byte == b' ');
            let (named, peeled, name) = (words.next()?, words.next()?, words.next()?);
            let named = Oid::from_hex(named).ok()?;
            let target = if peeled.is_empty() { named } else { Oid::from_hex(peeled).ok()? };
            Some(Ref { name: RepoPath::new(name).to_string(), named, target })
        };
        Ok(said.split(|byte| *byte == b'\n').filter_map(read).collect())
    }
}

/// The files in a folder; none where there is no such folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>, GitError> {
    let failed = |source| GitError::Io { path: folder.to_owned(), source };
    match std::fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| entry.map(|entry| entry.path()).map_err(failed)).collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(failed(error)),
    }
}
