//! `palisade install`: puts the hooks into this repository. A hook that is there is kept, and called first.

use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;

use super::judging::policy;
use super::shims::{EARLIER, IN_A_CLONE, ON_A_SERVER, SHIMS, Shim, is_ours};
use super::{keys, template};
use crate::git::{ConfigScope, GitError, Repo, RepoPath};
use crate::policy::{FILE_NAME, nearest};
use crate::scope::named;

/// Put the hooks into this repository: pre-commit, pre-merge-commit, commit-msg and post-commit; and pre-push where the policy shares notes.
///
/// A hook that is there already is renamed to NAME.before-palisade, and runs first. A second install changes nothing.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Put them into the template that git copies into every repository that is made or cloned from now on. `git init` brings them into one that
    /// is there already.
    #[arg(long, conflicts_with = "server")]
    global: bool,
    /// Put pre-receive into DIR instead: a repository that others push to, or a folder of hooks (gitolite's `hooks/common`, GitLab's
    /// `custom_hooks/pre-receive.d`).
    #[arg(long, value_name = "DIR")]
    server: Option<PathBuf>,
    /// Put this hook there, and not those that are usual; may be given more than once.
    #[arg(long = "hook", value_name = "NAME")]
    hooks: Vec<String>,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let place = if self.global { Place::global()? } else { Place::find(self.server.as_deref())? };
        let executable = std::env::current_exe().context("the running program's own path")?;
        fs::create_dir_all(&place.hooks).with_context(|| named(&place.hooks).to_string())?;
        let mut text = String::new();
        for shim in place.wanted(&self.hooks)? {
            put_in(&place, shim, &executable, &mut text)?;
        }
        if self.global {
            let _ = writeln!(text, "{}", template::adopt(&place.hooks)?);
        }
        if let Some(repo) = &place.repo {
            let key = keys::own_file(repo);
            let done = if keys::make(&key).with_context(|| format!("{}: the key cannot be made", named(&key)))? {
                give_to_owner(repo, &key)
                    .with_context(|| format!("{}: whoever runs the hook must be able to read it", named(&key)))?;
                "made; fingerprints of findings are keyed with it"
            } else {
                "there already"
            };
            let _ = writeln!(text, "{}: {done}", named(&key));
            if place.usual == IN_A_CLONE {
                repo.keep_notes(true)?;
                let _ = writeln!(text, "notes: they go with a commit that is amended or rebased, and can be merged");
                if shares_notes(repo) {
                    put_in(&place, shim(SHARING)?, &executable, &mut text)?;
                    repo.fetch_notes(true)?;
                    let _ = writeln!(text, "notes: `git push` and `git fetch` share them with every remote");
                }
            }
            if place.usual == ON_A_SERVER {
                let _ = writeln!(text, "{}", policy_of(repo)?);
            }
        }
        super::print(text.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The hook that shares notes.
const SHARING: &str = "pre-push";

/// Whether the policy shares notes. What is wrong with a policy the hooks say themselves.
fn shares_notes(repo: &Repo) -> bool {
    policy(None, Some(repo)).is_ok_and(|policy| policy.annotate().share)
}

fn put_in(place: &Place, shim: &Shim, executable: &Path, text: &mut String) -> anyhow::Result<()> {
    let file = place.file(shim);
    let done =
        put(shim, &file, executable).with_context(|| format!("{}: the hook cannot be installed", named(&file)))?;
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{}: {done}", named(&file));
    Ok(())
}

/// Where hooks are put, and which.
pub(super) struct Place {
    /// None for a folder of hooks that serves many.
    pub repo: Option<Repo>,
    /// The folder.
    pub hooks: PathBuf,
    usual: &'static [&'static str],
}

impl Place {
    /// The repository around the current folder, or the place on a server that was named.
    pub(super) fn find(server: Option<&Path>) -> anyhow::Result<Self> {
        let Some(dir) = server else {
            let repo = Repo::discover(Path::new("."))?;
            return Ok(Self { hooks: hooks_dir(&repo)?, repo: Some(repo), usual: IN_A_CLONE });
        };
        if !dir.is_dir() {
            anyhow::bail!("{}: no such folder; name a repository on this server, or a folder of hooks", named(dir));
        }
        match Repo::at(dir) {
            Ok(repo) => {
                let hooks = repo.hooks_dir()?;
                Ok(Self { repo: Some(repo), hooks, usual: ON_A_SERVER })
            }
            Err(GitError::NotARepository(_)) => {
                let hooks = fs::canonicalize(dir).with_context(|| named(dir).to_string())?;
                Ok(Self { repo: None, hooks, usual: ON_A_SERVER })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The template of repositories.
    pub(super) fn global() -> anyhow::Result<Self> {
        Ok(Self { repo: None, hooks: template::folder()?.join("hooks"), usual: IN_A_CLONE })
    }

    /// The hooks that were asked for, or the usual ones.
    pub(super) fn wanted(&self, names: &[String]) -> anyhow::Result<Vec<&'static Shim>> {
        let usual = match self.hook_of_many() {
            Some(own) => vec![own.to_owned()],
            None => self.usual.iter().map(|name| (*name).to_owned()).collect(),
        };
        let names = if names.is_empty() { &usual } else { names };
        if let (Some(own), Some(other)) = (self.hook_of_many(), names.iter().find(|name| !usual.contains(name))) {
            anyhow::bail!("{}: what lies there is called as `{own}`, not as `{other}`", named(&self.hooks));
        }
        names.iter().map(|name| shim(name)).collect()
    }

    /// The hook that a folder of many serves: `pre-receive` of `pre-receive.d`.
    fn hook_of_many(&self) -> Option<&str> {
        let name = self.hooks.file_name()?.to_str()?.strip_suffix(".d")?;
        SHIMS.iter().any(|shim| shim.name == name).then_some(name)
    }

    /// The usual hooks, and those that lie there as well.
    pub(super) fn known(&self) -> Vec<&'static Shim> {
        let is_there = |shim: &Shim| {
            fs::symlink_metadata(self.file(shim)).is_ok_and(|_| is_installed(&self.file(shim)).unwrap_or(false))
        };
        let mut shims: Vec<&Shim> =
            SHIMS.iter().filter(|shim| self.usual.contains(&shim.name) || is_there(shim)).collect();
        // In a folder of many all have one name.
        shims.dedup_by_key(|shim| self.file(shim));
        shims
    }

    /// Where a hook lies. In a folder of many that serve one hook it has a name of its own. Gitea, Forgejo and GitLab keep the hook itself for their own,
    /// which calls all that lie in such a folder.
    pub(super) fn file(&self, shim: &Shim) -> PathBuf {
        let many = self.hooks.join(format!("{}.d", shim.name));
        if self.hook_of_many().is_some() {
            self.hooks.join("palisade")
        } else if self.usual == ON_A_SERVER && many.is_dir() {
            many.join("palisade")
        } else {
            self.hooks.join(shim.name)
        }
    }
}

fn shim(name: &str) -> anyhow::Result<&'static Shim> {
    let known: Vec<_> = SHIMS.iter().map(|shim| shim.name).collect();
    let near = nearest(name, &known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    let unknown = || anyhow::anyhow!("unknown hook `{}`{near} (known: {})", named(name.as_ref()), known.join(", "));
    SHIMS.iter().find(|shim| shim.name == name).ok_or_else(unknown)
}

/// Which policy the hook will judge by.
fn policy_of(repo: &Repo) -> anyhow::Result<String> {
    if let Some(file) = repo.setting("palisade.policy")? {
        return Ok(format!("policy: {} (git's configuration, palisade.policy)", RepoPath::new(file)));
    }
    Ok(match (repo.default_branch()?, repo.head()?) {
        (Some(branch), Some(_)) => format!("policy: {FILE_NAME} in {branch}, as it is before each push"),
        (Some(branch), None) => format!(
            "policy: {FILE_NAME} in {branch}, which is not there yet; if the main branch is called otherwise, \
             `git symbolic-ref HEAD refs/heads/NAME` says so"
        ),
        (None, _) => format!("policy: {FILE_NAME} in the commit that HEAD names"),
    })
}

/// Gives what was made to the owner of the repository, who runs its hooks.
fn give_to_owner(repo: &Repo, key: &Path) -> io::Result<()> {
    let owner = fs::metadata(repo.common_dir())?;
    for path in key.ancestors().take(2) {
        let mine = fs::metadata(path)?;
        if (mine.uid(), mine.gid()) != (owner.uid(), owner.gid()) {
            std::os::unix::fs::chown(path, Some(owner.uid()), Some(owner.gid()))?;
        }
    }
    Ok(())
}

/// Where this repository's hooks are.
pub(super) fn hooks_dir(repo: &Repo) -> anyhow::Result<PathBuf> {
    if repo.work_dir().is_none() {
        anyhow::bail!(
            "this is a bare repository: nobody commits in it; `palisade install --server .` guards what is pushed to it"
        );
    }
    let hooks = repo.hooks_dir()?;
    match repo.hooks_path_scope()? {
        Some(scope @ (ConfigScope::System | ConfigScope::Global)) => {
            let whose = if scope == ConfigScope::System { "all users" } else { "all your repositories" };
            anyhow::bail!(
                "core.hooksPath sends {whose} to {}, so a hook there would not be this repository's own; \
                 `git config core.hooksPath .git/hooks` gives this repository its own hooks, then run this again",
                named(&hooks)
            )
        }
        None | Some(ConfigScope::Local | ConfigScope::Worktree | ConfigScope::Command) => Ok(hooks),
    }
}

/// What lies where a hook should be.
enum There {
    Nothing,
    Ours { script: Vec<u8>, is_executable: bool },
    Foreign,
}

/// Puts a shim in place, and says what was done.
fn put(shim: &Shim, file: &Path, executable: &Path) -> anyhow::Result<&'static str> {
    let wanted = shim.script(executable);
    match there(file)? {
        There::Ours { script, is_executable: true } if script == wanted => Ok("there already"),
        There::Ours { .. } => {
            write_script(file, &wanted)?;
            Ok("brought up to date")
        }
        There::Nothing => {
            write_script(file, &wanted)?;
            Ok("installed")
        }
        There::Foreign => {
            let earlier = earlier(file);
            if fs::symlink_metadata(&earlier).is_ok() {
                anyhow::bail!("it is not Palisade's, and {} is taken; move one of them away", named(&earlier));
            }
            fs::rename(file, &earlier)?;
            if let Err(error) = write_script(file, &wanted) {
                // Better the old hook than none.
                fs::rename(&earlier, file)?;
                return Err(error.into());
            }
            Ok("installed; the hook that was there is kept beside it and runs first")
        }
    }
}

fn there(file: &Path) -> io::Result<There> {
    let kind = match fs::symlink_metadata(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(There::Nothing),
        other => other?,
    };
    if !kind.is_file() {
        // A symlink belongs to who made it, wherever it leads.
        return Ok(There::Foreign);
    }
    let script = fs::read(file)?;
    let is_executable = kind.permissions().mode() & 0o111 != 0;
    Ok(if is_ours(&script) { There::Ours { script, is_executable } } else { There::Foreign })
}

/// Whether the hook that lies there is one of Palisade's.
pub(super) fn is_installed(file: &Path) -> io::Result<bool> {
    Ok(matches!(there(file)?, There::Ours { .. }))
}

/// What the hook that was there before is called now.
pub(super) fn earlier(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(EARLIER);
    name.into()
}

/// Written beside its place and moved there, so that git never runs half a hook.
fn write_script(file: &Path, script: &[u8]) -> io::Result<()> {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".palisade-{}", std::process::id()));
    let beside = PathBuf::from(name);
    let write = || {
        fs::write(&beside, script)?;
        fs::set_permissions(&beside, Permissions::from_mode(0o755))?;
        fs::rename(&beside, file)
    };
    write().inspect_err(|_| {
        // The first error is the one to tell.
        let _ = fs::remove_file(&beside);
    })
}
