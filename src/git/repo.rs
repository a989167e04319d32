//! Opens repositories.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::cache::Lately;
use super::command::Git;
use super::discover::{Layout, is_git_dir};
use super::pack::Pack;
use super::{Environment, GitError, Objects, Oid, RefName};

/// How large an object can be that is read.
pub(super) const LARGEST_OBJECT: u64 = 4 << 30;

/// A repository. It can be shared between threads; each makes its own [`Objects`].
///
/// Opening it reads its own configuration only for how it is stored, and runs nothing.
pub struct Repo {
    pub(super) layout: Layout,
    pub(super) git: Git,
    stores: Vec<Arc<gix::odb::Store>>,
    /// What a push has in quarantine: who reads its commits and who sifts it open the same.
    pub(super) quarantined: OnceLock<Option<Arc<Pack>>>,
}

/// Where a value of git's configuration comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigScope {
    /// All users of this machine.
    System,
    /// All repositories of this user.
    Global,
    /// This repository.
    Local,
    /// This work tree.
    Worktree,
    /// The command line or the environment.
    Command,
}

impl Repo {
    /// Finds the repository that `dir` lies in, or the one that git names in the environment of a hook (`GIT_DIR` and the
    /// like).
    ///
    /// # Errors
    /// When there is none, or its parts cannot be read.
    pub fn discover(dir: &Path) -> Result<Self, GitError> {
        Self::discover_in(dir, Environment::of_process())
    }

    /// Whether `dir` is the work tree or the folder of a repository. One that cannot be looked into counts as one: opening it says why.
    #[must_use]
    pub fn is_at(dir: &Path) -> bool {
        dir.join(".git").symlink_metadata().is_ok() || Self::is_git_dir(dir)
    }

    /// Whether `dir` is the folder of a repository, which has its objects in it.
    #[must_use]
    pub fn is_git_dir(dir: &Path) -> bool {
        is_git_dir(dir, &Environment::of_process()).unwrap_or(true)
    }

    /// The repository that `dir` itself is, or the work tree of; no folder above it is searched, and the environment names none.
    ///
    /// # Errors
    /// [`GitError::NotARepository`] when it is none, else as [`Repo::discover`].
    pub fn at(dir: &Path) -> Result<Self, GitError> {
        let mut environment = Environment::of_process();
        environment.forget_repository();
        if let Some(above) = dir.canonicalize().ok().as_deref().and_then(Path::parent) {
            environment.set("GIT_CEILING_DIRECTORIES", above);
        }
        Self::discover_in(dir, environment)
    }

    /// The same as [`Repo::discover`] with an environment that is not this process's.
    ///
    /// # Errors
    /// As [`Repo::discover`].
    pub fn discover_in(dir: &Path, environment: Environment) -> Result<Self, GitError> {
        let layout = Layout::find(dir, &environment)?;
        let options = gix::odb::store::init::Options {
            // What a damaged or hostile pack says of its sizes is not believed without bounds.
            alloc_limit_bytes: usize::try_from(LARGEST_OBJECT).ok(),
            current_dir: Some(layout.git_dir.clone()),
            ..Default::default()
        };
        let open = |dir: &PathBuf| {
            // No pairs of replacements: what `refs/replace` says is not heeded.
            gix::odb::Store::at_opts(dir.clone(), layout.hash, &mut std::iter::empty(), options.clone())
                .map(Arc::new)
                .map_err(|source| GitError::Io { path: dir.clone(), source })
        };
        let stores = layout.objects.iter().map(open).collect::<Result<_, _>>()?;
        let git = Git::new(layout.work_dir.as_ref().unwrap_or(&layout.git_dir).clone(), for_git(&layout, environment));
        Ok(Self { layout, git, stores, quarantined: OnceLock::new() })
    }

    /// The root of the work tree; none in a bare repository.
    #[must_use]
    pub fn work_dir(&self) -> Option<&Path> {
        self.layout.work_dir.as_deref()
    }

    /// The repository's own folder; a linked worktree shares one with its main worktree.
    #[must_use]
    pub fn common_dir(&self) -> &Path {
        &self.layout.common_dir
    }

    /// The folder of this work tree's own state: HEAD, index, `MERGE_HEAD`.
    #[must_use]
    pub fn git_dir(&self) -> &Path {
        &self.layout.git_dir
    }

    /// Where git looks for hooks, `core.hooksPath` taken into account; the folder need not be there.
    ///
    /// # Errors
    /// When git cannot be asked.
    pub fn hooks_dir(&self) -> Result<PathBuf, GitError> {
        let said = self.git.read(&["rev-parse", "--git-path", "hooks"])?;
        let path = said.strip_suffix(b"\n").unwrap_or(&said);
        let path = gix::path::from_byte_slice(path).map_err(|_| GitError::Git {
            command: "rev-parse --git-path hooks".into(),
            said: "it gave a path that this system cannot name".into(),
        })?;
        Ok(self.git.dir().join(path))
    }

    /// Where `core.hooksPath` is configured; none where it is not.
    ///
    /// # Errors
    /// When git cannot be asked.
    pub fn hooks_path_scope(&self) -> Result<Option<ConfigScope>, GitError> {
        let said = self.git.ask(&["config", "--null", "--show-scope", "--get", "core.hooksPath"])?;
        Ok(said.and_then(|said| match said.split(|byte| *byte == 0).next()? {
            b"system" => Some(ConfigScope::System),
            b"global" => Some(ConfigScope::Global),
            b"worktree" => Some(ConfigScope::Worktree),
            b"command" => Some(ConfigScope::Command),
            _ => Some(ConfigScope::Local),
        }))
    }

    /// A value of git's configuration as seen from this repository; none where it is not set, or git cannot be asked.
    #[must_use]
    pub fn config(&self, key: &str) -> Option<Vec<u8>> {
        self.setting(key).ok()?
    }

    /// The same as [`Repo::config`], where not being able to ask must not pass for an answer. A path's `~` is that of the user who runs
    /// this.
    ///
    /// # Errors
    /// When git cannot be asked, or its configuration cannot be read.
    pub fn setting(&self, key: &str) -> Result<Option<Vec<u8>>, GitError> {
        if key.starts_with('-') {
            return Ok(None);
        }
        let mut value = self.git.ask(&["config", "--null", "--get", key])?;
        if let Some(value) = &mut value {
            value.pop_if(|byte| *byte == 0);
        }
        Ok(value)
    }

    /// Reads objects, for one thread.
    #[must_use]
    pub fn objects(&self) -> Objects {
        Objects { stores: self.stores.iter().map(gix::odb::Store::to_cache_arc).collect(), hash: self.layout.hash }
    }

    /// The same for whoever reads the trees or files of many commits in a row, the newest first.
    #[must_use]
    pub fn objects_of_many_commits(&self) -> Objects {
        let mut objects = self.objects();
        for store in &mut objects.stores {
            store.set_pack_cache(|| Box::<Lately>::default());
        }
        objects
    }

    /// The commit that HEAD names; none before the first commit.
    ///
    /// # Errors
    /// When HEAD, or the ref that it names, cannot be read.
    pub fn head(&self) -> Result<Option<Oid>, GitError> {
        if !self.layout.plain_refs {
            let said = self.git.ask(&["rev-parse", "--verify", "--quiet", "HEAD"])?;
            return said.map(|said| Oid::from_hex(said.trim_ascii())).transpose();
        }
        let Layout { git_dir, common_dir, hash, .. } = &self.layout;
        let store = if git_dir == common_dir {
            gix::refs::file::Store::at(git_dir.clone(), *hash)
        } else {
            gix::refs::file::Store::for_linked_worktree(git_dir.clone(), common_dir.clone(), *hash)
        };
        let malformed = |reason: String| GitError::Malformed { path: git_dir.join("HEAD"), reason };
        let mut name = gix::refs::FullName::try_from("HEAD").map_err(|error| malformed(error.to_string()))?;
        // Git follows five.
        for _ in 0..=5 {
            let found =
                store.try_find(name.as_ref().as_partial_name()).map_err(|error| malformed(error.to_string()))?;
            match found.map(|reference| reference.target) {
                None => return Ok(None),
                Some(gix::refs::Target::Object(oid)) => return Ok(Some(Oid(oid))),
                Some(gix::refs::Target::Symbolic(next)) => name = next,
            }
        }
        Err(malformed("too many refs that name refs".into()))
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
}

/// The environment for git: what it names stays what it is, wherever git is started.
fn for_git(layout: &Layout, mut environment: Environment) -> Environment {
    if layout.named {
        environment.set("GIT_DIR", &layout.git_dir);
        if let Some(work_dir) = &layout.work_dir {
            environment.set("GIT_WORK_TREE", work_dir);
        }
    }
    if environment.get("GIT_COMMON_DIR").is_some() {
        environment.set("GIT_COMMON_DIR", &layout.common_dir);
    }
    if environment.get("GIT_INDEX_FILE").is_some() {
        environment.set("GIT_INDEX_FILE", &layout.index);
    }
    if environment.get("GIT_OBJECT_DIRECTORY").is_some()
        && let Some(objects) = layout.objects.first()
    {
        environment.set("GIT_OBJECT_DIRECTORY", objects);
    }
    environment
}
