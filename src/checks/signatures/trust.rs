//! Who may sign, as the tree of a commit says that was accepted. Nothing is read from the work tree, and nothing from what is judged.

use std::collections::HashMap;
use std::sync::Arc;

use crate::git::{GitError, Item, Mode, Objects, Oid, RepoPath, Version};
use crate::scope::{Gap, named};

use super::allowed_signers;
use super::keyring::Keyring;
use super::revoked::Revoked;
use super::roots::Roots;
use super::settings::Settings;
use super::ssh::Signers;

/// More is no list of keys.
const LARGEST: u64 = 1 << 24;

/// Who may sign.
#[derive(Default)]
pub struct Trust {
    pub(super) signers: Signers,
    pub(super) keyring: Keyring,
    pub(super) roots: Roots,
    /// What could not be used of it, which makes fewer keys known.
    pub(super) notes: Vec<String>,
}

impl Trust {
    /// Reads the SSH keys that may sign, those that are compromised, and the files of OpenPGP certificates and of roots of X.509 by their
    /// names.
    ///
    /// # Errors
    /// Where a list of what is compromised cannot be understood in full: a key that is revoked must not be missed.
    pub fn read(
        allowed: &[u8],
        revoked: &[u8],
        certificates: &[(String, Vec<u8>)],
        roots: &[(String, Vec<u8>)],
    ) -> Result<Self, String> {
        let (entries, faults) = allowed_signers::read(allowed);
        let mut notes: Vec<_> =
            faults.iter().map(|fault| format!("allowed signers, {fault}; it allows nobody")).collect();
        let signers = Signers::new(entries, Revoked::read(revoked)?);
        let (keyring, faults) = Keyring::new(certificates);
        notes.extend(faults.iter().map(|fault| format!("{}; its keys are not known", named(fault.as_ref()))));
        let (roots, faults) = Roots::new(roots)?;
        notes.extend(faults.iter().map(|fault| format!("{}; it is no root", named(fault.as_ref()))));
        Ok(Self { signers, keyring, roots, notes })
    }

    /// Whether nobody at all is named.
    pub(super) fn is_empty(&self) -> bool {
        self.signers.is_empty() && self.keyring.is_empty() && self.roots.is_empty()
    }
}

/// The objects that say who may sign: two commits that have the same have one [`Trust`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Files([Option<Oid>; 4]);

/// Reads the files, each state of them once.
pub(super) struct Store<'a> {
    settings: &'a Settings,
    objects: Objects,
    read: HashMap<Files, Arc<Trust>>,
}

impl<'a> Store<'a> {
    pub(super) fn new(settings: &'a Settings, objects: Objects) -> Self {
        Self { settings, objects, read: HashMap::new() }
    }

    /// What stands in a commit, without reading it.
    pub(super) fn files(&self, commit: Oid) -> Result<Files, GitError> {
        let tree = self.objects.commit(commit)?.tree;
        let Settings { allowed_signers, revoked_keys, keyring, roots, .. } = self.settings;
        let object = |path: &RepoPath| {
            Ok(self.objects.look_up(tree, path.as_bytes())?.map(|entry| match entry {
                Item::File(version) => version.oid,
                Item::Dir(oid) => oid,
            }))
        };
        Ok(Files([object(allowed_signers)?, object(revoked_keys)?, object(keyring)?, object(roots)?]))
    }

    /// What it says.
    ///
    /// # Errors
    /// Where it cannot be read, or a list of revoked keys cannot be understood: a key that is revoked must not be missed.
    pub(super) fn at(&mut self, commit: Oid) -> Result<Arc<Trust>, Gap> {
        let files =
            self.files(commit).map_err(|error| Gap::of(format_args!("who may sign at commit {commit}"), &error))?;
        if let Some(trust) = self.read.get(&files) {
            return Ok(Arc::clone(trust));
        }
        let trust = Arc::new(self.load(commit)?);
        self.read.insert(files, Arc::clone(&trust));
        Ok(trust)
    }

    fn load(&self, commit: Oid) -> Result<Trust, Gap> {
        let Settings { allowed_signers, revoked_keys, keyring, roots, .. } = self.settings;
        let allowed = self.file(commit, allowed_signers)?;
        let revoked = self.file(commit, revoked_keys)?;
        let (keyring, roots) = (self.folder(commit, keyring)?, self.folder(commit, roots)?);
        Trust::read(&allowed, &revoked, &keyring, &roots).map_err(|why| Gap {
            what: format!("what {revoked_keys} and the lists of revoked certificates at commit {commit} say"),
            why: format!("{why}; a key that is revoked must not be missed, so mend that first"),
        })
    }

    /// The bytes of a file of a commit; nothing where there is none.
    fn file(&self, commit: Oid, path: &RepoPath) -> Result<Vec<u8>, Gap> {
        let gap = |why: &GitError| Gap::of(format_args!("{path} at commit {commit}"), why);
        let tree = self.objects.commit(commit).map_err(|error| gap(&error))?.tree;
        match self.objects.look_up(tree, path.as_bytes()).map_err(|error| gap(&error))? {
            None => Ok(Vec::new()),
            Some(Item::File(version)) => self.bytes(&version, path, commit),
            Some(Item::Dir(_)) => Err(odd(path, commit, "it is a folder, where a file was expected")),
        }
    }

    /// The files of a folder of a commit; a single file is one.
    fn folder(&self, commit: Oid, path: &RepoPath) -> Result<Vec<(String, Vec<u8>)>, Gap> {
        let gap = |why: &GitError| Gap::of(format_args!("{path} at commit {commit}"), why);
        let tree = self.objects.commit(commit).map_err(|error| gap(&error))?.tree;
        let folder = match self.objects.look_up(tree, path.as_bytes()).map_err(|error| gap(&error))? {
            None => return Ok(Vec::new()),
            Some(Item::File(version)) => return Ok(vec![(path.to_string(), self.bytes(&version, path, commit)?)]),
            Some(Item::Dir(folder)) => folder,
        };
        let mut files = Vec::new();
        for (name, entry) in self.objects.entries(folder).map_err(|error| gap(&error))? {
            // Folders below, and what explains them, are not keys.
            let Item::File(version) = entry else { continue };
            if name.starts_with(b".") || name.starts_with(b"README") {
                continue;
            }
            let path = RepoPath::new([path.as_bytes(), b"/", &name].concat());
            files.push((path.to_string(), self.bytes(&version, &path, commit)?));
        }
        Ok(files)
    }

    fn bytes(&self, version: &Version, path: &RepoPath, commit: Oid) -> Result<Vec<u8>, Gap> {
        let gap = |why: &GitError| Gap::of(format_args!("{path} at commit {commit}"), why);
        match version.mode {
            Mode::File | Mode::Executable => {}
            Mode::Symlink | Mode::Submodule => {
                return Err(odd(path, commit, "it is no plain file, and nothing is followed"));
            }
        }
        if self.objects.size(version.oid).map_err(|error| gap(&error))? > LARGEST {
            return Err(odd(path, commit, "it is larger than 16 MiB, which no list of keys is"));
        }
        self.objects.blob(version.oid).map_err(|error| gap(&error))
    }
}

fn odd(path: &RepoPath, commit: Oid, why: &str) -> Gap {
    Gap { what: format!("{path} at commit {commit}"), why: why.to_owned() }
}
