//! What a repository has ever held, and which commits brought it: packs, loose objects, refs, and git's own walk over all commits.

use std::collections::HashSet;
use std::io::BufRead;
use std::path::{Path, PathBuf};

use super::pack::Pack;
use super::{GitError, Oid, Repo, RepoPath};

/// A commit of the walk over all of history, with what it changed.
#[derive(Clone, Debug)]
pub struct Logged {
    /// Which.
    pub oid: Oid,
    /// Its parents.
    pub parents: Vec<Oid>,
    /// Its author's name and address.
    pub author: Vec<u8>,
    /// When its author made it, in seconds since 1970 UTC.
    pub time: i64,
    /// The files in which it differs from every parent.
    pub changes: Vec<LoggedChange>,
}

/// A file in which a commit differs from every parent.
#[derive(Clone, Debug)]
pub struct LoggedChange {
    /// Its blob in each parent; none where that has no such file.
    pub old: Vec<Option<Oid>>,
    /// Its blob now; none where it was deleted.
    pub new: Option<Oid>,
    /// Its path.
    pub path: RepoPath,
}

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

    /// Every commit that a ref, a reflog or one of `tips` leads to, with what it changed against every parent; children before their parents.
    ///
    /// # Errors
    /// When git cannot be asked, or fails, or says what it does not say.
    pub fn log(&self, tips: &[Oid], mut each: impl FnMut(Logged)) -> Result<(), GitError> {
        const ARGS: &[&str] = &[
            "-c",
            "log.showSignature=false",
            "-c",
            "log.showRoot=true",
            "log",
            "--all",
            "--reflog",
            "--stdin",
            "--ignore-missing",
            "--topo-order",
            "--raw",
            "-c",
            "--no-abbrev",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            "-z",
            "--encoding=none",
            "--format=%x01%H%x00%P%x00%an <%ae>%x00%at",
        ];
        let input: String = tips.iter().map(|tip| format!("{tip}\n")).collect();
        self.git.stream(ARGS, input.as_bytes(), |output| {
            let mut tokens = output.split(0).map(Result::unwrap_or_default).filter(|token| !token.is_empty());
            let mut next = tokens.next();
            while let Some(token) = next.take() {
                let (commit, following) = read_commit(&token, &mut tokens)?;
                each(commit);
                next = following;
            }
            Ok(())
        })
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

    /// The blobs at HEAD, with their paths; none before the first commit.
    ///
    /// # Errors
    /// When git cannot be asked, or HEAD leads to what is not there.
    pub fn blobs_at_head(&self) -> Result<Vec<(Oid, RepoPath)>, GitError> {
        if self.head()?.is_none() {
            return Ok(Vec::new());
        }
        let said = self.git.read(&["ls-tree", "-r", "-z", "--full-tree", "HEAD"])?;
        let read = |line: &[u8]| {
            let (head, path) = line.split_at_checked(line.iter().position(|byte| *byte == b'\t')?)?;
            let oid = head.rsplit(|byte| *byte == b' ').next()?;
            Some((Oid::from_hex(oid).ok()?, RepoPath::new(&path[1..])))
        };
        Ok(said.split(|byte| *byte == 0).filter_map(read).collect())
    }
}

/// Reads a commit whose first token is `first`, and gives the token behind its last one.
fn read_commit(
    first: &[u8],
    tokens: &mut impl Iterator<Item = Vec<u8>>,
) -> Result<(Logged, Option<Vec<u8>>), GitError> {
    let odd = |what: &str| GitError::Git { command: "log".into(), said: format!("it printed {what}") };
    let hex = first.trim_ascii_start().strip_prefix(b"\x01").ok_or_else(|| odd("something other than a commit"))?;
    let mut next = tokens.next().unwrap_or_default();
    let mut parents = Vec::new();
    // A root's empty list of parents is no token.
    if is_names(&next) {
        parents = next.split(|byte| *byte == b' ').map(Oid::from_hex).collect::<Result<_, _>>()?;
        next = tokens.next().unwrap_or_default();
    }
    let time = tokens.next().ok_or_else(|| odd("a commit without a time"))?;
    let time = std::str::from_utf8(&time).ok().and_then(|time| time.trim().parse().ok()).unwrap_or_default();
    let mut commit = Logged { oid: Oid::from_hex(hex)?, parents, author: next, time, changes: Vec::new() };
    loop {
        let token = tokens.next();
        let Some(change) = token.as_deref().map(<[u8]>::trim_ascii_start).filter(|token| token.starts_with(b":"))
        else {
            return Ok((commit, token));
        };
        let path = tokens.next().ok_or_else(|| odd("a change without a path"))?;
        let change = read_change(change, &path).ok_or_else(|| odd("an odd change"))?;
        // Submodules are no files.
        if change.new.is_some() || change.old.iter().any(Option::is_some) {
            commit.changes.push(change);
        }
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

/// Whether a token is a list of names of objects. An author's has an address.
fn is_names(token: &[u8]) -> bool {
    token.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b' ')
}

/// Reads `:100644 100644 OLD NEW M`, or with one more colon, mode, name and letter for each parent of a merge.
fn read_change(change: &[u8], path: &[u8]) -> Option<LoggedChange> {
    const SUBMODULE: &[u8] = b"160000";
    let parents = change.iter().take_while(|byte| **byte == b':').count();
    let words: Vec<&[u8]> = change[parents..].split(|byte| *byte == b' ').collect();
    let (modes, names) = words.get(..2 * parents + 2)?.split_at(parents + 1);
    let read = |(mode, name): (&&[u8], &&[u8])| {
        let is_none = name.iter().all(|byte| *byte == b'0') || *mode == SUBMODULE;
        if is_none { Some(None) } else { Oid::from_hex(name).ok().map(Some) }
    };
    let mut oids: Vec<Option<Oid>> = modes.iter().zip(names).map(read).collect::<Option<_>>()?;
    let new = oids.pop()?;
    Some(LoggedChange { old: oids, new, path: RepoPath::new(path) })
}
