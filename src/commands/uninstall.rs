//! `palisade uninstall`: takes the hooks away, and gives back what was there.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;

use super::install::{Place, earlier, is_installed};
use super::{keys, template};
use crate::scope::named;

/// Take the hooks out of this repository, and give back the hooks that were there before.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Take them out of DIR instead: a repository that others push to, or a folder of hooks.
    #[arg(long, value_name = "DIR")]
    server: Option<PathBuf>,
    /// Take them out of the template that `palisade install --global` put them into. Repositories that have them keep them.
    #[arg(long, conflicts_with = "server")]
    global: bool,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let place = if self.global { Place::global()? } else { Place::find(self.server.as_deref())? };
        let mut text = String::new();
        for shim in place.known() {
            let file = place.file(shim);
            let done = take(&file).with_context(|| format!("{}: the hook cannot be taken away", named(&file)))?;
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{}: {done}", named(&file));
        }
        if let Some(repo) = place.repo.as_ref().filter(|_| self.server.is_none()) {
            repo.keep_notes(false)?;
            repo.fetch_notes(false)?;
        }
        if self.global {
            let _ = writeln!(text, "{}", template::abandon(&place.hooks)?);
        }
        if let Some(key) = place.repo.as_ref().map(keys::own_file).filter(|key| key.exists()) {
            let _ = writeln!(
                text,
                "{}: left there; without it the fingerprints that you noted are worth nothing",
                named(&key)
            );
        }
        super::print(text.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Takes a shim away, and says what was done. What is not Palisade's stays.
fn take(file: &Path) -> anyhow::Result<&'static str> {
    let earlier = earlier(file);
    let has_earlier = fs::symlink_metadata(&earlier).is_ok();
    let is_there = fs::symlink_metadata(file).is_ok();
    match (is_installed(file)?, is_there, has_earlier) {
        (true, _, true) | (false, false, true) => {
            fs::rename(&earlier, file)?;
            Ok("the hook that was there before is back")
        }
        (true, _, false) => {
            fs::remove_file(file)?;
            Ok("taken away")
        }
        (false, true, _) => Ok("not Palisade's, left as it is"),
        (false, false, false) => Ok("not there"),
    }
}
