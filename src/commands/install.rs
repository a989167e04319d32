//! `palisade install`: puts the hooks into this repository. A hook that is there is kept, and called first.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;

use super::shims::{EARLIER, SHIMS, Shim, is_ours};
use crate::git::{ConfigScope, Repo};
use crate::scope::named;

/// How many random bytes a fingerprint key has.
pub(super) const KEY_BYTES: usize = 32;

/// Put the hooks into this repository: pre-commit, pre-merge-commit and commit-msg.
///
/// A hook that is there already is renamed to NAME.before-palisade, and runs first. A second install changes nothing.
#[derive(clap::Args)]
pub(super) struct Args {}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let repo = Repo::discover(Path::new("."))?;
        let hooks = hooks_dir(&repo)?;
        let executable = std::env::current_exe().context("the running program's own path")?;
        fs::create_dir_all(&hooks).with_context(|| named(&hooks).to_string())?;
        let mut text = String::new();
        for shim in SHIMS {
            let file = hooks.join(shim.name);
            let done = put(&shim, &file, &executable)
                .with_context(|| format!("{}: the hook cannot be installed", named(&file)))?;
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{}: {done}", named(&file));
        }
        let key = key_file(&repo);
        let done = if make_key(&key).with_context(|| format!("{}: the key cannot be made", named(&key)))? {
            "made; fingerprints of findings are keyed with it"
        } else {
            "there already"
        };
        let _ = writeln!(text, "{}: {done}", named(&key));
        super::print(text.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Where this repository's hooks are.
pub(super) fn hooks_dir(repo: &Repo) -> anyhow::Result<PathBuf> {
    if repo.work_dir().is_none() {
        anyhow::bail!(
            "this is a bare repository: nobody commits in it, so there is no hook to install; run this in a clone"
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

/// The fingerprint key of a repository, shared by its linked worktrees.
pub(super) fn key_file(repo: &Repo) -> PathBuf {
    repo.common_dir().join("palisade").join("key")
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

/// A key that nobody has had before.
pub(super) fn random_key() -> anyhow::Result<[u8; KEY_BYTES]> {
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no random bytes: {error}"))?;
    Ok(bytes)
}

/// Makes a key where there is none; whether it did. A key is never replaced: fingerprints would change with it.
fn make_key(file: &Path) -> anyhow::Result<bool> {
    if fs::symlink_metadata(file).is_ok() {
        return Ok(false);
    }
    if let Some(folder) = file.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let bytes = random_key()?;
    let mut hex = String::with_capacity(2 * KEY_BYTES + 1);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex.push('\n');
    let mut out = match OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
        // Somebody else was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        other => other?,
    };
    out.write_all(hex.as_bytes()).inspect_err(|_| {
        let _ = fs::remove_file(file);
    })?;
    Ok(true)
}
