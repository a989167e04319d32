//! `palisade audit`: look at everything that a repository has ever held.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use globset::{Glob, GlobSetBuilder};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::judging::Flags;
use crate::audit::{MEMORY, Means, Part, State, Way};
use crate::git::Repo;
use crate::policy;
use crate::scope::named as named_path;

/// Look for secrets in all that a repository has ever held, and tell who brought each in, when, where, and whether it is still there.
///
/// Every object is looked at once: blobs, commit messages, tags; reachable from refs, from reflogs, from stashes, or not at all.
#[derive(clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct Args {
    /// The repositories; the one around the current folder if none is given, and for `-` those that standard input names, one a line.
    #[arg(value_name = "REPO", default_value = ".")]
    repos: Vec<PathBuf>,
    /// Take each REPO for a folder, and audit all repositories that lie in it.
    #[arg(long)]
    recursive: bool,
    /// Look at every version of every file from end to end. This finds the same, and takes longer: it is the witness.
    #[arg(long)]
    every_blob: bool,
    /// Tell only of what refs or HEAD lead to, not of what only reflogs, stashes' parents or nothing at all leads to.
    #[arg(long)]
    reachable: bool,
    /// Tell only of what refs with such names lead to, such as `main` or `refs/tags/*`; may be given several times.
    #[arg(long, value_name = "GLOB")]
    refs: Vec<Glob>,
    /// Tell only of what was committed then or later: 2026-05-17, or 2026-05-17T09:30:00Z. A day begins at midnight UTC.
    #[arg(long, value_name = "DATE", value_parser = first_second)]
    since: Option<i64>,
    /// Tell only of what was committed by then.
    #[arg(long, value_name = "DATE", value_parser = last_second)]
    until: Option<i64>,
    /// Look only at what was not there when FILE was written with --save.
    #[arg(long, value_name = "FILE")]
    new_since: Option<PathBuf>,
    /// Write into FILE what was looked at, for a later --new-since; both may name the same file. All of it has to be told then.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["reachable", "refs", "since", "until"])]
    save: Option<PathBuf>,
    /// How much memory may be filled with versions that others are made from: a number of bytes, or a size as 512MiB or 1GB; 32MiB if it is not said. What
    /// has no room is made again, so that less takes longer, and finds the same.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    memory: Option<usize>,
    /// Look at what a server has let in without having looked at all of it (`on-incomplete = "accept"`), and no longer wait for it.
    #[arg(long, conflicts_with_all = ["recursive", "every_blob", "reachable", "refs", "since", "until", "new_since", "save"])]
    pending: bool,
    /// Tell as well who signed the commits and annotated tags that refs lead to: how much of that is accepted, by whom, in which state, since
    /// when. Whether what is not accepted keeps anything out is the verdict of `palisade verify`.
    #[arg(long, conflicts_with_all = ["reachable", "refs", "since", "until", "new_since", "pending"])]
    signatures: bool,
    #[command(flatten)]
    flags: Flags,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let Self {
            repos,
            recursive,
            every_blob,
            reachable,
            refs,
            since,
            until,
            new_since,
            save,
            memory,
            pending,
            signatures,
            flags,
        } = self;
        let globs = refs.into_iter().fold(GlobSetBuilder::new(), |mut globs, glob| {
            globs.add(glob);
            globs
        });
        let globs = globs.build()?;
        let refs = (!globs.is_empty()).then_some(globs);
        let known = match &new_since {
            // The first night has nothing to go on from.
            Some(file) if !file.exists() && save.as_ref() == Some(file) => State::default(),
            Some(file) => {
                let own = repos.first().map_or(Ok(&[][..]), |repo| flags.own_patterns(repo))?;
                State::read(file, own).with_context(|| format!("{}: the state cannot be read", named_path(file)))?
            }
            None => State::default(),
        };
        let part = Part { reachable, refs, known, since, until };
        let way = if every_blob { Way::EveryBlob } else { Way::Fresh };
        let means = Means { way, memory: memory.unwrap_or(MEMORY), keeps_state: save.is_some(), signatures };
        match &repos[..] {
            [repo] if pending => flags.pending(repo),
            _ if pending => anyhow::bail!("--pending is for one repository: each has a list of its own"),
            [repo] if !recursive && repo != Path::new("-") => flags.audit(repo, means, &part, save.as_deref()),
            _ if save.is_some() || new_since.is_some() => {
                anyhow::bail!("--save and --new-since are for one repository: each has objects of its own")
            }
            _ => flags.audit_all(&found(repos, recursive)?, means, &part),
        }
    }
}

/// The repositories that are meant.
fn found(named: Vec<PathBuf>, recursive: bool) -> anyhow::Result<Vec<PathBuf>> {
    let mut repos = Vec::new();
    for name in named {
        if name == Path::new("-") {
            let mut list = Vec::new();
            io::stdin().read_to_end(&mut list).context("standard input")?;
            let lines = list.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            repos.extend(lines.map(|line| PathBuf::from(OsStr::from_bytes(line))));
        } else {
            repos.push(name);
        }
    }
    if recursive {
        let mut all = Vec::new();
        for folder in &repos {
            let before = all.len();
            collect(folder, &mut all)?;
            anyhow::ensure!(all.len() > before, "{}: no repository lies in this folder", named_path(folder));
        }
        // Work trees that are linked to one repository have the same history.
        let mut known = HashSet::new();
        all.retain(|dir| Repo::discover(dir).map_or(true, |repo| known.insert(repo.common_dir().to_owned())));
        repos = all;
    }
    anyhow::ensure!(!repos.is_empty(), "standard input names no repository");
    Ok(repos)
}

/// Adds the repositories in a folder, in ascending order: it may be one, with others in its work tree. Symbolic links are not followed.
fn collect(folder: &Path, repos: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        if Repo::is_at(&folder) {
            repos.push(folder.clone());
        }
        if Repo::is_git_dir(&folder) {
            continue;
        }
        let list = || format!("{}: the folder cannot be listed", named_path(&folder));
        let mut folders = Vec::new();
        for entry in fs::read_dir(&folder).with_context(list)? {
            let entry = entry.with_context(list)?;
            if entry.file_type().with_context(list)?.is_dir() && entry.file_name() != ".git" {
                folders.push(entry.path());
            }
        }
        folders.sort_unstable();
        waiting.extend(folders.into_iter().rev());
    }
    Ok(())
}

/// A number of bytes, with or without a unit.
fn size(text: &str) -> Result<usize, String> {
    let bytes = policy::size(text).and_then(|bytes| usize::try_from(bytes).ok());
    bytes.ok_or_else(|| "write a number of bytes, or a size as 512MiB".to_owned())
}

/// The first second of a day or moment.
pub(super) fn first_second(text: &str) -> Result<i64, String> {
    moment(text).map(|(second, _)| second)
}

/// The last second of a day or moment.
pub(super) fn last_second(text: &str) -> Result<i64, String> {
    moment(text).map(|(second, length)| second + length - 1)
}

/// When something begins, in seconds since 1970 UTC, and how many seconds it lasts.
fn moment(text: &str) -> Result<(i64, i64), String> {
    const DAY: i64 = 24 * 60 * 60;
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok((moment.as_second(), 1));
    }
    let midnight = |day: Date| day.to_zoned(TimeZone::UTC).ok().map(|day| day.timestamp().as_second());
    let second = text.parse::<Date>().ok().and_then(midnight);
    second
        .map(|second| (second, DAY))
        .ok_or_else(|| "write a day as 2026-05-17, or a moment as 2026-05-17T09:30:00Z".to_owned())
}
