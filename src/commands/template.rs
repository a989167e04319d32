//! The template that git copies into every repository which is made or cloned: `init.templateDir` of the user's configuration.
//!
//! `core.hooksPath` would reach repositories that are there already as well, and take their own hooks away from all of them without a word.
//! A template takes nothing away from anybody.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::git::{set_user_config, user_config};
use crate::scope::named;

/// The key that names it.
const KEY: &str = "init.templateDir";
/// What git reads of a repository's configuration that it has from a template.
const CONFIG: &str =
    "[notes]\n\trewriteRef = refs/notes/palisad[e]\n[notes \"palisade\"]\n\tmergeStrategy = cat_sort_uniq\n";
/// What a template of git's own has, and scripts expect.
const EXCLUDE: &str = "# Files that git ignores in this repository alone, as in .gitignore.\n";

/// The user's template, or where Palisade makes one.
pub(super) fn folder() -> anyhow::Result<PathBuf> {
    match user_config(KEY)? {
        Some(folder) => Ok(folder),
        None => ours(),
    }
}

/// Makes it the template where there was none, and says what that means.
pub(super) fn adopt(hooks: &Path) -> anyhow::Result<String> {
    let folder = hooks.parent().unwrap_or(hooks);
    let shown = named(folder);
    let what = if user_config(KEY)?.is_none() {
        let write = || {
            fs::create_dir_all(folder.join("info"))?;
            fs::write(folder.join("info/exclude"), EXCLUDE)?;
            fs::write(folder.join("config"), CONFIG)
        };
        write().with_context(|| format!("{shown}: the template cannot be written"))?;
        set_user_config(KEY, Some(folder))?;
        format!("{shown}: made, and set as {KEY}")
    } else {
        format!("{shown}: it is {KEY} already")
    };
    Ok(format!(
        "{what}\nEvery repository that you make or clone from now on is guarded. In one that is there already: `git init` copies the hooks that it does \
         not have, `palisade install` keeps those that it has beside them. Where core.hooksPath is set, no hook of a repository's own runs: \
         `palisade doctor` tells"
    ))
}

/// Undoes that, where Palisade has made it.
pub(super) fn abandon(hooks: &Path) -> anyhow::Result<String> {
    let folder = hooks.parent().unwrap_or(hooks);
    let shown = named(folder);
    if folder != ours()? {
        return Ok(format!("{shown}: your own template, left as it is"));
    }
    set_user_config(KEY, None)?;
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{shown}: it cannot be taken away"))
        }
        _ => Ok(format!(
            "{shown}: taken away. Repositories that were made meanwhile keep their hooks: `palisade uninstall` there takes them out"
        )),
    }
}

/// Where programs keep what is their user's (XDG Base Directory Specification).
fn ours() -> anyhow::Result<PathBuf> {
    let folder = |name| env::var_os(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    let base = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")));
    Ok(base.context("HOME is not set, so there is no place for a template")?.join("palisade").join("template"))
}
