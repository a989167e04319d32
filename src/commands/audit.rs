//! `palisade audit`: look at everything that a repository has ever held.

use std::path::PathBuf;
use std::process::ExitCode;

use globset::{Glob, GlobSetBuilder};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::judging::Flags;
use crate::audit::{Part, Way};

/// Look for secrets in all that a repository has ever held, and tell who brought each in, when, where, and whether it is still there.
///
/// Every object is looked at once: blobs, commit messages, tags; reachable from refs, from reflogs, from stashes, or not at all.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The repository; the one around the current folder if not given.
    #[arg(value_name = "REPO", default_value = ".")]
    repo: PathBuf,
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
    #[command(flatten)]
    flags: Flags,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let Self { repo, every_blob, reachable, refs, since, until, flags } = self;
        let globs = refs.into_iter().fold(GlobSetBuilder::new(), |mut globs, glob| {
            globs.add(glob);
            globs
        });
        let globs = globs.build()?;
        let refs = (!globs.is_empty()).then_some(globs);
        let part = Part { reachable, refs, since, until };
        flags.audit(&repo, if every_blob { Way::EveryBlob } else { Way::Fresh }, &part)
    }
}

/// The first second of a day or moment.
fn first_second(text: &str) -> Result<i64, String> {
    moment(text).map(|(second, _)| second)
}

/// The last second of a day or moment.
fn last_second(text: &str) -> Result<i64, String> {
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
