//! Where a repository's parts lie: from the environment of a hook, or by looking in a folder and those above it.
//!
//! Of the repository's own configuration only what says how it is stored is read, and nothing of the user's: reading
//! runs nothing.

use std::io;
use std::path::{Path, PathBuf};

use gix::bstr::BStr;

use super::{Environment, GitError};

/// The parts of a repository.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// What belongs to this work tree: HEAD, index, `MERGE_HEAD`.
    pub git_dir: PathBuf,
    /// What all work trees share: objects, refs, configuration.
    pub common_dir: PathBuf,
    /// None in a bare repository.
    pub work_dir: Option<PathBuf>,
    /// The index, whether there is one or not.
    pub index: PathBuf,
    /// Object folders in the order in which they are asked: a push's quarantine comes first.
    pub objects: Vec<PathBuf>,
    /// Whether the first object folder is a push's quarantine, which holds what the push brings and nothing else.
    pub quarantine: bool,
    /// Where the commits are listed whose parents a shallow clone has cut off; during a push from one git names another file.
    pub shallow: PathBuf,
    /// What names of objects are made with.
    pub hash: gix::hash::Kind,
    /// Whether refs are plain files; others only git reads.
    pub plain_refs: bool,
    /// Whether the environment named the repository.
    pub named: bool,
}

/// A git folder, and the folder that its `.git` was found in.
struct Found {
    git_dir: PathBuf,
    holder: Option<PathBuf>,
}

impl Layout {
    /// Finds the repository that `environment` names, or else the one that `dir` lies in.
    ///
    /// # Errors
    /// When there is none, or its parts cannot be read.
    pub(super) fn find(dir: &Path, environment: &Environment) -> Result<Self, GitError> {
        let cwd = dir.canonicalize().map_err(|source| GitError::Io { path: dir.to_owned(), source })?;
        let (found, named) = match environment.path("GIT_DIR") {
            Some(path) => (by_name(&cwd, path, environment)?, true),
            None => (upwards(&cwd, environment)?, false),
        };
        let git_dir = found.git_dir;
        let common_dir = common_dir(&git_dir, &cwd, environment)?;
        let format = Format::read(&git_dir, &common_dir)?;
        let work_dir = match environment.path("GIT_WORK_TREE") {
            Some(path) => Some(cwd.join(path)),
            None => match format.work_tree {
                Some(path) => Some(tidy(&git_dir.join(path))),
                None if format.bare && named => None,
                // A `.git` file or folder has its work tree around it, whatever `core.bare` of a shared config says.
                None => found.holder.or_else(|| (named && !format.bare).then(|| cwd.clone())),
            },
        };
        let base = work_dir.as_ref().unwrap_or(&cwd);
        let index = environment.path("GIT_INDEX_FILE").map_or_else(|| git_dir.join("index"), |path| base.join(path));
        let objects = object_dirs(&cwd, &common_dir, environment);
        let shallow =
            environment.path("GIT_SHALLOW_FILE").map_or_else(|| common_dir.join("shallow"), |path| cwd.join(path));
        Ok(Self {
            index,
            quarantine: environment.get("GIT_QUARANTINE_PATH").is_some(),
            shallow,
            objects,
            work_dir,
            hash: format.hash,
            plain_refs: format.plain_refs,
            named,
            git_dir,
            common_dir,
        })
    }
}

/// The repository that `GIT_DIR` names; as git does, a file is followed and nothing is searched.
fn by_name(cwd: &Path, path: PathBuf, environment: &Environment) -> Result<Found, GitError> {
    let wrong = || GitError::Environment { variable: "GIT_DIR", path: path.clone() };
    let place = cwd.join(&path);
    let git_dir = if place.is_file() { follow(&place)? } else { place };
    let git_dir = git_dir.canonicalize().map_err(|_| wrong())?;
    if is_git_dir(&git_dir, environment)? { Ok(Found { git_dir, holder: None }) } else { Err(wrong()) }
}

/// Looks in `cwd` and every folder above it, up to what `GIT_CEILING_DIRECTORIES` fences off.
fn upwards(cwd: &Path, environment: &Environment) -> Result<Found, GitError> {
    let ceilings: Vec<PathBuf> = environment
        .get("GIT_CEILING_DIRECTORIES")
        .map(|list| std::env::split_paths(list).collect())
        .unwrap_or_default();
    for dir in cwd.ancestors() {
        if dir != cwd && ceilings.iter().any(|ceiling| ceiling.as_path() == dir) {
            break;
        }
        let dot_git = dir.join(".git");
        match dot_git.metadata() {
            Ok(metadata) if metadata.is_file() => {
                let target = follow(&dot_git)?;
                return match target.canonicalize() {
                    Ok(git_dir) if is_git_dir(&git_dir, environment)? => {
                        Ok(Found { git_dir, holder: Some(dir.to_owned()) })
                    }
                    _ => Err(GitError::DeadLink { file: dot_git, target }),
                };
            }
            Ok(_) if is_git_dir(&dot_git, environment)? => {
                return Ok(Found { git_dir: dot_git, holder: Some(dir.to_owned()) });
            }
            _ => {}
        }
        if is_git_dir(dir, environment)? {
            return Ok(Found { git_dir: dir.to_owned(), holder: None });
        }
    }
    Err(GitError::NotARepository(cwd.display().to_string()))
}

/// Whether `dir` holds what makes a git folder: HEAD, refs and objects.
///
/// # Errors
/// When it is there and may not be read: going on to another repository further up would look at the wrong one.
pub(super) fn is_git_dir(dir: &Path, environment: &Environment) -> Result<bool, GitError> {
    let head = dir.join("HEAD");
    match head.symlink_metadata() {
        Ok(_) => {}
        Err(source) if source.kind() == io::ErrorKind::PermissionDenied => {
            return Err(GitError::Io { path: head, source });
        }
        Err(_) => return Ok(false),
    }
    let common = match environment.path("GIT_COMMON_DIR") {
        Some(path) => path,
        None => match line_of(&dir.join("commondir"))? {
            Some(path) => dir.join(path),
            None => dir.to_owned(),
        },
    };
    let objects = environment.path("GIT_OBJECT_DIRECTORY").is_some() || common.join("objects").is_dir();
    Ok(objects && common.join("refs").is_dir())
}

/// Where a `.git` file leads.
fn follow(file: &Path) -> Result<PathBuf, GitError> {
    let malformed = || GitError::Malformed { path: file.to_owned(), reason: "it should say `gitdir: PATH`".into() };
    let content = std::fs::read(file).map_err(|source| GitError::Io { path: file.to_owned(), source })?;
    let path = content.strip_prefix(b"gitdir:").ok_or_else(malformed)?.trim_ascii();
    let path = to_path(path).filter(|path| !path.as_os_str().is_empty()).ok_or_else(malformed)?;
    Ok(file.parent().unwrap_or(Path::new("")).join(path))
}

/// The folder that all work trees share.
fn common_dir(git_dir: &Path, cwd: &Path, environment: &Environment) -> Result<PathBuf, GitError> {
    if let Some(path) = environment.path("GIT_COMMON_DIR") {
        let path = cwd.join(path);
        return path.canonicalize().map_err(|_| GitError::Environment { variable: "GIT_COMMON_DIR", path });
    }
    match line_of(&git_dir.join("commondir"))? {
        Some(path) => {
            let path = git_dir.join(path);
            path.canonicalize().map_err(|source| GitError::Io { path, source })
        }
        None => Ok(git_dir.to_owned()),
    }
}

/// The path that a file of one line holds; none where there is no such file.
fn line_of(file: &Path) -> Result<Option<PathBuf>, GitError> {
    match std::fs::read(file) {
        Ok(content) => Ok(to_path(content.trim_ascii_end()).filter(|path| !path.as_os_str().is_empty())),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(source) => Err(GitError::Io { path: file.to_owned(), source }),
    }
}

/// The object folders: during a push `GIT_OBJECT_DIRECTORY` is its quarantine, and the alternates hold what was accepted.
fn object_dirs(cwd: &Path, common_dir: &Path, environment: &Environment) -> Vec<PathBuf> {
    let own =
        environment.path("GIT_OBJECT_DIRECTORY").map_or_else(|| common_dir.join("objects"), |path| cwd.join(path));
    let mut dirs = vec![own];
    if let Some(list) = environment.get("GIT_ALTERNATE_OBJECT_DIRECTORIES") {
        let separator = if cfg!(windows) { b';' } else { b':' };
        for path in split_quoted(list.as_encoded_bytes(), separator) {
            if let Some(path) = to_path(&path) {
                let path = cwd.join(path);
                // Git passes over alternates that are not there.
                if path.is_dir() && !dirs.contains(&path) {
                    dirs.push(path);
                }
            }
        }
    }
    dirs
}

/// Splits a list whose items git quotes as in C when they hold the separator.
fn split_quoted(mut list: &[u8], separator: u8) -> Vec<Vec<u8>> {
    let mut items = Vec::new();
    while !list.is_empty() {
        let quoted = list.starts_with(b"\"").then(|| gix::quote::ansi_c::undo(BStr::new(list)).ok()).flatten();
        let (item, used) = match quoted {
            Some((item, used)) => (item.to_vec(), used),
            None => {
                let end = memchr::memchr(separator, list).unwrap_or(list.len());
                (list[..end].to_vec(), end)
            }
        };
        if !item.is_empty() {
            items.push(item);
        }
        list = list.get(used + 1..).unwrap_or_default();
    }
    items
}

/// Bytes of git as a path of this system.
fn to_path(bytes: &[u8]) -> Option<PathBuf> {
    gix::path::from_byte_slice(bytes).ok().map(Path::to_owned)
}

/// Takes `..` out of a path that exists; one that does not stays as it is.
fn tidy(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// How a repository is stored, as its own configuration says.
struct Format {
    hash: gix::hash::Kind,
    plain_refs: bool,
    bare: bool,
    work_tree: Option<PathBuf>,
}

impl Format {
    fn read(git_dir: &Path, common_dir: &Path) -> Result<Self, GitError> {
        let path = common_dir.join("config");
        let config = read_config(&path)?;
        let mut format = Self { hash: gix::hash::Kind::Sha1, plain_refs: true, bare: false, work_tree: None };
        let Some(config) = config else { return Ok(format) };
        let version = config.integer("core.repositoryFormatVersion").ok().flatten().unwrap_or(0);
        if !(0..=1).contains(&version) {
            return Err(GitError::Unsupported { path, what: format!("repository format {version}") });
        }
        if version == 1
            && let Some(name) = unknown_extension(&config)
        {
            return Err(GitError::Unsupported { path, what: format!("the extension {name:?}") });
        }
        if let Some(hash) = config.string("extensions.objectFormat") {
            format.hash = match hash.to_ascii_lowercase().as_slice() {
                b"sha1" => gix::hash::Kind::Sha1,
                b"sha256" => gix::hash::Kind::Sha256,
                _ => return Err(GitError::Unsupported { path, what: format!("object format {hash:?}") }),
            };
        }
        format.plain_refs = config.string("extensions.refStorage").is_none_or(|storage| storage == "files");
        let own_config = config.boolean("extensions.worktreeConfig").ok().flatten().unwrap_or(false);
        // What the shared configuration says of bareness and work tree is not meant for linked worktrees.
        if git_dir == common_dir || own_config {
            format.take(&config);
        }
        if own_config && let Some(config) = read_config(&git_dir.join("config.worktree"))? {
            format.take(&config);
        }
        Ok(format)
    }

    /// What each work tree may say for itself.
    fn take(&mut self, config: &gix::config::File) {
        if let Ok(Some(bare)) = config.boolean("core.bare") {
            self.bare = bare;
        }
        if let Some(path) = config.string("core.worktree").and_then(|path| to_path(&path)) {
            self.work_tree = Some(path);
        }
    }
}

/// The extensions of a repository that change nothing of what is read here, or that are understood. Git says of all others
/// that whoever does not know them must not go on (gitrepository-layout, "repository format").
const EXTENSIONS: &[&str] = &[
    "noop",
    "noop-v1",
    "objectformat",
    "compatobjectformat",
    "refstorage",
    "partialclone",
    "preciousobjects",
    "worktreeconfig",
    "relativeworktrees",
];

fn unknown_extension(config: &gix::config::File) -> Option<String> {
    let sections = config.sections_by_name("extensions").into_iter().flatten();
    for section in sections {
        let mut names = section.value_names().map(|name| name.to_ascii_lowercase());
        if let Some(name) = names.find(|name| !EXTENSIONS.contains(&name.as_str())) {
            return Some(name);
        }
    }
    None
}

/// One configuration file, without what it includes; none where there is none.
fn read_config(path: &Path) -> Result<Option<gix::config::File>, GitError> {
    let mut content = match std::fs::read(path) {
        Ok(content) => content,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(GitError::Io { path: path.to_owned(), source }),
    };
    let source = gix::config::file::Metadata::from(gix::config::Source::Local);
    match gix::config::File::from_bytes_owned(&mut content, source, gix::config::file::init::Options::default()) {
        Ok(config) => Ok(Some(config)),
        Err(error) => Err(GitError::Malformed { path: path.to_owned(), reason: error.to_string() }),
    }
}
