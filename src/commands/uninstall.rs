//! `palisade uninstall`: takes the hooks away, and gives back what was there.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;

use super::install::{earlier, hooks_dir, is_installed, key_file};
use super::shims::SHIMS;
use crate::git::Repo;
use crate::scope::named;

/// Take the hooks out of this repository, and give back the hooks that were there before.
#[derive(clap::Args)]
pub(super) struct Args {}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let repo = Repo::discover(Path::new("."))?;
        let hooks = hooks_dir(&repo)?;
        let mut text = String::new();
        for shim in SHIMS {
            let file = hooks.join(shim.name);
            let done = take(&file).with_context(|| format!("{}: the hook cannot be taken away", named(&file)))?;
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{}: {done}", named(&file));
        }
        let key = key_file(&repo);
        if key.exists() {
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
